//! What a film is to be.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use warmfront_model::{Action, Channel, Event, Local, Model, Scenario, Shown};
use warmfront_view::Style;
use warmfront_view::film::{Arrangement, Parts};
use warmfront_view::raster::Range;

use crate::SessionError;

/// A film, in full: same scenario, same spec, same adapter, same frames.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmSpec {
    /// The file, and how it is encoded.
    pub target: Target,
    /// Width and height of a frame, pixels.
    pub size: [u32; 2],
    /// Frames per second.
    pub fps: u32,
    /// Model times of the first and the last frame; the last is capped at the end of the scenario.
    pub span: [f64; 2],
    /// Model time that passes in a second of film.
    pub per_second: f64,
    /// Seconds for which the first and the last frame stand still.
    pub hold: [f64; 2],
    /// What the panes show.
    pub look: Look,
    /// Limits of the colour scale of a single quantity, or of its difference; none: the model's.
    pub range: Option<Range>,
    /// Which panes there are.
    pub panes: Panes,
    /// Where things stand.
    pub arrangement: Arrangement,
    /// Panes side by side; none: as they fit best.
    pub columns: Option<u32>,
    /// What is written around the panes.
    pub parts: Parts,
    /// Page.
    pub style: Style,
    /// Part of the tissue that is seen before any camera event.
    pub camera: Camera,
    /// Nuclei-like texture on composites of cells.
    pub texture: bool,
    /// Fields that composites leave out.
    pub hidden: BTreeSet<usize>,
    /// Title; none: the scenario's label.
    pub title: Option<String>,
}

/// What every pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// A composite: index of the model's view.
    View(usize),
    /// One field, through a colour map.
    Field(usize),
    /// A local quantity, through a colour map.
    Local(Local),
}

/// Which panes there are; arms are indices into the scenario's list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Panes {
    /// One pane per arm.
    Arms(Vec<usize>),
    /// One pane per arm, each minus `base`; for single quantities.
    Difference {
        /// Subtracted.
        base: usize,
        /// Shown.
        arms: Vec<usize>,
    },
    /// Two arms in one pane.
    Wipe {
        /// Left of the edge.
        left: usize,
        /// Right of the edge.
        right: usize,
        /// Position of the edge, 0 to 1.
        at: f32,
    },
}

impl Panes {
    /// Arms that must be run, rising, each once.
    pub fn arms(&self) -> Vec<usize> {
        let mut arms = match self {
            Self::Arms(arms) => arms.clone(),
            Self::Difference { base, arms } => [*base].iter().chain(arms).copied().collect(),
            Self::Wipe { left, right, .. } => vec![*left, *right],
        };
        arms.sort_unstable();
        arms.dedup();
        arms
    }
}

/// Part of the tissue that a pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Camera {
    /// 1 shows the whole tissue; at most 64.
    pub zoom: f64,
    /// Middle of a pane as fractions of the tissue, x to the right, y upwards.
    pub centre: [f64; 2],
    /// Axis at right angles to the plane shown, 0, 1, 2 for x, y, z; 3D only.
    pub axis: usize,
    /// Where the plane stands along that axis, as a fraction of the tissue; 3D only.
    pub slice: f64,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            centre: [0.5; 2],
            axis: 2,
            slice: 0.5,
        }
    }
}

/// The file of a film.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// File, or folder for numbered pictures.
    pub path: PathBuf,
    /// What it becomes.
    pub format: Format,
    /// Constant quality of MP4: 0 (best) to 51; 20 looks flawless.
    pub quality: u8,
    /// Who encodes MP4.
    pub encoder: Encoder,
    /// Most bytes of a GIF; it gets fewer frames, then fewer pixels, until it fits.
    pub most_bytes: Option<u64>,
    /// Whether an existing file is replaced.
    pub force: bool,
}

/// Formats of films.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// H.264 in MP4.
    Mp4,
    /// Looped GIF.
    Gif,
    /// A folder of numbered PNG files.
    Pngs,
}

