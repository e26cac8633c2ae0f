//! The tissue on screen: one pane per arm, drawn from the simulation's memory.
//!
//! # Theory
//! A view is a point of the tissue and a magnification, shared by all panes, so that arms are compared
//! at the same place. Lengths are equal along both axes on screen, whatever the cells are. Colours are
//! those of [`warmfront_view::raster`]: a map through a fixed range, or
//! several fields mixed as [`warmfront_view::mix`] tells.
//!
//! # Practice
//! [`register`] once, then [`Canvas::ui`] every frame. What the pointer does depends on the [`Tool`]; wheel
//! and pinch zoom to the cursor in any case. Colour scales and their controls stand in a strip under the
//! panes.

mod channels;
mod legend;
mod overlay;
mod paint;
mod pointer;
mod probe;
mod scale;
mod slice;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod tool_tests;
#[cfg(test)]
mod twin_tests;
mod uniform;
mod view;
mod wipe;

use std::collections::BTreeSet;

use eframe::egui;
use egui::{Rect, Sense, Ui};
use serde::{Deserialize, Serialize};
use warmfront_model::{Local, Model, Scenario};
use warmfront_view::raster::Range;

use crate::command::Command;
use crate::panels::Desk;
use crate::state::{Display, Snapshot};
use legend::Legend;
use overlay::Ground;
use paint::{Job, Pane};
use pointer::{Stroke, Under};
use scale::{Auto, Scales};
use slice::Slice;
use uniform::Subject;
use wipe::Place;

pub use paint::{CanvasError, register};
pub use view::View;

/// Space between panes, points.
const GAP: f32 = 6.0;
/// Seconds after which a map that did not come is asked for again.
const PATIENCE: f64 = 2.0;

/// What the pointer does on the tissue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// Dragging moves the view.
    #[default]
    Move,
    /// Dragging paints; the right button removes.
    Brush,
    /// Dragging draws the line of a profile.
    Line,
    /// A click asks "why here?".
    Why,
}

/// Range of the colour scale of a single field or quantity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RangeMode {
    /// The model's.
    #[default]
    Model,
    /// Follows the values, in steps, so that it does not flicker.
    Auto,
    /// Chosen by hand.
    Fixed([f64; 2]),
}

/// What the panes show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Index of the model's views: fields shown together.
    Composite(usize),
    /// Index of the model's fields, through a colour map.
    Field(usize),
    /// Any other local quantity, through a colour map, from the derived map of the display.
    Derived(Local),
}

impl Look {
    /// The same look if the model has it; else its first view, else its first field.
    pub fn within(self, model: &Model) -> Self {
        match self {
            Self::Composite(i) if i < model.views.len() => self,
            Self::Field(i) if i < model.fields.len() => self,
            Self::Derived(local) if model.locals().contains(&local) => self,
            _ if model.views.is_empty() => Self::Field(0),
            _ => Self::Composite(0),
        }
    }
}

/// The centre of the window.
#[derive(Debug, Clone, PartialEq)]
pub struct Canvas {
    /// What is shown.
    pub look: Look,
    /// Part of the tissue on screen.
    pub view: View,
    /// Grain like nuclei on composites: a drawing aid, it shows no cell that the model has.
    pub texture: bool,
    /// The line around cells, where the model declares one and the picture does not show those cells itself.
    pub outline: bool,
    /// Fields that composites leave out.
    pub hidden: BTreeSet<usize>,
    /// Panes without nuclei are drawn with two points per cell and stretched: what a processor can draw.
    pub sparing: bool,
    /// Logarithmic colour scale of single quantities, over four decades where the range begins at 0.
    pub log: bool,
    /// Range of the colour scale of single quantities.
    pub range: RangeMode,
    /// Single quantities of all arms but the first: minus the first arm.
    pub difference: bool,
    /// Two arms in one pane, with a movable edge between them.
    pub wipe: bool,
    /// Arms left and right of the edge; none: the first, the last.
    pub wipe_arms: [Option<usize>; 2],
    /// Where the edge stands, 0 at the left and 1 at the right.
    pub wipe_at: f32,
    /// Axis at right angles to the plane shown in 3D: 0, 1, 2 for x, y, z.
    pub axis: usize,
    /// Which plane along that axis; none: the middle one.
    pub plane: Option<u32>,
    /// Limits of the colour scales drawn last, of a quantity and of its difference, where known.
    pub drawn: [Option<Range>; 2],
    /// Ranges that follow the values, of a quantity and of its difference.
    auto: [Auto; 2],
    /// What was asked to be evaluated in every cell, of which model, and when.
    derive: Option<(Option<Local>, String, f64)>,
    stroke: Option<Stroke>,
    /// Pane and place where the line that is being drawn begins.
    line_from: Option<(usize, [f32; 2])>,
}

