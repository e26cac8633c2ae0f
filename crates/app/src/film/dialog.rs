//! The dialog that asks what film is wanted.

use std::path::PathBuf;

use eframe::egui::{
    self, Align2, ComboBox, Context, DragValue, Grid, Key, RichText, ScrollArea, Slider, Ui,
};
use warmfront_model::{Action, Scenario, counted};
use warmfront_session::file_size;
use warmfront_session::film::{Estimate, Format, SECONDS, WORST};
use warmfront_view::Style;
use warmfront_view::film::{Arrangement, Part};

use super::{Order, Sight, When, plan};
use crate::numbers::number;
use crate::panels::{clock, time_units};
use crate::state::Snapshot;

/// Sizes to choose from, pixels.
const SIZES: [([u32; 2], &str); 5] = [
    ([1280, 720], "1280 × 720"),
    ([1920, 1080], "1920 × 1080"),
    ([3840, 2160], "3840 × 2160 (4K)"),
    ([1080, 1080], "1080 × 1080 (square)"),
    ([1080, 1920], "1080 × 1920 (upright)"),
];
/// Height of title, estimate and buttons, points.
const OTHERS: f32 = 150.0;
/// Frames per second to choose from.
const RATES: [u32; 5] = [24, 25, 30, 50, 60];
/// Formats, with what to use them for.
const FORMATS: [(Format, &str, &str); 3] = [
    (Format::Mp4, "MP4", "Plays in browsers and slides."),
    (
        Format::Gif,
        "GIF",
        "Loops everywhere; large for long films.",
    ),
    (
        Format::Pngs,
        "PNG files",
        "A folder of numbered pictures, for other programs.",
    ),
];

/// What is chosen in the dialog; it stays for the next film.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    order: Order,
    format: Format,
    own_size: bool,
    by_speed: bool,
    seconds: f64,
    speed: f64,
    // An order whose page has no room for everything, and what was said of it.
    refused: Option<(Order, String)>,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            order: Order::new(PathBuf::new()),
            format: Format::Mp4,
            own_size: false,
            by_speed: false,
            seconds: SECONDS,
            speed: 1.0,
            refused: None,
        }
    }
}

impl Choices {
    /// Chooses a size by hand.
    #[cfg(test)]
    pub(super) fn set_size(&mut self, size: [u32; 2]) {
        (self.order.size, self.own_size) = (size, true);
    }

    /// The order, under the name that is suggested for its file.
    fn order(&self, sight: &Sight, scenario: &Scenario) -> Order {
        let id = scenario.id.rsplit('/').next().unwrap_or(&scenario.id);
        let ending = match self.format {
            Format::Mp4 => ".mp4",
            Format::Gif => ".gif",
            Format::Pngs => "-frames",
        };
        let mut order = self.order.clone();
        order.path = format!("{id}{ending}").into();
        order.sight = Some(sight.clone());
        order.seconds = (!self.by_speed).then_some(self.seconds);
        order.speed = self.by_speed.then_some(self.speed);
        order
    }
}

/// Draws it. The order, once its file is to be chosen.
pub fn ui(
    ctx: &Context,
    open: &mut bool,
    choices: &mut Choices,
    snapshot: &Snapshot,
    sight: &Sight,
) -> Option<Order> {
    let scenario = snapshot.scenario.clone().filter(|_| *open)?;
    let mut shown = true;
    let mut chosen = None;
    let mut cancelled = false;
    egui::Window::new("Record a film")
        .open(&mut shown)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            ui.set_width(484.0);
            // The estimate and the buttons stay in sight in a small window.
            let most = (ctx.content_rect().height() - OTHERS).max(100.0);
            ScrollArea::vertical().max_height(most).show(ui, |ui| {
                Grid::new("film")
                    .num_columns(2)
                    .spacing([14.0, 7.0])
                    .show(ui, |ui| {
                        subject(ui, choices, snapshot, &scenario, sight);
                        page(ui, choices);
                        picture(ui, choices);
                        length(ui, choices, &scenario);
                        file(ui, choices);
                    });
            });
            ui.separator();
            let order = choices.order(sight, &scenario);
            let said = estimate(&order, snapshot, &scenario);
            let busy = snapshot.film.making.is_some();
            let refused = choices.refused.as_ref().filter(|(o, _)| *o == order);
            let said = said.and_then(|text| refused.map_or(Ok(text), |(_, why)| Err(why.clone())));
            match &said {
                Ok(text) => ui.label(text),
                Err(text) => ui.colored_label(ui.visuals().error_fg_color, text),
            };
            if busy {
                let text = "One film at a time: another one is being made.";
                ui.colored_label(ui.visuals().warn_fg_color, text);
            }
            ui.horizontal(|ui| {
                let button = egui::Button::new("Choose file and record …");
                if ui.add_enabled(said.is_ok() && !busy, button).clicked() {
                    // Composing the page takes as long as a frame of the window: once, not always.
                    match page_fits(&order, snapshot, &scenario) {
                        Ok(()) => chosen = Some(order),
                        Err(text) => choices.refused = Some((order, text)),
                    }
                }
                cancelled = ui.button("Cancel").clicked();
            });
        });
    let escape = ctx.input(|i| i.key_pressed(Key::Escape));
    if chosen.is_some() || cancelled || escape || !shown {
        *open = false;
    }
    chosen
}

