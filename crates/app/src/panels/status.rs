//! What the solver says of itself, and errors in full.

use eframe::egui::{Color32, Frame, RichText, Sense, Stroke, Ui, vec2};
use warmfront_view::number::format_number;

use super::{Desk, time_units};
use crate::state::Snapshot;

/// Said always, quietly.
pub const QUIET_LINE: &str = "Teaches mechanisms. Not for clinical use.";

/// The status line.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, _desk: &Desk) {
    ui.horizontal_wrapped(|ui| {
        let health = &snapshot.health;
        if let Some(scenario) = &snapshot.scenario {
            let trust = Trust::of(health.ticks, health.residual, scenario.numerics.tolerance);
            let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
            ui.painter()
                .circle_filled(rect.center(), 5.0, trust.colour());
            let text = format!(
                "Solver {}: residual {}",
                trust.word(),
                format_number(health.residual)
            );
            let hover = format!(
                "Largest relative residual of any linear solve; the scenario allows {}. \
                 Smallest value of any field, relative to its scale: {}. Ticks taken back: {}.",
                format_number(scenario.numerics.tolerance),
                format_number(health.smallest),
                health.rejected
            );
            ui.label(text).on_hover_text(hover);
            ui.separator();
            let cells = scenario.grid.cells.iter().filter(|n| **n > 1);
            let cells: Vec<String> = cells.map(u32::to_string).collect();
            let arms = scenario.arms.len();
            let plural = if arms == 1 { "" } else { "s" };
            ui.label(format!("{} cells × {arms} arm{plural}", cells.join(" × ")));
            ui.separator();
            ui.label(format!(
                "{} ticks/s, {} {}/s",
                format_number(health.ticks_per_second),
                format_number(health.time_per_second),
                time_units(&scenario.model)
            ));
            ui.separator();
            ui.label(format!("{} MB", format_number(health.memory as f64 / 1e6)));
            ui.separator();
        }
        if !snapshot.adapter.is_empty() {
            ui.label(&snapshot.adapter);
            ui.separator();
        }
        ui.weak(QUIET_LINE);
    });
    if let Some(note) = &snapshot.note {
        ui.label(RichText::new(format!("Note: {note}")).small());
    }
}

/// What went wrong, framed, above everything else.
pub fn error(ui: &mut Ui, snapshot: &Snapshot, desk: &Desk) {
    let gone = "The simulation has ended unexpectedly. Close the window and start again.";
    let closed = desk.outbox.is_closed().then(|| gone.to_owned());
    let Some(text) = snapshot.error.clone().or(closed) else {
        return;
    };
    let red = ui.visuals().error_fg_color;
    Frame::group(ui.style())
        .stroke(Stroke::new(2.0, red))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(RichText::new("Error").color(red).strong());
            ui.label(text);
        });
}

/// How far numbers can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    Waiting,
    Good,
    Fair,
    Poor,
    Lost,
}

impl Trust {
    fn of(ticks: u64, residual: f64, tolerance: f64) -> Self {
        match residual {
            _ if ticks == 0 => Self::Waiting,
            r if !r.is_finite() => Self::Lost,
            // A solve ends at the first cycle below the tolerance, give or take rounding.
            r if r <= 2.0 * tolerance => Self::Good,
            r if r <= 10.0 * tolerance => Self::Fair,
            _ => Self::Poor,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
            Self::Lost => "lost",
        }
    }

    fn colour(self) -> Color32 {
        match self {
            Self::Waiting => Color32::GRAY,
            Self::Good => Color32::from_rgb(0, 158, 115),
            Self::Fair => Color32::from_rgb(230, 159, 0),
            Self::Poor | Self::Lost => Color32::from_rgb(213, 60, 40),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_every_residual() {
        let words = [(0, 0.0), (1, 1e-3), (1, 5e-3), (1, 1.0), (1, f64::NAN)]
            .map(|(ticks, r)| Trust::of(ticks, r, 1e-3).word());
        assert_eq!(words, ["waiting", "good", "fair", "poor", "lost"]);
    }
}
