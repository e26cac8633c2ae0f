//! Which cells a row or a column of pixels shows, and with what weight.
//!
//! Both axes are independent. A pixel finer than a cell is interpolated between two cell centres; one that
//! covers several cells is the mean of up to four samples per axis.

/// Most samples per pixel and axis where a pixel covers several cells.
const MOST_SAMPLES: f32 = 4.0;
/// A cell of less weight does not count, not even as NaN.
const LEAST_WEIGHT: f32 = 1e-3;
/// A weight that is the rounding error of 0.
const NOTHING: f32 = 1e-4;

/// Cells behind one row or column of pixels; `count` of them count.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tap {
    /// Cells, clamped to the tissue.
    pub cells: [u32; 4],
    /// Their weights; the sum is 1.
    pub weights: [f32; 4],
    /// How many count.
    pub count: u32,
    /// Place of the pixel's centre, in cells.
    pub place: f32,
    /// Whether that lies in the tissue.
    pub inside: bool,
}

/// Both axes of a picture.
#[derive(Debug, Clone, Default)]
pub(super) struct Sampling {
    /// By column of pixels.
    pub across: Vec<Tap>,
    /// By row of pixels, from the top.
    pub down: Vec<Tap>,
    /// Cells per pixel.
    pub step: [f32; 2],
    /// First and one past the last column of cells that is seen.
    pub columns: std::ops::Range<usize>,
    /// Where pixels are interpolated: the lesser weight of each column, rising, and the column.
    pub slight: Vec<(f32, u32)>,
}

impl Sampling {
    /// Taps for a picture of `size` pixels of `cells`, whose upper left corner lies at `corner`, in cells.
    pub(super) fn new(cells: [u32; 2], size: [u32; 2], corner: [f32; 2], step: [f32; 2]) -> Self {
        Self::with_margin(cells, size, corner, step, 0)
    }

    /// The same with so many more pixels on every side of the picture.
    pub(super) fn with_margin(
        cells: [u32; 2],
        size: [u32; 2],
        corner: [f32; 2],
        step: [f32; 2],
        margin: u32,
    ) -> Self {
        let covered = step.map(|s| (s - 0.001).ceil().clamp(1.0, MOST_SAMPLES));
        let box_mean = covered[0] * covered[1] > 1.0;
        let axis = |i: usize, sign: f32| -> Vec<Tap> {
            // By whole pixels from the corner, as on the device, so that rounding is the same.
            let centre = |k: u32| k as f32 - margin as f32 + 0.5;
            let place = |k: u32| corner[i] + sign * (centre(k) * step[i]);
            let tap = |k| match box_mean {
                true => mean(place(k), step[i], covered[i], cells[i]),
                false => between(place(k), cells[i]),
            };
            (0..size[i] + 2 * margin).map(tap).collect()
        };
        let across = axis(0, 1.0);
        let seen = across.iter().flat_map(|t| &t.cells[..t.count as usize]);
        let (low, high) = seen.fold((u32::MAX, 0), |(l, h), &c| (l.min(c), h.max(c)));
        let lesser = |(x, t): (usize, &Tap)| {
            let w = t.weights[0].min(t.weights[1]);
            (!box_mean && w > NOTHING).then_some((w, x as u32))
        };
        let mut slight: Vec<(f32, u32)> = across.iter().enumerate().filter_map(lesser).collect();
        slight.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self {
            slight,
            across,
            down: axis(1, -1.0),
            step,
            columns: low.min(high) as usize..high as usize + 1,
        }
    }

    /// Values of a row of pixels, times `scale`. `row` is room to work in.
    pub(super) fn line(
        &self,
        line: &mut [f32],
        row: &mut Vec<f32>,
        values: &[f32],
        width: usize,
        y: usize,
        scale: f32,
    ) {
        let tap = &self.down[y];
        self.gather(row, values, width, tap, scale);
        if self.across.first().is_some_and(|t| t.count == 2) {
            for (v, t) in line.iter_mut().zip(&self.across) {
                *v = row[t.cells[0] as usize] * t.weights[0]
                    + row[t.cells[1] as usize] * t.weights[1];
            }
            self.leave_out(line, values, width, tap, scale);
        } else {
            for (v, t) in line.iter_mut().zip(&self.across) {
                let pairs = t.cells.iter().zip(&t.weights).take(t.count as usize);
                *v = pairs.map(|(c, w)| row[*c as usize] * w).sum();
            }
        }
    }