fn subject(
    ui: &mut Ui,
    choices: &mut Choices,
    snapshot: &Snapshot,
    scenario: &Scenario,
    sight: &Sight,
) {
    let order = &mut choices.order;
    ui.label("What");
    ui.vertical(|ui| {
        let directed = |e: &warmfront_model::Event| matches!(e.action, Action::Camera { .. });
        let moves = scenario.events.iter().any(directed);
        order.follow &= moves;
        ui.radio_value(&mut order.follow, false, "This layout, as it stands");
        if moves {
            let text = "This layout, moved as the scenario says";
            ui.radio_value(&mut order.follow, true, text);
        }
        ui.weak(sight.words(scenario));
    });
    ui.end_row();

    ui.label("When");
    ui.vertical(|ui| {
        let now = clock(scenario, snapshot.time);
        for (when, text) in [
            (When::Whole, "The whole run".to_owned()),
            (When::SoFar, format!("From the start to now ({now})")),
            (When::Live, "From here on, until I stop".to_owned()),
        ] {
            ui.radio_value(&mut order.when, when, text);
        }
    });
    ui.end_row();
}

fn page(ui: &mut Ui, choices: &mut Choices) {
    let order = &mut choices.order;
    ui.label("Page");
    ui.horizontal(|ui| {
        for (page, text) in [
            (Arrangement::Panes, "Panes only"),
            (Arrangement::Plots, "Plots underneath"),
            (Arrangement::Doses, "Doses in the picture"),
        ] {
            ui.radio_value(&mut order.page, page, text);
        }
    });
    ui.end_row();

    ui.label("With");
    ui.vertical(|ui| {
        for row in Part::NAMED.chunks(4) {
            ui.horizontal(|ui| {
                for (_, part, text) in row {
                    let mut on = !order.without.contains(part);
                    if ui.checkbox(&mut on, *text).changed() {
                        order.without.retain(|p| p != part);
                        if !on {
                            order.without.push(*part);
                        }
                    }
                }
            });
        }
    });
    ui.end_row();

    ui.label("Colours");
    ui.horizontal(|ui| {
        for (style, text) in [
            (None, "As the window"),
            (Some(Style::Dark), "Dark page"),
            (Some(Style::Light), "Light page"),
            (Some(Style::Print), "White page"),
        ] {
            ui.radio_value(&mut order.style, style, text);
        }
    });
    ui.end_row();
}

fn picture(ui: &mut Ui, choices: &mut Choices) {
    let order = &mut choices.order;
    let label = ui.label("Size").id;
    ui.horizontal(|ui| {
        let known = SIZES.iter().find(|(s, _)| *s == order.size);
        let present = match known.filter(|_| !choices.own_size) {
            Some((_, text)) => *text,
            None => "Another",
        };
        let combo = ComboBox::from_id_salt("film size")
            .width(160.0)
            .selected_text(present)
            .show_ui(ui, |ui| {
                for (size, text) in SIZES {
                    if ui.selectable_label(present == text, text).clicked() {
                        (order.size, choices.own_size) = (size, false);
                    }
                }
                if ui
                    .selectable_label(present == "Another", "Another")
                    .clicked()
                {
                    choices.own_size = true;
                }
            });
        combo.response.labelled_by(label);
        if present == "Another" {
            for (side, name) in order.size.iter_mut().zip(["Width", "Height"]) {
                let value = number(side).range(0..=100_000).suffix(" px");
                let field = ui.add(value).on_hover_text(name);
                field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, name));
            }
        }
    });
    ui.end_row();

    let label = ui.label("Frames per second").id;
    let combo = ComboBox::from_id_salt("film rate")
        .width(60.0)
        .selected_text(order.fps.to_string())
        .show_ui(ui, |ui| {
            for rate in RATES {
                ui.selectable_value(&mut order.fps, rate, rate.to_string());
            }
        });
    combo.response.labelled_by(label);
    ui.end_row();
}

