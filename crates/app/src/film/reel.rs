//! A recording that goes on until it is stopped: what the user does to the sight, at model times.
//!
//! A move of the camera begins when the view first differs from where the film looks, and is written down
//! when the view stands still, or after half a second of moving; the film glides there in the model time
//! that it took. While an older moment is shown nothing is written down, and what was written down after
//! the moment where a new branch begins is forgotten.

use warmfront_model::Scenario;
use warmfront_session::film::{Camera, Look};

use super::{Cue, Order, Sight};

/// Seconds without a movement after which a move has ended.
const STILL: f64 = 0.2;
/// Longest move that is written down as one, seconds.
const LONGEST: f64 = 0.5;

/// Where the window stands in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// Where it looks.
    pub camera: Camera,
    /// What it shows.
    pub look: Look,
    /// Model time.
    pub time: f64,
    /// An older moment is shown.
    pub scrubbed: bool,
    /// Seconds of the window.
    pub now: f64,
    /// Model time that a move takes at least.
    pub glide: f64,
}

// A move under way.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moving {
    // When it began, model time and seconds of the window.
    time: f64,
    since: f64,
    // Where it has come to, and since when.
    to: Camera,
    at: f64,
}

/// See the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Reel {
    order: Order,
    sight: Sight,
    /// Model time at which it began.
    pub from: f64,
    /// What runs, as [`Reel::is_of`] knows it again.
    of: (String, String),
    extent: [f64; 3],
    cues: Vec<Cue>,
    moving: Option<Moving>,
}

impl Reel {
    /// Begins at a model time.
    pub fn new(order: Order, sight: Sight, from: f64, scenario: &Scenario, name: &str) -> Self {
        Self {
            order,
            sight,
            from,
            of: (name.to_owned(), scenario.model.id.clone()),
            extent: scenario.grid.extent(),
            cues: Vec::new(),
            moving: None,
        }
    }

    /// Whether it is of what runs now.
    pub fn is_of(&self, scenario: &Scenario, name: &str) -> bool {
        self.of.0 == name && self.of.1 == scenario.model.id
    }

    /// Where it will be written.
    pub fn path(&self) -> &std::path::Path {
        &self.order.path
    }

    /// Caption at a model time, as far as it was said in this recording.
    pub fn caption(&self, time: f64) -> Option<&str> {
        let past = self.cues.iter().rev().filter(|c| c.time <= time);
        past.filter_map(|c| c.caption.as_deref()).next()
    }

    /// Says something from now on; empty: nothing more.
    pub fn say(&mut self, text: String, time: f64) {
        self.cues.push(Cue {
            caption: Some(text),
            ..Cue::at(time)
        });
    }

    // Where the film looks after all that was written down.
    fn state(&self) -> (Camera, Look) {
        let mut camera = self.sight.camera;
        let mut look = self.sight.look;
        let normal = camera.axis.min(2);
        let [across, up] = [[1, 2], [0, 2], [0, 1]][normal];
        for cue in &self.cues {
            camera.zoom = cue.zoom.unwrap_or(camera.zoom);
            if let Some(c) = cue.centre {
                camera.centre = [c[across] / self.extent[across], c[up] / self.extent[up]];
                camera.slice = c[normal] / self.extent[normal];
            }
            look = cue.show.unwrap_or(look);
        }
        (camera, look)
    }

    /// Sees a frame of the window. Whether it wants to see another one soon.
    pub fn see(&mut self, seen: Seen) -> bool {
        if seen.scrubbed {
            self.moving = None;
            return false;
        }
        // A new branch began before them.
        self.cues.retain(|c| c.time <= seen.time + 1e-9);
        let (camera, look) = self.state();
        if seen.look != look && !matches!(seen.look, Look::Local(_)) {
            self.cues.push(Cue {
                show: Some(seen.look),
                ..Cue::at(seen.time)
            });
        }
        // The film keeps its axis.
        if seen.camera.axis != self.sight.camera.axis || is_near(seen.camera, camera) {
            self.moving = None;
            return false;
        }
        let mut moving = self.moving.unwrap_or(Moving {
            time: seen.time,
            since: seen.now,
            to: seen.camera,
            at: seen.now,
        });
        if moving.time > seen.time {
            moving.time = seen.time;
        }
        if moving.to != seen.camera {
            (moving.to, moving.at) = (seen.camera, seen.now);
        }
        let ended = seen.now - moving.at >= STILL || seen.now - moving.since >= LONGEST;
        self.moving = Some(moving);
        if ended {
            self.write_down(seen);
        }
        true
    }

