//! Short messages that go by themselves.
//!
//! They stand still and ask for one frame when the next of them is due, so that a window at rest stays at
//! rest, and they are text for a screen reader as well.

use std::time::Duration;

use eframe::egui::{self, Align2, Context, Frame, Margin, Stroke};

use crate::panels::Desk;
use crate::state::{News, Snapshot};

/// Seconds that a message stays.
const STAY: f64 = 6.0;
/// Seconds that a refusal stays; it has more to read.
const STAY_LONG: f64 = 14.0;
/// Seconds that a warning stays: it is said once.
const STAY_WARNING: f64 = 40.0;
/// Seconds that the end of a film stays; whoever waited for it looks elsewhere.
const STAY_FILM: f64 = 30.0;
/// Most messages at a time.
const MOST: usize = 4;
/// Width of a message, points.
const WIDTH: f32 = 300.0;

/// The messages that are shown.
#[derive(Debug, Default)]
pub struct Toasts {
    shown: Vec<(News, f64)>,
    news: u64,
    films: u64,
    text: u64,
}

/// Room that is left to the tabs of the panels, points.
const BELOW_TABS: f32 = 36.0;

impl Toasts {
    /// Adds a message; the same one again stays longer instead.
    pub fn add(&mut self, news: News, now: f64) {
        let stay = match &news {
            News::Done(_) => STAY,
            News::Refused(_) => STAY_LONG,
            News::Warning(_) => STAY_WARNING,
        };
        self.add_for(news, now, stay);
    }

    fn add_for(&mut self, news: News, now: f64, stay: f64) {
        self.shown.retain(|(n, _)| *n != news);
        self.shown.push((news, now + stay));
        let surplus = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..surplus);
    }

    /// Takes what is new: from the simulation, and from the panels. A scenario as text goes to the
    /// clipboard.
    pub fn take(&mut self, ctx: &Context, snapshot: &Snapshot, desk: &mut Desk, now: f64) {
        if let Some((number, news)) = &snapshot.news
            && *number > self.news
        {
            self.news = *number;
            self.add(news.clone(), now);
        }
        if let Some((number, news)) = &snapshot.film.ended
            && *number > self.films
        {
            self.films = *number;
            self.add_for(news.clone(), now, STAY_FILM);
        }
        if let Some((number, text)) = &snapshot.shared_text
            && *number > self.text
        {
            self.text = *number;
            ctx.copy_text(text.to_string());
            let said = format!(
                "The scenario is on the clipboard: {} characters. Paste it with Ctrl+Shift+V, or into a message.",
                text.len()
            );
            self.add(News::Done(said), now);
        }
        for news in std::mem::take(&mut desk.plots.news) {
            self.add(news, now);
        }
    }

    /// Draws them from the top right corner of `area` downwards.
    pub fn show(&mut self, ctx: &Context, area: egui::Rect, now: f64) {
        self.shown.retain(|(_, until)| *until > now);
        let mut top = area.top() + BELOW_TABS;
        let mut gone = None;
        for (i, (news, _)) in self.shown.iter().enumerate() {
            let (title, text, colour) = match news {
                News::Done(text) => ("Done", text, egui::Color32::from_rgb(0, 158, 115)),
                News::Warning(text) => ("Warning", text, egui::Color32::from_rgb(230, 159, 0)),
                News::Refused(text) => ("Refused", text, egui::Color32::from_rgb(213, 94, 0)),
            };
            let shown = egui::Area::new(egui::Id::unique(("toast", i)))
                .order(egui::Order::Foreground)
                // Clicks go to what lies below.
                .interactable(false)
                .pivot(Align2::RIGHT_TOP)
                .fixed_pos(egui::pos2(area.right() - 8.0, top))
                .show(ctx, |ui| {
                    Frame::popup(ui.style())
                        .stroke(Stroke::new(1.5, colour))
                        .inner_margin(Margin::same(8))
                        .show(ui, |ui| {
                            ui.set_width(WIDTH);
                            ui.strong(title);
                            ui.label(text);
                        });
                });
            let corner = shown.response.rect.right_top() + egui::vec2(-8.0, 8.0);
            egui::Area::new(egui::Id::unique(("dismiss", i)))
                .order(egui::Order::Tooltip)
                .pivot(Align2::RIGHT_TOP)
                .fixed_pos(corner)
                .show(ctx, |ui| {
                    if ui.small_button("Dismiss").clicked() {
                        gone = Some(i);
                    }
                });
            top = shown.response.rect.bottom() + 6.0;
        }
        if let Some(i) = gone {
            self.shown.remove(i);
            ctx.request_repaint();
        }
        let next = self.shown.iter().map(|(_, until)| until - now);
        let next = next.fold(f64::INFINITY, f64::min);
        if next.is_finite() {
            ctx.request_repaint_after(Duration::from_secs_f64(next.max(0.05)));
        }
    }

    /// Texts that are shown now, the newest last.
    pub fn texts(&self) -> Vec<&str> {
        self.shown
            .iter()
            .map(|(n, _)| match n {
                News::Done(t) | News::Warning(t) | News::Refused(t) => t.as_str(),
            })
            .collect()
    }
}
