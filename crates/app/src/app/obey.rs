//! What the window does itself: it obeys [`WindowCommand`]s.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use eframe::egui::{self, Context, ViewportCommand};
use warmfront_model::{Model, Scenario};

use super::WarmfrontApp;
use super::dialogs::Purpose;
use crate::canvas::{Look, Tool};
use crate::command::{Command, WindowCommand};
use crate::export::Format;
use crate::hints;
use crate::layout::Layout;
use crate::panels::{Tab, plots};
use crate::settings::{allowed_scale, is_dark};
use crate::state::{News, Snapshot};
use crate::store::Theme;
use crate::worker::lacks;

/// Seconds that closing the window waits for pictures.
const CLOSING: f64 = 10.0;

/// Pictures of the window on their way to files.
#[derive(Debug)]
pub(super) struct Pictures {
    sender: SyncSender<(u64, News)>,
    receiver: Receiver<(u64, News)>,
    // Not written yet: number, line of the script, file.
    open: Vec<(u64, Option<usize>, PathBuf)>,
    taken: u64,
}

impl Default for Pictures {
    fn default() -> Self {
        let (sender, receiver) = sync_channel(8);
        Self {
            sender,
            receiver,
            open: Vec::new(),
            taken: 0,
        }
    }
}

impl Pictures {
    /// What became of them, with the line of the script that asked for each.
    pub(super) fn news(&mut self) -> Vec<(Option<usize>, News)> {
        let written: Vec<(u64, News)> = self.receiver.try_iter().collect();
        let news = written.into_iter().map(|(number, news)| {
            let place = self.open.iter().position(|(n, ..)| *n == number);
            (place.and_then(|i| self.open.remove(i).1), news)
        });
        news.collect()
    }

    /// The window closes: the pictures that failed since [`Self::news`], with the lines that asked for them and
    /// the reasons.
    pub(super) fn failed(&mut self) -> Vec<(Option<usize>, String)> {
        let failed = self
            .news()
            .into_iter()
            .filter_map(|(line, news)| match news {
                News::Refused(why) => Some((line, why)),
                News::Done(_) | News::Warning(_) => None,
            });
        failed.collect()
    }

    /// The window closes: the pictures that nobody waits for any more, with the lines that asked for them.
    pub(super) fn unwritten(&mut self) -> Vec<(Option<usize>, PathBuf)> {
        let open = self.open.drain(..);
        open.map(|(_, line, path)| (line, path)).collect()
    }

    fn take(&mut self, ctx: &Context, path: &Path, line: Option<usize>) {
        self.taken += 1;
        let number = self.taken;
        self.open.push((number, line, path.to_owned()));
        let (sender, path, wake) = (self.sender.clone(), path.to_owned(), ctx.clone());
        let written = move |image: std::sync::Arc<egui::ColorImage>| {
            // Encoding takes longer than a frame.
            let write = move || {
                let news = match write(&image, &path) {
                    Ok(()) => News::Done(format!("The picture is in {}.", path.display())),
                    Err(e) => News::Refused(format!("No picture in {}: {e}", path.display())),
                };
                let _ = sender.try_send((number, news));
                wake.request_repaint();
            };
            let thread = std::thread::Builder::new().name("picture".to_owned());
            let _ = thread.spawn(write);
        };
        let callback = egui::ScreenshotCallback::new(written);
        ctx.send_viewport_cmd(ViewportCommand::Screenshot(callback));
    }
}

fn write(shot: &egui::ColorImage, path: &Path) -> Result<(), String> {
    let [width, height] = shot.size.map(|n| n as u32);
    let pixels: Vec<u8> = shot.pixels.iter().flat_map(|p| p.to_array()).collect();
    let picture = image::RgbaImage::from_raw(width, height, pixels)
        .ok_or("its size is not that of its pixels")?;
    let bytes = warmfront_view::encode_png(&picture, &[]).map_err(|e| e.to_string())?;
    std::fs::write(path, bytes).map_err(|e| e.to_string())
}

impl WarmfrontApp {
    /// Sends a command, or obeys it.
    pub fn command(&mut self, command: Command) {
        match command {
            Command::Scripted { line, command } => self.scripted_command(line, *command),
            Command::Window(window) => self.desk.window.push(window),
            Command::Open(path) => {
                self.saved.remember(&path);
                self.desk.outbox.send(Command::Open(path));
            }
            Command::Save(path) => {
                self.saved.remember(&path);
                self.desk.outbox.send(Command::Save(path));
            }
            Command::Record(_) | Command::StopFilm | Command::CancelFilm | Command::Caption(_) => {
                self.desk.film.wanted.push(command)
            }
            // The panels show it too; it is sent when it is due.
            Command::Inspect(inspect) => self.desk.inspect = inspect,
            other => self.desk.outbox.send(other),
        }
    }

