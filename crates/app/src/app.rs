//! The window's content: the tissue in the middle, panels around it, and keys.
//!
//! [`WarmfrontApp::show`] draws one frame from the newest snapshot into any `egui::Ui`, so that tests drive
//! it without a window. Everything that changes the simulation leaves as a [`Command`]; everything that
//! changes the window comes together in `obey`.

mod bar;
mod dialogs;
mod film;
#[cfg(test)]
mod fit_checks;
#[cfg(test)]
mod fit_tests;
mod frames;
mod keys;
mod measure;
mod obey;
mod parts;
mod script;
mod style;
#[cfg(test)]
mod tests;

use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use eframe::egui::{self, Context, Panel, Ui};

use crate::canvas::{Canvas, Look};
use crate::command::{Command, Inspect, WindowCommand};
use crate::film::strip;
use crate::hints;
use crate::keymap::At;
use crate::palette::Palette;
pub use crate::panels::GalleryEntry;
use crate::panels::{Desk, Outbox, plots, status, transport};
use crate::settings::is_dark;
use crate::state::{News, Shared, Snapshot};
use crate::store::{Saved, Store};
use crate::thumbnails::Thumbnails;
use crate::toasts::Toasts;
use dialogs::Dialogs;
use frames::Frames;
pub use frames::{FrameTimes, Report, Scripted};
use measure::Next;
pub use measure::{Measure, Smoothness};
use obey::{Pictures, TOOL_TABS};
pub use script::{Script, Unmet};
pub use style::{SMALLEST, ground, prepare};

/// Longest time between two frames while something is awaited.
const IDLE: Duration = Duration::from_millis(100);
/// Least time between two requests for values at the pointer, seconds.
const INSPECT: f64 = 0.05;

/// The app.
pub struct WarmfrontApp {
    shared: Shared,
    /// The tissue, and how it is looked at.
    pub canvas: Canvas,
    /// What the user chose, and the way out for commands.
    pub desk: Desk,
    /// What is remembered from one start to the next.
    pub saved: Saved,
    /// Commands that come by themselves.
    pub script: Option<Script>,
    /// How smooth the window is, being measured.
    pub measure: Option<Measure>,
    /// Short messages.
    pub toasts: Toasts,
    store: Store,
    thumbnails: Option<Thumbnails>,
    palette: Palette,
    dialogs: Dialogs,
    // The film whose file is being chosen.
    film_order: Option<crate::film::Order>,
    pictures: Pictures,
    // Commands of the script that the window obeys itself, with their lines.
    scripted: Vec<(usize, WindowCommand)>,
    // The line of the script that is being obeyed.
    line: Option<usize>,
    settings: bool,
    // When closing was asked for, seconds since the start.
    closing: Option<f64>,
    fullscreen: bool,
    frames: Frames,
    // The request for values that was sent last, and when.
    inspected: (Inspect, f64),
    /// The model that the choices were made for.
    chosen_for: Option<String>,
    // Name of the scenario that is shown.
    shown_name: String,
    // Whether the panels of [`TOOL_TABS`] were in front in the frame before; none: there was none.
    front: [Option<bool>; TOOL_TABS.len()],
    prepared: bool,
    // Motion is reduced.
    still: bool,
}

