//! Axes of plots: which values are shown, where they stand, and which are named.

use crate::number::{log_labels, log_ticks, nice_step, nice_ticks, tick_labels, week_ticks};
use crate::plot::PlotPanel;

/// An axis: data limits to pixels.
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) log: bool,
    pub(crate) weeks: bool,
    pub(crate) from: f32,
    pub(crate) to: f32,
}

impl Axis {
    pub(crate) fn at(&self, v: f64) -> f32 {
        let t = if self.log {
            (v / self.low).ln() / (self.high / self.low).ln()
        } else {
            (v - self.low) / (self.high - self.low)
        };
        self.from + t as f32 * (self.to - self.from)
    }

    pub(crate) fn usable(&self, v: f64) -> bool {
        drawable(v, self.log)
    }

    pub(crate) fn ticks(&self, target: usize) -> Vec<f64> {
        if self.log {
            log_ticks(self.low, self.high, target + target / 2)
        } else if self.weeks {
            week_ticks(self.low, self.high, target)
        } else {
            nice_ticks(self.low, self.high, target)
        }
    }

    pub(crate) fn labels(&self, ticks: &[f64]) -> Vec<String> {
        if self.log {
            log_labels(ticks)
        } else {
            tick_labels(ticks)
        }
    }
}

/// Whether a value has a place on an axis. Beyond 1e150 the arithmetic of axes would overflow.
pub(crate) fn drawable(v: f64, log: bool) -> bool {
    v.abs() < 1e150 && (!log || v > 1e-150)
}

fn limits(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    values.fold(None, |range, v| {
        let [low, high] = range.unwrap_or([v, v]);
        Some([low.min(v), high.max(v)])
    })
}

pub(crate) fn x_limits(panel: &PlotPanel) -> [f64; 2] {
    panel.x_range.unwrap_or_else(|| {
        let xs = panel
            .series
            .iter()
            .flat_map(|s| &s.points)
            .map(|p| p[0])
            .filter(|&v| drawable(v, false));
        match limits(xs) {
            Some([low, high]) if low < high => [low, high],
            Some([v, _]) => [v - 0.5, v + 0.5],
            None => [0.0, 1.0],
        }
    })
}

/// Limits of y with a little air; a linear axis of positive values starts at 0 unless the values
/// vary little.
pub(crate) fn y_limits(panel: &PlotPanel) -> [f64; 2] {
    if let Some(range) = panel.y_range {
        return range;
    }
    let [x_low, x_high] = x_limits(panel);
    let ys = panel
        .series
        .iter()
        .flat_map(|s| &s.points)
        .filter(|p| p[0] >= x_low && p[0] <= x_high)
        .map(|p| p[1])
        .filter(|&v| drawable(v, panel.log_y));
    let found = limits(ys);
    if panel.log_y {
        let [low, high] = found.unwrap_or([0.1, 1.0]);
        let floor = 10_f64.powf((low.log10() - 0.05).floor());
        let ceiling = 10_f64.powf((high.log10() + 0.02).ceil());
        // Whole decades waste space where the data fill only a part of one.
        return if high / low > 20.0 {
            [floor.max(low / 3.0), ceiling.min(high * 2.0)]
        } else {
            [floor, ceiling]
        };
    }
    let [low, high] = found.unwrap_or([0.0, 1.0]);
    let span = if high > low {
        high - low
    } else {
        low.abs().max(1.0)
    };
    let bottom = if low >= 0.0 && low < 0.6 * high || low == 0.0 {
        0.0
    } else {
        low - 0.08 * span
    };
    let top = if high <= 0.0 && low < 0.0 {
        high + 0.05 * span
    } else {
        high + 0.06 * span
    };
    let step = nice_step(top - bottom, 5);
    let rounded = (top / step).ceil() * step;
    [
        bottom,
        if rounded - top < 0.5 * step {
            rounded
        } else {
            top
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::legend::Dash;
    use crate::plot::Series;

    #[test]
    fn limits_are_finite_whatever_the_data() {
        let series = |points: Vec<[f64; 2]>| Series {
            label: String::new(),
            colour: [0; 3],
            dash: Dash::Solid,
            points,
        };
        let data: [Vec<[f64; 2]>; 6] = [
            vec![],
            vec![[0.0, f64::NAN], [1.0, f64::INFINITY]],
            vec![[2.0, 0.0]],
            vec![[0.0, -4.0], [1.0, -2.0]],
            vec![[0.0, 1e-140], [1.0, 1e140]],
            vec![[0.0, f64::MIN], [f64::MAX, f64::MAX]],
        ];
        for points in data {
            for log_y in [false, true] {
                let panel = PlotPanel {
                    series: vec![series(points.clone())],
                    log_y,
                    ..PlotPanel::default()
                };
                let [low, high] = y_limits(&panel);
                assert!(
                    low.is_finite() && high.is_finite() && low < high,
                    "{points:?} {low} {high}"
                );
                assert!(!log_y || low > 0.0);
            }
        }
    }
}
