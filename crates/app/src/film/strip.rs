//! A strip above the clock: the recording that goes on, or the film that is being made.

use eframe::egui::{self, Color32, ProgressBar, Rect, Sense, TextEdit, Ui, vec2};
use warmfront_model::counted;
use warmfront_session::file_size;

use super::dialog::small;
use super::{Making, Reel, State};
use crate::command::{Command, WindowCommand};
use crate::panels::clock;
use crate::state::Snapshot;

/// Of the dot that means recording; legible on both pages.
pub const RED: Color32 = Color32::from_rgb(214, 48, 49);

/// A button with a round dot, or a square one, before its word.
pub fn button(ui: &mut Ui, word: &str, square: bool) -> egui::Response {
    let response = ui.add(egui::Button::new(format!("     {word}")));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, word));
    let centre = response.rect.left_center() + vec2(12.0, 0.0);
    if square {
        let dot = Rect::from_center_size(centre, vec2(9.0, 9.0));
        ui.painter().rect_filled(dot, 1.0, RED);
    } else {
        ui.painter().circle_filled(centre, 5.0, RED);
    }
    response
}

/// Record, or stop, for the row of the clock. What was asked for is left in `state`, or in `window`.
pub fn record(
    ui: &mut Ui,
    snapshot: &Snapshot,
    state: &mut State,
    window: &mut Vec<WindowCommand>,
) {
    if state.reel.is_some() {
        let stop = button(ui, "Stop", true);
        let what = "Stops recording and makes the film. Key: Ctrl+R";
        if stop.on_hover_text(what).clicked() {
            state.wanted.push(Command::StopFilm);
        }
        return;
    }
    ui.add_enabled_ui(snapshot.scenario.is_some(), |ui| {
        let record = button(ui, "Record", false);
        if record
            .on_hover_text("A film of this run. Key: Ctrl+R")
            .clicked()
        {
            window.push(WindowCommand::Film(!state.open));
        }
    });
}

/// The strip; nothing where no film is on its way.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, state: &mut State) {
    if let Some(reel) = &state.reel {
        recording(ui, snapshot, reel, &mut state.caption, &mut state.wanted);
    }
    if let Some(making) = &snapshot.film.making {
        progress(ui, making, &mut state.wanted);
    }
}

fn recording(
    ui: &mut Ui,
    snapshot: &Snapshot,
    reel: &Reel,
    caption: &mut String,
    wanted: &mut Vec<Command>,
) {
    let Some(scenario) = &snapshot.scenario else {
        return;
    };
    ui.horizontal(|ui| {
        let (dot, _) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
        ui.painter().circle_filled(dot.center(), 5.0, RED);
        let from = clock(scenario, reel.from);
        let text = if snapshot.time > reel.from {
            format!(
                "Recording from {from} to {}",
                clock(scenario, snapshot.time)
            )
        } else {
            format!("Recording from {from}")
        };
        ui.label(text);
        ui.separator();
        let label = ui.label("Caption");
        let field = TextEdit::singleline(caption)
            .hint_text("Text and Enter; empty for none")
            .desired_width(220.0);
        let field = ui.add(field).labelled_by(label.id);
        if field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter)) {
            wanted.push(Command::Caption(std::mem::take(caption)));
        }
        if button(ui, "Stop and make the film", true).clicked() {
            wanted.push(Command::StopFilm);
        }
        let discard = ui.button("Discard");
        if discard
            .on_hover_text("Stops recording; there is no film.")
            .clicked()
        {
            wanted.push(Command::CancelFilm);
        }
    });
}

fn progress(ui: &mut Ui, making: &Making, wanted: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let done = making.progress.frames as f32 / making.progress.planned.max(1) as f32;
        ui.label("Film");
        let name = making.path.file_name().unwrap_or(making.path.as_os_str());
        let bar = ui.add(
            ProgressBar::new(done)
                .desired_width(160.0)
                .desired_height(14.0)
                .text(small(format!("{:.0} %", 100.0 * done))),
        );
        bar.on_hover_text(making.path.display().to_string());
        ui.label(words(making));
        ui.weak(name.to_string_lossy());
        let text = if making.cancelled {
            "Finishing …"
        } else {
            "Cancel"
        };
        let button = ui.add_enabled(!making.cancelled, egui::Button::new(text));
        button.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Button, !making.cancelled, "Cancel the film")
        });
        let hover = "Ends the film with the frames that it has; the file can be played.";
        if button.on_hover_text(hover).clicked() {
            wanted.push(Command::CancelFilm);
        }
    });
}

/// `frame 34 of 600, 12.1 frames/s, 47 s left, 1.2 MB`.
fn words(making: &Making) -> String {
    let p = &making.progress;
    if p.planned == 0 {
        return "is being prepared …".to_owned();
    }
    if p.finishing {
        return format!(
            "{} made; the file is being completed …",
            counted(p.frames, "frame")
        );
    }
    let rate = p.frames as f64 / p.wall.as_secs_f64().max(1e-3);
    let left = match p.left() {
        Some(left) => format!(", {} left", span(left.as_secs_f64().ceil())),
        None => String::new(),
    };
    format!(
        "frame {} of {}, {rate:.1} frames/s{left}, {}",
        p.frames,
        p.planned,
        file_size(p.bytes as f64)
    )
}

fn span(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{:.0} min", seconds / 60.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use warmfront_session::film::FilmProgress;

    use super::*;

    #[test]
    fn progress_is_told_in_words() {
        let making = Making {
            progress: FilmProgress {
                frames: 30,
                planned: 120,
                bytes: 1_200_000,
                time: 3.0,
                wall: Duration::from_secs(10),
                ..FilmProgress::default()
            },
            ..Making::default()
        };
        let text = "frame 30 of 120, 3.0 frames/s, 30 s left, 1.2 MB";
        assert_eq!(words(&making), text);
        assert_eq!(words(&Making::default()), "is being prepared …");
        let mut finishing = making.clone();
        finishing.progress.finishing = true;
        assert!(words(&finishing).starts_with("30 frames made"));
        assert_eq!(span(300.0), "5 min");
    }
}
