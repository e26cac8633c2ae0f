//! The dialog, the strip, and the recording that goes on, driven through the window's accessibility tree.

use std::path::{Path, PathBuf};
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use warmfront_session::film::{FilmProgress, Look, Panes};
use warmfront_view::film::Part;

use super::{Making, Order, When};
use crate::app::Script;
use crate::canvas;
use crate::command::{Command, WindowCommand};
use crate::panels::tests::{Window, snapshot};
use crate::state::News;

fn ctrl_r(w: &mut Window) -> Vec<Command> {
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::R);
    w.sent()
}

fn radio(w: &mut Window, label: &str) {
    let found = w.harness.get_by_role_and_label(Role::RadioButton, label);
    found.click();
    w.sent();
}

fn is_open(w: &Window) -> bool {
    let label = "This layout, as it stands";
    w.harness.query_by_label(label).is_some()
}

fn says(w: &Window, text: &str) -> bool {
    w.harness.query_all_by_label_contains(text).next().is_some()
}

// Chooses a path in the window and confirms; what was sent.
fn choose(w: &mut Window, path: &Path) -> Vec<Command> {
    assert_eq!(w.click("Choose file and record …"), []);
    w.harness.get_by_label("Path of the file").click();
    w.sent();
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    w.text(&path.display().to_string());
    w.click("Begin")
}

