//! Is there a Vulkan driver that can work here?
//!
//! On Linux the Vulkan loader (`libvulkan.so.1`) reads one JSON file per driver. Such a file is no
//! proof: it may point at a library that is not installed, or belong to a graphics card that this
//! machine does not have. So a driver counts when its library exists, and a hardware driver only
//! when the machine shows a graphics device. The search follows the loader's own documentation
//! (LoaderDriverInterface.md, "Driver Discovery on Linux"). macOS (Metal) and Windows (DirectX 12)
//! bring what they need.

use std::path::{Path, PathBuf};

/// Where to look. Tests give another file system root.
#[derive(Debug)]
pub struct Search {
    /// `/`, or a temporary folder.
    pub root: PathBuf,
    /// Value of `VK_DRIVER_FILES` or `VK_ICD_FILENAMES`: if set, only these files or folders count.
    pub only: Option<String>,
    /// Value of `VK_ADD_DRIVER_FILES`: looked at first.
    pub also: Option<String>,
    /// Value of `LD_LIBRARY_PATH`.
    pub library_path: Option<String>,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A driver that should work, by the name of its file.
    Driver(String),
    /// The loader library is missing.
    NoLoader,
    /// No driver can work; each file that was looked at, with the reason.
    NoDriver(Vec<String>),
}

const MANIFEST_FOLDERS: [&str; 4] = [
    "etc/vulkan/icd.d",
    "usr/local/etc/vulkan/icd.d",
    "usr/local/share/vulkan/icd.d",
    "usr/share/vulkan/icd.d",
];

const LIBRARY_FOLDERS: [&str; 9] = [
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
    "usr/lib64",
    "usr/lib",
    "usr/local/lib64",
    "usr/local/lib",
    "lib64",
    "lib",
    "run/opengl-driver/lib",
];

/// Names of drivers that render on the processor and need no device.
const SOFTWARE: [&str; 4] = ["lvp", "lavapipe", "swrast", "swiftshader"];

