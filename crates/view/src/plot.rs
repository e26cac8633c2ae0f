//! Line plots over time: a grid of panels, several series each, dose marks above the data.
//!
//! Axis titles are written level, above the axis, because turned text is slow to read. Series are
//! named at the ends of their lines where that fits, else in one legend above the panels.

use crate::axis::drawable;
use crate::colour::Rgb;
use crate::error::{Result, ViewError};
use crate::figure::{Figure, MARGIN, footer, heading};
use crate::legend::{Dash, DoseTrack, LegendEntry, LegendMark, legend};
use crate::plot_panel::{PanelLayout, dose_tags, draw_panel, end_label_room};
use crate::style::Style;
use crate::svg::{Drawing, Rect};

/// Space between panels.
const GUTTER: f32 = 26.0;

/// One line of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name, e.g. the arm.
    pub label: String,
    /// Its colour.
    pub colour: Rgb,
    /// Its dash pattern, so that colour is not the only code.
    pub dash: Dash,
    /// Points `[x, y]` in order of x. Points that are not finite, or not positive on a log axis,
    /// break the line.
    pub points: Vec<[f64; 2]>,
}

/// One quantity over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlotPanel {
    /// What is plotted.
    pub title: String,
    /// Title of the x axis with its unit.
    pub x_label: String,
    /// Title of the y axis with its unit.
    pub y_label: String,
    /// Logarithmic y axis.
    pub log_y: bool,
    /// The x axis counts days: ticks fall on whole weeks where it spans 2 to 60 weeks.
    pub weeks: bool,
    /// Limits of x; from the data if `None`.
    pub x_range: Option<[f64; 2]>,
    /// Limits of y; from the data if `None`.
    pub y_range: Option<[f64; 2]>,
    /// The lines.
    pub series: Vec<Series>,
    /// Doses, marked above the data.
    pub doses: Vec<DoseTrack>,
}

/// A grid of panels.
#[derive(Clone, Debug)]
pub struct PlotFigure {
    /// What is to be seen.
    pub title: String,
    /// One line below it; may be empty.
    pub subtitle: String,
    /// The panels, row by row.
    pub panels: Vec<PlotPanel>,
    /// Panels side by side.
    pub columns: usize,
    /// Width and height of one panel with its titles, in pixels at scale 1; 400 x 250 is a good
    /// choice.
    pub panel: [f32; 2],
    /// Closing line; may be empty.
    pub footer: String,
    /// Light or dark page.
    pub style: Style,
}

impl PlotFigure {
    /// Composes the figure.
    ///
    /// # Errors
    /// [`ViewError::Figure`] without panels, with a panel size out of bounds or with limits that
    /// cannot be used.
    pub fn figure(&self) -> Result<Figure> {
        self.check()?;
        let theme = self.style.theme();
        let columns = self.columns.clamp(1, self.panels.len());
        let [w, h] = self.panel;
        let width = 2.0 * MARGIN + columns as f32 * (w + GUTTER) - GUTTER;
        let mut d = Drawing::default();
        let mut y = heading(&mut d, &theme, width, &self.title, &self.subtitle);

        let direct = self
            .panels
            .iter()
            .all(|p| end_label_room(p, self.panel).is_some());
        let entries = self.entries(!direct);
        let bottom = legend(&mut d, &theme, [MARGIN, y], width - 2.0 * MARGIN, &entries);
        if bottom > y {
            y = bottom + 8.0;
        }
        let rows = self.panels.len().div_ceil(columns);
        for (i, panel) in self.panels.iter().enumerate() {
            let (column, row) = ((i % columns) as f32, (i / columns) as f32);
            let area = Rect::new(MARGIN + column * (w + GUTTER), y + row * (h + 18.0), w, h);
            // All panels of a row keep room for as many dose rows, so that their axes line up.
            let first = (i / columns) * columns;
            let neighbours = &self.panels[first..(first + columns).min(self.panels.len())];
            let layout = PanelLayout {
                area,
                dose_rows: neighbours.iter().map(|p| p.doses.len()).max().unwrap_or(0),
                end_labels: if direct {
                    end_label_room(panel, self.panel)
                } else {
                    None
                },
            };
            draw_panel(&mut d, &theme, &layout, panel)?;
        }
        y += rows as f32 * (h + 18.0) - 10.0;
        let height = footer(&mut d, &theme, width, y, &self.footer);
        Figure::new(width, height, &self.title, &theme, d)
    }

    fn check(&self) -> Result<()> {
        if self.panels.is_empty() {
            return Err(ViewError::Figure(
                "a plot needs at least one panel".to_owned(),
            ));
        }
        let [w, h] = self.panel;
        if !((180.0..=4000.0).contains(&w) && (140.0..=4000.0).contains(&h)) {
            return Err(ViewError::Figure(format!(
                "panel size {w} x {h}; allowed are 180 to 4000 by 140 to 4000 pixels"
            )));
        }
        for panel in &self.panels {
            for (axis, range) in [("x", panel.x_range), ("y", panel.y_range)] {
                let Some([low, high]) = range else { continue };
                let log = axis == "y" && panel.log_y;
                if !(drawable(low, log) && drawable(high, log) && low < high) {
                    return Err(ViewError::Figure(format!(
                        "panel `{}`: {axis} limits {low} to {high}; they must be finite and rising{}",
                        panel.title,
                        if log {
                            ", and above 0 on a log axis"
                        } else {
                            ""
                        }
                    )));
                }
            }
        }
        Ok(())
    }

    /// Legend entries without repetition: series if wanted, then drugs.
    fn entries(&self, series: bool) -> Vec<LegendEntry> {
        let mut entries: Vec<LegendEntry> = Vec::new();
        let mut add = |entry: LegendEntry| {
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        };
        if series {
            for s in self.panels.iter().flat_map(|p| &p.series) {
                add(LegendEntry {
                    label: s.label.clone(),
                    mark: LegendMark::Line(s.colour, s.dash),
                });
            }
        }
        for panel in &self.panels {
            for (t, tag) in panel.doses.iter().zip(dose_tags(&panel.doses)) {
                add(LegendEntry {
                    label: format!("{tag} {}", t.label).trim_start().to_owned(),
                    mark: LegendMark::Dose(t.colour, t.marker),
                });
            }
        }
        entries
    }
}
