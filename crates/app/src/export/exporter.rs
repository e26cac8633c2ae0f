//! Asks where a file is to go and writes it, without ever holding up the window.
//!
//! The question goes to the desktop's own dialog. Where there is none, a line for the path appears in the
//! window. A dialog that says "nothing chosen" at once was not there: nobody is that quick. What is written
//! is the state at the moment when the place is known, not when the question was asked.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use eframe::egui::{self, Context, Key};

use super::{Curves, Format};
use crate::state::News;

/// A dialog that is closed sooner was not there.
const QUICKEST: Duration = Duration::from_millis(300);

/// See the [module](self).
#[derive(Debug)]
pub struct Exporter {
    /// Whether the desktop's dialogs are tried at all.
    pub dialogs: bool,
    sender: SyncSender<Answer>,
    receiver: Receiver<Answer>,
    typed: Option<Typed>,
    frame: u64,
}

impl Default for Exporter {
    fn default() -> Self {
        let (sender, receiver) = sync_channel(16);
        Self {
            dialogs: true,
            sender,
            receiver,
            typed: None,
            frame: 0,
        }
    }
}

#[derive(Debug)]
enum Answer {
    News(News),
    Chosen(PathBuf, Wanted),
    NoDialog(Wanted),
}

/// What is to be written.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Id of the scenario that ran when it was asked for.
    pub scenario: String,
    /// Name of the file to begin with.
    pub name: String,
    /// Observables of the model, in this order.
    pub observables: Vec<usize>,
    /// Logarithmic value axes.
    pub logarithmic: bool,
    /// Kind of file.
    pub format: Format,
}

/// A path that is being typed.
#[derive(Debug)]
struct Typed {
    wanted: Wanted,
    path: String,
    // Shown for the first time.
    fresh: bool,
}

impl Exporter {
    /// Asks where to; [`Exporter::ui`] writes then.
    pub fn export(&mut self, ctx: &Context, wanted: Wanted) {
        if !self.dialogs {
            self.ask_here(wanted);
            return;
        }
        self.spawn(ctx, move || {
            let asked = Instant::now();
            match ask(&wanted.name, wanted.format) {
                Some(path) => Some(Answer::Chosen(path, wanted)),
                None if asked.elapsed() < QUICKEST => Some(Answer::NoDialog(wanted)),
                None => None,
            }
        });
    }

    // Writes without asking.
    fn export_to(&mut self, ctx: &Context, path: PathBuf, curves: Curves, format: Format) {
        self.spawn(ctx, move || Some(write(&path, &curves, format)));
    }

    /// To be called in every frame: collects what is done and draws the line for a path where one is
    /// needed. `curves` gives the present ones; none: another scenario runs. A second call within a frame does nothing.
    pub fn ui(
        &mut self,
        ctx: &Context,
        news: &mut Vec<News>,
        curves: impl Fn(&Wanted) -> Option<Curves>,
    ) {
        let frame = ctx.cumulative_frame_nr() + 1;
        if self.frame == frame {
            return;
        }
        self.frame = frame;
        while let Ok(answer) = self.receiver.try_recv() {
            match answer {
                Answer::News(one) => news.push(one),
                Answer::NoDialog(wanted) => self.ask_here(wanted),
                Answer::Chosen(path, wanted) => self.save(ctx, path, &wanted, news, &curves),
            }
        }
        let Some(typed) = &mut self.typed else {
            return;
        };
        let mut open = true;
        let mut save = false;
        let mut cancel = false;
        egui::Window::new("Save the curves")
            .collapsible(false)
            .resizable(false)
            .open(&mut open)
            .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
            .show(ctx, |ui| {
                let label = ui.label("Path of the file");
                let line = egui::TextEdit::singleline(&mut typed.path).desired_width(420.0);
                let line = ui.add(line).labelled_by(label.id);
                if std::mem::take(&mut typed.fresh) {
                    line.request_focus();
                }
                save |= ui.input(|i| i.key_pressed(Key::Enter));
                cancel |= ui.input(|i| i.key_pressed(Key::Escape));
                let there = Path::new(typed.path.trim()).exists();
                if there {
                    ui.colored_label(ui.visuals().warn_fg_color, "This file will be replaced.");
                }
                ui.horizontal(|ui| {
                    save |= ui.button(if there { "Replace" } else { "Save" }).clicked();
                    cancel |= ui.button("Cancel").clicked();
                });
            });
        if cancel || !open {
            self.typed = None;
        } else if save && let Some(typed) = self.typed.take() {
            let path = PathBuf::from(typed.path.trim());
            self.save(ctx, path, &typed.wanted, news, &curves);
        }
    }

