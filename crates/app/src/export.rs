//! Curves become files: a table, a bitmap, a drawing.
//!
//! What is plotted is copied out of the newest snapshot (shared, so it costs nothing), and everything else
//! happens on a thread of its own: the question where to, drawing and writing. The window only collects
//! the answers, see [`Exporter`].

mod exporter;

use std::sync::Arc;

use warmfront_model::Scenario;
use warmfront_session::export::first_sentence;
use warmfront_session::{Provenance, Row, pretty_unit, time_axis};
use warmfront_view::{
    Dash, DoseTrack, Figure, Marker, PlotFigure, PlotPanel, Series, Style, ViewError, arm_colour,
};

pub use exporter::{Exporter, Wanted};

/// Kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Numbers of all rows, separated by commas.
    Csv,
    /// A bitmap that carries its scenario.
    Png,
    /// A drawing that carries its scenario.
    Svg,
}

impl Format {
    /// All kinds, as menus list them.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Png, Self::Svg];

    /// What a menu says.
    pub fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV table",
            Self::Png => "PNG picture",
            Self::Svg => "SVG drawing",
        }
    }

    /// Ending of the file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }
}

/// Changes that a picture names.
const MOST_CHANGES: usize = 3;

/// Some observables over time, in all arms.
#[derive(Debug, Clone)]
pub struct Curves {
    /// The scenario that ran.
    pub scenario: Arc<Scenario>,
    /// Adapter that computed it.
    pub adapter: String,
    /// Rows, oldest first; values by arm of the scenario, then observable of the model.
    pub rows: Arc<Vec<Row>>,
    /// By drug: times of doses, model time.
    pub doses: Vec<Vec<f64>>,
    /// Observables to be written, in this order.
    pub observables: Vec<usize>,
    /// Logarithmic value axes.
    pub logarithmic: bool,
    /// What was changed by hand, in words.
    pub changes: Vec<String>,
}

impl Curves {
    /// The file, whole.
    ///
    /// # Errors
    /// A figure that cannot be drawn.
    pub fn bytes(&self, format: Format) -> Result<Vec<u8>, ViewError> {
        let arms: Vec<usize> = (0..self.scenario.arms.len()).collect();
        let told = Provenance::new(&self.scenario, &arms, &self.adapter, self.rows.last());
        let texts = told.texts();
        let metadata = texts.each_ref().map(|(key, text)| (*key, text.as_str()));
        match format {
            Format::Csv => Ok(self.csv().into_bytes()),
            Format::Svg => Ok(self.figure()?.svg(&metadata, None)?.into_bytes()),
            Format::Png => {
                let figure = self.figure()?;
                // A very large figure is drawn smaller rather than not at all.
                match figure.png(2.0, &metadata) {
                    Err(ViewError::Pixels { .. }) => figure.png(1.0, &metadata),
                    other => other,
                }
            }
        }
    }

    /// A name to begin with.
    pub fn name(&self, format: Format) -> String {
        let what = match self.observables.as_slice() {
            [one] => self.scenario.model.observables[*one].id.as_str(),
            _ => "curves",
        };
        let id: String = self.scenario.id.chars().map(plain_sign).collect();
        format!("{id}_{what}.{}", format.ending())
    }

    /// One line per time and arm, one column per quantity with its unit; every digit that there is.
    pub fn csv(&self) -> String {
        let model = &self.scenario.model;
        let mut text = cell(&format!("time [{}]", model.time_unit));
        text.push_str(",arm");
        for &o in &self.observables {
            let o = &model.observables[o];
            text.push(',');
            text.push_str(&cell(&format!("{} [{}]", o.id, o.unit)));
        }
        text.push('\n');
        for row in self.rows.iter() {
            for (arm, values) in self.scenario.arms.iter().zip(&row.values) {
                text.push_str(&row.time.to_string());
                text.push(',');
                text.push_str(&cell(&arm.id));
                for &o in &self.observables {
                    let value = values.get(o).copied().unwrap_or(f64::NAN);
                    text.push(',');
                    text.push_str(&value.to_string());
                }
                text.push('\n');
            }
        }
        text
    }

    /// One panel per quantity, one line per arm, on a white page.
    ///
    /// # Errors
    /// As [`PlotFigure::figure`].
    pub fn figure(&self) -> Result<Figure, ViewError> {
        let model = &self.scenario.model;
        let panels: Vec<PlotPanel> = self.observables.iter().map(|o| self.panel(*o)).collect();
        let columns = match panels.len() {
            0 | 1 => 1,
            2 | 4 => 2,
            3 | 5..=9 => 3,
            _ => 4,
        };
        PlotFigure {
            title: format!("{} · {}", self.scenario.label, model.label),
            subtitle: self.changed(),
            panels,
            columns,
            panel: if columns < 3 {
                [480.0, 270.0]
            } else {
                [330.0, 240.0]
            },
            footer: first_sentence(&model.caveat),
            style: Style::Print,
        }
        .figure()
    }

    // What was changed by hand, as far as a line has room.
    fn changed(&self) -> String {
        let shown = self.changes.len().min(MOST_CHANGES);
        let mut text = self.changes[..shown].join("; ");
        if self.changes.len() > shown {
            text += &format!("; and {} more", self.changes.len() - shown);
        }
        match text.as_str() {
            "" => text,
            _ => format!("Changed by hand: {text}"),
        }
    }

