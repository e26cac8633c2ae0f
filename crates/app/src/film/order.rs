//! What a film is to be, as buttons and scripts ask for it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use warmfront_session::film::{FPS, Look, QUALITY, SIZE};
use warmfront_view::Style;
use warmfront_view::film::{Arrangement, Part};

use super::Sight;

/// A film. In a script only `path` is needed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// `.mp4`, `.gif`, or a folder for numbered PNG files: a name without an ending.
    pub path: PathBuf,
    /// Part of the run.
    #[serde(default)]
    pub when: When,
    /// What stands beside the panes.
    #[serde(default)]
    pub page: Arrangement,
    /// What is not written.
    #[serde(default)]
    pub without: Vec<Part>,
    /// Width and height, pixels.
    #[serde(default = "size")]
    pub size: [u32; 2],
    /// Frames per second.
    #[serde(default = "fps")]
    pub fps: u32,
    /// Seconds that the moving part lasts; without both this and `speed`: the usual duration.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Model time that passes in a second.
    #[serde(default)]
    pub speed: Option<f64>,
    /// Seconds for which the first and the last frame stand still.
    #[serde(default)]
    pub hold: [f64; 2],
    /// Quality of MP4: 0 (best) to 51.
    #[serde(default = "quality")]
    pub quality: u8,
    /// Colours of the page; none: as the window.
    #[serde(default)]
    pub style: Option<Style>,
    /// Title; none: the scenario's label.
    #[serde(default)]
    pub title: Option<String>,
    /// Whether the camera moves of the scenario are followed; else the film stays with the sight.
    #[serde(default)]
    pub follow: bool,
    /// Whether an existing file is replaced.
    #[serde(default)]
    pub force: bool,
    /// What the panes show; none: as they stand in the window.
    #[serde(default)]
    pub sight: Option<Sight>,
    /// Camera moves and captions.
    #[serde(default)]
    pub cues: Vec<Cue>,
}

// serde wants functions.
fn size() -> [u32; 2] {
    SIZE
}

fn fps() -> u32 {
    FPS
}

fn quality() -> u8 {
    QUALITY
}

impl Order {
    /// The usual film.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            when: When::default(),
            page: Arrangement::default(),
            without: Vec::new(),
            size: SIZE,
            fps: FPS,
            seconds: None,
            speed: None,
            hold: [0.0; 2],
            quality: QUALITY,
            style: None,
            title: None,
            follow: false,
            force: false,
            sight: None,
            cues: Vec::new(),
        }
    }
}

/// Which part of the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// From start to end, also what is not computed yet.
    #[default]
    Whole,
    /// From the start to the present moment.
    SoFar,
    /// From now on, until the film is stopped.
    Live,
    /// From this model time to the present moment.
    From(f64),
}

/// What happens to the sight, or is said, at a model time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    /// When, model time.
    pub time: f64,
    /// Magnification, 1 to 64.
    #[serde(default)]
    pub zoom: Option<f64>,
    /// What comes to the middle, length unit; along the third axis the plane that is shown.
    #[serde(default)]
    pub centre: Option<[f64; 3]>,
    /// Model time that the move takes.
    #[serde(default)]
    pub over: f64,
    /// What is shown from then on: a view or a field.
    #[serde(default)]
    pub show: Option<Look>,
    /// Text that is shown from then on; empty: none.
    #[serde(default)]
    pub caption: Option<String>,
}

impl Cue {
    /// Nothing yet, at a time.
    pub fn at(time: f64) -> Self {
        Self {
            time,
            zoom: None,
            centre: None,
            over: 0.0,
            show: None,
            caption: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use warmfront_view::film::Parts;

    use super::*;

    #[test]
    fn a_path_is_enough_and_a_wrong_key_is_told() -> Result<(), serde_json::Error> {
        let order: Order = serde_json::from_str(r#"{"path": "a.mp4"}"#)?;
        assert_eq!(order, Order::new("a.mp4".into()));
        let text = r#"{"path": "a.gif", "size": [640, 360], "fps": 10, "seconds": 2,
            "when": "so_far", "page": "plots", "without": ["credit"], "style": "print"}"#;
        let order: Order = serde_json::from_str(text)?;
        assert_eq!((order.when, order.page), (When::SoFar, Arrangement::Plots));
        assert!(!Parts::without(&order.without).credit);
        let again: Order = serde_json::from_str(&serde_json::to_string(&order)?)?;
        assert_eq!(again, order);
        for wrong in [r#"{}"#, r#"{"path": "a.mp4", "frames": 3}"#] {
            assert!(serde_json::from_str::<Order>(wrong).is_err(), "{wrong}");
        }
        Ok(())
    }
}
