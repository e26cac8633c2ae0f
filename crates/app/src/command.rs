//! Everything that a user can do, as one enum for buttons, menus, keys, the palette, undo and scripts.
//!
//! A command of the window ([`Command::Window`]) is obeyed by the window within the same frame. All others
//! go to the simulation's thread, which carries them out between two ticks.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use warmfront_model::{Local, Regimen};

use crate::canvas::{Look, RangeMode, Tool};
use crate::film::Order;
use crate::panels::Tab;

/// A wish of the user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// For the window alone.
    Window(WindowCommand),
    /// Starts or stops the clock.
    Play(bool),
    /// Takes one tick while paused.
    Step,
    /// Begins the scenario again, with the present doses, regimens, parameters and switches.
    Restart,
    /// Model time units (days) per second of wall time; infinity: as fast as the device can.
    Speed(f64),
    /// Multiple of a drug's standard dose, from now on, in every arm that the scenario gives it to.
    Dose {
        /// Index of the drug in the model.
        drug: usize,
        /// 0 gives none, 1 the regimen's dose.
        multiple: f64,
    },
    /// Holds a drug's level from now on in every arm that the scenario gives it to; none: lets it go.
    Hold {
        /// Index of the drug in the model.
        drug: usize,
        /// Level in the compartment where the drug is measured, in its unit.
        level: Option<f64>,
    },
    /// Another regimen of a drug, from now on.
    Regimen {
        /// Index of the drug in the model.
        drug: usize,
        /// The arm; none: all.
        arm: Option<usize>,
        /// The regimen; times count from the start of the run.
        regimen: Regimen,
    },
    /// A parameter in every arm, from now on.
    Set {
        /// Index of the parameter in the model.
        parameter: usize,
        /// Within its range.
        value: f64,
    },
    /// Every parameter back to the scenario's value, from now on.
    ResetParameters,
    /// Switches a process on or off in every arm, from now on.
    Switch {
        /// Index of the process in the model.
        process: usize,
        /// Whether it takes place.
        on: bool,
    },
    /// One dab of the brush in every arm. Dabs up to [`Command::StrokeEnd`] are one stroke for undo.
    Brush {
        /// Index of the field in the model.
        field: usize,
        /// Centre, length unit of the model.
        centre: [f64; 3],
        /// Radius, length unit of the model.
        radius: f64,
        /// Amount at the centre; negative removes.
        amount: f64,
    },
    /// The pointer was lifted.
    StrokeEnd,
    /// Takes the last change back.
    Undo,
    /// Makes the last change that was taken back again.
    Redo,
    /// Shows the kept moment nearest to this model time and stops the clock; play or step goes on from
    /// there as a new branch.
    Scrub(f64),
    /// Back to the newest moment after [`Command::Scrub`].
    Newest,
    /// Bytes that the kept moments may take.
    HistoryBudget(u64),
    /// A local quantity to be evaluated in every cell after every tick, for the canvas.
    Derive(Option<Local>),
    /// Where values are wanted after every tick.
    Inspect(Inspect),
    /// Another scenario of the library, by name.
    Load(String),
    /// The present scenario on a grid with at most this many cells along an axis.
    Coarsen(u32),
    /// A scenario file.
    Open(PathBuf),
    /// A scenario as text, plain or as [`Command::Share`] gives it.
    OpenText(String),
    /// Writes the scenario with everything that was done to a file.
    Save(PathBuf),
    /// Asks for the scenario with everything that was done as a compressed text.
    Share,
    /// A film of what was done, as the panes stand; one at a time.
    Record(Box<Order>),
    /// Ends the recording that goes on, and makes the film of it.
    StopFilm,
    /// Ends the film that is being made, with the frames that it has; or drops the recording.
    CancelFilm,
    /// Says something in the recording that goes on, from now on; empty: nothing more.
    Caption(String),
    /// Takes up what an interrupted session left.
    Recover(bool),
    /// Destroys the device, to rehearse its loss.
    LoseDevice,
    /// Files of the model changed on disk: reads them again.
    Reload,
    /// A command of a script, which is answered by its line ([`crate::state::Answers`]). Scripts themselves
    /// are written without it.
    #[serde(skip)]
    Scripted {
        /// Number of the line, from 1.
        line: usize,
        /// What it asks for.
        command: Box<Command>,
    },
    /// Ends the simulation's thread.
    Quit,
}

/// What the window does itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowCommand {
    /// Shows one arm, or all.
    Arm(Option<usize>),
    /// What the panes show.
    Look(Look),
    /// Nuclei-like texture on composites.
    Texture(bool),
    /// The line around cells, on every map.
    Outline(bool),
    /// A field of composites switched on or off.
    Channel {
        /// Index of the model's fields.
        field: usize,
        /// Whether it is shown.
        on: bool,
    },
    /// Every pane minus the first arm, on a diverging map.
    Difference(bool),
    /// Two arms in one pane with a movable edge between them.
    Wipe(bool),
    /// Range of the colour scale.
    Range(RangeMode),
    /// What the pointer does on the tissue.
    Tool(Tool),
    /// Radius of the brush times this.
    BrushSize(f64),
    /// The whole tissue.
    Fit,
    /// Part of the tissue: magnification (1 to 64) and middle, as fractions, y upwards.
    View {
        /// 1 shows the whole tissue.
        zoom: f32,
        /// x to the right, y upwards.
        centre: [f32; 2],
    },
    /// Side panels shown or hidden.
    Sides(bool),
    /// Dark or light colours.
    Dark(bool),
    /// Size of everything, 1 is normal.
    Scale(f32),
    /// Brings a panel to the front.
    Tab(Tab),
    /// Opens or closes the command palette.
    Palette(bool),
    /// Opens or closes the list of keys.
    Keys(bool),
    /// Opens or closes the settings.
    Settings(bool),
    /// First-run hints shown or dismissed.
    Hints(bool),
    /// All panels back where they were at first.
    ResetLayout,
    /// The whole screen.
    Fullscreen(bool),
    /// Asks for a scenario file to open.
    OpenDialog,
    /// Asks where to save the scenario.
    SaveDialog,
    /// Puts the scenario with everything that was done on the clipboard.
    Copy,
    /// Opens what is on the clipboard.
    Paste,
    /// Asks where to write the plots that are shown, as a picture.
    ExportPlots,
    /// Opens or closes the dialog for films.
    Film(bool),
    /// Writes a picture of the window.
    Screenshot(PathBuf),
    /// Closes the window.
    Close,
}

/// Where values are wanted. Positions are in the length unit of the model; z is the plane shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspect {
    /// Under the pointer.
    pub hover: Option<[f64; 3]>,
    /// The place that "why here?" explains.
    pub pinned: Option<[f64; 3]>,
    /// Ends of the profile line.
    pub line: Option<[[f64; 3]; 2]>,
}