    fn panel(&self, observable: usize) -> PlotPanel {
        let model = &self.scenario.model;
        let o = &model.observables[observable];
        let arms = self.scenario.arms.iter().enumerate();
        let series = arms.map(|(arm, a)| Series {
            label: a.label.clone(),
            colour: arm_colour(arm, false),
            dash: Dash::nth(arm),
            points: self.points(arm, observable),
        });
        let end = self.rows.last().map_or(0.0, |r| r.time);
        let tracks = model.drugs.iter().zip(&self.doses).enumerate();
        PlotPanel {
            title: o.label.clone(),
            x_label: time_axis(model),
            y_label: pretty_unit(&o.unit),
            log_y: self.logarithmic,
            weeks: model.clock_unit().is_day(),
            x_range: (end > 0.0).then_some([0.0, end]),
            y_range: None,
            series: series.collect(),
            doses: tracks
                .filter(|(_, (_, times))| !times.is_empty())
                .map(|(drug, (d, times))| DoseTrack {
                    label: d.label.clone(),
                    colour: d.colour,
                    marker: Marker::nth(drug),
                    times: times.clone(),
                })
                .collect(),
        }
    }

    fn points(&self, arm: usize, observable: usize) -> Vec<[f64; 2]> {
        let rows = self.rows.iter();
        rows.filter_map(|row| Some([row.time, *row.values.get(arm)?.get(observable)?]))
            .collect()
    }
}

// Signs that file systems dislike.
fn plain_sign(c: char) -> char {
    if c.is_ascii_alphanumeric() || c == '-' {
        c
    } else {
        '_'
    }
}

/// A text as one cell of a table.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use warmfront_model::Library;

    use super::*;

    /// Three rows of the default scenario.
    pub(crate) fn curves() -> Curves {
        let library = Library::embedded();
        let scenario = library.scenario("inflamed").expect("it is valid");
        let count = scenario.model.observables.len();
        let rows = (0..3).map(|k| Row {
            time: f64::from(k) * 0.1,
            values: (0..scenario.arms.len())
                .map(|arm| (0..count).map(|o| (arm + o) as f64 / 3.0).collect())
                .collect(),
        });
        Curves {
            rows: Arc::new(rows.collect()),
            doses: vec![vec![0.1]; scenario.model.drugs.len()],
            observables: vec![4, 0],
            logarithmic: false,
            changes: Vec::new(),
            adapter: "an adapter".to_owned(),
            scenario: Arc::new(scenario),
        }
    }

    #[test]
    fn a_table_holds_every_bit_of_every_row() {
        let curves = curves();
        let text = curves.csv();
        let mut lines = text.lines();
        let model = &curves.scenario.model;
        let heads: Vec<&str> = lines.next().expect("a header").split(',').collect();
        assert_eq!(heads[..2], [&format!("time [{}]", model.time_unit), "arm"]);
        for (head, o) in heads[2..].iter().zip(&curves.observables) {
            let o = &model.observables[*o];
            assert_eq!(*head, format!("{} [{}]", o.id, o.unit));
        }
        for row in curves.rows.iter() {
            for (arm, values) in curves.scenario.arms.iter().zip(&row.values) {
                let line: Vec<&str> = lines.next().expect("a line").split(',').collect();
                assert_eq!(line[0].parse(), Ok(row.time));
                assert_eq!(line[1], arm.id);
                for (text, o) in line[2..].iter().zip(&curves.observables) {
                    assert_eq!(text.parse(), Ok(values[*o]));
                }
            }
        }
        assert_eq!(lines.next(), None);
        assert_eq!(cell("a, \"b\""), "\"a, \"\"b\"\"\"");
    }

    #[test]
    fn a_picture_names_what_was_changed() {
        let mut curves = curves();
        assert_eq!(curves.changed(), "");
        curves.changes = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        assert_eq!(curves.changed(), "Changed by hand: a; b; c; and 2 more");
        let svg = curves.bytes(Format::Svg).expect("it can be drawn");
        assert!(String::from_utf8_lossy(&svg).contains("Changed by hand"));
    }

    #[test]
    fn figures_carry_the_scenario() {
        let curves = curves();
        let png = curves.bytes(Format::Png).expect("it can be drawn");
        let texts = warmfront_view::read_png_text(&png).expect("a PNG");
        let kept = texts.iter().find(|(k, _)| k == "warmfront");
        let kept = Provenance::from_json(&kept.expect("it is there").1, "x.png".as_ref());
        let kept = kept.expect("its own JSON");
        assert_eq!(kept.scenario, curves.scenario.to_toml());
        assert_eq!(kept.adapter, "an adapter");
        assert_eq!(
            kept.results.map(|r| r.arms.len()),
            Some(curves.scenario.arms.len())
        );
        let svg = curves.bytes(Format::Svg).expect("it can be drawn");
        let svg = String::from_utf8(svg).expect("it is text");
        for o in &curves.observables {
            assert!(svg.contains(&curves.scenario.model.observables[*o].label));
        }
        assert!(curves.name(Format::Svg).ends_with("_curves.svg"));
    }
}