impl WarmfrontApp {
    /// An app that shows `shared` and sends to `commands`; dark at first. It remembers nothing.
    pub fn new(shared: Shared, commands: SyncSender<Command>, gallery: Vec<GalleryEntry>) -> Self {
        let desk = Desk {
            outbox: Outbox::new(commands),
            gallery,
            shown: None,
            quantity: None,
            logarithmic: false,
            cycle_arm: None,
            cycle_per_cell: true,
            cycle_step: None,
            dark: true,
            help: false,
            sides: true,
            tool: Default::default(),
            inspect: Default::default(),
            film: Default::default(),
            brush: Default::default(),
            equations: Default::default(),
            gallery_state: Default::default(),
            parameters: Default::default(),
            plots: Default::default(),
            profile: Default::default(),
            regimen: Default::default(),
            why: Default::default(),
            window: Vec::new(),
        };
        let saved = Saved {
            dismissed: hints::all(),
            ..Saved::default()
        };
        Self {
            shared,
            canvas: Canvas::default(),
            desk,
            saved,
            script: None,
            measure: None,
            toasts: Toasts::default(),
            store: Store::default(),
            thumbnails: None,
            palette: Palette::default(),
            dialogs: Dialogs::default(),
            film_order: None,
            pictures: Pictures::default(),
            scripted: Vec::new(),
            line: None,
            settings: false,
            closing: None,
            fullscreen: false,
            frames: Frames::new(),
            inspected: (Inspect::default(), f64::NEG_INFINITY),
            chosen_for: None,
            shown_name: String::new(),
            front: [None; TOOL_TABS.len()],
            prepared: false,
            still: false,
        }
    }

    /// Remembers what `store` kept, and keeps it there from now on.
    pub fn remember(&mut self, ctx: &Context, store: Store, saved: Saved, trouble: Option<String>) {
        self.store = store;
        self.desk.sides = saved.sides;
        self.canvas.outline = saved.outline;
        self.desk.dark = is_dark(ctx, saved.theme);
        if let Some(megabytes) = saved.history_megabytes {
            let bytes = u64::from(megabytes) * 1_000_000;
            self.desk.outbox.send(Command::HistoryBudget(bytes));
        }
        self.saved = saved;
        if let Some(trouble) = trouble {
            self.toasts.add(News::Refused(trouble), 0.0);
        }
    }

    /// Says once what is lost, in the window and on standard error.
    pub fn warn(&mut self, text: String, now: f64) {
        eprintln!("warning: {text}");
        self.toasts.add(News::Warning(text), now);
    }

    /// Shows pictures in the gallery as they are made.
    pub fn illustrate(&mut self, thumbnails: Thumbnails) {
        self.thumbnails = Some(thumbnails);
    }

    /// Counts the start from an earlier moment.
    pub fn started(&mut self, at: Instant) {
        self.frames.since(at);
    }

    /// How long the last frames took.
    pub fn frame_times(&self) -> FrameTimes {
        self.frames.times()
    }

    /// What the run came to so far.
    pub fn report(&self) -> Report {
        let report = self.frames.report(&self.shared.get());
        Report {
            script: self.script.as_ref().map(|script| Scripted {
                file: script.name().to_owned(),
                unmet: script.unmet().to_vec(),
            }),
            ..report
        }
    }

    /// The window closes for good: what the script still wants will not be done. To be called when the
    /// simulation's thread has ended; `sound`: by itself; `lost`: with the device, and another process goes on with
    /// the script.
    pub fn close_script(&mut self, sound: bool, lost: bool) {
        let (failed, unwritten) = (self.pictures.failed(), self.pictures.unwritten());
        let answers = self.shared.get().answers;
        let Some(script) = &mut self.script else {
            return;
        };
        for (line, why) in failed {
            script.miss(line, why);
        }
        if lost {
            script.hear(&answers);
            // The next process does what this window still had to do itself.
            let pictures = unwritten.into_iter().filter_map(|(line, path)| {
                line.map(|line| (line, WindowCommand::Screenshot(path)))
            });
            let rest: Vec<_> = pictures.chain(self.scripted.drain(..)).collect();
            script.again(rest);
        } else {
            for (line, path) in unwritten {
                let path = path.display();
                script.miss(
                    line,
                    format!("No picture in {path}: the window closed before it was written."),
                );
            }
        }
        if !sound {
            script.miss(
                None,
                "the simulation's thread ended by a fault of the program",
            );
        }
        if !lost {
            script.close(&answers);
        }
    }

