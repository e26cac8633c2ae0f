// Hill response of order 2, 0..1, half at `k` > 0.
fn hill_square(x: f32, k: f32) -> f32 {
    let q = x / k;
    return q * q / (1.0 + q * q);
}
