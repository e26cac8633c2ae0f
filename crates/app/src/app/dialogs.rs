//! Files to open and to save, asked for by the desktop; a text field where the desktop cannot ask.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use eframe::egui::{self, Align2, Context, Key, TextEdit};
use warmfront_session::film::Format;

/// An answer without a file that comes sooner was not given by a person: the desktop cannot ask.
const TOO_SOON: Duration = Duration::from_millis(250);

/// What the file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Open,
    Save,
    Film(Format),
}

/// The file; and whether the desktop seems not to have asked at all.
type Answer = (Option<PathBuf>, bool);

/// A question on its way.
#[derive(Debug, Default)]
pub(super) struct Dialogs {
    asked: Option<(Purpose, Receiver<Answer>)>,
    typed: Option<(Purpose, String)>,
    // Name for a file to be saved.
    suggested: String,
    /// The desktop is not asked at all.
    pub(super) here: bool,
}

impl Dialogs {
    /// Asks; a second question waits for the first to be answered.
    pub(super) fn ask(&mut self, ctx: &Context, purpose: Purpose, name: &str) {
        if self.asked.is_some() {
            return;
        }
        let (sender, receiver) = sync_channel(1);
        let dialog = rfd::AsyncFileDialog::new();
        let dialog = match purpose {
            Purpose::Open => dialog.add_filter(
                "Scenario, film, figure or data",
                &warmfront_session::REOPENABLE,
            ),
            Purpose::Save => dialog.add_filter("Scenario", &["toml"]),
            Purpose::Film(Format::Mp4) => dialog.add_filter("MP4", &["mp4"]),
            Purpose::Film(Format::Gif) => dialog.add_filter("GIF", &["gif"]),
            // A folder of this name.
            Purpose::Film(Format::Pngs) => dialog,
        };
        let (ctx, name) = (ctx.clone(), name.to_owned());
        self.suggested = match purpose {
            Purpose::Open => String::new(),
            Purpose::Save => name.clone(),
            Purpose::Film(_) => at_home(&name),
        };
        let suggested = self.suggested.clone();
        if self.here {
            self.typed = Some((purpose, suggested));
            return;
        }
        let ask = move || {
            let begun = Instant::now();
            #[expect(
                clippy::disallowed_methods,
                reason = "a thread of its own, which waits for a person"
            )]
            let file = match purpose {
                Purpose::Open => pollster::block_on(
                    dialog
                        .add_filter("Everything", &["*"])
                        .set_title(title(purpose))
                        .pick_file(),
                ),
                Purpose::Save | Purpose::Film(_) => pollster::block_on(
                    dialog
                        .set_title(title(purpose))
                        .set_file_name(name)
                        .save_file(),
                ),
            };
            let path = file.map(|f| f.path().to_owned());
            let unasked = path.is_none() && begun.elapsed() < TOO_SOON;
            let _ = sender.send((path, unasked));
            ctx.request_repaint();
        };
        let thread = std::thread::Builder::new().name("file dialog".to_owned());
        match thread.spawn(ask) {
            Ok(_) => self.asked = Some((purpose, receiver)),
            Err(_) => self.typed = Some((purpose, suggested)),
        }
    }

    /// The answer, once there is one.
    pub(super) fn ui(&mut self, ctx: &Context) -> Option<(Purpose, PathBuf)> {
        if let Some((purpose, receiver)) = &self.asked {
            let purpose = *purpose;
            match receiver.try_recv() {
                Err(TryRecvError::Empty) => {}
                Ok((Some(path), _)) => {
                    self.asked = None;
                    return Some((purpose, path));
                }
                Ok((None, unasked)) => {
                    self.asked = None;
                    if unasked {
                        self.typed = Some((purpose, self.suggested.clone()));
                    }
                }
                Err(TryRecvError::Disconnected) => {
                    self.asked = None;
                    self.typed = Some((purpose, self.suggested.clone()));
                }
            }
        }
        self.field(ctx)
    }

    fn field(&mut self, ctx: &Context) -> Option<(Purpose, PathBuf)> {
        let (purpose, text) = self.typed.as_mut()?;
        let word = match purpose {
            Purpose::Open => "Open",
            Purpose::Save => "Save",
            Purpose::Film(_) => "Begin",
        };
        let (mut open, mut done, mut cancelled) = (true, false, false);
        egui::Window::new(title(*purpose))
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
            .show(ctx, |ui| {
                ui.label("This desktop offers no file dialog. Path of the file:");
                let field = ui.add(TextEdit::singleline(text).desired_width(420.0));
                field.widget_info(|| {
                    let mut info = egui::WidgetInfo::text_edit(true, &*text, &*text, "");
                    info.label = Some("Path of the file".to_owned());
                    info
                });
                let replaces =
                    matches!(purpose, Purpose::Film(_)) && Path::new(text.trim()).exists();
                if replaces {
                    ui.colored_label(
                        ui.visuals().warn_fg_color,
                        "What is there will be replaced.",
                    );
                }
                let enter = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
                // What is typed is the path, and no key.
                if ui.memory(|m| m.focused().is_none()) {
                    field.request_focus();
                }
                ui.horizontal(|ui| {
                    let word = if replaces { "Replace and record" } else { word };
                    let button = egui::Button::new(word);
                    let there = !text.trim().is_empty();
                    let pressed = ui.add_enabled(there, button).clicked();
                    done = there && (pressed || enter);
                    cancelled = ui.button("Cancel").clicked();
                });
            });
        let found = (*purpose, PathBuf::from(text.trim()));
        if done || cancelled || !open || ctx.input(|i| i.key_pressed(Key::Escape)) {
            self.typed = None;
        }
        done.then_some(found)
    }
}

fn title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Open => "Open a scenario",
        Purpose::Save => "Save the scenario",
        Purpose::Film(Format::Pngs) => "Folder of the film",
        Purpose::Film(_) => "File of the film",
    }
}

// A name in the user's folder for films, as far as there is one.
fn at_home(name: &str) -> String {
    let user = directories::UserDirs::new();
    let folder = user.as_ref().map_or(Path::new(""), |u| {
        u.video_dir().unwrap_or_else(|| u.home_dir())
    });
    folder.join(name).display().to_string()
}
