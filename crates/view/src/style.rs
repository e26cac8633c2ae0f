//! The look of figures: page colours and font sizes.

use serde::{Deserialize, Serialize};

use crate::colour::Rgb;

/// Where a figure is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Dark text on white: paper and slides with a white page.
    #[default]
    Print,
    /// Dark text on warm white: screens and light slides.
    Light,
    /// Light text on near-black: dim rooms and video.
    Dark,
}

/// Colours of one [`Style`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Page background.
    pub page: Rgb,
    /// Text and axes.
    pub ink: Rgb,
    /// Secondary text; at least 4.5 : 1 against the page (WCAG 2 AA).
    pub muted: Rgb,
    /// Grid lines and frames.
    pub line: Rgb,
    /// Fill of an empty panel.
    pub empty: Rgb,
}

impl Style {
    /// All styles: the names that options use, and what they are.
    pub const NAMED: [(&'static str, Self, &'static str); 3] = [
        ("dark", Self::Dark, "Light text on a dark page"),
        ("light", Self::Light, "Dark text on a light page"),
        ("print", Self::Print, "Black on white, for paper"),
    ];

    /// The colours of this style.
    pub const fn theme(self) -> Theme {
        match self {
            Self::Print => Theme {
                page: [255, 255, 255],
                ink: [24, 26, 31],
                muted: [88, 92, 102],
                line: [214, 217, 223],
                empty: [241, 242, 245],
            },
            Self::Light => Theme {
                page: [250, 249, 246],
                ink: [28, 29, 33],
                muted: [84, 86, 94],
                line: [216, 214, 208],
                empty: [238, 236, 231],
            },
            Self::Dark => Theme {
                page: [16, 18, 23],
                ink: [238, 240, 244],
                muted: [164, 170, 182],
                line: [58, 63, 74],
                empty: [30, 33, 40],
            },
        }
    }

    /// Whether the page is dark.
    pub const fn is_dark(self) -> bool {
        matches!(self, Self::Dark)
    }
}

/// Font sizes in pixels at scale 1; none is below 10, so that a figure is legible unscaled.
pub(crate) mod size {
    /// Figure title, bold.
    pub const TITLE: f32 = 19.0;
    /// Line under the title.
    pub const SUBTITLE: f32 = 13.0;
    /// Row and column heads, panel titles.
    pub const HEAD: f32 = 13.0;
    /// Axis titles, legends, notes.
    pub const BODY: f32 = 11.5;
    /// Tick labels, footer.
    pub const SMALL: f32 = 10.5;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::luminance;

    #[test]
    fn text_has_contrast() {
        for (_, style, _) in Style::NAMED {
            let theme = style.theme();
            for text in [theme.ink, theme.muted] {
                let (a, b) = (luminance(text) + 0.05, luminance(theme.page) + 0.05);
                assert!(a.max(b) / a.min(b) >= 4.5, "{style:?}");
            }
        }
    }
}