impl Format {
    /// The format that a path asks for by its ending; with ffmpeg any ending may be a film.
    ///
    /// # Errors
    /// [`SessionError::Film`]: another ending.
    pub fn of(path: &Path, encoder: &Encoder) -> Result<Self, SessionError> {
        let ending = path.extension().map(|e| e.to_ascii_lowercase());
        match ending.as_ref().and_then(|e| e.to_str()) {
            Some("mp4") => Ok(Self::Mp4),
            Some("gif") => Ok(Self::Gif),
            None => Ok(Self::Pngs),
            Some(_) if matches!(encoder, Encoder::Ffmpeg(_)) => Ok(Self::Mp4),
            Some(other) => Err(SessionError::Film {
                what: format!("a film cannot be a .{other} file"),
                help: ".mp4, .gif, or a folder (a name without an ending) for PNG files".to_owned(),
            }),
        }
    }
}

/// Who encodes MP4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encoder {
    /// The encoder inside the program.
    OpenH264,
    /// `ffmpeg` on the PATH, with a codec by ffmpeg's name.
    Ffmpeg(String),
}

/// Size of a frame unless another is asked for, pixels.
pub const SIZE: [u32; 2] = [1920, 1080];

/// Frames per second unless another rate is asked for.
pub const FPS: u32 = 30;

/// Duration of a film without its holds unless another is asked for, seconds.
pub const SECONDS: f64 = 20.0;

/// Quality of MP4 unless another is asked for.
pub const QUALITY: u8 = 20;

/// The smallest and worst quality of MP4.
pub const WORST: u8 = 51;

impl FilmSpec {
    /// The channels of a view that are shown.
    pub(super) fn channels<'m>(
        &'m self,
        model: &'m Model,
        view: usize,
    ) -> impl Iterator<Item = &'m Channel> {
        let all = model.views[view].channels.iter();
        all.filter(|c| !self.hidden.contains(&c.field))
    }

    /// Whether it fits a scenario, before anything is computed.
    ///
    /// # Errors
    /// [`SessionError::Film`]: names and numbers that the scenario does not have.
    pub fn check(&self, scenario: &Scenario) -> Result<(), SessionError> {
        super::sink::check(&self.target, self.size, self.fps)?;
        let model = &*scenario.model;
        let wrong = |what: String, help: &str| {
            Err(SessionError::Film {
                what,
                help: help.to_owned(),
            })
        };
        let arms = self.panes.arms();
        let none = match &self.panes {
            Panes::Arms(arms) | Panes::Difference { arms, .. } => arms.is_empty(),
            Panes::Wipe { .. } => false,
        };
        if none {
            return wrong("a film without arms shows nothing".to_owned(), "name one");
        }
        if let Some(arm) = arms.iter().find(|a| **a >= scenario.arms.len()) {
            return wrong(
                format!("the scenario has no arm number {arm}"),
                "they count from 0",
            );
        }
        let known = match self.look {
            Look::View(i) => i < model.views.len(),
            Look::Field(i) => i < model.fields.len(),
            Look::Local(local) => model.locals().contains(&local),
        };
        if !known {
            return wrong(
                format!("the model has nothing like {:?} to show", self.look),
                "`warmfront list views` shows the views",
            );
        }
        if matches!(
            (&self.panes, self.look),
            (Panes::Difference { .. }, Look::View(_))
        ) {
            return wrong(
                "a difference can be shown of one quantity, not of a composite".to_owned(),
                "choose a field with `--view`",
            );
        }
        let shows_view = |e: &Event| {
            matches!(
                e.action,
                Action::Camera {
                    show: Some(Shown::View(_)),
                    ..
                }
            )
        };
        if matches!(self.panes, Panes::Difference { .. })
            && let Some(event) = scenario.events.iter().find(|e| shows_view(e))
        {
            return wrong(
                format!(
                    "a difference can be shown of one quantity, and a camera event at time {} shows a composite",
                    event.time
                ),
                "let it show a field, or compare without a difference",
            );
        }
        if self.target.quality > WORST {
            return wrong(
                format!("there is no quality {}", self.target.quality),
                &format!(
                    "0 (best, large) to {WORST} (worst, small) is allowed; {QUALITY} looks flawless"
                ),
            );
        }
        Ok(())
    }

    /// Whether everything has room on the page. It takes as long as a frame.
    ///
    /// # Errors
    /// What the page's composition finds; it names the smallest size that works.
    pub fn check_page(&self, scenario: &Scenario) -> Result<(), SessionError> {
        let span = super::Timing::of(self, scenario)?.span;
        let looks = super::camera::Track::new(self, scenario).looks();
        super::page::page(self, scenario, self.look, &looks, span)?.compose()?;
        Ok(())
    }
}
