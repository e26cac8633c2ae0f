//! What a run leaves behind, as plain data: everything that the exporters need.

use std::collections::BTreeMap;

use warmfront_engine::{AdapterReport, Diagnostics, MemoryEstimate};
use warmfront_model::{Action, Arm, Observable, SINGLE_ARM, Scenario};
use warmfront_view::FieldSlice;

use crate::SessionError;
use crate::effect::Effects;
use crate::units::rounded;

/// Longest side of a plane that is kept for figures, cells.
const PLANE: usize = 512;

/// One time of the time series.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Model time.
    pub time: f64,
    /// `[arm of the batch][observable]`, in the observable's unit.
    pub values: Vec<Vec<f64>>,
}

/// Fields at one time, as planes for figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Number of the snapshot among all that were taken.
    pub index: usize,
    /// Model time.
    pub time: f64,
    /// Field → one plane per arm of the batch: the middle z slice, averaged over blocks of cells
    /// where a side is longer than 512 cells. Only the fields that figures may show.
    pub planes: BTreeMap<usize, Vec<FieldSlice>>,
}

/// Size of a field over all cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Norms {
    /// Mean.
    pub mean: f64,
    /// Root of the mean square.
    pub rms: f64,
    /// Smallest value.
    pub smallest: f64,
    /// Largest value.
    pub largest: f64,
}

impl Norms {
    /// Norms of values; sums are in double precision.
    pub fn of(values: &[f32]) -> Self {
        let n = values.len().max(1) as f64;
        let mut norms = Self {
            mean: 0.0,
            rms: 0.0,
            smallest: f64::INFINITY,
            largest: f64::NEG_INFINITY,
        };
        for v in values.iter().map(|v| f64::from(*v)) {
            norms.mean += v;
            norms.rms += v * v;
            norms.smallest = norms.smallest.min(v);
            norms.largest = norms.largest.max(v);
        }
        norms.mean /= n;
        norms.rms = (norms.rms / n).sqrt();
        norms
    }
}

/// A text that an event shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// Model time from which it holds.
    pub time: f64,
    /// The text.
    pub text: String,
}

/// How a run ended.
#[derive(Debug)]
pub enum Finish {
    /// It has not been run to an end yet.
    Unfinished,
    /// At its planned end.
    Complete,
    /// The user stopped it.
    Cancelled,
    /// An error stopped it; what was recorded before stands.
    Failed(SessionError),
}

/// Wall times, seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Timing {
    /// Shaders, pipelines, allocation, initial state.
    pub setup: f64,
    /// Ticks, rows and snapshots.
    pub run: f64,
}

/// Everything that was seen of a run.
#[derive(Debug)]
pub struct Record {
    /// The whole scenario, all its arms.
    pub scenario: Scenario,
    /// Arms that were run, as indices into `scenario.arms`: the batch.
    pub arms: Vec<usize>,
    /// The time series. It grows with the run: 8 bytes per time, arm and observable (about 1 MB per
    /// thousand rows of the tumour model with four arms), for at most two million times.
    pub rows: Vec<Row>,
    /// Snapshots for figures: not more than a montage may show, and always the latest.
    pub snapshots: Vec<Snapshot>,
    /// Snapshots that were taken in all.
    pub taken: usize,
    /// Smallest and largest finite value of each field in the planes of all snapshots, kept or not;
    /// the first is more than the second where there is none. Empty without snapshots.
    pub plane_ranges: Vec<[f32; 2]>,
    /// `[arm of the batch][field]` at the last snapshot; empty without snapshots.
    pub norms: Vec<Vec<Norms>>,
    /// Model time that was reached.
    pub time: f64,
    /// Account of the engine.
    pub diagnostics: Diagnostics,
    /// Device memory.
    pub memory: MemoryEstimate,
    /// The adapter.
    pub adapter: AdapterReport,
    /// Wall times.
    pub timing: Timing,
    /// How it ended.
    pub finish: Finish,
    /// What stopped it where that was not the user's key, for example "ended by SIGTERM".
    pub stopped_by: Option<String>,
    /// What is allowed but was probably not meant, one line each.
    pub warnings: Vec<String>,
}

impl Record {
    /// The arm of the scenario that is number `arm` of the batch.
    pub fn arm(&self, arm: usize) -> &Arm {
        &self.scenario.arms[self.arms[arm]]
    }

