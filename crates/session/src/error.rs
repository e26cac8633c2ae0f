//! What can end a run, sorted by what the user can do about it.

use std::io;
use std::path::{Path, PathBuf};

use warmfront_engine::EngineError;
use warmfront_model::plain;
use warmfront_view::ViewError;

/// Kinds of errors; the command line gives each its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A wrong option, model or scenario.
    Input,
    /// No GPU that can do it.
    Gpu,
    /// The numbers went wrong.
    Numerical,
    /// A file could not be written or read.
    InputOutput,
}

/// Anything that ends a run or an export.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The engine's.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A field grew beyond anything that its model means.
    #[error(
        "field `{field}` reached {value:.1e} {unit} before time {}, more than {times:.0e} times its typical size {}\n  help: look for a process that makes `{field}` without bound; if the values are meant, raise `scale` of the field",
        plain(*time), plain(*scale)
    )]
    OutOfRange {
        /// Field.
        field: String,
        /// Largest value over cells and arms.
        value: f64,
        /// Its unit.
        unit: String,
        /// Typical size.
        scale: f64,
        /// Most times the typical size that are accepted.
        times: f64,
        /// Model time after the tick.
        time: f64,
    },
    /// A dose or level that no drug has.
    #[error("`{drug}` cannot be given or held at {value:e}: 0 to {most} is allowed")]
    Level {
        /// Drug.
        drug: String,
        /// What was asked for.
        value: f64,
        /// The most that is allowed.
        most: f64,
    },
    /// A model, scenario or option.
    #[error(transparent)]
    Model(#[from] warmfront_model::Error),
    /// A figure could not be drawn.
    #[error(transparent)]
    View(#[from] ViewError),
    /// There are results already.
    #[error(
        "the output folder {} exists and is not empty\n  help: `--force` replaces the results in it; `--out DIR` writes somewhere else", .0.display()
    )]
    Exists(PathBuf),
    /// Finished cases that are not of this study.
    #[error(
        "{} holds finished cases {why}\n  help: `--out DIR` keeps them and writes somewhere else; `--force` replaces them",
        path.display()
    )]
    OtherCases {
        /// The folder.
        path: PathBuf,
        /// Of what they are.
        why: String,
    },
    /// A question about an outcome that there is not.
    #[error("scenario `{scenario}` itself has no outcome to explain: {why}")]
    NoOutcome {
        /// The scenario.
        scenario: String,
        /// What happened to it.
        why: String,
    },
    /// A file is there already.
    #[error(
        "{} exists\n  help: `--force` replaces it; `-o FILE` writes another one", .0.display()
    )]
    FileExists(PathBuf),
    /// A file that does not say where it comes from.
    #[error("{}: {why}", path.display())]
    NoProvenance {
        /// The file.
        path: PathBuf,
        /// What was missing, and what would help.
        why: String,
    },
    /// A film or figure that cannot be made as asked for.
    #[error("{what}\n  help: {help}")]
    Film {
        /// What is wrong.
        what: String,
        /// What is allowed.
        help: String,
    },
    /// Something that this build of the program leaves out.
    #[error(
        "this program was built without {what}\n  help: build it whole, with `cargo build --release`, or with `--features {feature}`"
    )]
    NotBuilt {
        /// What it cannot do.
        what: &'static str,
        /// Cargo feature that brings it.
        feature: &'static str,
    },
    /// A film encoder gave up.
    #[error("the {encoder} encoder failed: {reason}")]
    Encoder {
        /// Which.
        encoder: &'static str,
        /// Its words.
        reason: String,
    },
    /// Another run writes there.
    #[error(
        "the output folder {} is in use by another run{}\n  help: wait until it has ended, or choose another folder with `--out DIR`",
        .path.display(), .process.map(|p| format!(" (process {p})")).unwrap_or_default()
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The process that writes there, if it said so.
        process: Option<u32>,
    },
    /// The disk said no.
    #[error("cannot {action} {}: {reason}\n  help: {help}", path.display())]
    Disk {
        /// `write`, `create`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        reason: String,
        /// What to do.
        help: &'static str,
    },
    /// More rows than memory should hold.
    #[error(
        "the time series would have {rows:.0} rows; at most {most:.0} are kept\n  help: raise `record_every` in the scenario, or use `--every DAYS`"
    )]
    TooManyRows {
        /// Rows asked for.
        rows: f64,
        /// Rows allowed.
        most: f64,
    },
}

impl SessionError {
    /// An error of the file system.
    pub fn disk(action: &'static str, path: &Path, error: &io::Error) -> Self {
        let help = match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "choose a folder that you may write with `--out DIR`"
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "make room, or choose another disk with `--out DIR`"
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "part of this path is a file; choose another folder with `--out DIR`"
            }
            _ => "check the path; `--out DIR` chooses another folder",
        };
        Self::Disk {
            action,
            path: path.to_owned(),
            reason: error.to_string(),
            help,
        }
    }

    /// What sort of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Engine(e) => engine_kind(e),
            Self::Model(_)
            | Self::Level { .. }
            | Self::TooManyRows { .. }
            | Self::View(_)
            | Self::NotBuilt { .. }
            | Self::Film { .. } => ErrorKind::Input,
            Self::OutOfRange { .. } | Self::NoOutcome { .. } => ErrorKind::Numerical,
            Self::Exists(_)
            | Self::OtherCases { .. }
            | Self::FileExists(_)
            | Self::NoProvenance { .. }
            | Self::Encoder { .. }
            | Self::InUse { .. }
            | Self::Disk { .. } => ErrorKind::InputOutput,
        }
    }
}

fn engine_kind(error: &EngineError) -> ErrorKind {
    match error {
        EngineError::NoAdapter { .. }
        | EngineError::UnknownAdapter { .. }
        | EngineError::Limit { .. }
        | EngineError::NoDevice { .. }
        | EngineError::DeviceLost(_)
        | EngineError::Gpu(_) => ErrorKind::Gpu,
        EngineError::TooLarge { .. }
        | EngineError::Diffusivity { .. }
        | EngineError::Values { .. }
        | EngineError::Shader(_)
        | EngineError::Model(_) => ErrorKind::Input,
        EngineError::NotFinite { .. }
        | EngineError::NegativeRate { .. }
        | EngineError::NotSolved { .. }
        | EngineError::StepTooSmall { .. } => ErrorKind::Numerical,
    }
}
