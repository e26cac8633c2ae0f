//! Figures of a dose matrix, ready to draw: titles, labels and captions from the numbers.
//!
//! The descriptions are plain data of `warmfront_view`; a caller may change any word before drawing.

use warmfront_model::counted;
use warmfront_view::{
    Colormap, DoseSide, HeatMap, HeatMark, IsoboleLevel, Isobologram, Marker, Style, Surface,
    ValueColours, ViewError,
};

use super::summary::amount;
use super::{Grid, Interval, Matrix, Metric, Reason, SingleDrug, Summary, Value, isoboles};
use crate::effect::Standing;

/// Colour map of differences, and of amounts.
const MAPS: [&str; 2] = ["balance", "viridis"];

/// What a figure of a matrix shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shown {
    /// Effect, from 0 (as without drugs) to 1 (nothing left); above 0 is the better side.
    Effect,
    /// Burden relative to no drugs, in percent.
    Burden,
    /// Excess over a null model.
    Excess(Metric),
}

/// Words and page that all figures of one matrix share.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Title; empty: made from what is shown.
    pub title: String,
    /// Line below it: scenario, day, number of seeds.
    pub subtitle: String,
    /// Closing line.
    pub footer: String,
    /// Colours.
    pub style: Style,
    /// Width and height, pixels at scale 1.
    pub size: [f32; 2],
}

impl Shown {
    fn title(self) -> String {
        match self {
            Self::Effect => "Effect of two drugs together".to_owned(),
            Self::Burden => "Burden under two drugs together".to_owned(),
            Self::Excess(metric) => format!("Synergy of two drugs: {}", metric.label()),
        }
    }

    fn label(self) -> String {
        match self {
            Self::Effect => "effect: 1 − burden relative to no drugs".to_owned(),
            Self::Burden => "burden (% of the burden without drugs)".to_owned(),
            Self::Excess(metric) => format!(
                "{} excess (share of the control; above 0: {})",
                metric.label(),
                metric.standing_words(Standing::More, false)
            ),
        }
    }

    fn values(self, matrix: &Matrix) -> Grid<Value> {
        match self {
            Self::Effect => matrix.effects().clone(),
            Self::Burden => matrix.map(|i, j| {
                let effect = matrix.effects()[i][j];
                effect.map(|f| 100.0 * matrix.left(f))
            }),
            Self::Excess(metric) => metric.excess(matrix),
        }
    }

    fn colours(self, values: &Grid<Value>) -> Result<ValueColours, ViewError> {
        let largest = values
            .iter()
            .flatten()
            .flatten()
            .fold(0.0_f64, |m, v| m.max(*v));
        let amount = |high: f64| {
            let range = warmfront_view::Range::linear(0.0, high.max(largest) as f32);
            Ok(ValueColours::Amount(range, Colormap::named(MAPS[1])?))
        };
        match self {
            Self::Effect => amount(1.0),
            Self::Burden => amount(100.0),
            Self::Excess(_) => Ok(ValueColours::Difference(None, Colormap::named(MAPS[0])?)),
        }
    }

    fn caption(self, matrix: &Matrix, values: &Grid<Value>, mean: Option<Interval>) -> String {
        let Self::Excess(metric) = self else {
            return String::new();
        };
        let mut text = match Summary::of_excess(matrix, metric, values) {
            Some(summary) => summary.words(matrix),
            None => format!("{}: no dose pair has an excess.", metric.label()),
        };
        if let Some(Interval { low, high }) = mean {
            let seeds = counted(matrix.replicates().len(), "start map");
            let spread = format!(" Spread of the mean over {seeds} {low:+.3} to {high:+.3}.");
            text.push_str(&spread.replace('-', "−"));
        }
        text.push_str(&Reason::sentence(values));
        text
    }
}

/// A heat map. An excess marks its largest value, or the lowest if the mean is below 0; `chosen` marks the pair of doses that people know,
/// e.g. the ones on the label; `mean` is the spread of the mean excess over start maps, if there is one.
///
/// # Errors
/// A colour map that cannot be read.
pub fn heat_map(
    matrix: &Matrix,
    shown: Shown,
    chosen: Option<([usize; 2], &str)>,
    mean: Option<Interval>,
    page: &Page,
) -> Result<HeatMap, ViewError> {
    let values = shown.values(matrix);
    let mut marks = Vec::new();
    if let Shown::Excess(metric) = shown
        && let Some(summary) = Summary::of_excess(matrix, metric, &values)
    {
        marks.push(HeatMark {
            cell: summary.strongest().cell,
            label: summary.strongest_words(),
            marker: Marker::Disc,
        });
    }
    if let Some((cell, label)) = chosen {
        marks.push(HeatMark {
            cell,
            label: label.to_owned(),
            marker: Marker::Diamond,
        });
    }
    let [x, y] = sides(matrix);
    Ok(HeatMap {
        title: title(page, shown),
        subtitle: page.subtitle.clone(),
        x,
        y,
        value_label: shown.label(),
        colours: shown.colours(&values)?,
        marks,
        caption: shown.caption(matrix, &values, mean),
        footer: page.footer.clone(),
        style: page.style,
        size: page.size,
        values: plain(values),
    })
}