impl Default for Canvas {
    fn default() -> Self {
        Self {
            look: Look::Composite(0),
            view: View::default(),
            texture: true,
            outline: true,
            hidden: BTreeSet::new(),
            sparing: false,
            log: false,
            range: RangeMode::Model,
            difference: false,
            wipe: false,
            wipe_arms: [None; 2],
            wipe_at: 0.5,
            axis: 2,
            plane: None,
            drawn: [None; 2],
            auto: Default::default(),
            derive: None,
            stroke: None,
            line_from: None,
        }
    }
}

impl Canvas {
    /// Draws the arms `panes` (indices of the scenario's arms) and one legend into all of the space
    /// that is left, follows the pointer, and asks for what it needs to be evaluated.
    pub fn ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk, panes: &[usize]) {
        let area = ui.available_rect_before_wrap();
        ui.allocate_rect(area, Sense::hover());
        let (Some(scenario), Some(display)) = (&snapshot.scenario, &snapshot.display) else {
            let said = snapshot.fault.as_ref().map(|f| f.message.as_str());
            let text = said.unwrap_or("The tissue is being set up.");
            overlay::message(ui, area, &[text]);
            desk.inspect.hover = None;
            return;
        };
        let model = &*scenario.model;
        let now = ui.input(|i| i.time);
        self.look = self.look.within(model);
        desk.profile.shown = probe::shown(model, self.look);
        pointer::forget_outside(scenario, desk);
        self.ask(snapshot, scenario, desk, now);
        let local = scale::local_of(self.look);
        let scales = local.map(|l| Scales::of(self, model, snapshot, l, now));
        if self.auto.iter().any(Auto::waits) {
            let soon = std::time::Duration::from_millis(250);
            ui.ctx().request_repaint_after(soon);
        }
        let ends = |s: &Scales| [s.plain.range, s.difference.range];
        self.drawn = scales.as_ref().map_or([None; 2], ends);
        let slice = Slice::new(scenario, display, self.axis, self.plane);

        let arms = display.layout.arms as usize;
        let height = legend::height(self, ui, scenario, area);
        let above = area.with_max_y((area.bottom() - height - GAP).max(area.top()));
        let places = self.places(above, panes, arms, &slice, ui.pixels_per_point());
        let mut under = None;
        for place in &places {
            // Both halves of a wipe are one pane for the pointer.
            if !self.wipe || place.slot == 0 {
                let response = wipe::sense(ui, scenario, &places, place, self.wipe);
                let pane = Under {
                    scenario,
                    slice: &slice,
                    slot: place.slot,
                };
                pointer::steer(self, ui, &response, &pane, desk);
                if let Some(at) = response.hover_pos() {
                    under = Some((place.rect, at));
                }
            }
        }
        self.edge(ui, &places);
        pointer::paint(self, ui, desk);
        let extent = slice.extent;
        let hover = under.map(|(rect, at)| slice.lift(self.view.place(rect, extent, at)));
        desk.inspect.hover = hover;

        for place in &places {
            self.pane(
                ui,
                snapshot,
                (scenario, display, &slice),
                scales.as_ref(),
                place,
            );
            self.marks(ui, snapshot, scenario, &slice, desk, place);
        }
        if let Some(place) = places.first() {
            let painter = ui.painter().with_clip_rect(place.rect);
            overlay::depth(&painter, place.rect, scenario, &slice);
            let titles = overlay::titles(snapshot, scenario, place.arm);
            let time = snapshot.time;
            let fits = overlay::clock_fits(&painter, place.rect, scenario, time, &titles);
            overlay::clock(&painter, place.rect, scenario, time, self.wipe || !fits);
        }
        if let Some(place) = places.last() {
            let painter = ui.painter().with_clip_rect(place.rect);
            overlay::scale_bar(&painter, place.rect, scenario, &slice, &self.view);
        }
        self.draw_edge(ui, &places);
        if let Some(text) = overlay::said(desk, scenario, snapshot.time) {
            overlay::caption(ui, &places, &text);
        }

        let bottom = places.iter().map(|p| p.rect.bottom());
        let sides = places.iter().map(|p| p.rect.x_range());
        let sides = sides.reduce(|a, b| egui::Rangef::new(a.min.min(b.min), a.max.max(b.max)));
        let below = bottom.fold(above.top(), f32::max) + GAP..=area.bottom();
        // Under the panes, where that is wide enough.
        let whole = Rect::from_x_y_ranges(area.x_range(), below.clone());
        let strip = sides.map(|s| Rect::from_x_y_ranges(s, below));
        let strip = strip
            .filter(|s| legend::fits(self, ui, scenario, *s, height))
            .unwrap_or(whole);
        let differs = places.iter().map(|p| self.minus(p.arm).is_some());
        let shown = Legend {
            scenario,
            scales: scales.as_ref(),
            shown: [differs.clone().any(|d| !d), differs.clone().any(|d| d)],
        };
        legend::show(self, ui, strip, &shown);
        if let Some((_, at)) = under {
            let here = places.iter().find(|p| p.clip.contains(at));
            let (arm, pane) = here.map_or((0, above), |p| (p.arm, p.rect));
            let found = &snapshot.inspected;
            let lines = probe::lines(scenario, &slice, self.look, &desk.inspect, found, arm);
            let head = |p: &Place| p.rect.with_max_y(p.rect.top() + overlay::NAME);
            let names: Vec<Rect> = places.iter().map(head).collect();
            let all = places.iter().map(|p| p.rect).fold(pane, Rect::union);
            probe::card(ui, [pane, all, above], &names, at, &lines);
        }
    }

    /// Whether panes may show differences: of single quantities only.
    pub fn can_differ(&self) -> bool {
        scale::local_of(self.look).is_some()
    }

    /// The arm that is subtracted from `arm`.
    fn minus(&self, arm: usize) -> Option<usize> {
        (self.difference && self.can_differ() && arm > 0).then_some(0)
    }

    /// Asks for the map that the look and its range need, once, and again if it did not come.
    fn ask(&mut self, snapshot: &Snapshot, scenario: &Scenario, desk: &mut Desk, now: f64) {
        let wanted = scale::wanted(self, &scenario.model);
        let has = snapshot.derived.map(|d| d.local);
        let of = format!("{} {}", snapshot.name, scenario.model.hash);
        let asked = match &self.derive {
            // No map is what a simulation begins with.
            None => wanted.is_none(),
            Some((last, model, at)) => {
                let lost = wanted.is_some() && has != wanted && now - at > PATIENCE;
                *last == wanted && *model == of && !lost
            }
        };
        if !asked {
            desk.outbox.send(Command::Derive(wanted));
            self.derive = Some((wanted, of, now));
        }
    }

    /// The tissue of one arm.
    fn pane(
        &self,
        ui: &Ui,
        snapshot: &Snapshot,
        (scenario, display, slice): (&Scenario, &Display, &Slice),
        scales: Option<&Scales>,
        place: &Place,
    ) {
        let minus = self.minus(place.arm);
        let scale = scales.map(|s| match minus {
            Some(_) => &s.difference,
            None => &s.plain,
        });
        let ready = match self.look {
            Look::Derived(local) => snapshot.derived.is_some_and(|d| d.local == local),
            Look::Field(_) | Look::Composite(_) => true,
        };
        let range = match scale {
            Some(scale) => scale.range,
            None => Some(Range::linear(0.0, 1.0)),
        };
        let (true, Some(range)) = (ready, range) else {
            let text = format!("{} is being computed …", scale.map_or("", |s| &s.label));
            overlay::message(ui, place.clip, &[&text, "Being computed …"]);
            return;
        };
        let pixels = uniform::pixels(place.rect, ui.pixels_per_point());
        let mut size = pixels;
        let grain = self.texture && matches!(self.look, Look::Composite(_));
        if self.sparing && !grain {
            size = uniform::spared(size, slice, &self.view);
        }
        let subject = Subject {
            scenario,
            display,
            slice: *slice,
            arm: place.arm,
            minus,
            range,
            size,
            line: match self.outline {
                true => uniform::line(size, pixels, ui.pixels_per_point()),
                false => 0.0,
            },
        };
        let colours = scale.map_or_else(|| scale::map("grey"), |s| s.map);
        let pane = Pane {
            slot: place.slot,
            job: Job {
                state: display.buffer.clone(),
                uniform: uniform::of(self, snapshot, &subject),
                colours: &colours.table,
                version: snapshot.version,
                size,
            },
        };
        let painter = ui.painter().with_clip_rect(place.clip);
        painter.add(pane.shape(place.rect));
    }

    /// What stands on a pane.
    fn marks(
        &self,
        ui: &Ui,
        snapshot: &Snapshot,
        scenario: &Scenario,
        slice: &Slice,
        desk: &Desk,
        place: &Place,
    ) {
        let painter = ui.painter().with_clip_rect(place.clip);
        let ground = Ground {
            painter: &painter,
            rect: place.rect,
            view: &self.view,
            slice,
        };
        if let Some(line) = desk.inspect.line {
            ground.line(line);
        }
        if let Some(pinned) = desk.inspect.pinned {
            ground.cross(pinned, "Why here?");
        }
        if let (Tool::Brush, Some(centre)) = (desk.tool, desk.inspect.hover) {
            ground.circle(centre, desk.brush.radius(scenario));
        }
        let fault = snapshot.fault.as_ref().and_then(|f| f.place);
        if let Some((arm, position)) = fault
            && arm == place.arm
        {
            let text = match slice.holds(position, scenario.grid.spacing) {
                true => "It began here",
                false => "It began here, in another plane",
            };
            ground.alarm(position, text);
        }
        let titles = overlay::titles(snapshot, scenario, place.arm);
        let right = self.wipe && place.slot == 1;
        overlay::name(&painter, place, &titles, right);
    }
}
