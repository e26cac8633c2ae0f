//! Fonts, text sizes, colours, motion.

use std::sync::Arc;

use eframe::egui::{self, Color32, Context, FontData, FontFamily};

use super::WarmfrontApp;
use crate::settings::is_dark;
use crate::store::Theme;

impl WarmfrontApp {
    // Colours, size, motion.
    pub(super) fn style(&mut self, ctx: &Context) {
        if self.saved.theme == Theme::System {
            self.desk.dark = is_dark(ctx, Theme::System);
        }
        ctx.set_theme(if self.desk.dark {
            egui::Theme::Dark
        } else {
            egui::Theme::Light
        });
        if ctx.zoom_factor() != self.saved.scale {
            ctx.set_zoom_factor(self.saved.scale);
        }
        if self.still != self.saved.reduced_motion {
            self.still = self.saved.reduced_motion;
            let time = if self.saved.reduced_motion {
                0.0
            } else {
                1.0 / 12.0
            };
            ctx.all_styles_mut(|style| style.animation_time = time);
        }
    }
}

/// The smallest text, points.
pub const SMALLEST: f32 = 12.0;

/// Colour under everything.
pub fn ground(dark: bool) -> Color32 {
    Color32::from_gray(if dark { 27 } else { 248 })
}

/// Fonts and text sizes; the app does it before its first frame.
pub fn prepare(ctx: &Context) {
    let mut fonts = egui::FontDefinitions::default();
    // For units and symbols that the default fonts lack: ρ, µ, superscripts, arrows.
    let dejavu = include_bytes!("../../../../assets/fonts/DejaVuSans.ttf");
    let name = "DejaVu Sans".to_owned();
    let data = FontData::from_static(dejavu);
    fonts.font_data.insert(name.clone(), Arc::new(data));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().push(name.clone());
    }
    ctx.set_fonts(fonts);
    // Sizes are commands like any other.
    ctx.options_mut(|o| o.zoom_with_keyboard = false);
    ctx.all_styles_mut(|style| {
        // The window is cleared to the ground; panels that paint it again, several times over, cost a
        // processor that draws most of a frame.
        style.visuals.panel_fill = Color32::TRANSPARENT;
        // A bar that floats lies over menus at the right edge.
        style.spacing.scroll.floating_allocated_width =
            style.spacing.scroll.bar_width + style.spacing.scroll.bar_outer_margin;
        // All text has to be read from the last row of a lecture hall, also the secondary one.
        style.visuals.weak_text_alpha = 0.75;
        let ink = if style.visuals.dark_mode { 190 } else { 60 };
        style.visuals.widgets.noninteractive.fg_stroke.color = Color32::from_gray(ink);
        let sizes = [
            (egui::TextStyle::Small, SMALLEST),
            (egui::TextStyle::Body, 13.5),
        ];
        for (text, size) in sizes {
            if let Some(font) = style.text_styles.get_mut(&text) {
                font.size = size;
            }
        }
    });
}