fn recorded(sent: &[Command]) -> &Order {
    match sent {
        [Command::Record(order)] => order,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_dialog_opens_estimates_and_closes() {
    let mut w = Window::new(snapshot());
    assert_eq!(w.click("Record"), []);
    assert!(is_open(&w) && says(&w, "600 frames, 20.0 s, about"));
    radio(&mut w, "At days per second");
    assert!(says(&w, "840 frames, 28.0 s"), "28 days at one a second");
    radio(&mut w, "From the start to now (day 19.5)");
    assert!(says(&w, "585 frames, 19.5 s"));
    radio(&mut w, "From here on, until I stop");
    assert!(says(&w, "30 frames for every one of the days"));
    assert_eq!(w.click("Cancel"), []);
    assert!(!is_open(&w));
    // The choices stay for the next time.
    assert_eq!(ctrl_r(&mut w), []);
    assert!(says(&w, "for every one of the days"));
    w.key(Key::Escape);
    assert!(!is_open(&w));
    assert_eq!(w.click("File"), []);
    assert_eq!(w.click("Record a film … Ctrl+R"), []);
    assert!(is_open(&w));
}

#[test]
fn a_wrong_size_is_told_and_a_right_one_recorded() {
    let mut w = Window::new(snapshot());
    w.harness.state_mut().ask_here();
    ctrl_r(&mut w);
    w.harness
        .get_by_role_and_label(Role::ComboBox, "Size")
        .click();
    w.sent();
    w.harness
        .get_by_role_and_label(Role::Button, "1080 × 1080 (square)")
        .click();
    w.sent();
    w.harness.state_mut().desk.film.order.set_size([9000, 40]);
    w.sent();
    assert!(says(&w, "9000 × 40 pixels cannot be"));
    assert_eq!(w.click("Choose file and record …"), []);
    assert!(is_open(&w), "the button is off");
    w.harness.state_mut().desk.film.order.set_size([640, 360]);
    w.harness
        .get_by_role_and_label(Role::CheckBox, "Credit line")
        .click();
    w.sent();
    radio(&mut w, "GIF");
    let sent = choose(&mut w, Path::new("a"));
    let order = recorded(&sent);
    assert_eq!(order.path, Path::new("a.gif"), "the ending is added");
    assert!(!order.force, "nobody agreed to replace `a.gif`");
    assert_eq!(order.without, [Part::Credit]);
    assert_eq!((order.size, order.seconds), ([640, 360], Some(20.0)));
    let sight = order.sight.as_ref().expect("it is filled in");
    assert_eq!((sight.look, sight.dark), (Look::View(0), true));
    assert_eq!(sight.panes, Panes::Arms(vec![0, 1, 2, 3]));
    assert!(!is_open(&w));
}

#[test]
fn a_recording_follows_the_view_until_it_is_stopped() {
    let mut shown = snapshot();
    shown.time = 10.0;
    shown.timeline.newest = 10.0;
    let mut w = Window::new(shown);
    w.harness.state_mut().ask_here();
    ctrl_r(&mut w);
    radio(&mut w, "From here on, until I stop");
    assert_eq!(choose(&mut w, Path::new("b.mp4")), []);
    assert!(says(&w, "Recording from day 10"));
    let advance = |w: &mut Window, time: f64| {
        w.shared.update(|s| {
            s.time = time;
            s.timeline.newest = time;
        });
        // Longer than a view must stand still to count.
        w.harness.run_steps(20);
    };
    advance(&mut w, 11.0);
    w.harness.state_mut().canvas.view.zoom = 3.0;
    advance(&mut w, 12.0);
    let look = WindowCommand::Look(canvas::Look::Field(1));
    w.harness.state_mut().command(Command::Window(look));
    w.sent();
    assert!(says(&w, "Recording from day 10 to day 12"));
    w.harness
        .state_mut()
        .command(Command::Caption("Now".to_owned()));
    advance(&mut w, 13.0);
    let sent = ctrl_r(&mut w);
    let order = recorded(&sent);
    assert_eq!(order.when, When::From(10.0));
    let cues = &order.cues;
    assert_eq!(cues.len(), 3, "{cues:?}");
    assert_eq!((cues[0].time, cues[0].zoom), (12.0, Some(3.0)));
    assert!(cues.iter().any(|c| c.show == Some(Look::Field(1))));
    assert!(cues.iter().any(|c| c.caption.as_deref() == Some("Now")));
    assert_eq!(order.sight.as_ref().map(|s| s.camera.zoom), Some(1.0));
    assert!(w.harness.query_by_label("Stop").is_none());
}

#[test]
fn a_recording_can_be_dropped_and_ends_with_its_scenario() {
    let mut w = Window::new(snapshot());
    let live = || {
        let mut order = Order::new("c.mp4".into());
        order.when = When::Live;
        Command::Record(Box::new(order))
    };
    w.harness.state_mut().command(live());
    w.sent();
    assert_eq!(w.click("Discard"), []);
    assert!(!says(&w, "Recording from"));
    w.harness.state_mut().command(live());
    w.sent();
    w.harness.state_mut().command(live());
    w.sent();
    let said = w.harness.state().toasts.texts().join("\n");
    assert!(said.contains("One film at a time"), "{said}");
    w.shared.update(|s| s.name = "another".to_owned());
    w.sent();
    let said = w.harness.state().toasts.texts().join("\n");
    assert!(said.contains("given up"), "{said}");
    w.harness.state_mut().command(Command::Caption("x".into()));
    w.sent();
    let said = w.harness.state().toasts.texts().join("\n");
    assert!(said.contains("A caption is for"), "{said}");
}

#[test]
fn progress_is_shown_and_can_be_cancelled() {
    let mut shown = snapshot();
    shown.film.making = Some(Making {
        path: PathBuf::from("d.mp4"),
        progress: FilmProgress {
            frames: 25,
            planned: 100,
            bytes: 2_000_000,
            time: 4.0,
            wall: Duration::from_secs(5),
            ..FilmProgress::default()
        },
        cancelled: false,
    });
    let mut w = Window::new(shown);
    assert!(says(&w, "frame 25 of 100, 5.0 frames/s, 15 s left, 2.0 MB"));
    assert_eq!(w.click("Cancel the film"), [Command::CancelFilm]);
    ctrl_r(&mut w);
    assert!(says(&w, "One film at a time"));
    assert_eq!(w.click("Choose file and record …"), []);
    assert!(is_open(&w));
    w.key(Key::Escape);
    w.shared.update(|s| {
        s.film.making = None;
        s.film.ended = Some((1, News::Done("The film is in d.mp4".to_owned())));
    });
    w.sent();
    assert_eq!(w.harness.state().toasts.texts(), ["The film is in d.mp4"]);
    assert!(!says(&w, "frame 25"));
}

#[test]
fn a_script_records_and_waits_for_its_film() {
    let mut w = Window::new(snapshot());
    let text = r#"{"at": 0, "do": {"record": {"path": "e.mp4", "size": [640, 360], "fps": 10, "seconds": 2}}}
        {"at": 0, "do": {"play": true}}"#;
    let app = w.harness.state_mut();
    app.script = Some(Script::parse(text).expect("it is right"));
    w.harness.run_steps(3);
    let sent: Vec<Command> = w.commands.try_iter().collect();
    let [
        Command::Scripted {
            line: 2,
            command: play,
        },
        Command::Scripted {
            line: 1,
            command: film,
        },
    ] = &sent[..]
    else {
        panic!("{sent:?}")
    };
    assert_eq!(**play, Command::Play(true));
    let Command::Record(order) = &**film else {
        panic!("{film:?}")
    };
    assert!(order.sight.is_some());
    assert!(w.harness.state().desk.film.close_after);
    w.shared.update(|s| s.film.orders = 1);
    w.harness.run_steps(3);
    assert!(
        !w.harness.state().desk.film.close_after,
        "nothing to wait for"
    );
    let wrong = r#"{"at": 0, "do": {"record": {"path": "e.mp4", "frames": 3}}}"#;
    assert!(Script::parse(wrong).is_err_and(|e| e.contains("frames")));
}
