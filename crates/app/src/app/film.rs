//! Films: what the dialog, the buttons and scripts ask for, and the recording that goes on.

use std::path::PathBuf;

use eframe::egui::Context;
use warmfront_session::film::{Encoder, Format};

use super::WarmfrontApp;
use super::dialogs::Purpose;
use crate::command::{Command, WindowCommand};
use crate::film::{self, Order, Reel, Sight, When, dialog};
use crate::state::{News, Snapshot};

/// Part of a second of wall time, and of the run, that a move of the camera takes at least.
const GLIDE: [f64; 2] = [0.4, 0.02];

impl WarmfrontApp {
    /// Sees to everything about films; once a frame.
    pub(super) fn film(&mut self, ctx: &Context, snapshot: &Snapshot, now: f64) {
        self.ask_for_film(ctx, snapshot);
        self.follow(ctx, snapshot, now);
        for command in std::mem::take(&mut self.desk.film.wanted) {
            ctx.request_repaint();
            let command = match command {
                Command::Scripted { line, command } => {
                    self.line = Some(line);
                    *command
                }
                other => other,
            };
            match command {
                Command::Record(order) => self.record(*order, snapshot, now),
                Command::StopFilm => self.stop(snapshot, now),
                Command::CancelFilm => self.cancel(now),
                Command::Caption(text) => self.caption(text, snapshot, now),
                other => self.command(other),
            }
            self.line = None;
        }
        if self.desk.film.close_after && !self.is_filming(snapshot) {
            self.desk.film.close_after = false;
            self.desk.window.push(WindowCommand::Close);
        } else if self.desk.film.close_after && self.desk.film.reel.is_some() {
            // Nobody else will stop it.
            self.desk.film.wanted.push(Command::StopFilm);
            ctx.request_repaint();
        }
    }

    // Whether a film is on its way.
    fn is_filming(&self, snapshot: &Snapshot) -> bool {
        let film = &self.desk.film;
        let open = film.reel.is_some() || film.sent > snapshot.film.orders;
        (open || snapshot.film.making.is_some()) && !self.desk.outbox.is_closed()
    }

    fn sight(&self, snapshot: &Snapshot) -> Option<Sight> {
        let scenario = snapshot.scenario.as_ref()?;
        let (shown, dark) = (self.desk.shown, self.desk.dark);
        Some(Sight::of(&self.canvas, shown, dark, scenario))
    }

    fn ask_for_film(&mut self, ctx: &Context, snapshot: &Snapshot) {
        let Some(sight) = self.sight(snapshot) else {
            return;
        };
        let film = &mut self.desk.film;
        let order = dialog::ui(ctx, &mut film.open, &mut film.order, snapshot, &sight);
        if let Some(order) = order {
            let name = order.path.display().to_string();
            if let Ok(format) = Format::of(&order.path, &Encoder::OpenH264) {
                self.dialogs.ask(ctx, Purpose::Film(format), &name);
                self.film_order = Some(order);
            }
        }
    }

    /// The file of the film that the dialog asked for; `agreed`: what is there may be replaced.
    pub(super) fn film_into(&mut self, path: PathBuf, agreed: bool) {
        if let Some(mut order) = self.film_order.take() {
            let named = with_ending(&path, &order.path);
            // Another name than the one that was agreed on.
            order.force = agreed && named == path;
            order.path = named;
            // The layout as it stands when the film begins.
            order.sight = None;
            self.command(Command::Record(Box::new(order)));
        }
    }

    fn record(&mut self, mut order: Order, snapshot: &Snapshot, now: f64) {
        let sight = order.sight.take().or_else(|| self.sight(snapshot));
        let (Some(sight), Some(scenario)) = (sight, &snapshot.scenario) else {
            return self.refuse("There is nothing to film yet.", now);
        };
        if self.desk.film.reel.is_some() {
            return self.refuse("One film at a time: stop the recording first.", now);
        }
        if order.when == When::Live {
            let mut tried = order.clone();
            tried.sight = Some(sight.clone());
            let time = snapshot.time;
            if let Err(text) = film::plan(&tried, (**scenario).clone(), time) {
                return self.refuse(&text, now);
            }
            let reel = Reel::new(order, sight, time, scenario, &snapshot.name);
            self.desk.film.reel = Some(reel);
            self.desk.film.line = self.line;
            return;
        }
        order.sight = Some(sight);
        self.send_order(order, self.line);
    }