    /// A command of the script; what comes of it is told with its line.
    fn scripted_command(&mut self, line: usize, command: Command) {
        match command {
            Command::Window(window) => self.scripted.push((line, window)),
            Command::Record(_) | Command::StopFilm | Command::CancelFilm | Command::Caption(_) => {
                let command = Box::new(command);
                self.desk
                    .film
                    .wanted
                    .push(Command::Scripted { line, command });
            }
            // The thread ends with it, and confirms nothing.
            Command::Inspect(_) | Command::Quit => self.command(command),
            other => self.send_for(Some(line), other),
        }
    }

    /// Sends a command to the simulation's thread, for a line of the script if there is one.
    pub(super) fn send_for(&mut self, line: Option<usize>, command: Command) {
        let Some(line) = line else {
            return self.desk.outbox.send(command);
        };
        if let Some(script) = &mut self.script {
            script.sent(line);
        }
        let command = Box::new(command);
        self.desk.outbox.send(Command::Scripted { line, command });
    }

    pub(super) fn obey(&mut self, ctx: &Context, snapshot: &Snapshot) {
        for (line, command) in std::mem::take(&mut self.scripted) {
            self.line = Some(line);
            if let Some(why) = self.refusal(snapshot, &command) {
                self.refuse(&why, ctx.input(|i| i.time));
            } else {
                self.obey_one(ctx, snapshot, command);
            }
            self.line = None;
            ctx.request_repaint();
        }
        for command in std::mem::take(&mut self.desk.window) {
            let waits = command == WindowCommand::Close;
            self.obey_one(ctx, snapshot, command);
            if !waits {
                ctx.request_repaint();
            }
        }
    }

    fn is_busy(&self) -> bool {
        !self.pictures.open.is_empty() || self.desk.outbox.is_full()
    }

    // Whether closing has waited long enough for pictures.
    fn is_late(&mut self) -> bool {
        let now = self.frames.elapsed();
        now - *self.closing.get_or_insert(now) > CLOSING
    }

    /// Why a command of the window cannot be obeyed as it was meant. Hands cannot ask for such things.
    fn refusal(&self, snapshot: &Snapshot, command: &WindowCommand) -> Option<String> {
        use WindowCommand as W;
        let scenario = snapshot.scenario.as_deref();
        let arms = scenario.map_or(0, |s| s.arms.len());
        let composite = matches!(self.canvas.look, Look::Composite(_));
        let words = match command {
            W::Arm(Some(arm)) if *arm >= arms => return lacks("arm", *arm, arms),
            W::Channel { field, .. } if !scenario.is_some_and(|s| in_view(&s.model, *field)) => {
                return Some(format!(
                    "No view of the model has field {field} as a channel."
                ));
            }
            W::Look(look) if scenario.is_some_and(|s| look.within(&s.model) != *look) => {
                return Some(format!(
                    "The model has nothing of that number to look at: {look:?}."
                ));
            }
            W::Difference(true) if composite => {
                "A composite has no difference: look at a field or a derived quantity first."
            }
            W::Difference(true) | W::Wipe(true) if arms < 2 => {
                "There is one arm alone: nothing to compare."
            }
            W::BrushSize(_) if scenario.is_none() => "There is no simulation yet.",
            W::BrushSize(f) if !(*f > 0.0 && f.is_finite()) => "A factor of the brush is above 0.",
            _ => return None,
        };
        Some(words.to_owned())
    }