impl Search {
    /// The search that the loader would do in this environment.
    pub fn of_this_machine() -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            root: PathBuf::from("/"),
            only: variable("VK_DRIVER_FILES").or_else(|| variable("VK_ICD_FILENAMES")),
            also: variable("VK_ADD_DRIVER_FILES"),
            library_path: variable("LD_LIBRARY_PATH"),
        }
    }

    /// Looks for the loader and then for a driver.
    pub fn run(&self) -> Found {
        if self.library("libvulkan.so.1").is_none() {
            return Found::NoLoader;
        }
        let mut refused = Vec::new();
        for manifest in self.manifests() {
            match self.judge(&manifest) {
                Ok(()) => return Found::Driver(stem(&manifest)),
                Err(reason) => refused.push(format!("{}: {reason}", manifest.display())),
            }
        }
        Found::NoDriver(refused)
    }

    fn manifests(&self) -> Vec<PathBuf> {
        let listed = |list: &Option<String>| -> Vec<PathBuf> {
            list.iter().flat_map(std::env::split_paths).collect()
        };
        let mut places = listed(&self.also);
        if self.only.is_some() {
            places = listed(&self.only);
        } else {
            places.extend(MANIFEST_FOLDERS.iter().map(|folder| self.root.join(folder)));
        }
        let mut manifests = Vec::new();
        for place in places {
            if place.is_dir() {
                let mut inside: Vec<PathBuf> = std::fs::read_dir(&place)
                    .into_iter()
                    .flatten()
                    .flatten()
                    .map(|entry| entry.path())
                    .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
                    .collect();
                inside.sort();
                manifests.extend(inside);
            } else if place.exists() || self.only.is_some() {
                manifests.push(place);
            }
        }
        manifests
    }

    /// Why a driver cannot work here, if so.
    fn judge(&self, manifest: &Path) -> Result<(), String> {
        let text = std::fs::read_to_string(manifest).map_err(|error| error.to_string())?;
        let library = library_path(&text).ok_or("names no library_path")?;
        let found = if library.contains('/') {
            // An absolute path replaces the base; a relative one starts at the manifest.
            let base = manifest.parent().unwrap_or(Path::new("/"));
            let path = match library.strip_prefix('/') {
                Some(rest) => self.root.join(rest),
                None => base.join(&library),
            };
            path.exists()
        } else {
            self.library(&library).is_some()
        };
        if !found {
            return Err(format!("its library {library} is not installed"));
        }
        let name = stem(manifest);
        if SOFTWARE
            .iter()
            .any(|part| name.contains(part) || library.contains(part))
        {
            return Ok(());
        }
        if self.has_device() {
            Ok(())
        } else {
            Err("no graphics device here".to_owned())
        }
    }

    fn library(&self, name: &str) -> Option<PathBuf> {
        let extra = self.library_path.iter().flat_map(std::env::split_paths);
        extra
            .chain(LIBRARY_FOLDERS.iter().map(|folder| self.root.join(folder)))
            .map(|folder| folder.join(name))
            .find(|path| path.exists())
    }

    fn has_device(&self) -> bool {
        let dev = self.root.join("dev");
        let render_node = std::fs::read_dir(dev.join("dri"))
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"));
        render_node || dev.join("nvidiactl").exists() || dev.join("dxg").exists()
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The string after `"library_path":` in a driver's JSON file.
fn library_path(json: &str) -> Option<String> {
    let after = json.split("\"library_path\"").nth(1)?;
    let value = after
        .trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?;
    Some(value.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    struct Machine(tempfile::TempDir);

    impl Machine {
        fn new() -> std::io::Result<Self> {
            Ok(Self(tempfile::tempdir()?))
        }

        fn with(self, path: &str, text: &str) -> std::io::Result<Self> {
            let path = self.0.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a file lies in a folder"))?;
            std::fs::write(path, text)?;
            Ok(self)
        }

        fn with_driver(self, name: &str, library: &str) -> std::io::Result<Self> {
            let text = format!("{{\"ICD\": {{\"library_path\": \"{library}\"}}}}");
            self.with(&format!("usr/share/vulkan/icd.d/{name}.json"), &text)
        }

        fn search(&self) -> Search {
            let root = self.0.path().to_owned();
            Search {
                root,
                only: None,
                also: None,
                library_path: None,
            }
        }
    }

    #[test]
    fn without_loader() -> Outcome {
        assert_eq!(Machine::new()?.search().run(), Found::NoLoader);
        Ok(())
    }

    #[test]
    fn software_driver_needs_no_device() -> Outcome {
        let machine = Machine::new()?
            .with("usr/lib/libvulkan.so.1", "")?
            .with("usr/lib/libvulkan_lvp.so", "")?
            .with_driver("lvp_icd", "/usr/lib/libvulkan_lvp.so")?;
        assert_eq!(machine.search().run(), Found::Driver("lvp_icd".to_owned()));
        Ok(())
    }

    #[test]
    fn hardware_driver_needs_its_library_and_a_device() -> Outcome {
        let machine = Machine::new()?
            .with("usr/lib/libvulkan.so.1", "")?
            .with_driver("nvidia_icd", "libGLX_nvidia.so.0")?;
        let Found::NoDriver(reasons) = machine.search().run() else {
            return Err("a driver without its library was accepted".into());
        };
        assert!(reasons[0].contains("not installed"), "{reasons:?}");

        let machine = machine.with("usr/lib64/libGLX_nvidia.so.0", "")?;
        let Found::NoDriver(reasons) = machine.search().run() else {
            return Err("a driver without a device was accepted".into());
        };
        assert!(reasons[0].contains("no graphics device"), "{reasons:?}");

        let machine = machine.with("dev/nvidiactl", "")?;
        assert_eq!(
            machine.search().run(),
            Found::Driver("nvidia_icd".to_owned())
        );
        Ok(())
    }

    #[test]
    fn the_environment_restricts_the_search() -> Outcome {
        let machine = Machine::new()?
            .with("usr/lib/libvulkan.so.1", "")?
            .with("usr/lib/libvulkan_lvp.so", "")?
            .with_driver("lvp_icd", "libvulkan_lvp.so")?;
        let missing = machine
            .0
            .path()
            .join("none.json")
            .to_string_lossy()
            .into_owned();
        let search = Search {
            only: Some(missing),
            ..machine.search()
        };
        assert!(matches!(search.run(), Found::NoDriver(reasons) if reasons.len() == 1));
        Ok(())
    }
}