    /// Name of arm `arm` of the batch as shown to people; the scenario's where it has no arms.
    pub fn label(&self, arm: usize) -> &str {
        let own = self.arm(arm);
        if own.id == SINGLE_ARM {
            &self.scenario.label
        } else {
            &own.label
        }
    }

    /// Captions shown so far.
    pub fn captions(&self) -> Vec<Caption> {
        let events = self.scenario.events.iter();
        events
            .filter(|e| e.time <= self.time)
            .filter_map(|e| match &e.action {
                Action::Caption { text } => Some(Caption {
                    time: e.time,
                    text: text.clone(),
                }),
                _ => None,
            })
            .collect()
    }

    /// Outcomes of the arms relative to the control, at the last row.
    pub fn effects(&self) -> Option<Effects> {
        Effects::of(&self.scenario, &self.arms, self.rows.last()?)
    }

    /// Takes in the planes of every field at one time, and lets go of those that no figure will show.
    pub(crate) fn keep(
        &mut self,
        time: f64,
        planes: BTreeMap<usize, Vec<FieldSlice>>,
        planned: usize,
    ) {
        let none = [f32::INFINITY, f32::NEG_INFINITY];
        self.plane_ranges
            .resize(self.scenario.model.fields.len(), none);
        for (field, slices) in &planes {
            let [low, high] = &mut self.plane_ranges[*field];
            let values = slices.iter().flat_map(|s| &s.values);
            for v in values.filter(|v| v.is_finite()) {
                *low = low.min(*v);
                *high = high.max(*v);
            }
        }
        // Only the middle and the latest snapshot keep every field.
        let middle = Self::middle_snapshot(planned);
        let shown = crate::export::composite_fields(&self.scenario.model);
        self.snapshots
            .retain(|s| keeps(s.index, self.taken, planned));
        for before in self.snapshots.iter_mut().filter(|s| s.index != middle) {
            before.planes.retain(|field, _| shown.contains(field));
        }
        self.snapshots.push(Snapshot {
            index: self.taken,
            time,
            planes,
        });
        self.taken += 1;
    }

    /// Index of the snapshot whose single fields the montage shows: the middle one of the plan.
    pub(crate) fn middle_snapshot(planned: usize) -> usize {
        planned / 2
    }
}

/// Pictures over time that a montage shows at most.
pub(crate) const PICTURES: usize = 6;

/// Snapshots that are kept beside those of the plan, for a montage of a run that ends early.
const SPARE: usize = 4;

/// At most `most` of `count` indices, evenly spread, with the first and the last.
pub(crate) fn evenly(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    let step = (count - 1) as f64 / (most - 1) as f64;
    (0..most)
        .map(|i| (i as f64 * step).round() as usize)
        .collect()
}

/// Whether snapshot `index` is kept when number `latest` of `planned` ones comes: those that the
/// montage of the whole run shows, its middle one, and a few more whose distance doubles as the run
/// goes on.
fn keeps(index: usize, latest: usize, planned: usize) -> bool {
    let mut stride = 1;
    while latest / stride > SPARE {
        stride *= 2;
    }
    index.is_multiple_of(stride)
        || index == Record::middle_snapshot(planned)
        || evenly(planned, PICTURES).contains(&index)
}

/// A warning for each observable that is NaN or infinite in a row and was not warned of before. The
/// NaN of a weighted mean is left out: its weights may add up to zero.
pub(crate) fn strange_values(
    observables: &[Observable],
    row: &Row,
    warned: &mut [bool],
) -> Vec<String> {
    let mut warnings = Vec::new();
    for (i, (o, warned)) in observables.iter().zip(warned).enumerate() {
        let strange = |v: &f64| v.is_infinite() || (v.is_nan() && o.weight.is_none());
        let mut values = row.values.iter().filter_map(|arm| arm.get(i));
        if *warned || !values.any(strange) {
            continue;
        }
        *warned = true;
        warnings.push(format!(
            "observable `{}` is not a number from time {} on; look at its `expression` ({}:{})",
            o.id,
            rounded(row.time, 8),
            o.expression.file,
            o.expression.line
        ));
    }
    warnings
}