    /// A wish of the script was refused by the window itself, or failed there.
    fn miss(&mut self, line: Option<usize>, why: &str) {
        if let Some(script) = &mut self.script {
            script.miss(line, why);
        }
    }

    /// How smooth the window was; none: that was not measured to the end.
    pub fn smoothness(&self) -> Option<Smoothness> {
        self.measure.as_ref()?.result(self.report())
    }

    /// Writes what is remembered, at the end.
    pub fn keep(&mut self) {
        self.store.write(&self.saved);
    }

    /// Draws one frame.
    pub fn show(&mut self, ui: &mut Ui) {
        let begun = Instant::now();
        if !self.prepared {
            prepare(ui.ctx());
            self.prepared = true;
        }
        self.style(ui.ctx());
        let snapshot = self.shared.get();
        self.suit(&snapshot);
        let now = ui.input(|i| i.time);
        self.desk.outbox.settle(&snapshot, now);
        if let Some(thumbnails) = &mut self.thumbnails {
            thumbnails.take(ui.ctx(), &mut self.desk.gallery_state);
        }
        self.desk.gallery_state.set_recent(&self.saved.recent);
        self.desk.why.canvas = Some(self.canvas.look);
        self.keys(ui, &snapshot);
        self.act(&snapshot);

        self.top(ui, &snapshot);
        Panel::bottom("transport").show(ui, |ui| {
            ui.add_space(4.0);
            strip::ui(ui, &snapshot, &mut self.desk.film);
            transport::ui(ui, &snapshot, &mut self.desk);
            status::ui(ui, &snapshot, &self.desk);
            ui.add_space(2.0);
        });
        let middle = self.middle(ui, &snapshot);
        self.turn_to_tools();

        let ctx = ui.ctx().clone();
        self.overlays(&ctx, &snapshot);
        self.files(&ctx);
        self.film(&ctx, &snapshot, now);
        plots::answers(&ctx, &snapshot, &mut self.desk);
        self.obey(&ctx, &snapshot);
        let quiet = self.script.is_some();
        for (line, news) in self.pictures.news() {
            if let News::Refused(why) = &news {
                self.miss(line, why);
            }
            // A script takes pictures of the window, not of messages about pictures.
            if !(quiet && matches!(news, News::Done(_))) {
                self.toasts.add(news, now);
            }
        }
        if let Some(script) = &mut self.script {
            for news in &self.desk.plots.news {
                if let News::Refused(why) = news {
                    script.miss(None, why.as_str());
                }
            }
        }
        self.toasts.take(&ctx, &snapshot, &mut self.desk, now);
        self.toasts.show(&ctx, middle, now);
        self.inspect(&ctx, now);
        if let Some(wait) = self.store.keep(&self.saved, now) {
            ctx.request_repaint_after(Duration::from_secs_f64(wait + 0.01));
        }
        if let Some(text) = self.store.take_trouble() {
            self.warn(text, now);
        }

        self.desk.outbox.flush();
        // The worker asks for a frame when it has news; this is for what waits for it.
        if snapshot.scenario.is_none() || self.desk.outbox.waits() {
            ctx.request_repaint_after(IDLE);
        }
        let elapsed = self.frames.elapsed();
        let scripted = self.script.as_ref().and_then(|s| s.wait(elapsed));
        if let Some(wait) = scripted {
            // Seen again in a minute at the latest.
            ctx.request_repaint_after(Duration::from_secs_f64(wait.min(60.0) + 0.01));
        }
        self.frames.record(begun, &snapshot);
        self.measure(&ctx, &snapshot);
    }

