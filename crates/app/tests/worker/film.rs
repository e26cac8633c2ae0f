//! What was done as a film: made, refused, cancelled, and finished when the window closes.

use std::path::Path;

use warmfront_app::canvas::Canvas;
use warmfront_app::command::Command;
use warmfront_app::film::{Order, Sight, When};
use warmfront_app::state::News;
use warmfront_model::Scenario;
use warmfront_view::film::Part;

use crate::rig::{Rig, temporary};
// A small film of one arm.
fn small_film(scenario: &Scenario, path: &Path, seconds: f64) -> Order {
    Order {
        size: [240, 180],
        fps: 5,
        seconds: Some(seconds),
        without: Part::NAMED.map(|(_, part, _)| part).to_vec(),
        sight: Some(Sight::of(&Canvas::default(), Some(0), true, scenario)),
        ..Order::new(path.to_owned())
    }
}

fn film_ended(rig: &Rig, number: u64) -> News {
    let ended = rig.wait("the end of the film", |s| {
        s.film.ended.as_ref().is_some_and(|(n, _)| *n == number) && s.film.making.is_none()
    });
    ended.film.ended.expect("it was waited for").1
}

#[test]
fn what_was_done_becomes_a_film_and_a_cancelled_one_can_be_played() {
    let folder = temporary("film");
    let rig = Rig::new("gray_scott");
    rig.send(Command::Speed(f64::INFINITY));
    let running = rig.wait("a running clock", |s| s.time > 0.0 && s.scenario.is_some());
    let scenario = running.scenario.expect("it is there");
    rig.send(Command::Play(false));
    let centre = scenario.grid.extent().map(|e| 0.5 * e);
    rig.send(Command::Brush {
        field: 0,
        centre,
        radius: 0.1 * centre[0],
        amount: 0.1,
    });
    rig.send(Command::StrokeEnd);
    rig.send(Command::Step);
    let stroked = rig.wait("a stroke", |s| s.timeline.undo.is_some() && !s.playing);

    let path = folder.join("done.mp4");
    let mut order = small_film(&scenario, &path, 1.0);
    order.when = When::SoFar;
    rig.send(Command::Record(Box::new(order.clone())));
    let told = film_ended(&rig, 1);
    assert!(
        matches!(&told, News::Done(t) if t.contains("5 frames, 1.0 s")),
        "{told:?}"
    );
    let found = warmfront_session::reopen(&path).expect("it says where it comes from");
    assert!(
        found.scenario_text.contains("brush"),
        "{}",
        found.scenario_text
    );
    // What is there is kept, and said to be there.
    rig.send(Command::Record(Box::new(order.clone())));
    let told = film_ended(&rig, 2);
    assert!(
        matches!(&told, News::Refused(t) if t.contains("done.mp4")),
        "{told:?}"
    );
    // The mark of a recording lies after what is shown.
    order.when = When::From(stroked.time + 1e9);
    rig.send(Command::Record(Box::new(order.clone())));
    rig.wait(
        "a refusal",
        |s| matches!(&s.news, Some((_, News::Refused(t))) if t.contains("There is no film")),
    );

    let path = folder.join("cancelled.mp4");
    let long = small_film(&scenario, &path, 600.0);
    rig.send(Command::Record(Box::new(long.clone())));
    rig.wait("frames", |s| {
        s.film
            .making
            .as_ref()
            .is_some_and(|m| m.progress.frames > 2)
    });
    rig.send(Command::Record(Box::new(order)));
    rig.wait(
        "another refusal",
        |s| matches!(&s.news, Some((_, News::Refused(t))) if t.contains("One film at a time")),
    );
    rig.send(Command::CancelFilm);
    let told = film_ended(&rig, 3);
    assert!(
        matches!(&told, News::Done(t) if t.contains("of 3000 frames")),
        "{told:?}"
    );
    warmfront_session::reopen(&path).expect("it is whole");

    // A window that closes finishes what it has.
    let path = folder.join("closed.mp4");
    let mut last = long;
    last.path.clone_from(&path);
    rig.send(Command::Record(Box::new(last)));
    rig.wait("frames again", |s| {
        s.film
            .making
            .as_ref()
            .is_some_and(|m| m.progress.frames > 2)
    });
    drop(rig);
    warmfront_session::reopen(&path).expect("it is whole");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
