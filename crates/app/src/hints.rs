//! Three cards for the first time.

use eframe::egui::{Frame, Margin, RichText, Ui};

/// Least width for the cards, points.
const ROOM: f32 = 520.0;

/// A hint.
struct Hint {
    id: &'static str,
    title: &'static str,
    text: &'static str,
}

/// In the order in which they are of use.
const HINTS: [Hint; 3] = [
    Hint {
        id: "dose",
        title: "Treat",
        text: "Move a drug's slider at the left. The tissue answers from now on.",
    },
    Hint {
        id: "arm",
        title: "Compare",
        text: "Click an arm above to see it alone. “All arms”, or 0, shows all again.",
    },
    Hint {
        id: "why",
        title: "Ask",
        text: "Press Y and click the tissue: every process at that place, as bars.",
    },
];

/// Names of all hints, as [`crate::store::Saved`] keeps them.
pub fn all() -> Vec<String> {
    HINTS.iter().map(|h| h.id.to_owned()).collect()
}

/// The hints that are not dismissed yet, beside each other.
pub fn ui(ui: &mut Ui, dismissed: &mut Vec<String>) {
    let left: Vec<&Hint> = HINTS
        .iter()
        .filter(|h| !dismissed.iter().any(|d| d == h.id))
        .collect();
    // Beside each other they need some room.
    if left.is_empty() || ui.available_width() < ROOM {
        return;
    }
    let mut gone = None;
    ui.columns(left.len(), |columns| {
        for (ui, hint) in columns.iter_mut().zip(&left) {
            Frame::group(ui.style())
                .inner_margin(Margin::symmetric(6, 3))
                .show(ui, |ui| {
                    ui.horizontal(|ui| {
                        ui.strong(hint.title);
                        ui.with_layout(
                            eframe::egui::Layout::right_to_left(eframe::egui::Align::Center),
                            |ui| {
                                let label = format!("Dismiss the hint “{}”", hint.title);
                                let button = ui.small_button("×").on_hover_text(&label);
                                button.widget_info(|| {
                                    eframe::egui::WidgetInfo::labeled(
                                        eframe::egui::Role::Button,
                                        true,
                                        &label,
                                    )
                                });
                                if button.clicked() {
                                    gone = Some(hint.id);
                                }
                            },
                        );
                    });
                    ui.label(RichText::new(hint.text).small());
                });
        }
    });
    if let Some(id) = gone {
        dismissed.push(id.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn a_hint_goes_when_dismissed() {
        let mut harness =
            Harness::new_ui_state(|ui, gone: &mut Vec<String>| super::ui(ui, gone), Vec::new());
        harness.run();
        harness.get_by_label("Dismiss the hint “Compare”").click();
        harness.run();
        assert_eq!(harness.state(), &["arm"]);
        assert!(harness.query_by_label("Compare").is_none());
        assert!(harness.query_by_label("Ask").is_some());
    }
}
