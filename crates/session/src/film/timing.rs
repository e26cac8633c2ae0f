//! When each frame is.

use super::FilmSpec;
use crate::SessionError;
use warmfront_model::Scenario;

/// Most frames of a film: an hour and a half at 60 frames per second.
const MOST_FRAMES: f64 = 324_000.0;

/// Frames of a film: the first stands still, then time passes, then the last stands still.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Model times of the first and the last frame.
    pub span: [f64; 2],
    /// Copies of the first frame before time passes.
    pub first: u64,
    /// Frames while time passes, at least one.
    pub moving: u64,
    /// Copies of the last frame afterwards.
    pub last: u64,
}

impl Timing {
    /// The frames that a film of a scenario has.
    ///
    /// # Errors
    /// [`SessionError::Film`]: a rate, a span or a hold that makes no film.
    pub fn of(spec: &FilmSpec, scenario: &Scenario) -> Result<Self, SessionError> {
        let wrong = |what: String, help: String| Err(SessionError::Film { what, help });
        let duration = scenario.time.duration;
        let [from, to] = spec.span;
        let to = to.min(duration);
        if !(from >= 0.0 && from <= to) {
            return wrong(
                format!("a film cannot go from time {from} to {}", spec.span[1]),
                format!("the run goes from 0 to {duration}; the end comes after the start"),
            );
        }
        if !(spec.per_second.is_finite() && spec.per_second > 0.0) {
            return wrong(
                format!("{} of model time cannot pass in a second", spec.per_second),
                "a finite number above 0 is needed".to_owned(),
            );
        }
        if let Some(hold) = spec.hold.iter().find(|h| !(0.0..=60.0).contains(*h)) {
            return wrong(
                format!("a frame cannot stand still for {hold} s"),
                "0 to 60 seconds are allowed".to_owned(),
            );
        }
        let fps = f64::from(spec.fps);
        let moving = ((to - from) / spec.per_second * fps).round().max(1.0);
        let [first, last] = spec.hold.map(|s| (s * fps).round());
        let all = first + moving + last;
        if all > MOST_FRAMES {
            return wrong(
                format!("the film would have {all:.0} frames"),
                format!("at most {MOST_FRAMES} are made; let more time pass in a second"),
            );
        }
        Ok(Self {
            span: [from, to],
            first: first as u64,
            moving: moving as u64,
            last: last as u64,
        })
    }

    /// Frames in all.
    pub fn frames(&self) -> u64 {
        self.first + self.moving + self.last
    }

    /// Model time of moving frame `k`; the last is exactly at the end of the span.
    pub fn time(&self, k: u64) -> f64 {
        let [from, to] = self.span;
        match self.moving {
            0 | 1 => to,
            n if k + 1 >= n => to,
            n => from + (to - from) * k as f64 / (n - 1) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::film::tests::{scenario, spec};

    #[test]
    fn twenty_seconds_are_six_hundred_frames_from_the_start_to_the_end() {
        let scenario = scenario();
        let mut spec = spec(&scenario);
        (spec.fps, spec.span, spec.per_second) = (30, [0.0, 28.0], 1.4);
        let t = Timing::of(&spec, &scenario).expect("a film");
        assert_eq!((t.moving, t.frames()), (600, 600));
        assert_eq!((t.time(0), t.time(599)), (0.0, 28.0));
        assert!((0..599).all(|k| t.time(k + 1) > t.time(k)));
        spec.hold = [0.5, 2.0];
        let t = Timing::of(&spec, &scenario).expect("a film");
        assert_eq!((t.first, t.last, t.frames()), (15, 60, 675));
        // The end of the run is the end of the film; a moment is a film of one frame.
        spec.span = [14.0, 99.0];
        assert_eq!(Timing::of(&spec, &scenario).expect("a film").span[1], 28.0);
        (spec.span, spec.hold) = ([3.0, 3.0], [0.0, 0.0]);
        let t = Timing::of(&spec, &scenario).expect("a film");
        assert_eq!((t.frames(), t.time(0)), (1, 3.0));
    }

    #[test]
    fn what_makes_no_film_is_told() {
        let scenario = scenario();
        let base = spec(&scenario);
        let told = |change: &dyn Fn(&mut FilmSpec)| {
            let mut spec = base.clone();
            change(&mut spec);
            let e = Timing::of(&spec, &scenario).expect_err("refused");
            e.to_string()
        };
        assert!(told(&|s| s.span = [5.0, 2.0]).contains("from time 5 to 2"));
        assert!(told(&|s| s.span = [30.0, 40.0]).contains("0 to 28"));
        assert!(told(&|s| s.span = [f64::NAN, 2.0]).contains("NaN"));
        assert!(told(&|s| s.per_second = 0.0).contains("above 0"));
        assert!(told(&|s| s.per_second = f64::INFINITY).contains("above 0"));
        assert!(told(&|s| s.per_second = 1e-9).contains("at most 324000"));
        assert!(told(&|s| s.hold = [-1.0, 0.0]).contains("0 to 60"));
    }
}
