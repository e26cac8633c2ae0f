//! Figures for papers: of a size on paper, in a style, as PNG, SVG or PDF.
//!
//! # Theory
//! A figure is laid out at the width that it will have on paper, at 96 units per inch, so letters keep
//! their size (8 to 14 points) whatever the width; more panels or more days make the pictures smaller,
//! not the words. Below [`LEAST`] units there is no room for words: then everything shrinks.
//!
//! # Practice
//! [`FigureSpec::plan`] says which scenario and arms must be run, [`Snapshots`] watches the run for the
//! days of a montage, [`FigureSpec::draw`] makes the figure and [`Target::write`] the file, which
//! carries its [`crate::Provenance`].

mod dose_response;
mod file;
mod montage;

use warmfront_model::{Local, Model, Scenario};
use warmfront_view::{Figure, Style};

pub use dose_response::DoseSeries;
pub use file::{Format, Target};
pub use montage::Snapshots;

use crate::SessionError;
use crate::export::curves::{burden_on, curves_on};
use crate::record::Record;

/// Narrowest layout, units of a 96th inch.
const LEAST: f32 = 340.0;

/// Most days of a montage.
const MOST_DAYS: usize = 24;

/// Page and width that a figure is laid out for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sheet {
    /// Colours.
    pub(crate) style: Style,
    /// Units of a 96th inch; none: as wide as it comes out.
    pub(crate) width: Option<f32>,
}

impl Sheet {
    /// Width of one of `count` panels side by side.
    pub(crate) fn panel(&self, count: usize, gutter: f32) -> Option<f32> {
        let room = self.width? - 2.0 * MARGIN;
        Some((room + gutter) / count as f32 - gutter)
    }
}

/// Space around a figure, units.
const MARGIN: f32 = 24.0;

/// Size and colours on paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paper {
    /// Colours.
    pub style: Style,
    /// Width, millimetres; 30 to 1200.
    pub millimetres: f64,
    /// Pixels per inch of bitmaps; 30 to 2400.
    pub dpi: f64,
}

impl Default for Paper {
    /// Two columns of a journal at the resolution that journals ask for.
    fn default() -> Self {
        Self {
            style: Style::Print,
            millimetres: 180.0,
            dpi: 300.0,
        }
    }
}

impl Paper {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`SessionError::Film`] with what is allowed.
    pub fn check(&self) -> Result<(), SessionError> {
        let wrong = |what: String, help: &str| SessionError::Film {
            what,
            help: help.to_owned(),
        };
        if !(30.0..=1200.0).contains(&self.millimetres) {
            let what = format!("a figure {} mm wide", self.millimetres);
            let help = "30 to 1200 mm is allowed; journals take 85 (one column) or 180 (two)";
            return Err(wrong(what, help));
        }
        if !(30.0..=2400.0).contains(&self.dpi) {
            let what = format!("{} pixels per inch", self.dpi);
            return Err(wrong(
                what,
                "30 to 2400 is allowed; journals ask for 300 to 600",
            ));
        }
        let pixels = self.millimetres / 25.4 * self.dpi;
        let most = f64::from(warmfront_view::raster::LARGEST_SIDE);
        if pixels > most {
            let what = format!("a picture {pixels:.0} pixels wide");
            let help =
                format!("at most {most} are made; lower the dpi or the width, or write SVG or PDF");
            return Err(wrong(what, &help));
        }
        Ok(())
    }

    fn sheet(&self) -> Sheet {
        let width = self.millimetres / 25.4 * 96.0;
        Sheet {
            style: self.style,
            width: Some((width as f32).max(LEAST)),
        }
    }
}

/// What the pictures of a montage show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A composite: index of the model's view.
    View(usize),
    /// One field, through a colour map.
    Field(usize),
}

impl Shown {
    /// The model's first view, or the one field that it shows: a single colour says less than a map with
    /// a colour bar. The first field where there is no view.
    pub fn of(model: &Model) -> Self {
        match model.views.first().map(|v| v.channels.as_slice()) {
            None | Some([]) => Self::Field(0),
            Some([only]) => Self::Field(only.field),
            Some(_) => Self::View(0),
        }
    }

