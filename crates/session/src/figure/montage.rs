//! Arms in rows, days in columns: one view, or one field with its colour bar.

use std::ops::ControlFlow;

use warmfront_engine::Simulation;
use warmfront_view::raster::full_light;
use warmfront_view::{ColourKey, Figure, Montage, MontageRow, arm_colour};

use super::{Sheet, Shown};
use crate::SessionError;
use crate::export::montage::{below, colours, extremes, legend, map, note, range, stain};
use crate::export::{footer, title, treatment};
use crate::record::{Record, Snapshot, middle_plane};
use crate::run::Watch;
use crate::units::{clock, length_unit, micrometres_per_length, pretty_unit, short_time_unit};

/// Room of the row heads and margins, and between pictures, as the montage is laid out.
const HEADS: f32 = 24.0 + 158.0 + 12.0 + 24.0;
const GAP: f32 = 6.0;
/// Smallest and largest picture, units.
const PICTURE: [f32; 2] = [92.0, 420.0];

/// Planes of some fields at the times of a montage, taken while the run goes.
#[derive(Debug, Clone, Default)]
pub struct Snapshots {
    times: Vec<f64>,
    fields: Vec<usize>,
    pub(crate) taken: Vec<Snapshot>,
}

impl Snapshots {
    pub(crate) fn new(times: Vec<f64>, fields: Vec<usize>) -> Self {
        Self {
            times,
            fields,
            taken: Vec::new(),
        }
    }
}

impl Watch for Snapshots {
    fn see(
        &mut self,
        simulation: &Simulation,
        record: &Record,
        _changed: bool,
    ) -> Result<ControlFlow<()>, SessionError> {
        let Some(&due) = self.times.get(self.taken.len()) else {
            return Ok(ControlFlow::Continue(()));
        };
        let time = simulation.time();
        // Snapshots are stops of the schedule, so the run comes by.
        if time < due - record.scenario.time.near() {
            return Ok(ControlFlow::Continue(()));
        }
        let cells = record.scenario.grid.cells;
        let mut planes = std::collections::BTreeMap::new();
        for &field in &self.fields {
            let mut arms = Vec::with_capacity(record.arms.len());
            for arm in 0..record.arms.len() {
                arms.push(middle_plane(&simulation.field(arm, field)?, cells));
            }
            planes.insert(field, arms);
        }
        self.taken.push(Snapshot {
            index: self.taken.len(),
            time: due,
            planes,
        });
        Ok(ControlFlow::Continue(()))
    }
}

/// Draws what was taken. One colour scale holds for all arms and days.
pub(crate) fn figure(
    record: &Record,
    seen: &Snapshots,
    shown: Shown,
    sheet: Sheet,
) -> Result<Figure, SessionError> {
    let model = &record.scenario.model;
    let effects = record.effects();
    // The extremes of a field over everything that is shown.
    let over_all = |field: usize| {
        let each = seen.taken.iter().map(|s| extremes(s, field));
        each.fold([f32::INFINITY, f32::NEG_INFINITY], |[a, b], [low, high]| {
            [a.min(low), b.max(high)]
        })
    };
    let (mut full, mut key) = (Vec::new(), None);
    match shown {
        Shown::View(v) => {
            let channels = model.views[v].channels.iter();
            full.extend(
                channels.map(|c| full_light(c.full, Some(f64::from(over_all(c.field)[1])))),
            );
        }
        Shown::Field(f) => {
            key = Some(ColourKey {
                range: range(model, f, over_all(f)),
                map: colours(model, f)?,
                unit: pretty_unit(&model.fields[f].unit),
            });
        }
    }
    let mut rows = Vec::new();
    for arm in 0..record.arms.len() {
        let mut pictures = Vec::new();
        for snapshot in &seen.taken {
            pictures.push(match (shown, &key) {
                (Shown::View(v), _) => stain(&model.views[v], &full, snapshot, arm)?,
                (Shown::Field(f), Some(key)) => map(model, f, key.range, snapshot, arm)?,
                (Shown::Field(_), None) => None,
            });
        }
        rows.push(MontageRow {
            label: record.label(arm).to_owned(),
            note: note(record, effects.as_ref(), arm),
            colour: arm_colour(record.arms[arm], sheet.style.is_dark()),
            pictures,
            doses: treatment::dose_tracks(record, arm),
        });
    }
    let extent = record.scenario.grid.extent();
    let factor = micrometres_per_length(model).unwrap_or(1.0);
    let all: Vec<&Snapshot> = seen.taken.iter().collect();
    let count = seen.taken.len().max(1) as f32;
    let panel = sheet.width.map_or(150.0, |w| {
        let each = (w - HEADS + GAP) / count - GAP;
        // Pictures of tall tissue are narrower than high.
        let aspect = (extent[0] / extent[1]) as f32;
        (each / aspect.min(1.0)).clamp(PICTURE[0], PICTURE[1])
    });
    let montage = Montage {
        title: title(record),
        subtitle: below(record),
        composite_head: match shown {
            Shown::View(v) => model.views[v].label.clone(),
            Shown::Field(f) => model.fields[f].label.clone(),
        },
        column_heads: all.iter().map(|s| clock(model, s.time)).collect(),
        field_head: String::new(),
        rows,
        fields: Vec::new(),
        channels: match shown {
            Shown::View(v) => legend(model, &model.views[v], &all),
            Shown::Field(_) => Vec::new(),
        },
        colours: key,
        extent: [extent[0] * factor, extent[1] * factor],
        length_unit: length_unit(model),
        duration: record.time,
        time_unit: short_time_unit(model),
        footer: footer(record),
        style: sheet.style,
        panel,
        smooth: true,
    };
    Ok(montage.figure()?)
}
