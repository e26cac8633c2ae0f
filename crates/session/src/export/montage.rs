//! `montage.png`: arms in rows; the tissue over time, then single fields with their colour bars.
//!
//! Nothing is chosen by name. The composite is the model's first view. The single fields are those
//! that the composite does not show and that vary most over cells and arms, taken in turn from
//! molecules, internal states and drugs, so that each kind is seen before a second one of any.

use std::collections::BTreeSet;

use warmfront_model::{FieldKind, Local, Model, View};
use warmfront_view::{
    Channel, Colormap, FieldColumn, FieldSlice, Figure, GROUND, LegendEntry, Montage, MontageRow,
    Range, Result, arm_colour, composite, fade, field_image, number,
};

use super::{STYLE, footer, subtitle, title, treatment};
use crate::effect::Effects;
use crate::record::{Norms, PICTURES, Record, Snapshot, evenly};
use crate::units::{
    clock, colormap_name, length_unit, micrometres_per_length, pretty_unit, short_time_unit,
};

/// Most single fields.
const FIELDS: usize = 4;

/// The montage of a record; none without snapshots.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn montage_figure(record: &Record) -> Result<Option<Figure>> {
    let Some(last) = record.snapshots.last() else {
        return Ok(None);
    };
    let model = &record.scenario.model;
    let shown = shown(record);
    // A view of one channel says more as a map with a colour bar.
    let view = model.views.first().filter(|v| v.channels.len() > 1);
    let main = match view {
        Some(_) => None,
        None => super::composite_fields(model).first().copied(),
    };
    let full = view.map_or_else(Vec::new, |v| full_light(record, v));
    let main_range = main.map(|f| {
        let all = record.plane_ranges.get(f).copied();
        (f, range(model, f, all.unwrap_or(NOTHING)))
    });
    let effects = record.effects();
    let mut rows = Vec::new();
    for arm in 0..record.arms.len() {
        let pictures = shown.iter().map(|&i| {
            let snapshot = &record.snapshots[i];
            match (view, main_range) {
                (Some(view), _) => stain(view, &full, snapshot, arm),
                (None, Some((f, range))) => map(model, f, range, snapshot, arm),
                (None, None) => Ok(None),
            }
        });
        rows.push(MontageRow {
            label: record.label(arm).to_owned(),
            note: note(record, effects.as_ref(), arm),
            colour: arm_colour(record.arms[arm], STYLE.is_dark()),
            pictures: pictures.collect::<Result<_>>()?,
            doses: treatment::dose_tracks(record, arm),
        });
    }
    // The snapshot in the middle of the plan is the one that kept every field.
    let middle = record.snapshots.iter().rev().find(|s| {
        s.planes.len() == model.fields.len() && (s.time < last.time || record.snapshots.len() < 3)
    });
    let snapshot = middle.unwrap_or(last);
    let mut fields = Vec::new();
    if let Some((f, range)) = main_range {
        fields.push(column(model, f, range, last)?);
    }
    for f in singles(model, snapshot, main.is_some()) {
        let range = range(model, f, extremes(snapshot, f));
        fields.push(column(
            model,
            f,
            range,
            if main.is_some() { last } else { snapshot },
        )?);
    }
    let at = if main.is_some() {
        last.time
    } else {
        snapshot.time
    };
    let extent = record.scenario.grid.extent();
    let factor = micrometres_per_length(model);
    let below = below(record);
    let montage = Montage {
        title: title(record),
        subtitle: below,
        composite_head: match (view.or(model.views.first()), main) {
            (Some(view), _) => view.label.clone(),
            (None, Some(f)) => model.fields[f].label.clone(),
            (None, None) => String::new(),
        },
        column_heads: shown
            .iter()
            .map(|&i| clock(model, record.snapshots[i].time))
            .collect(),
        field_head: match (fields.len(), record.arms.len()) {
            (0, _) => String::new(),
            (_, 1) => format!("fields, {}", clock(model, at)),
            _ => format!(
                "fields, {}; one colour scale for all arms",
                clock(model, at)
            ),
        },
        rows,
        fields,
        channels: view.map_or_else(Vec::new, |v| {
            let all: Vec<&Snapshot> = shown.iter().map(|&i| &record.snapshots[i]).collect();
            legend(model, v, &all)
        }),
        colours: None,
        extent: [0, 1].map(|i| extent[i] * factor.unwrap_or(1.0)),
        length_unit: length_unit(model),
        duration: record.time,
        time_unit: short_time_unit(model),
        footer: footer(record),
        style: STYLE,
        panel: 150.0,
        smooth: true,
    };
    montage.figure().map(Some)
}

