//! From an order to what the film needs, or to what is wrong with it.

use warmfront_model::{Action, Event, Scenario, Shown};
use warmfront_session::clock;
use warmfront_session::film::{Encoder, FilmSpec, Format, Look, Panes, SECONDS, Target};
use warmfront_view::Style;
use warmfront_view::film::{Part, Parts};

use super::{Cue, Order, Sight, When};

/// The film of an order: the scenario with its camera moves, and how it is made. `played` is the scenario
/// with everything that was done, `now` the present model time.
///
/// # Errors
/// What is wrong with the order, in words.
pub fn plan(order: &Order, played: Scenario, now: f64) -> Result<(Scenario, FilmSpec), String> {
    let Some(sight) = &order.sight else {
        return Err("Nothing is shown that could be filmed.".to_owned());
    };
    let format = Format::of(&order.path, &Encoder::OpenH264).map_err(|e| e.to_string())?;
    let duration = played.time.duration;
    let span = match order.when {
        When::Whole => [0.0, duration],
        When::SoFar => [0.0, now],
        When::Live => [now, duration],
        When::From(mark) => [mark, now],
    };
    if span[0] >= span[1] {
        return Err(nothing(order.when, &played, now));
    }
    let per_second = match (order.speed, order.seconds) {
        (Some(speed), _) => speed,
        (None, seconds) => {
            let seconds = seconds.unwrap_or(SECONDS);
            if !(seconds.is_finite() && seconds > 0.0) {
                return Err(format!(
                    "A film cannot last {seconds} s: a number above 0 is needed."
                ));
            }
            (span[1] - span[0]) / seconds
        }
    };
    let scenario = directed(order, sight, played);
    let style = order.style.unwrap_or(match sight.dark {
        true => Style::Dark,
        false => Style::Light,
    });
    let spec = FilmSpec {
        target: Target {
            path: order.path.clone(),
            format,
            quality: order.quality,
            encoder: Encoder::OpenH264,
            most_bytes: None,
            force: order.force,
        },
        size: order.size,
        fps: order.fps,
        span,
        per_second,
        hold: order.hold,
        look: sight.look,
        range: sight.limits(),
        panes: sight.panes.clone(),
        arrangement: order.page,
        columns: columns(&sight.panes),
        parts: Parts {
            outline: sight.outline && !order.without.contains(&Part::Outline),
            ..Parts::without(&order.without)
        },
        style,
        camera: sight.camera,
        texture: sight.texture,
        hidden: sight.hidden.clone(),
        title: order.title.clone(),
    };
    spec.check(&scenario).map_err(|e| e.to_string())?;
    Ok((scenario, spec))
}

// Four panes are two by two, as in the window; others as they fit.
fn columns(panes: &Panes) -> Option<u32> {
    match panes {
        Panes::Arms(arms) if (3..=4).contains(&arms.len()) => Some(2),
        Panes::Difference { arms, .. } if arms.len() == 4 => Some(2),
        _ => None,
    }
}

fn nothing(when: When, scenario: &Scenario, now: f64) -> String {
    let now = clock(&scenario.model, now);
    match when {
        When::Whole => "The run has no duration.".to_owned(),
        When::SoFar => "Nothing has happened yet: let some time pass first.".to_owned(),
        When::Live => "The run has ended; go back on the time line, or restart it.".to_owned(),
        When::From(mark) => format!(
            "There is no film: the recording began at {}, and the moment that is shown is {now}.",
            clock(&scenario.model, mark)
        ),
    }
}

// The scenario with the camera moves of the film in the place of its own, unless those are wanted.
fn directed(order: &Order, sight: &Sight, mut scenario: Scenario) -> Scenario {
    if !order.follow {
        scenario
            .events
            .retain(|e| !matches!(e.action, Action::Camera { .. }));
    }
    let last = sight.camera.axis.min(2);
    for cue in &order.cues {
        let event = |action| Event {
            time: cue.time,
            arms: None,
            after_doses: true,
            action,
            place: Default::default(),
        };
        if let Some(text) = &cue.caption {
            let text = text.clone();
            scenario.events.push(event(Action::Caption { text }));
        }
        scenario
            .events
            .extend(moved(cue, &scenario, last).map(event));
    }
    scenario.events.sort_by(|a, b| a.time.total_cmp(&b.time));
    scenario
}