    fn fields(self, model: &Model) -> Vec<usize> {
        match self {
            Self::View(v) => model.views[v].channels.iter().map(|c| c.field).collect(),
            Self::Field(f) => {
                let carriers = model.carriers(Local::Field(f));
                [&[f], carriers].concat()
            }
        }
    }
}

/// What a figure shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Arms in rows, days in columns.
    Montage {
        /// Model times, rising; the last is the end of the run.
        times: Vec<f64>,
        /// What the pictures show.
        shown: Shown,
    },
    /// Every plotted observable over time.
    Curves,
    /// The burden over time.
    Burden,
    /// The burden at the end against the dose of a drug.
    DoseResponse(DoseSeries),
}

/// A figure, in full.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureSpec {
    /// What it shows.
    pub kind: Kind,
    /// Size and colours.
    pub paper: Paper,
}

impl FigureSpec {
    /// The scenario and the arms of it that must be run, from those that are asked for.
    ///
    /// # Errors
    /// [`SessionError::Film`]: a figure that this scenario cannot give.
    pub fn plan(
        &self,
        mut scenario: Scenario,
        arms: Vec<usize>,
    ) -> Result<(Scenario, Vec<usize>), SessionError> {
        self.paper.check()?;
        let needs_burden = matches!(self.kind, Kind::Burden | Kind::DoseResponse(_));
        if needs_burden && scenario.model.burden.is_none() {
            return Err(SessionError::Film {
                what: format!("model `{}` has no burden to draw", scenario.model.id),
                help: "use --kind curves or --kind montage".to_owned(),
            });
        }
        match &self.kind {
            Kind::Montage { times, .. } => {
                if times.len() > MOST_DAYS {
                    return Err(SessionError::Film {
                        what: format!("a montage of {} days", times.len()),
                        help: format!("at most {MOST_DAYS} fit; `warmfront record` makes films"),
                    });
                }
                scenario.time.snapshots.clone_from(times);
                Ok((scenario, arms))
            }
            Kind::Curves | Kind::Burden => {
                if matches!(self.kind, Kind::Curves) && scenario.model.observables.is_empty() {
                    return Err(SessionError::Film {
                        what: format!("model `{}` has no observables to draw", scenario.model.id),
                        help: "use --kind montage".to_owned(),
                    });
                }
                Ok((scenario, arms))
            }
            Kind::DoseResponse(series) => series.plan(scenario),
        }
    }

    /// What must be looked at while the run goes.
    pub fn watch(&self, scenario: &Scenario) -> Snapshots {
        match &self.kind {
            Kind::Montage { times, shown } => {
                Snapshots::new(times.clone(), shown.fields(&scenario.model))
            }
            _ => Snapshots::new(Vec::new(), Vec::new()),
        }
    }

    /// Draws the figure of a run that was planned by [`FigureSpec::plan`].
    ///
    /// # Errors
    /// A run that ended before there was anything to draw; a figure that cannot be drawn.
    pub fn draw(&self, record: &Record, seen: &Snapshots) -> Result<Figure, SessionError> {
        let sheet = self.paper.sheet();
        let drawn = match &self.kind {
            Kind::Montage { shown, .. } => Some(montage::figure(record, seen, *shown, sheet)?),
            Kind::Curves => curves_on(record, sheet)?,
            Kind::Burden => burden_on(record, sheet)?,
            Kind::DoseResponse(series) => Some(series.figure(record, sheet)?),
        };
        drawn.ok_or_else(|| SessionError::Film {
            what: "there is nothing to draw".to_owned(),
            help: "run longer, or choose another --kind".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_on_paper_are_checked() {
        assert!(Paper::default().check().is_ok());
        for (millimetres, dpi) in [
            (1.0, 300.0),
            (180.0, 1e9),
            (f64::NAN, 300.0),
            (1200.0, 2400.0),
        ] {
            let paper = Paper {
                millimetres,
                dpi,
                ..Paper::default()
            };
            let e = paper.check().expect_err("out of bounds").to_string();
            assert!(e.contains("help:"), "{e}");
        }
        let sheet = Paper::default().sheet();
        assert!(
            sheet
                .panel(1, 26.0)
                .is_some_and(|w| (w - 632.3).abs() < 0.1)
        );
        assert_eq!(Sheet::default().panel(2, 26.0), None);
    }
}