    // The row of cells behind a row of pixels; cells that no column shows keep what was there.
    fn gather(&self, row: &mut Vec<f32>, values: &[f32], width: usize, tap: &Tap, scale: f32) {
        let seen = self.columns.clone();
        row.resize(width, 0.0);
        let source = |k: usize| {
            let from = tap.cells[k] as usize * width;
            &values[from + seen.start..from + seen.end]
        };
        let target = &mut row[seen.clone()];
        let w = tap.weights.map(|w| w * scale);
        if tap.count == 2 {
            let pairs = source(0).iter().zip(source(1));
            for (t, (a, b)) in target.iter_mut().zip(pairs) {
                *t = a * w[0] + b * w[1];
            }
            return;
        }
        target.fill(0.0);
        for (k, w) in w.iter().enumerate().take(tap.count as usize) {
            for (t, a) in target.iter_mut().zip(source(k)) {
                *t += a * w;
            }
        }
    }

    // Takes away the share of cells whose weight is too slight to count.
    fn leave_out(&self, line: &mut [f32], values: &[f32], width: usize, tap: &Tap, scale: f32) {
        let lesser = tap.weights[0].min(tap.weights[1]);
        let most = match lesser > NOTHING {
            true => LEAST_WEIGHT / lesser,
            false => LEAST_WEIGHT,
        };
        for &(_, x) in self.slight.iter().take_while(|(w, _)| *w <= most) {
            let across = &self.across[x as usize];
            for k in 0..4 {
                let (i, j) = (k & 1, k >> 1);
                let weight = across.weights[i] * tap.weights[j];
                if weight <= LEAST_WEIGHT {
                    let at = tap.cells[j] as usize * width + across.cells[i] as usize;
                    line[x as usize] -= weight * scale * values[at];
                }
            }
        }
    }

    /// Whether a cell that is not finite counts at a pixel.
    pub(super) fn broken(&self, values: &[f32], width: usize, x: usize, y: usize) -> bool {
        let (tx, ty) = (&self.across[x], &self.down[y]);
        (0..ty.count as usize).any(|j| {
            let row = ty.cells[j] as usize * width;
            (0..tx.count as usize).any(|i| {
                tx.weights[i] * ty.weights[j] > LEAST_WEIGHT
                    && !values[row + tx.cells[i] as usize].is_finite()
            })
        })
    }
}

fn clamped(cell: f32, cells: u32) -> u32 {
    (cell as i64).clamp(0, i64::from(cells) - 1) as u32
}

fn inside(place: f32, cells: u32) -> bool {
    (0.0..=cells as f32).contains(&place)
}

fn between(place: f32, cells: u32) -> Tap {
    let centre = place - 0.5;
    let low = centre.floor();
    let f = centre - low;
    Tap {
        cells: [clamped(low, cells), clamped(low + 1.0, cells), 0, 0],
        weights: [1.0 - f, f, 0.0, 0.0],
        count: 2,
        place,
        inside: inside(place, cells),
    }
}

fn mean(place: f32, step: f32, covered: f32, cells: u32) -> Tap {
    let mut tap = Tap {
        count: covered as u32,
        place,
        inside: inside(place, cells),
        ..Tap::default()
    };
    for k in 0..tap.count as usize {
        let shift = (k as f32 + 0.5) / covered - 0.5;
        tap.cells[k] = clamped((place + shift * step).floor(), cells);
        tap.weights[k] = 1.0 / covered;
    }
    tap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_interpolate_or_average() {
        let fine = Sampling::new([4, 4], [8, 8], [0.0, 4.0], [0.5, 0.5]);
        assert_eq!(fine.across[1].cells[..2], [0, 1]);
        assert!((fine.across[1].weights[1] - 0.25).abs() < 1e-6);
        // The first row of pixels is the last one of cells.
        assert_eq!(fine.down[0].cells[..2], [3, 3]);
        assert_eq!(fine.columns, 0..4);
        let coarse = Sampling::new([8, 8], [2, 2], [0.0, 8.0], [4.0, 4.0]);
        assert_eq!(coarse.across[1].cells, [4, 5, 6, 7]);
        assert_eq!(coarse.across[1].count, 4);
        let outside = Sampling::new([4, 4], [4, 4], [-2.0, 4.0], [1.0, 1.0]);
        assert!(!outside.across[1].inside && outside.across[2].inside);
    }
}