    // `line`: of the script that asked for the film.
    fn send_order(&mut self, order: Order, line: Option<usize>) {
        self.desk.film.sent += 1;
        self.send_for(line, Command::Record(Box::new(order)));
    }

    fn stop(&mut self, snapshot: &Snapshot, now: f64) {
        let seen = self.seen(snapshot, now);
        match self.desk.film.reel.take() {
            Some(reel) => self.send_order(reel.develop(seen), self.desk.film.line),
            None => self.refuse("No film is being recorded: there is nothing to stop.", now),
        }
    }

    fn cancel(&mut self, now: f64) {
        if self.desk.film.reel.take().is_some() {
            let text = "The recording was discarded; there is no film.".to_owned();
            self.toasts.add(News::Done(text), now);
        } else {
            self.send_for(self.line, Command::CancelFilm);
        }
    }

    fn caption(&mut self, text: String, snapshot: &Snapshot, now: f64) {
        let time = snapshot.time;
        match &mut self.desk.film.reel {
            Some(reel) => reel.say(text.trim().to_owned(), time),
            None => self.refuse("A caption is for a film that is being recorded.", now),
        }
    }

    pub(super) fn refuse(&mut self, text: &str, now: f64) {
        self.miss(self.line, text);
        self.toasts.add(News::Refused(text.to_owned()), now);
    }

    fn seen(&self, snapshot: &Snapshot, now: f64) -> Option<film::Seen> {
        let scenario = snapshot.scenario.as_deref()?;
        let [seconds, part] = GLIDE;
        Some(film::Seen {
            camera: film::camera_of(&self.canvas, scenario),
            look: film::look_of(self.canvas.look.within(&scenario.model)),
            time: snapshot.time,
            scrubbed: snapshot.timeline.scrubbed,
            now,
            glide: (seconds * snapshot.speed).min(part * scenario.time.duration),
        })
    }

    // The recording that goes on sees every frame.
    fn follow(&mut self, ctx: &Context, snapshot: &Snapshot, now: f64) {
        let seen = self.seen(snapshot, now);
        let Some(reel) = &mut self.desk.film.reel else {
            return;
        };
        let scenario = snapshot.scenario.as_deref();
        if scenario.is_some_and(|s| !reel.is_of(s, &snapshot.name)) {
            self.desk.film.reel = None;
            let text = "Another scenario runs now: the recording was given up.";
            self.line = self.desk.film.line;
            self.refuse(text, now);
            self.line = None;
            return;
        }
        if seen.is_some_and(|s| reel.see(s)) {
            ctx.request_repaint_after(std::time::Duration::from_millis(60));
        }
    }
}

// The name of a film, with the ending of its format.
fn with_ending(path: &std::path::Path, suggested: &std::path::Path) -> PathBuf {
    match (suggested.extension(), path.extension()) {
        (Some(wanted), Some(there)) if there.eq_ignore_ascii_case(wanted) => path.to_owned(),
        (Some(wanted), _) => {
            let mut name = path.as_os_str().to_owned();
            name.push(".");
            name.push(wanted);
            name.into()
        }
        (None, Some(_)) => path.with_extension(""),
        (None, None) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_film_has_the_ending_of_its_format() {
        let named = |a: &str, b: &str| with_ending(Path::new(a), Path::new(b));
        assert_eq!(named("x/a", "f.mp4"), Path::new("x/a.mp4"));
        assert_eq!(named("a.MP4", "f.mp4"), Path::new("a.MP4"));
        assert_eq!(named("a.b", "f.gif"), Path::new("a.b.gif"));
        assert_eq!(named("a.mp4", "f-frames"), Path::new("a"));
    }
}
