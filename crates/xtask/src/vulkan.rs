//! Is there a Vulkan driver that can work here?
//!
//! On Linux the Vulkan loader (`libvulkan.so.1`) reads one JSON file per driver. Such a file is no
//! proof: it may point at a library that is not installed, or belong to a graphics card that this
//! machine does not have. So a driver counts when its library exists, and a hardware driver only
//! when the machine shows a graphics device. The search follows the loader's own documentation
//! (LoaderDriverInterface.md, "Driver Discovery on Linux"). macOS (Metal) and Windows (DirectX 12)
//! bring what they need.

use std::path::{Path, PathBuf};

use crate::driver::mesa_version;

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
    /// A driver that should work.
    Driver(Usable),
    /// The loader library is missing.
    NoLoader,
    /// No driver can work; each file that was looked at, with the reason.
    NoDriver(Vec<String>),
}

/// A driver.
#[derive(Debug, PartialEq, Eq)]
pub struct Usable {
    /// Name of its file.
    pub name: String,
    /// Whether it computes on the processor.
    pub software: bool,
    /// Version of its Mesa, where it computes on the processor with that.
    pub mesa: Option<String>,
    /// Drivers that cannot work, with the reasons, where this one only stands in for them.
    pub broken: Vec<String>,
}

impl Usable {
    fn of_a_card(name: String) -> Self {
        Self {
            name,
            software: false,
            mesa: None,
            broken: Vec::new(),
        }
    }
}

enum Kind {
    Hardware,
    // With the version of its Mesa.
    Software(Option<String>),
}

const NO_DEVICE: &str = "no graphics device here";

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

    /// Looks for the loader and then for a driver: one of a graphics card before one that computes on the
    /// processor.
    pub fn run(&self) -> Found {
        if self.library("libvulkan.so.1").is_none() {
            return Found::NoLoader;
        }
        let (mut refused, mut on_processor) = (Vec::new(), None);
        for manifest in self.manifests() {
            let name = stem(&manifest);
            match self.judge(&manifest) {
                Ok(Kind::Hardware) => return Found::Driver(Usable::of_a_card(name)),
                Ok(Kind::Software(mesa)) => {
                    on_processor.get_or_insert(Usable {
                        name,
                        software: true,
                        mesa,
                        broken: Vec::new(),
                    });
                }
                Err(reason) => refused.push((manifest, reason)),
            }
        }
        let told =
            |(manifest, reason): &(PathBuf, String)| format!("{}: {reason}", manifest.display());
        match on_processor {
            Some(usable) => {
                // Drivers of cards that are not there come with every installation.
                let broken = refused.iter().filter(|(_, why)| why != NO_DEVICE);
                let broken = broken.map(told).collect();
                Found::Driver(Usable { broken, ..usable })
            }
            None => Found::NoDriver(refused.iter().map(told).collect()),
        }
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
    fn judge(&self, manifest: &Path) -> Result<Kind, String> {
        let text = std::fs::read_to_string(manifest).map_err(|error| error.to_string())?;
        let library = library_path(&text).ok_or("names no library_path")?;
        let found = if library.contains('/') {
            // An absolute path replaces the base; a relative one starts at the manifest.
            let base = manifest.parent().unwrap_or(Path::new("/"));
            let path = match library.strip_prefix('/') {
                Some(rest) => self.root.join(rest),
                None => base.join(&library),
            };
            Some(path).filter(|path| path.exists())
        } else {
            self.library(&library)
        };
        let Some(found) = found else {
            return Err(format!("its library {library} is not installed"));
        };
        let name = stem(manifest);
        if SOFTWARE
            .iter()
            .any(|part| name.contains(part) || library.contains(part))
        {
            return Ok(Kind::Software(mesa_version(&found)));
        }
        if self.has_device() {
            Ok(Kind::Hardware)
        } else {
            Err(NO_DEVICE.to_owned())
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
            .with("usr/lib/libvulkan_lvp.so", "Mesa 22.3.6 (LLVM")?
            .with_driver("lvp_icd", "/usr/lib/libvulkan_lvp.so")?;
        let usable = Usable {
            name: "lvp_icd".to_owned(),
            software: true,
            mesa: Some("22.3.6".to_owned()),
            broken: Vec::new(),
        };
        assert_eq!(machine.search().run(), Found::Driver(usable));
        Ok(())
    }

    #[test]
    fn a_card_comes_first_and_a_broken_driver_is_named() -> Outcome {
        let machine = Machine::new()?
            .with("usr/lib/libvulkan.so.1", "")?
            .with("usr/lib/libvulkan_lvp.so", "")?
            .with_driver("lvp_icd", "libvulkan_lvp.so")?
            .with_driver("nvidia_icd", "libGLX_nvidia.so.0")?
            .with("dev/nvidiactl", "")?;
        let Found::Driver(usable) = machine.search().run() else {
            return Err("the processor's driver works".into());
        };
        assert!(usable.software && usable.broken[0].contains("libGLX_nvidia"));
        let machine = machine.with("usr/lib64/libGLX_nvidia.so.0", "")?;
        let card = Usable::of_a_card("nvidia_icd".to_owned());
        assert_eq!(machine.search().run(), Found::Driver(card));
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
            Found::Driver(Usable::of_a_card("nvidia_icd".to_owned()))
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
