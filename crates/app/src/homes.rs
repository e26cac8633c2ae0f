//! The user's folders in which the window keeps things, and what is lost where they cannot be written.
//!
//! A folder is tried by writing a small file into it, because rights alone do not tell: a disk may be
//! read-only or full, and a file may stand where the folder should be.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

/// What a folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// What the window remembers: [`crate::store`].
    Settings,
    /// The copy of the present run, for the case of a crash.
    Session,
    /// Shaders that the graphics driver has compiled. The driver writes it, not this program.
    Shaders,
}

impl Use {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Settings, Self::Session, Self::Shaders];

    /// The folder; none where the user has no home.
    pub fn folder(self) -> Option<PathBuf> {
        let dirs = ProjectDirs::from("", "", "warmfront");
        match self {
            Self::Settings => Some(dirs?.config_dir().to_owned()),
            Self::Session => {
                let dirs = dirs?;
                let state = dirs.state_dir().unwrap_or(dirs.data_local_dir());
                Some(state.join("autosave"))
            }
            Self::Shaders => match std::env::var_os(MESA_CACHE).filter(|v| !v.is_empty()) {
                Some(folder) => Some(folder.into()),
                None => Some(BaseDirs::new()?.cache_dir().to_owned()),
            },
        }
    }

    /// What is lost without it.
    fn loss(self) -> &'static str {
        match self {
            Self::Settings => {
                "the layout, colours and recent files are forgotten when the window closes"
            }
            Self::Session => "after a crash there is no copy of the run to restore",
            Self::Shaders => {
                "a graphics driver that keeps its compiled shaders there compiles them again at every start, which can take half a minute"
            }
        }
    }

    /// The environment variable that chooses another folder; none: this system has none.
    fn variable(self) -> Option<&'static str> {
        if !cfg!(all(unix, not(target_os = "macos"))) {
            return None;
        }
        Some(match self {
            Self::Settings => "XDG_CONFIG_HOME",
            Self::Session => "XDG_STATE_HOME",
            Self::Shaders => "XDG_CACHE_HOME",
        })
    }
}

/// Another place for the shader cache of Mesa's drivers.
const MESA_CACHE: &str = "MESA_SHADER_CACHE_DIR";

/// A folder that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// What it is for.
    pub of: Use,
    /// The folder; none: the user has no home.
    pub folder: Option<PathBuf>,
    /// Why, in words.
    pub why: String,
}

/// The folders of these uses that cannot be written.
pub fn lost(uses: &[Use]) -> Vec<Lost> {
    let tried = uses.iter().filter_map(|&of| {
        let folder = of.folder();
        let why = match &folder {
            Some(folder) => try_writing(folder).err()?.to_string(),
            None => "this user has no home folder".to_owned(),
        };
        Some(Lost { of, folder, why })
    });
    tried.collect()
}

/// One message for all of them; none where nothing is lost.
pub fn message(lost: &[Lost]) -> Option<String> {
    let mut lines: Vec<String> = lost.iter().map(Lost::line).collect();
    if lines.is_empty() {
        return None;
    }
    let variables: Vec<&str> = lost.iter().filter_map(|l| l.of.variable()).collect();
    lines.push(match variables.as_slice() {
        [] => "help: make the folder writable".to_owned(),
        some => format!(
            "help: make the folder writable, or choose another one: {}=DIR warmfront",
            some.join("=DIR ")
        ),
    });
    Some(lines.join("\n  "))
}

impl Lost {
    fn line(&self) -> String {
        let (why, loss) = (&self.why, self.of.loss());
        match &self.folder {
            Some(folder) => format!("{} cannot be written ({why}): {loss}", folder.display()),
            None => format!("{why}: {loss}"),
        }
    }
}

/// Makes the folder where it is missing, and writes and removes a small file in it.
fn try_writing(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join(format!(".warmfront-{}", std::process::id()));
    let written = std::fs::File::create(&file).and_then(|mut f| f.write_all(b"x"));
    let removed = std::fs::remove_file(&file);
    written.and(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_tried_by_writing() {
        let folder = std::env::temp_dir().join(format!("warmfront-homes-{}", std::process::id()));
        let inside = folder.join("a/b");
        try_writing(&inside).expect("a temporary folder can be written");
        let left = std::fs::read_dir(&inside).expect("it was made").count();
        assert_eq!(left, 0, "nothing is left behind");
        // A file where the folder should be, and a folder inside a file.
        let file = folder.join("file");
        std::fs::write(&file, "x").expect("it can be written");
        assert!(try_writing(&file).is_err());
        assert!(try_writing(&file.join("c")).is_err());
        if cfg!(target_os = "linux") {
            assert!(try_writing(Path::new("/proc/.config/warmfront")).is_err());
        }
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }

    #[test]
    fn one_message_names_every_folder_its_loss_and_the_way_out() {
        assert_eq!(message(&[]), None);
        let lost = Use::ALL.map(|of| Lost {
            of,
            folder: (of != Use::Session).then(|| format!("/x/{of:?}").into()),
            why: "it is full".to_owned(),
        });
        let text = message(&lost).expect("something is lost");
        for words in [
            "/x/Settings cannot be written (it is full)",
            "/x/Shaders",
            "help: ",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        for of in Use::ALL {
            assert!(text.contains(of.loss()), "{text}");
            if let Some(variable) = of.variable() {
                assert!(text.contains(&format!("{variable}=DIR")), "{text}");
            }
        }
    }
}