    fn obey_one(&mut self, ctx: &Context, snapshot: &Snapshot, command: WindowCommand) {
        use WindowCommand as W;
        let scenario = snapshot.scenario.as_deref();
        let desk = &mut self.desk;
        match command {
            W::Arm(arm) => {
                let arms = scenario.map_or(0, |s| s.arms.len());
                desk.shown = arm.filter(|a| *a < arms);
            }
            W::Look(look) => {
                self.canvas.look = scenario.map_or(look, |s| look.within(&s.model));
            }
            W::Texture(on) => self.canvas.texture = on,
            W::Outline(on) => {
                self.canvas.outline = on;
                self.saved.outline = on;
            }
            W::Channel { field, on } => self.canvas.show_channel(field, on),
            W::Difference(on) => self.canvas.difference = on,
            W::Wipe(on) => self.canvas.wipe = on,
            W::Range(range) => self.canvas.range = range,
            W::Tool(tool) => {
                desk.tool = tool;
                if let Some(tab) = tab_of(tool) {
                    self.saved.layout.bring(tab);
                }
            }
            W::BrushSize(factor) => {
                if let Some(scenario) = scenario {
                    desk.brush.resize(scenario, factor);
                }
            }
            W::ExportPlots => plots::export_shown(ctx, snapshot, desk, Format::Png),
            W::Fit => self.canvas.view = crate::canvas::View::default(),
            W::View { zoom, centre } => {
                self.canvas.view = crate::canvas::View::new(zoom, centre);
            }
            W::Sides(on) => {
                desk.sides = on;
                self.saved.sides = on;
            }
            W::Dark(dark) => {
                self.saved.theme = if dark { Theme::Dark } else { Theme::Light };
                desk.dark = is_dark(ctx, self.saved.theme);
            }
            W::Scale(scale) => self.saved.scale = allowed_scale(scale),
            W::Tab(tab) => {
                desk.sides = true;
                self.saved.sides = true;
                self.saved.layout.bring(tab);
            }
            W::Palette(open) => self.palette.set(open),
            W::Keys(open) => desk.help = open,
            W::Settings(open) => self.settings = open,
            W::Hints(true) => self.saved.dismissed.clear(),
            W::Hints(false) => self.saved.dismissed = hints::all(),
            W::ResetLayout => self.saved.layout = Layout::default(),
            W::Fullscreen(on) => {
                self.fullscreen = on;
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(on));
            }
            W::OpenDialog => self.dialogs.ask(ctx, Purpose::Open, ""),
            W::SaveDialog => {
                let name = suggested(scenario);
                self.dialogs.ask(ctx, Purpose::Save, &name);
            }
            W::Copy => desk.outbox.send(Command::Share),
            W::Paste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            W::Film(open) => desk.film.open = open,
            W::Screenshot(path) => self.pictures.take(ctx, &path, self.line),
            // A picture that was asked for is finished first, and commands that wait are sent.
            W::Close if self.is_busy() && !self.is_late() => {
                self.desk.window.push(W::Close);
                ctx.request_repaint_after(std::time::Duration::from_millis(50));
            }
            W::Close => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// Paths are typed, as where the desktop has no dialog.
    #[cfg(test)]
    pub(crate) fn ask_here(&mut self) {
        self.dialogs.here = true;
    }

    /// Files that were let go over the window, and dialogs that were answered.
    pub(super) fn files(&mut self, ctx: &Context) {
        if let Some((purpose, path)) = self.dialogs.ui(ctx) {
            match purpose {
                Purpose::Open => self.command(Command::Open(path)),
                Purpose::Save => self.command(Command::Save(with_ending(path))),
                // The dialog asked, whether the desktop's or the window's.
                Purpose::Film(_) => self.film_into(path, true),
            }
        }
        let dropped: Vec<PathBuf> = ctx.input(|i| {
            let files = i.raw.dropped_files.iter();
            files.map(|f| f.path().to_owned()).collect()
        });
        // One scenario runs at a time.
        if let Some(path) = dropped.into_iter().next_back() {
            self.command(Command::Open(path));
        }
        if ctx.input(|i| !i.raw.hovered_files.is_empty()) {
            drop_overlay(ctx);
        }
    }
}

fn drop_overlay(ctx: &Context) {
    let area = ctx.content_rect();
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop"));
    let painter = ctx.layer_painter(layer);
    painter.rect_filled(area, 0.0, egui::Color32::from_black_alpha(190));
    painter.text(
        area.center(),
        egui::Align2::CENTER_CENTER,
        "Drop to open",
        egui::FontId::proportional(28.0),
        egui::Color32::WHITE,
    );
}

/// Tools with a panel of their own.
pub(super) const TOOL_TABS: [(Tool, Tab); 3] = [
    (Tool::Brush, Tab::Brush),
    (Tool::Line, Tab::Profile),
    (Tool::Why, Tab::Why),
];

/// The panel that belongs to a tool.
fn tab_of(tool: Tool) -> Option<Tab> {
    let mut tabs = TOOL_TABS.into_iter();
    tabs.find(|(of, _)| *of == tool).map(|(_, tab)| tab)
}

/// Whether a view of the model shows a field.
fn in_view(model: &Model, field: usize) -> bool {
    let mut channels = model.views.iter().flat_map(|v| &v.channels);
    channels.any(|c| c.field == field)
}

fn suggested(scenario: Option<&Scenario>) -> String {
    let id = scenario.map_or("scenario", |s| s.id.rsplit('/').next().unwrap_or(&s.id));
    format!("{id}-changed.toml")
}

fn with_ending(path: PathBuf) -> PathBuf {
    match path.extension() {
        Some(_) => path,
        None => path.with_extension("toml"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_file_has_an_ending() {
        assert_eq!(with_ending("a/b".into()), Path::new("a/b.toml"));
        assert_eq!(with_ending("a/b.txt".into()), Path::new("a/b.txt"));
        assert_eq!(suggested(None), "scenario-changed.toml");
    }
}