    fn measure(&mut self, ctx: &Context, snapshot: &Snapshot) {
        let (elapsed, frames) = (self.frames.elapsed(), &self.frames);
        let Some(measure) = &mut self.measure else {
            return;
        };
        let there = snapshot.display.is_some();
        // What is measured is a running clock, for as long as it takes.
        if snapshot.finished && !self.desk.outbox.waits() {
            self.desk.outbox.send(Command::Restart);
        }
        match measure.step(there, elapsed, snapshot.health.ticks, || frames.times()) {
            Next::Nothing => ctx.request_repaint_after(Duration::from_millis(500)),
            Next::Begin => {
                self.frames.begin();
                ctx.request_repaint_after(Duration::from_millis(500));
            }
            Next::Frame => ctx.request_repaint(),
            Next::Close => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }

    /// Drops choices that a new scenario does not have.
    fn suit(&mut self, snapshot: &Snapshot) {
        let Some(scenario) = &snapshot.scenario else {
            return;
        };
        let model = &scenario.model;
        let arms = scenario.arms.len();
        self.desk.shown = self.desk.shown.filter(|a| *a < arms);
        self.desk.cycle_arm = self.desk.cycle_arm.filter(|a| *a < arms);
        if self.chosen_for.as_deref() != Some(&model.id) {
            self.desk.quantity = None;
            self.canvas.look = Look::Composite(0);
            self.canvas.hidden.clear();
        }
        self.canvas.look = self.canvas.look.within(model);
        if arms < 2 {
            self.canvas.difference = false;
            self.canvas.wipe = false;
        }
        if matches!(self.canvas.look, Look::Composite(_)) {
            self.canvas.difference = false;
        }
        self.chosen_for = Some(model.id.clone());
        if self.shown_name != snapshot.name {
            // Marks in the tissue end with the scenario that they were set in.
            if !self.shown_name.is_empty() {
                self.desk.inspect = Inspect::default();
            }
            self.shown_name.clone_from(&snapshot.name);
        }
    }

    // The panel of a tool brings the tool, when somebody turns to it.
    fn turn_to_tools(&mut self) {
        for (at, tab) in TOOL_TABS.into_iter().enumerate() {
            let (tool, panel) = tab;
            let front = self.desk.sides && self.saved.layout.is_in_front(panel);
            let before = self.front[at].replace(front);
            if front && before == Some(false) {
                self.desk.tool = tool;
            }
        }
    }

    fn at<'a>(&'a self, snapshot: &'a Snapshot) -> At<'a> {
        At {
            snapshot,
            desk: &self.desk,
            canvas: &self.canvas,
            saved: &self.saved,
            palette: self.palette.open,
            settings: self.settings,
            fullscreen: self.fullscreen,
        }
    }

    // Commands of the script.
    fn act(&mut self, snapshot: &Snapshot) {
        let Some(script) = &mut self.script else {
            return;
        };
        script.hear(&snapshot.answers);
        if snapshot.lost {
            // Another window goes on with the script.
            return;
        }
        // A time after the end never comes: it is due at the end.
        let time = match &snapshot.scenario {
            None => f64::NEG_INFINITY,
            Some(_) if snapshot.finished => f64::INFINITY,
            Some(_) => snapshot.time,
        };
        let ended = script.ended();
        let due = script.due(self.frames.elapsed(), time, &snapshot.answers);
        // What is given out now may mend what went wrong.
        if due.is_empty() {
            script.give_up(snapshot);
        }
        if script.ended() && !ended {
            // Nobody closes the window: films are made first.
            self.desk.film.close_after = true;
        }
        for (line, command) in due {
            let command = Box::new(command);
            self.command(Command::Scripted { line, command });
        }
    }

    // What the pointer wants to know, but not at every movement.
    fn inspect(&mut self, ctx: &Context, now: f64) {
        let (sent, at) = &self.inspected;
        if *sent == self.desk.inspect {
            return;
        }
        let wait = INSPECT - (now - at);
        if wait > 0.0 {
            ctx.request_repaint_after(Duration::from_secs_f64(wait));
            return;
        }
        let wanted = self.desk.inspect.clone();
        self.desk.outbox.send(Command::Inspect(wanted.clone()));
        self.inspected = (wanted, now);
    }
}