/// The line under the title, with the height of the slice in 3D.
pub(crate) fn below(record: &Record) -> String {
    let mut below = subtitle(record);
    if record.scenario.grid.is_3d() {
        let grid = &record.scenario.grid;
        let z = (f64::from(grid.cells[2] / 2) + 0.5) * grid.spacing[2];
        let z = format!(
            "{} {}",
            number::format_number(z),
            pretty_unit(&record.scenario.model.length_unit)
        );
        below.push_str(&format!(" Middle slice, z = {}.", z.trim_end()));
    }
    below
}

/// Positions in `record.snapshots` of at most `PICTURES` snapshots, evenly spread over the run.
fn shown(record: &Record) -> Vec<usize> {
    let wanted = evenly(record.taken, PICTURES).into_iter();
    let mut places: Vec<usize> = wanted
        .filter_map(|index| {
            let near = |p: &usize| record.snapshots[*p].index.abs_diff(index);
            (0..record.snapshots.len()).min_by_key(near)
        })
        .collect();
    places.dedup();
    places
}

/// Value of full light of each channel: the model's, or the largest value of the run where that is
/// more, so that no channel is blinded. The same for all arms and times.
fn full_light(record: &Record, view: &View) -> Vec<f32> {
    let each = view.channels.iter().map(|c| {
        let largest = record.plane_ranges.get(c.field).map(|r| r[1]);
        largest
            .filter(|v| v.is_finite())
            .map_or(c.full as f32, |v| v.max(c.full as f32))
    });
    each.collect()
}

pub(crate) fn stain(
    view: &View,
    full: &[f32],
    snapshot: &Snapshot,
    arm: usize,
) -> Result<Option<image::RgbaImage>> {
    let mut planes = Vec::new();
    for c in &view.channels {
        let Some(plane) = snapshot.planes.get(&c.field).map(|p| &p[arm]) else {
            return Ok(None);
        };
        planes.push(&plane.values);
    }
    let size = view
        .channels
        .first()
        .and_then(|c| snapshot.planes.get(&c.field));
    let Some((width, height)) = size.map(|p| (p[arm].width, p[arm].height)) else {
        return Ok(None);
    };
    let channels: Vec<Channel<'_>> = view
        .channels
        .iter()
        .zip(full)
        .zip(&planes)
        .map(|((c, full), values)| Channel {
            values,
            colour: c.colour,
            full: *full,
        })
        .collect();
    composite(&channels, width, height, GROUND).map(Some)
}

pub(crate) fn map(
    model: &Model,
    field: usize,
    range: Range,
    snapshot: &Snapshot,
    arm: usize,
) -> Result<Option<image::RgbaImage>> {
    let Some(p) = snapshot.planes.get(&field).map(|p| &p[arm]) else {
        return Ok(None);
    };
    let mut image = field_image(&p.values, p.width, p.height, range, &colours(model, field)?)?;
    if let Some(cells) = carriers(model, field, snapshot, arm) {
        fade(&mut image, &cells)?;
    }
    Ok(Some(image))
}

// The cells to which a field belongs, in units of their typical size; none: it is a property of the place, or the
// snapshot lacks these cells.
fn carriers(model: &Model, field: usize, snapshot: &Snapshot, arm: usize) -> Option<Vec<f32>> {
    let mut sum: Option<Vec<f32>> = None;
    for (carrier, weight) in model.carriers_by_scale(Local::Field(field)) {
        let values = &snapshot.planes.get(&carrier)?.get(arm)?.values;
        let sum = sum.get_or_insert_with(|| vec![0.0; values.len()]);
        for (s, v) in sum.iter_mut().zip(values) {
            *s += if v.is_finite() { weight * v } else { 0.0 };
        }
    }
    sum
}

pub(crate) fn colours(model: &Model, field: usize) -> Result<Colormap> {
    Colormap::named(colormap_name(model.fields[field].kind))
}

fn column(model: &Model, field: usize, range: Range, snapshot: &Snapshot) -> Result<FieldColumn> {
    let f = &model.fields[field];
    Ok(FieldColumn {
        label: f.label.clone(),
        unit: pretty_unit(&f.unit),
        range,
        map: colours(model, field)?,
        slices: match snapshot.planes.get(&field) {
            Some(planes) => planes.iter().cloned().map(Some).collect(),
            None => Vec::new(),
        },
        cells: (0..snapshot.planes.get(&field).map_or(0, Vec::len))
            .map(|arm| carriers(model, field, snapshot, arm))
            .collect::<Option<_>>()
            .unwrap_or_default(),
    })
}

/// The smallest and the largest of no values.
const NOTHING: [f32; 2] = [f32::INFINITY, f32::NEG_INFINITY];

