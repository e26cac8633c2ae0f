//! Chunks of a field, and groups that say nothing of their origin.

use super::*;
#[test]
fn chunks_are_small_and_even() {
    assert_eq!(chunk([96, 96, 1]), [96, 96, 1]);
    assert_eq!(chunk([1024, 600, 1]), [512, 300, 1]);
    assert_eq!(chunk([65, 64, 128]), [33, 64, 64]);
    assert_eq!(times_in_chunk(501, [64, 64, 1]), 63);
    assert_eq!(times_in_chunk(501, [512, 512, 1]), 1);
    assert_eq!(times_in_chunk(3, [8, 8, 1]), 3);
}

#[test]
fn pieces_cover_a_field_once() {
    let cells = [5, 3, 2];
    let values: Vec<f32> = (0..30).map(|i| i as f32).collect();
    let mut seen = [0; 30];
    for ([x, y, z], piece) in pieces(&values, cells, [2, 2, 2]) {
        assert_eq!(piece.len(), 8);
        for (i, v) in piece.iter().enumerate() {
            let at = [
                2 * x + i as u32 % 2,
                2 * y + i as u32 / 2 % 2,
                2 * z + i as u32 / 4,
            ];
            let inside = (0..3).all(|a| at[a] < cells[a]);
            assert_eq!(inside, !v.is_nan(), "{at:?}");
            if inside {
                assert_eq!(*v, ((at[2] * 3 + at[1]) * 5 + at[0]) as f32);
                seen[*v as usize] += 1;
            }
        }
    }
    assert!(seen.iter().all(|n| *n == 1));
}
