//! Films of a scenario: from slider moves to a file that plays anywhere.
//!
//! # Theory
//! Frames are scheduled in model time: frame `k` shows the tissue at a time that the spec fixes, whatever
//! the machine's speed. The simulation takes the ticks that it takes without a film, so a film and a run of
//! one scenario have the same numbers; between ticks, frames are interpolated.
//!
//! # Practice
//! A [`FilmSpec`] says everything; [`make`] does it, on three threads: ticks, drawing, encoding. What is
//! on the page comes from [`warmfront_view::film`], pixels of the tissue from [`warmfront_view::tissue`], the
//! same arithmetic as on screen. A file format is a [`sink::Sink`].

mod camera;
mod estimate;
mod make;
mod page;
mod render;
mod scale;
pub mod sink;
mod spec;
mod timing;

use warmfront_model::{Model, Scenario};

pub use estimate::Estimate;
pub use make::{FilmProgress, FilmReport, make};
pub use spec::{
    Camera, Encoder, FPS, FilmSpec, Format, Look, Panes, QUALITY, SECONDS, SIZE, Target, WORST,
};
pub use timing::Timing;

use crate::micrometres_per_length;

/// Distance between nuclei of the texture, µm: about the diameter of a tumour cell.
const NUCLEUS: f64 = 14.0;

/// Nuclei of the texture per length unit; none for a model without lengths.
pub fn nuclei_per_length(model: &Model) -> Option<f64> {
    micrometres_per_length(model).map(|um| um / NUCLEUS)
}

/// Seed of the texture of a field of cells: another one for each field and scenario.
pub fn texture_seed(scenario: &Scenario, field: usize) -> u32 {
    scenario.seed.wrapping_mul(64) | (field as u32 + 1)
}

#[cfg(test)]
mod tests {
    use warmfront_model::{Library, Scenario};
    use warmfront_view::Style;

    use super::*;

    pub(super) fn scenario() -> Scenario {
        let library = Library::embedded();
        library.scenario("inflamed").expect("it is valid")
    }

    /// All arms of a scenario, first view, into a file that nobody makes.
    pub(super) fn spec(scenario: &Scenario) -> FilmSpec {
        FilmSpec {
            target: Target {
                path: "film.mp4".into(),
                format: Format::Mp4,
                quality: QUALITY,
                encoder: Encoder::OpenH264,
                most_bytes: None,
                force: false,
            },
            size: [640, 360],
            fps: 25,
            span: [0.0, scenario.time.duration],
            per_second: 2.0,
            hold: [0.0; 2],
            look: Look::View(0),
            range: None,
            panes: Panes::Arms((0..scenario.arms.len()).collect()),
            arrangement: Default::default(),
            columns: None,
            parts: Default::default(),
            style: Style::Dark,
            camera: Camera::default(),
            texture: true,
            hidden: Default::default(),
            title: None,
        }
    }

    #[test]
    fn what_the_scenario_does_not_have_is_told() {
        let scenario = scenario();
        let told = |change: &dyn Fn(&mut FilmSpec)| {
            let mut spec = spec(&scenario);
            change(&mut spec);
            let e = spec.check(&scenario).expect_err("refused");
            assert_eq!(e.kind(), crate::ErrorKind::Input);
            e.to_string()
        };
        assert!(told(&|s| s.panes = Panes::Arms(Vec::new())).contains("without arms"));
        assert!(told(&|s| s.panes = Panes::Arms(vec![9])).contains("no arm number 9"));
        assert!(told(&|s| s.look = Look::View(99)).contains("list views"));
        assert!(told(&|s| s.fps = 0).contains("0 frames per second"));
        assert!(told(&|s| s.fps = 121).contains("1 to 120 are possible"));
        assert!(told(&|s| s.size = [8192, 8]).contains("3840 × 2160"));
        assert!(told(&|s| s.target.quality = 52).contains("0 (best"));
        let minus = |s: &mut FilmSpec| {
            s.panes = Panes::Difference {
                base: 0,
                arms: vec![1],
            };
        };
        assert!(told(&minus).contains("one quantity"));
        let estimate = Estimate::of(&spec(&scenario), &scenario).expect("a film");
        assert_eq!((estimate.frames, estimate.seconds), (350, 14.0));
        assert!(estimate.bytes > 1e5 && estimate.bytes < 1e7);
    }
}
