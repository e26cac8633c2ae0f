//! Where a film looks at each time: the camera events of a scenario, as glides.

use warmfront_model::{Action, Scenario, Shown};

use super::{Camera, FilmSpec, Look};

/// The way of the camera through a film.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Track {
    start: Camera,
    look: Look,
    moves: Vec<Move>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Move {
    time: f64,
    over: f64,
    zoom: Option<f64>,
    centre: Option<[f64; 3]>,
    look: Option<Look>,
}

impl Track {
    pub(super) fn new(spec: &FilmSpec, scenario: &Scenario) -> Self {
        let extent = scenario.grid.extent();
        let moves = scenario.events.iter().filter_map(|e| match e.action {
            Action::Camera {
                zoom,
                centre,
                over,
                show,
            } => Some(Move {
                time: e.time,
                over,
                zoom,
                centre: centre.map(|c| [0, 1, 2].map(|i| c[i] / extent[i])),
                look: show.map(|s| match s {
                    Shown::View(i) => Look::View(i),
                    Shown::Field(i) => Look::Field(i),
                }),
            }),
            _ => None,
        });
        let mut merged: Vec<Move> = Vec::new();
        for m in moves {
            // Moves of one time are one move; what is said last counts.
            if let Some(last) = merged.last_mut().filter(|last| last.time == m.time) {
                *last = Move {
                    time: m.time,
                    over: m.over.max(last.over),
                    zoom: m.zoom.or(last.zoom),
                    centre: m.centre.or(last.centre),
                    look: m.look.or(last.look),
                };
            } else {
                merged.push(m);
            }
        }
        Self {
            start: spec.camera,
            look: spec.look,
            moves: merged,
        }
    }

    /// All looks of the film, each once, the first one first.
    pub(super) fn looks(&self) -> Vec<Look> {
        let mut looks = vec![self.look];
        for look in self.moves.iter().filter_map(|m| m.look) {
            if !looks.contains(&look) {
                looks.push(look);
            }
        }
        looks
    }

    /// Where the camera stands at a time, and what it shows.
    pub(super) fn at(&self, time: f64) -> (Camera, Look) {
        let (mut from, mut look) = (self.start, self.look);
        let mut present = self.start;
        for (i, m) in self.moves.iter().enumerate() {
            if m.time > time {
                break;
            }
            look = m.look.unwrap_or(look);
            // The next move begins where this one is by then.
            let next = self.moves.get(i + 1).map_or(f64::INFINITY, |n| n.time);
            present = m.glide(from, time.min(next));
            from = present;
        }
        (inside(present), look)
    }
}

impl Move {
    fn glide(&self, from: Camera, time: f64) -> Camera {
        let done = if self.over > 0.0 {
            ((time - self.time) / self.over).clamp(0.0, 1.0)
        } else {
            1.0
        };
        // Starts and ends softly.
        let s = done * done * (3.0 - 2.0 * done);
        let between = |a: f64, b: f64| a + (b - a) * s;
        let mut to = from;
        if let Some(zoom) = self.zoom {
            to.zoom = from.zoom * (zoom / from.zoom).powf(s);
        }
        if let Some(c) = self.centre {
            let [across, up] = [[1, 2], [0, 2], [0, 1]][from.axis.min(2)];
            to.centre = [
                between(from.centre[0], c[across]),
                between(from.centre[1], c[up]),
            ];
            to.slice = between(from.slice, c[from.axis.min(2)]);
        }
        to
    }
}

// A pane shows nothing beyond the edges of the tissue.
fn inside(mut camera: Camera) -> Camera {
    camera.zoom = camera.zoom.clamp(1.0, 64.0);
    let half = 0.5 / camera.zoom;
    camera.centre = camera.centre.map(|c| c.clamp(half, 1.0 - half));
    camera.slice = camera.slice.clamp(0.0, 1.0);
    camera
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::film::tests::{scenario, spec};
    use warmfront_model::Event;

    fn event(time: f64, action: Action) -> Event {
        Event {
            time,
            arms: None,
            after_doses: false,
            action,
            place: Default::default(),
        }
    }

    #[test]
    fn moves_glide_from_where_the_camera_is() {
        let mut scenario = scenario();
        let extent = scenario.grid.extent();
        let to = |zoom, x: f64, over, show| Action::Camera {
            zoom: Some(zoom),
            centre: Some([x * extent[0], 0.5 * extent[1], 0.5 * extent[2]]),
            over,
            show,
        };
        scenario.events = vec![
            event(2.0, to(4.0, 0.4, 2.0, None)),
            event(3.0, to(1.0, 0.9, 0.0, Some(Shown::Field(1)))),
            event(5.0, to(16.0, 0.0, 1.0, Some(Shown::View(0)))),
        ];
        let track = Track::new(&spec(&scenario), &scenario);
        assert_eq!(track.at(1.9).0, Camera::default());
        // Halfway: the geometric mean.
        let (half, look) = track.at(3.0 - 1e-9);
        assert!((half.zoom - 2.0).abs() < 1e-6 && (half.centre[0] - 0.45).abs() < 1e-6);
        assert_eq!(look, Look::View(0));
        // A jump; the whole tissue has its middle in the middle.
        let (whole, look) = track.at(4.0);
        assert_eq!(
            (whole.zoom, whole.centre, look),
            (1.0, [0.5; 2], Look::Field(1))
        );
        // Never beyond the edge.
        let (corner, _) = track.at(9.0);
        assert_eq!((corner.zoom, corner.centre[0]), (16.0, 0.5 / 16.0));
        assert_eq!(track.looks(), [Look::View(0), Look::Field(1)]);
        scenario.events = vec![
            event(
                1.0,
                Action::Camera {
                    zoom: Some(8.0),
                    centre: None,
                    over: 0.5,
                    show: None,
                },
            ),
            event(
                1.0,
                Action::Camera {
                    zoom: None,
                    centre: Some([0.3 * extent[0], 0.4 * extent[1], 0.0]),
                    over: 0.0,
                    show: None,
                },
            ),
        ];
        let both = Track::new(&spec(&scenario), &scenario).at(2.0).0;
        assert_eq!(
            (both.zoom, both.centre[0]),
            (8.0, 0.3),
            "two moves of one time are one"
        );
        for k in 0..100 {
            let (a, b) = (
                track.at(f64::from(k) / 20.0).0,
                track.at(f64::from(k + 1) / 20.0).0,
            );
            let jump = (59..61).contains(&k);
            assert!(jump || (a.zoom / b.zoom).ln().abs() < 0.2, "at {k}");
        }
    }
}