/// The middle z slice of a field (x fastest, then y, then z), averaged over square blocks so that no
/// side is longer than [`PLANE`].
pub(crate) fn middle_plane(values: &[f32], cells: [u32; 3]) -> FieldSlice {
    let [nx, ny, nz] = cells.map(|n| n as usize);
    let start = nx * ny * (nz / 2);
    let plane = &values[start..start + nx * ny];
    let block = nx.max(ny).div_ceil(PLANE);
    if block == 1 {
        return FieldSlice {
            values: plane.to_vec(),
            width: cells[0],
            height: cells[1],
        };
    }
    let (width, height) = (nx.div_ceil(block), ny.div_ceil(block));
    let mean = |bx: usize, by: usize| {
        let (mut sum, mut count) = (0.0_f32, 0.0_f32);
        for y in by * block..((by + 1) * block).min(ny) {
            for x in bx * block..((bx + 1) * block).min(nx) {
                sum += plane[y * nx + x];
                count += 1.0;
            }
        }
        sum / count
    };
    FieldSlice {
        values: (0..width * height)
            .map(|i| mean(i % width, i / width))
            .collect(),
        width: width as u32,
        height: height as u32,
    }
}

#[cfg(test)]
mod tests {
    use warmfront_model::{Expression, Reduce};

    use super::*;

    #[test]
    fn planes_are_middle_slices_and_large_ones_shrink() {
        let values: Vec<f32> = (0..27).map(|i| i as f32).collect();
        let plane = middle_plane(&values, [3, 3, 3]);
        assert_eq!((plane.width, plane.values[0]), (3, 9.0));
        let values = vec![2.0; 1030 * 8];
        let plane = middle_plane(&values, [1030, 8, 1]);
        assert_eq!((plane.width, plane.height), (344, 3));
        assert!(plane.values.iter().all(|v| *v == 2.0));
    }

    #[test]
    fn few_snapshots_are_kept_however_many_are_taken() {
        assert_eq!(evenly(3, 6), [0, 1, 2]);
        assert_eq!(evenly(11, 6), [0, 2, 4, 6, 8, 10]);
        assert_eq!(evenly(1, 6), [0]);
        let planned = 501;
        let mut kept: Vec<usize> = Vec::new();
        for latest in 0..planned {
            kept.retain(|i| keeps(*i, latest, planned));
            kept.push(latest);
            assert!(kept.len() <= SPARE + PICTURES + 3, "{kept:?}");
            // A run that ends here has something to show from all along.
            let wanted = evenly(latest + 1, PICTURES);
            let far = wanted
                .iter()
                .map(|w| kept.iter().map(|k| w.abs_diff(*k)).min());
            assert!(
                far.flatten().all(|d| 4 * d <= latest + 4),
                "{latest}: {kept:?}"
            );
        }
        for index in evenly(planned, PICTURES).into_iter().chain([250]) {
            assert!(kept.contains(&index), "{index}");
        }
    }

    #[test]
    fn a_value_that_is_no_number_is_warned_of_once() {
        let expression = Expression {
            text: "log(-1.0)".to_owned(),
            file: "model.toml".into(),
            line: 7,
        };
        let observable = |id: &str, weight| Observable {
            id: id.to_owned(),
            label: id.to_owned(),
            unit: "1".to_owned(),
            expression: expression.clone(),
            weight,
            belongs_to: Vec::new(),
            reduce: Reduce::Mean,
            plot: None,
            better: None,
        };
        let all = [
            observable("fine", None),
            observable("weighted", Some(expression.clone())),
            observable("odd", None),
        ];
        let row = |time, odd| Row {
            time,
            values: vec![vec![1.0, f64::NAN, 2.0], vec![1.0, f64::NAN, odd]],
        };
        let mut warned = [false; 3];
        assert!(strange_values(&all, &row(0.0, 2.0), &mut warned).is_empty());
        assert_eq!(
            strange_values(&all, &row(0.5, f64::INFINITY), &mut warned),
            [
                "observable `odd` is not a number from time 0.5 on; look at its `expression` \
              (model.toml:7)"
            ]
        );
        assert!(strange_values(&all, &row(1.0, f64::NAN), &mut warned).is_empty());
    }

    #[test]
    fn norms_of_known_values() {
        let n = Norms::of(&[3.0, -4.0, 0.0, 0.0]);
        assert_eq!((n.mean, n.rms), (-0.25, 2.5));
        assert_eq!((n.smallest, n.largest), (-4.0, 3.0));
    }
}