    fn save(
        &mut self,
        ctx: &Context,
        path: PathBuf,
        wanted: &Wanted,
        news: &mut Vec<News>,
        curves: impl Fn(&Wanted) -> Option<Curves>,
    ) {
        match curves(wanted) {
            Some(curves) => self.export_to(ctx, path, curves, wanted.format),
            None => news.push(News::Refused(format!(
                "{} was not written: another scenario has begun since.",
                path.display()
            ))),
        }
    }

    fn ask_here(&mut self, wanted: Wanted) {
        let folder = directories::UserDirs::new();
        let folder = folder.as_ref().map_or(Path::new(""), |u| {
            u.document_dir().unwrap_or_else(|| u.home_dir())
        });
        let path = folder.join(&wanted.name).display().to_string();
        self.typed = Some(Typed {
            wanted,
            path,
            fresh: true,
        });
    }

    fn spawn(&self, ctx: &Context, work: impl FnOnce() -> Option<Answer> + Send + 'static) {
        let (ctx, sender) = (ctx.clone(), self.sender.clone());
        let work = move || {
            if let Some(answer) = work() {
                // The window may be gone by now; then nobody waits for the answer.
                let _ = sender.send(answer);
                ctx.request_repaint();
            }
        };
        let thread = std::thread::Builder::new().name("export".to_owned());
        if let Err(e) = thread.spawn(work) {
            let text = format!("Nothing was written: no thread could be started ({e}).");
            let _ = self.sender.try_send(Answer::News(News::Refused(text)));
        }
    }
}

/// The desktop's own dialog; none where nothing was chosen, or there is no dialog.
#[expect(
    clippy::disallowed_methods,
    reason = "a thread of its own waits for the user, not for the device"
)]
fn ask(name: &str, format: Format) -> Option<PathBuf> {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Save the curves")
        .set_file_name(name)
        .add_filter(format.label(), &[format.ending()]);
    let file = pollster::block_on(dialog.save_file())?;
    Some(file.path().to_owned())
}

fn write(path: &Path, curves: &Curves, format: Format) -> Answer {
    let shown = path.display();
    let written = curves
        .bytes(format)
        .map_err(|e| format!("{shown} was not drawn: {e}"))
        .and_then(|bytes| {
            std::fs::write(path, bytes).map_err(|e| format!("{shown} was not written: {e}"))
        });
    Answer::News(match written {
        Ok(()) => News::Done(format!("Saved {shown}")),
        Err(text) => News::Refused(text),
    })
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::super::tests::curves;
    use super::*;

    #[test]
    fn without_a_dialog_the_path_is_typed() {
        let folder = std::env::temp_dir().join(format!("warmfront-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let exporter = Exporter {
            dialogs: false,
            ..Exporter::default()
        };
        let state = (exporter, Vec::new());
        let mut harness = Harness::new_ui_state(
            |ui, (exporter, news): &mut (Exporter, Vec<News>)| {
                if ui.button("Export").clicked() {
                    let curves = curves();
                    let wanted = Wanted {
                        scenario: curves.scenario.id.clone(),
                        name: curves.name(Format::Csv),
                        observables: curves.observables,
                        logarithmic: false,
                        format: Format::Csv,
                    };
                    exporter.export(ui.ctx(), wanted);
                }
                exporter.ui(ui.ctx(), news, |_| Some(curves()));
            },
            state,
        );
        for (path, good) in [
            (folder.join("a.csv"), true),
            (folder.join("no/b.csv"), false),
        ] {
            harness.get_by_label("Export").click();
            harness.run();
            if let Some(typed) = &mut harness.state_mut().0.typed {
                typed.path = path.display().to_string();
            }
            harness.run();
            harness.get_by_label("Save").click();
            let start = Instant::now();
            while harness.state().1.is_empty() && start.elapsed().as_secs() < 20 {
                harness.step();
                std::thread::sleep(Duration::from_millis(5));
            }
            let news = std::mem::take(&mut harness.state_mut().1);
            assert!(matches!(&news[..], [News::Done(_)]) == good, "{news:?}");
            harness.run();
        }
        let text = std::fs::read_to_string(folder.join("a.csv")).expect("it was written");
        assert_eq!(text, curves().csv());
        std::fs::remove_dir_all(&folder).expect("it is there");
    }
}
