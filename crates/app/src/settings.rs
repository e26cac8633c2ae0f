//! Colours, sizes, and how much is remembered.

use eframe::egui::{self, Align2, Context, Grid, Slider, Ui};

use crate::command::{Command, WindowCommand};
use crate::numbers::number;
use crate::panels::{Desk, status::QUIET_LINE};
use crate::state::Snapshot;
use crate::store::{Saved, Theme};
use warmfront_model::counted;

/// Least and greatest size of everything.
const SCALES: [f32; 2] = [0.75, 2.0];
/// Least and greatest room for the history, megabytes.
const HISTORY: [u32; 2] = [64, 16_384];

/// The nearest size that is allowed, in steps of 0.05.
pub fn allowed_scale(scale: f32) -> f32 {
    if !scale.is_finite() {
        return 1.0;
    }
    (scale.clamp(SCALES[0], SCALES[1]) * 20.0).round() / 20.0
}

/// The window of settings.
pub fn ui(ctx: &Context, open: &mut bool, saved: &mut Saved, snapshot: &Snapshot, desk: &mut Desk) {
    egui::Window::new("Settings")
        .open(open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            Grid::new("settings")
                .num_columns(2)
                .spacing([16.0, 8.0])
                .show(ui, |ui| rows(ui, saved, snapshot, desk));
            ui.separator();
            ui.horizontal(|ui| {
                if ui.button("Reset layout").clicked() {
                    desk.window.push(WindowCommand::ResetLayout);
                }
                if ui.button("Show the first hints again").clicked() {
                    desk.window.push(WindowCommand::Hints(true));
                }
            });
            ui.weak(QUIET_LINE);
        });
}

fn rows(ui: &mut Ui, saved: &mut Saved, snapshot: &Snapshot, desk: &mut Desk) {
    ui.label("Colours");
    ui.horizontal(|ui| {
        for (theme, text) in [
            (Theme::Dark, "Dark"),
            (Theme::Light, "Light"),
            (Theme::System, "As the system"),
        ] {
            if ui.radio(saved.theme == theme, text).clicked() {
                saved.theme = theme;
                desk.dark = is_dark(ui.ctx(), theme);
            }
        }
    });
    ui.end_row();

    let label = ui.label("Size of everything").id;
    let mut scale = saved.scale;
    let slider = Slider::new(&mut scale, SCALES[0]..=SCALES[1])
        .custom_parser(crate::numbers::typed)
        .step_by(0.05)
        .suffix(" ×");
    let slider = ui.add(slider).labelled_by(label);
    // While it is dragged the slider itself would move away from the pointer.
    let held = ui.scope_id().with("scale");
    if slider.dragged() {
        ui.data_mut(|d| d.insert_temp(held, scale));
    } else if slider.drag_stopped() {
        let scale = ui.data_mut(|d| d.remove_temp::<f32>(held)).unwrap_or(scale);
        desk.window.push(WindowCommand::Scale(scale));
    } else if slider.changed() {
        desk.window.push(WindowCommand::Scale(scale));
    }
    ui.end_row();

    let label = ui.label("History may take").id;
    ui.vertical(|ui| {
        let [used, allowed] = snapshot.timeline.bytes.map(|b| b as f64 / 1e6);
        let mut megabytes = saved.history_megabytes.unwrap_or(allowed.round() as u32);
        let value = number(&mut megabytes)
            .range(HISTORY[0]..=HISTORY[1])
            .speed(16)
            .suffix(" MB");
        if ui.add(value).labelled_by(label).changed() {
            saved.history_megabytes = Some(megabytes);
            let bytes = u64::from(megabytes) * 1_000_000;
            desk.outbox.send(Command::HistoryBudget(bytes));
        }
        let moments = snapshot.timeline.kept.len();
        let moments = counted(moments, "moment");
        ui.weak(format!("It holds {moments} in {used:.0} MB."));
    });
    ui.end_row();

    ui.label("Motion");
    ui.checkbox(&mut saved.reduced_motion, "Nothing moves that need not");
    ui.end_row();
}

/// Whether a theme is dark now.
pub fn is_dark(ctx: &Context, theme: Theme) -> bool {
    match theme {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::System => ctx.system_theme() != Some(egui::Theme::Light),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stay_within_reason() {
        let sizes = [0.1, 0.98, 1.0, 7.0, f32::NAN].map(allowed_scale);
        assert_eq!(sizes, [0.75, 1.0, 1.0, 2.0, 1.0]);
    }
}
