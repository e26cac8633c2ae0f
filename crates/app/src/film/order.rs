//! What a film is to be, as buttons and scripts ask for it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use warmfront_session::film::{Look, QUALITY};
use warmfront_view::Style;
use warmfront_view::film::{Arrangement, Parts};

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
    pub page: Page,
    /// What is not written.
    #[serde(default)]
    pub without: Vec<Part>,
    /// Width and height, pixels.
    #[serde(default = "full_hd")]
    pub size: [u32; 2],
    /// Frames per second.
    #[serde(default = "usual_rate")]
    pub fps: u32,
    /// Seconds that the moving part lasts; without both this and `speed`: 20.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Model time that passes in a second.
    #[serde(default)]
    pub speed: Option<f64>,
    /// Seconds for which the first and the last frame stand still.
    #[serde(default)]
    pub hold: [f64; 2],
    /// Quality of MP4: 0 (best) to 51.
    #[serde(default = "usual_quality")]
    pub quality: u8,
    /// Colours of the page; none: as the window.
    #[serde(default)]
    pub style: Option<Paper>,
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

/// Duration of a film unless another is asked for, seconds.
pub const SECONDS: f64 = 20.0;

fn full_hd() -> [u32; 2] {
    [1920, 1080]
}

fn usual_rate() -> u32 {
    30
}

fn usual_quality() -> u8 {
    QUALITY
}

impl Order {
    /// The usual film.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            when: When::default(),
            page: Page::default(),
            without: Vec::new(),
            size: full_hd(),
            fps: usual_rate(),
            seconds: None,
            speed: None,
            hold: [0.0; 2],
            quality: usual_quality(),
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

/// What stands beside the panes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// Nothing.
    #[default]
    Panes,
    /// Plots underneath.
    Plots,
    /// The time line of the doses, in the picture.
    Doses,
}

impl Page {
    /// As films call it.
    pub fn arrangement(self) -> Arrangement {
        match self {
            Self::Panes => Arrangement::Panes,
            Self::Plots => Arrangement::Plots,
            Self::Doses => Arrangement::Doses,
        }
    }
}

/// Colours of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// For dim rooms.
    Dark,
    /// For screens.
    Light,
    /// White.
    Print,
}

impl Paper {
    /// As figures call it.
    pub fn style(self) -> Style {
        match self {
            Self::Dark => Style::Dark,
            Self::Light => Style::Light,
            Self::Print => Style::Print,
        }
    }
}

/// Something that is written on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Title.
    Title,
    /// Names of the arms.
    Labels,
    /// What the colours mean.
    Legend,
    /// Scale bar.
    ScaleBar,
    /// Model time.
    Clock,
    /// Marks of the doses.
    Doses,
    /// Texts of events.
    Captions,
    /// Closing line.
    Credit,
}

impl Part {
    /// All, with the words of the dialog.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Title, "Title"),
        (Self::Labels, "Arm labels"),
        (Self::Legend, "Legend"),
        (Self::ScaleBar, "Scale bar"),
        (Self::Clock, "Clock"),
        (Self::Doses, "Dose marks"),
        (Self::Captions, "Captions"),
        (Self::Credit, "Credit line"),
    ];

    /// All parts but these.
    pub fn all_but(without: &[Self]) -> Parts {
        let keeps = |part| !without.contains(&part);
        Parts {
            title: keeps(Self::Title),
            labels: keeps(Self::Labels),
            legend: keeps(Self::Legend),
            scale_bar: keeps(Self::ScaleBar),
            clock: keeps(Self::Clock),
            doses: keeps(Self::Doses),
            captions: keeps(Self::Captions),
            credit: keeps(Self::Credit),
        }
    }
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
    use super::*;

    #[test]
    fn a_path_is_enough_and_a_wrong_key_is_told() -> Result<(), serde_json::Error> {
        let order: Order = serde_json::from_str(r#"{"path": "a.mp4"}"#)?;
        assert_eq!(order, Order::new("a.mp4".into()));
        let text = r#"{"path": "a.gif", "size": [640, 360], "fps": 10, "seconds": 2,
            "when": "so_far", "page": "plots", "without": ["credit"], "style": "print"}"#;
        let order: Order = serde_json::from_str(text)?;
        assert_eq!((order.when, order.page), (When::SoFar, Page::Plots));
        assert!(!Part::all_but(&order.without).credit);
        let again: Order = serde_json::from_str(&serde_json::to_string(&order)?)?;
        assert_eq!(again, order);
        for wrong in [r#"{}"#, r#"{"path": "a.mp4", "frames": 3}"#] {
            assert!(serde_json::from_str::<Order>(wrong).is_err(), "{wrong}");
        }
        Ok(())
    }
}