    fn write_down(&mut self, seen: Seen) {
        let Some(moving) = self.moving.take() else {
            return;
        };
        let normal = moving.to.axis.min(2);
        let [across, up] = [[1, 2], [0, 2], [0, 1]][normal];
        let mut centre = [0.0; 3];
        centre[across] = moving.to.centre[0] * self.extent[across];
        centre[up] = moving.to.centre[1] * self.extent[up];
        centre[normal] = moving.to.slice * self.extent[normal];
        // While the clock stands only the last place counts.
        if let Some(last) = self.cues.iter().rposition(|c| c.zoom.is_some())
            && self.cues[last].time == moving.time
        {
            self.cues.remove(last);
        }
        self.cues.push(Cue {
            zoom: Some(moving.to.zoom),
            centre: Some(centre),
            over: (seen.time - moving.time).max(seen.glide),
            ..Cue::at(moving.time)
        });
    }

    /// The order of what was recorded.
    pub fn develop(mut self, seen: Option<Seen>) -> Order {
        if let Some(seen) = seen.filter(|s| !s.scrubbed) {
            self.write_down(seen);
        }
        self.cues.sort_by(|a, b| a.time.total_cmp(&b.time));
        Order {
            when: super::When::From(self.from),
            sight: Some(self.sight),
            cues: self.cues,
            ..self.order
        }
    }
}

fn is_near(a: Camera, b: Camera) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    near(a.zoom / b.zoom, 1.0)
        && near(a.centre[0], b.centre[0])
        && near(a.centre[1], b.centre[1])
        && near(a.slice, b.slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Canvas;
    use crate::panels::tests::scenario;

    fn reel() -> Reel {
        let scenario = scenario();
        let sight = Sight::of(&Canvas::default(), None, true, &scenario);
        Reel::new(Order::new("a.mp4".into()), sight, 2.0, &scenario, "x")
    }

    fn seen(reel: &Reel, zoom: f64, time: f64, now: f64) -> Seen {
        Seen {
            camera: Camera {
                zoom,
                ..reel.sight.camera
            },
            look: reel.sight.look,
            time,
            scrubbed: false,
            now,
            glide: 0.1,
        }
    }

    #[test]
    fn a_move_is_written_down_when_it_ends() {
        let mut reel = reel();
        assert!(!reel.see(seen(&reel, 1.0, 2.0, 0.0)));
        assert!(reel.see(seen(&reel, 2.0, 3.0, 1.0)));
        assert!(reel.see(seen(&reel, 4.0, 3.1, 1.1)));
        assert!(reel.cues.is_empty());
        reel.see(seen(&reel, 4.0, 3.4, 1.4));
        let [cue] = &reel.cues[..] else {
            panic!("{:?}", reel.cues)
        };
        assert_eq!((cue.time, cue.zoom), (3.0, Some(4.0)));
        assert!((cue.over - 0.4).abs() < 1e-9);
        assert!(!reel.see(seen(&reel, 4.0, 3.5, 1.5)), "the film is there");
        // What is shown meanwhile of the past counts for nothing; a branch forgets what came after it.
        let mut past = seen(&reel, 9.0, 1.0, 2.0);
        past.scrubbed = true;
        reel.see(past);
        assert_eq!(reel.cues.len(), 1);
        reel.see(seen(&reel, 1.0, 2.5, 3.0));
        assert!(reel.cues.is_empty());
    }

    #[test]
    fn looks_and_captions_have_their_times() {
        let mut reel = reel();
        let mut other = seen(&reel, 1.0, 4.0, 1.0);
        other.look = Look::Field(1);
        reel.see(other);
        other.look = Look::Local(warmfront_model::Local::Observable(0));
        reel.see(other);
        reel.say("Here".to_owned(), 5.0);
        assert_eq!(reel.caption(4.9), None);
        assert_eq!(reel.caption(5.1), Some("Here"));
        let order = reel.develop(Some(seen(&self::reel(), 1.0, 6.0, 2.0)));
        assert_eq!(order.when, super::super::When::From(2.0));
        let shown: Vec<_> = order.cues.iter().filter_map(|c| c.show).collect();
        assert_eq!(shown, [Look::Field(1)]);
        assert_eq!(order.cues.len(), 2);
    }

    #[test]
    fn while_the_clock_stands_the_last_place_counts() {
        let mut reel = reel();
        for (zoom, now) in [(2.0, 1.0), (2.0, 1.3), (3.0, 2.0), (3.0, 2.3)] {
            reel.see(seen(&reel, zoom, 4.0, now));
        }
        let zooms: Vec<_> = reel.cues.iter().map(|c| (c.time, c.zoom, c.over)).collect();
        assert_eq!(zooms, [(4.0, Some(3.0), 0.1)]);
    }
}