fn length(ui: &mut Ui, choices: &mut Choices, scenario: &Scenario) {
    ui.label("Length");
    ui.horizontal(|ui| {
        ui.radio_value(&mut choices.by_speed, false, "Lasts");
        let seconds = number(&mut choices.seconds)
            .range(0.0..=5400.0)
            .speed(0.2)
            .max_decimals(1)
            .suffix(" s");
        row(ui, seconds, "Seconds of film", !choices.by_speed);
        let units = time_units(&scenario.model);
        ui.radio_value(
            &mut choices.by_speed,
            true,
            format!("At {units} per second"),
        );
        let name = format!("Speed, {units} per second");
        let speed = number(&mut choices.speed)
            .range(0.0..=scenario.time.duration.max(1e-6))
            .speed(0.02);
        row(ui, speed, &name, choices.by_speed);
    });
    ui.end_row();

    ui.label("Stand still");
    ui.horizontal(|ui| {
        let hold = &mut choices.order.hold;
        for (seconds, text) in hold.iter_mut().zip(["First frame", "Last frame"]) {
            ui.label(text);
            let value = number(seconds)
                .range(0.0..=60.0)
                .speed(0.1)
                .max_decimals(1)
                .suffix(" s");
            row(ui, value, &format!("{text} stands still"), true);
        }
    });
    ui.end_row();
}

fn row(ui: &mut Ui, value: DragValue<'_>, name: &str, on: bool) {
    let field = ui.add_enabled(on, value);
    field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, on, name));
    field.on_hover_text(name);
}

fn file(ui: &mut Ui, choices: &mut Choices) {
    ui.label("File");
    ui.horizontal(|ui| {
        for (format, text, hover) in FORMATS {
            ui.radio_value(&mut choices.format, format, text)
                .on_hover_text(hover);
        }
    });
    ui.end_row();
    let label = ui.label("Quality").id;
    let there = choices.format == Format::Mp4;
    // Better to the right.
    let mut quality = WORST - choices.order.quality.min(WORST);
    let slider = Slider::new(&mut quality, 0..=WORST)
        .custom_parser(crate::numbers::typed)
        .custom_formatter(|v, _| match f64::from(WORST) - v {
            ..=20.0 => "flawless".to_owned(),
            ..=30.0 => "good".to_owned(),
            ..=40.0 => "fair".to_owned(),
            _ => "poor".to_owned(),
        });
    let slider = ui.add_enabled(there, slider).labelled_by(label);
    let slider =
        slider.on_disabled_hover_text("Of MP4 alone; the others lose nothing that is seen.");
    if slider.changed() {
        choices.order.quality = WORST - quality;
    }
    ui.end_row();
}

fn page_fits(order: &Order, snapshot: &Snapshot, scenario: &Scenario) -> Result<(), String> {
    let (film, spec) = plan(order, scenario.clone(), snapshot.time)?;
    spec.check_page(&film).map_err(|e| e.to_string())
}

/// `600 frames, 20.0 s, about 3 MB`; or what is wrong.
fn estimate(order: &Order, snapshot: &Snapshot, scenario: &Scenario) -> Result<String, String> {
    let (film, spec) = plan(order, scenario.clone(), snapshot.time)?;
    let found = Estimate::of(&spec, &film).map_err(|e| e.to_string())?;
    let text = format!(
        "{}, {:.1} s, about {}",
        counted(found.frames, "frame"),
        found.seconds,
        file_size(found.bytes)
    );
    Ok(match (order.when, order.speed) {
        (When::Live, None) => format!("Whenever you stop: {text}"),
        (When::Live, Some(speed)) => {
            let each = f64::from(order.fps) / speed;
            let units = time_units(&scenario.model);
            format!("{each:.0} frames for every one of the {units} until you stop; at most {text}")
        }
        _ => text,
    })
}

/// A short line for what is being made.
pub(super) fn small(text: String) -> RichText {
    RichText::new(text).size(12.5)
}