fn moved(cue: &Cue, scenario: &Scenario, normal: usize) -> Option<Action> {
    let show = match cue.show {
        Some(Look::View(i)) => Some(Shown::View(i)),
        Some(Look::Field(i)) => Some(Shown::Field(i)),
        // Events name no other quantities.
        Some(Look::Local(_)) | None => None,
    };
    let extent = scenario.grid.extent();
    let centre = cue.centre.map(|mut c| {
        if !scenario.grid.is_3d() {
            c[normal] = extent[normal] / 2.0;
        }
        c
    });
    let moves = cue.zoom.is_some() || centre.is_some() || show.is_some();
    moves.then_some(Action::Camera {
        zoom: cue.zoom.map(|z| z.clamp(1.0, 64.0)),
        centre,
        over: cue.over.max(0.0),
        show,
    })
}

#[cfg(test)]
mod tests {
    use warmfront_session::film::Estimate;

    use super::*;
    use crate::canvas::Canvas;
    use crate::panels::tests::scenario;

    fn order(path: &str) -> Order {
        let scenario = scenario();
        Order {
            sight: Some(Sight::of(&Canvas::default(), None, true, &scenario)),
            ..Order::new(path.into())
        }
    }

    #[test]
    fn the_layout_becomes_a_film() {
        let (scenario, spec) = plan(&order("a.mp4"), scenario(), 3.0).expect("it is right");
        assert_eq!(spec.span, [0.0, scenario.time.duration]);
        assert_eq!(spec.columns, Some(2));
        let estimate = Estimate::of(&spec, &scenario).expect("it is right");
        assert_eq!(estimate.frames, 600);
        let mut shorter = order("a");
        shorter.when = When::SoFar;
        shorter.speed = Some(1.0);
        let (_, spec) = plan(&shorter, scenario, 3.0).expect("it is right");
        assert_eq!((spec.span, spec.per_second), ([0.0, 3.0], 1.0));
        assert_eq!(spec.target.format, Format::Pngs);
    }

    #[test]
    fn what_cannot_be_is_said() {
        let told = |order: &Order| plan(order, scenario(), 3.0).expect_err("it is wrong");
        assert!(told(&order("a.avi")).contains(".avi"));
        let mut wrong = order("a.mp4");
        wrong.size = [7680, 4320];
        assert!(told(&wrong).contains("3840"), "{}", told(&wrong));
        let mut wrong = order("a.mp4");
        wrong.when = When::From(3.0);
        assert!(told(&wrong).contains("day 3"), "{}", told(&wrong));
        let mut wrong = order("a.mp4");
        wrong.seconds = Some(0.0);
        assert!(told(&wrong).contains("above 0"));
    }

    #[test]
    fn cues_become_events_and_replace_the_scenarios_own() {
        let mut played = scenario();
        let camera = |zoom| Action::Camera {
            zoom: Some(zoom),
            centre: None,
            over: 0.0,
            show: None,
        };
        played.events.push(Event {
            time: 5.0,
            arms: None,
            after_doses: false,
            action: camera(9.0),
            place: Default::default(),
        });
        let mut wanted = order("a.mp4");
        wanted.cues = vec![
            Cue {
                caption: Some("Now".to_owned()),
                ..Cue::at(6.0)
            },
            Cue {
                zoom: Some(2.0),
                ..Cue::at(4.0)
            },
        ];
        let zooms = |s: &Scenario| -> Vec<f64> {
            let events = s.events.iter();
            let zoom = |e: &Event| match e.action {
                Action::Camera { zoom, .. } => zoom,
                _ => None,
            };
            events.filter_map(zoom).collect()
        };
        let (film, _) = plan(&wanted, played.clone(), 3.0).expect("it is right");
        assert_eq!(zooms(&film), [2.0]);
        assert!(
            film.events
                .iter()
                .any(|e| matches!(&e.action, Action::Caption { text } if text == "Now"))
        );
        wanted.follow = true;
        let (film, _) = plan(&wanted, played, 3.0).expect("it is right");
        assert_eq!(zooms(&film), [2.0, 9.0]);
    }
}