/// Smallest and largest finite value of a field in a snapshot.
pub(crate) fn extremes(snapshot: &Snapshot, field: usize) -> [f32; 2] {
    let planes = snapshot.planes.get(&field).into_iter().flatten();
    let values = planes.flat_map(|p| &p.values).filter(|v| v.is_finite());
    values.fold(NOTHING, |[low, high], v| [low.min(*v), high.max(*v)])
}

/// One colour scale for a field over arms and times, whose smallest and largest values are given: from
/// the lower end of the model's display range, or a round number near the smallest value where that is
/// far above it, to a round number at the largest.
pub(crate) fn range(model: &Model, field: usize, [low, high]: [f32; 2]) -> Range {
    let [bottom, top] = model.fields[field].display;
    if low > high {
        return Range::linear(bottom as f32, top as f32);
    }
    let (low, high) = (f64::from(low), f64::from(high));
    let step = number::nice_step((high - low).max(1e-3 * high.abs()).max(1e-30), 5);
    let start = if low > bottom + 0.5 * (high - bottom) {
        (low / step).floor() * step
    } else {
        bottom.min(low)
    };
    let end = ((high / step).ceil() * step).max(start + step);
    Range::linear(start as f32, end as f32)
}

/// How much a field shows, relative to its display range: the largest standard deviation over the
/// cells of an arm, and a third of the spread of the arms' means.
fn variation(model: &Model, field: usize, planes: &[FieldSlice]) -> f64 {
    let norms: Vec<Norms> = planes.iter().map(|p| Norms::of(&p.values)).collect();
    let deviation = |n: &Norms| (n.rms * n.rms - n.mean * n.mean).max(0.0).sqrt();
    let within = norms.iter().map(deviation).fold(0.0, f64::max);
    let (low, high) = norms
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), n| {
            (l.min(n.mean), h.max(n.mean))
        });
    let [bottom, top] = model.fields[field].display;
    (within + (high - low).max(0.0) / 3.0) / (top - bottom).max(1e-300)
}

/// The single fields of the figure; one fewer when the main field has a column of its own.
fn singles(model: &Model, snapshot: &Snapshot, main: bool) -> Vec<usize> {
    let used: BTreeSet<usize> = super::composite_fields(model).into_iter().collect();
    let ranked = |kind: FieldKind| {
        let mut list: Vec<(f64, usize)> = snapshot
            .planes
            .iter()
            .filter(|(f, _)| model.fields[**f].kind == kind && !used.contains(f))
            .map(|(f, planes)| (variation(model, *f, planes), *f))
            .filter(|(v, _)| *v > 1e-6)
            .collect();
        list.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        list.into_iter().map(|(_, f)| f)
    };
    let mut kinds = [FieldKind::Molecule, FieldKind::Internal, FieldKind::Drug].map(ranked);
    let room = FIELDS - usize::from(main);
    let mut chosen = Vec::new();
    while chosen.len() < room {
        let before = chosen.len();
        for kind in &mut kinds {
            if chosen.len() < room {
                chosen.extend(kind.next());
            }
        }
        if chosen.len() == before {
            break;
        }
    }
    // The composite shows cells already.
    let left = room - chosen.len();
    chosen.extend(ranked(FieldKind::Cell).take(left));
    chosen
}

/// Channels of a view that show anything.
pub(crate) fn legend(model: &Model, view: &View, shown: &[&Snapshot]) -> Vec<LegendEntry> {
    let visible = |field: usize, full: f64| {
        let planes = shown.iter().filter_map(|s| s.planes.get(&field));
        let mut values = planes.flatten().flat_map(|p| &p.values);
        values.any(|v| f64::from(*v) > 0.01 * full)
    };
    let channels = view.channels.iter().filter(|c| visible(c.field, c.full));
    channels
        .map(|c| LegendEntry::swatch(model.fields[c.field].label.clone(), c.colour))
        .collect()
}

/// One line on the outcome of an arm.
pub(crate) fn note(record: &Record, effects: Option<&Effects>, arm: usize) -> String {
    let Some(burden) = record.scenario.model.burden else {
        return String::new();
    };
    let label = record.scenario.model.observables[burden]
        .label
        .to_lowercase();
    if let Some(e) = effects.filter(|e| e.control != arm) {
        return format!("{label} {:.2} × control", e.relative[arm]);
    }
    let (Some(first), Some(last)) = (record.rows.first(), record.rows.last()) else {
        return String::new();
    };
    let ratio = last.values[arm][burden] / first.values[arm][burden];
    if !ratio.is_finite() {
        return String::new();
    }
    format!("{label} {ratio:.2} × start")
}
