//! Quantities over two axes: the same one as a heat map or as a surface.
//!
//! Amounts are coloured from 0 up, differences to both sides of 0.

use warmfront_view::{
    Colormap, DoseSide, Figure, HeatMap, HeatMark, Range, Style, Surface, ValueColours, ViewError,
};

use super::super::plan::Plan;
use super::super::{Axis, Varied};
use super::{SIZE, subtitle};
use crate::export::first_sentence;
use crate::units::pretty_unit;
fn side(plan: &Plan, axis: &Axis) -> DoseSide {
    let model = &plan.base.model;
    DoseSide {
        label: axis.label(model).to_owned(),
        unit: match axis.varied {
            Varied::Drug(_) => format!("{} per dose", pretty_unit(axis.unit(model)))
                .trim()
                .to_owned(),
            Varied::Parameter(_) => pretty_unit(axis.unit(model)),
        },
        doses: axis
            .amounts(&plan.base)
            .unwrap_or_else(|| axis.values.clone()),
    }
}

/// Amounts from 0 to the largest.
fn amounts(values: &[Vec<Option<f64>>]) -> Result<ValueColours, ViewError> {
    let all = values.iter().flatten().flatten();
    let most = all.fold(0.0_f64, |m, v| m.max(*v));
    let range = Range::linear(0.0, if most > 0.0 { most as f32 } else { 1.0 });
    Ok(ValueColours::Amount(range, Colormap::named("viridis")?))
}

/// Differences that are smaller are not drawn in full colour: pages that are laid side by side should not make
/// a small synergy look like a large one.
const FULL_COLOUR: f64 = 0.1;

/// Both sides of 0, to the largest.
fn differences(values: &[Vec<Option<f64>>]) -> Result<ValueColours, ViewError> {
    let all = values.iter().flatten().flatten();
    let most = all.fold(FULL_COLOUR, |m, v| m.max(v.abs()));
    Ok(ValueColours::Difference(
        Some(most),
        Colormap::named("balance")?,
    ))
}

/// `[x][y]` of something by point.
pub(super) fn by_point(plan: &Plan, at: impl Fn(usize) -> Option<f64>) -> Vec<Vec<Option<f64>>> {
    let [nx, ny] = plan.shape();
    let column = |x: usize| (0..ny).map(|y| at(y * nx + x)).collect();
    (0..nx).map(column).collect()
}

/// What a heat map shows.
pub(super) struct Shown {
    pub(super) title: String,
    pub(super) values: Vec<Vec<Option<f64>>>,
    pub(super) label: String,
    pub(super) caption: String,
    pub(super) marks: Vec<HeatMark>,
    pub(super) differs: bool,
}

impl Shown {
    fn colours(&self) -> Result<ValueColours, ViewError> {
        if self.differs {
            differences(&self.values)
        } else {
            amounts(&self.values)
        }
    }

    pub(super) fn heat_map(self, plan: &Plan) -> Result<Figure, ViewError> {
        HeatMap {
            colours: self.colours()?,
            title: self.title,
            subtitle: subtitle(plan),
            x: side(plan, &plan.axes[0]),
            y: side(plan, &plan.axes[1]),
            values: self.values,
            value_label: self.label,
            marks: self.marks,
            caption: self.caption,
            footer: first_sentence(&plan.base.model.caveat),
            style: Style::Print,
            size: SIZE,
        }
        .figure()
    }

    pub(super) fn surface(self, plan: &Plan) -> Result<Figure, ViewError> {
        Surface {
            colours: self.colours()?,
            title: self.title,
            subtitle: subtitle(plan),
            x: side(plan, &plan.axes[0]),
            y: side(plan, &plan.axes[1]),
            values: self.values,
            value_label: self.label,
            caption: self.caption,
            footer: first_sentence(&plan.base.model.caveat),
            style: Style::Print,
            size: SIZE,
        }
        .figure()
    }
}