/// A surface in three dimensions.
///
/// # Errors
/// A colour map that cannot be read.
pub fn surface(
    matrix: &Matrix,
    shown: Shown,
    mean: Option<Interval>,
    page: &Page,
) -> Result<Surface, ViewError> {
    let values = shown.values(matrix);
    let [x, y] = sides(matrix);
    Ok(Surface {
        title: title(page, shown),
        subtitle: page.subtitle.clone(),
        x,
        y,
        value_label: shown.label(),
        colours: shown.colours(&values)?,
        caption: shown.caption(matrix, &values, mean),
        footer: page.footer.clone(),
        style: page.style,
        size: page.size,
        values: plain(values),
    })
}

/// An isobologram of the effects `levels` (0 to 1).
pub fn isobologram(matrix: &Matrix, levels: &[f64], page: &Page) -> Isobologram {
    let found = isoboles(matrix, levels);
    let caption = isobole_caption(&found, matrix);
    let sides = sides(matrix);
    let level = |isobole: super::Isobole| IsoboleLevel {
        label: match isobole.is_below_smallest_dose(matrix) {
            true => format!(
                "{} effect, below the smallest dose",
                amount(100.0 * isobole.level, "%")
            ),
            false => format!("{} effect", amount(100.0 * isobole.level, "%")),
        },
        lines: isobole.lines,
        additive: isobole.additive,
    };
    Isobologram {
        title: match page.title.as_str() {
            "" => "Doses with the same effect".to_owned(),
            title => title.to_owned(),
        },
        subtitle: page.subtitle.clone(),
        x_label: axis(&sides[0]),
        y_label: axis(&sides[1]),
        levels: found.into_iter().map(level).collect(),
        limits: None,
        caption,
        footer: page.footer.clone(),
        style: page.style,
        size: page.size,
    }
}

/// How the lines of an isobologram are read, and why some have no dashed one.
pub(crate) fn isobole_caption(found: &[super::Isobole], matrix: &Matrix) -> String {
    let with_line = found.iter().filter(|i| i.additive.is_some()).count();
    let weak = |drug: usize| found.iter().any(|i| i.beyond[drug]);
    let names = matrix.drugs().each_ref().map(|d| d.name.as_str());
    let alone = match [weak(0), weak(1)] {
        [true, false] => format!("{} alone never has", names[0]),
        [false, true] => format!("{} alone never has", names[1]),
        _ if found.iter().all(|i| i.beyond == [true; 2]) => "neither drug alone has".to_owned(),
        _ => "one of the drugs alone never has".to_owned(),
    };
    let mut caption = match with_line {
        0 => format!("No dashed lines of additive doses: {alone} these effects."),
        _ => "A line below its dashed one needs less of both drugs than additive doses.".to_owned(),
    };
    if (1..found.len()).contains(&with_line) {
        caption.push_str(&format!(" No dashed line: {alone} that effect."));
    }
    if let Some(words) = pooled_words(matrix).filter(|_| with_line > 0) {
        caption.push_str(&format!(" {words}"));
    }
    if matrix.effects().iter().flatten().any(Result::is_err) {
        caption.push_str(" Lines stop beside dose pairs that could not be computed.");
    }
    caption
}

/// Which curves of a drug alone were smoothed for Loewe and the dashed lines of additive doses; none where
/// both rise all the way.
pub fn pooled_words(matrix: &Matrix) -> Option<String> {
    let names: Vec<&str> = (0..2)
        .filter(|drug| SingleDrug::is_pooled(matrix, *drug))
        .map(|drug| matrix.drugs()[drug].name.as_str())
        .collect();
    let whose = match names.as_slice() {
        [] => return None,
        [one] => {
            format!("the effect of {one} alone falls somewhere as the dose rises, so its curve is")
        }
        _ => format!(
            "the effects of {} alone fall somewhere as the dose rises, so their curves are",
            names.join(" and of ")
        ),
    };
    Some(format!(
        "Pooled: {whose} smoothed to the nearest that never falls (isotonic regression) for Loewe and the lines of additive doses; isoboles and all other numbers use the effects as found."
    ))
}

fn title(page: &Page, shown: Shown) -> String {
    match page.title.as_str() {
        "" => shown.title(),
        title => title.to_owned(),
    }
}

fn sides(matrix: &Matrix) -> [DoseSide; 2] {
    matrix.drugs().each_ref().map(|drug| DoseSide {
        label: format!("dose of {}", drug.name),
        unit: drug.unit.clone(),
        doses: drug.values.clone(),
    })
}

fn axis(side: &DoseSide) -> String {
    match side.unit.as_str() {
        "" => side.label.clone(),
        unit => format!("{} ({unit})", side.label),
    }
}

fn plain(values: Grid<Value>) -> Vec<Vec<Option<f64>>> {
    let row = |row: Vec<Value>| row.into_iter().map(Result::ok).collect();
    values.into_iter().map(row).collect()
}
