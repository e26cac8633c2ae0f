//! Palette, keys, menus, gallery, faults, files: the shell, driven through its accessibility tree.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{DroppedFile, Event, Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::Script;
use crate::canvas::{Look, Tool};
use crate::command::{Command, Inspect, WindowCommand};
use crate::panels::Tab;
use crate::panels::tests::{Window, scenario, snapshot};
use crate::state::{Fault, News, Remedy, Snapshot, Timeline};

/// A file that was let go over the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the path is enough".to_owned())
    }
}

const CTRL: Modifiers = Modifiers::COMMAND;

fn ctrl(w: &mut Window, key: Key) -> Vec<Command> {
    w.harness.key_press_modifiers(CTRL, key);
    w.sent()
}

#[test]
fn the_palette_finds_and_runs() {
    let mut w = Window::new(snapshot());
    assert_eq!(ctrl(&mut w, Key::K), []);
    assert_eq!(w.text("restart"), []);
    assert!(w.harness.query_by_label("Simulation: Restart").is_some());
    assert_eq!(w.key(Key::Enter), [Command::Restart]);
    assert!(w.harness.query_by_label("Simulation: Restart").is_none());

    // A scenario, by the mouse.
    ctrl(&mut w, Key::P);
    w.text("case excl");
    w.harness.state_mut().saved.layout.bring(Tab::Scenarios);
    w.sent();
    w.sent();
    let load = Command::Load("excluded".to_owned());
    assert_eq!(w.click("Scenario: Case excluded"), [load]);

    // A look.
    let model = scenario().model;
    let view = &model.views[1].label;
    ctrl(&mut w, Key::K);
    w.text(view);
    assert_eq!(w.click(&format!("Look: {view}")), []);
    assert_eq!(w.harness.state().canvas.look, Look::Composite(1));

    // A parameter opens its panel.
    let id = &model.parameters[3].id;
    ctrl(&mut w, Key::K);
    w.text(id);
    let title = format!("Parameter: {} ({id})", model.parameters[3].label);
    assert_eq!(w.click(&title), []);
    assert_eq!(&w.harness.state().desk.parameters.search, id);
    assert!(w.harness.state().saved.layout.is_in_front(Tab::Parameters));
}

#[test]
fn the_palette_moves_with_the_arrows_and_closes() {
    let mut w = Window::new(snapshot());
    ctrl(&mut w, Key::K);
    w.text("slower");
    w.key(Key::ArrowDown);
    w.key(Key::ArrowUp);
    assert_eq!(w.key(Key::Enter), [Command::Speed(0.5)]);
    ctrl(&mut w, Key::K);
    assert!(w.harness.query_all_by_label("Find a command").count() > 0);
    assert_eq!(w.key(Key::Escape), []);
    assert_eq!(w.harness.query_all_by_label("Find a command").count(), 0);
    assert_eq!(w.key(Key::R), [Command::Restart], "letters are keys again");
}

#[test]
fn menus_are_the_same_commands_with_their_keys() {
    let mut w = Window::new(Snapshot {
        timeline: Timeline {
            undo: Some("a dose".to_owned()),
            ..snapshot().timeline
        },
        ..snapshot()
    });
    assert_eq!(w.click("Edit"), []);
    assert!(w.harness.query_by_label("Undo Ctrl+Z").is_some());
    let redo = w.harness.get_by_label("Redo Ctrl+Shift+Z");
    assert!(
        redo.accesskit_node().is_disabled(),
        "there is nothing to redo"
    );
    assert_eq!(w.click("Undo Ctrl+Z"), [Command::Undo]);
    assert_eq!(w.click("Simulation"), []);
    assert_eq!(w.click("Restart R"), [Command::Restart]);
    assert_eq!(w.click("View"), []);
    assert_eq!(w.click("Panel: Equations"), []);
    assert!(w.harness.state().saved.layout.is_in_front(Tab::Equations));
}

#[test]
fn keys_reach_tools_time_and_windows() {
    let mut shown = snapshot();
    shown.timeline.kept = Arc::new(vec![0.0, 10.0, 19.5]);
    shown.timeline.undo = Some("a dose".to_owned());
    shown.timeline.redo = Some("a dose".to_owned());
    let mut w = Window::new(shown);
    assert_eq!(w.text(","), [Command::Scrub(10.0)]);
    assert_eq!(ctrl(&mut w, Key::Z), [Command::Undo]);
    assert_eq!(ctrl(&mut w, Key::Y), [Command::Redo]);
    w.harness
        .key_press_modifiers(CTRL | Modifiers::SHIFT, Key::Z);
    assert_eq!(w.sent(), [Command::Redo]);
    w.harness
        .key_press_modifiers(CTRL | Modifiers::SHIFT, Key::C);
    assert_eq!(w.sent(), [Command::Share]);
    w.harness.event(Event::Paste("text".to_owned()));
    assert_eq!(w.sent(), [Command::OpenText("text".to_owned())]);
    for (key, tool) in [
        (Key::B, Tool::Brush),
        (Key::B, Tool::Move),
        (Key::Y, Tool::Why),
        (Key::Escape, Tool::Move),
    ] {
        w.key(key);
        assert_eq!(w.harness.state().desk.tool, tool);
    }
    // A composite has no difference; a field has.
    w.key(Key::D);
    assert!(!w.harness.state().canvas.difference);
    w.harness.state_mut().canvas.look = Look::Field(0);
    w.key(Key::D);
    assert!(w.harness.state().canvas.difference);
    w.key(Key::W);
    assert!(w.harness.state().canvas.wipe);
    ctrl(&mut w, Key::Comma);
    assert!(w.harness.query_all_by_label("Size of everything").count() > 0);
    w.key(Key::Escape);
    assert_eq!(
        w.harness.query_all_by_label("Size of everything").count(),
        0
    );
    ctrl(&mut w, Key::Plus);
    assert_eq!(w.harness.state().saved.scale, 1.1);
    ctrl(&mut w, Key::Num0);
    assert_eq!(w.harness.state().saved.scale, 1.0);
    w.key(Key::F1);
    assert!(w.harness.state().desk.help);
}

#[test]
fn the_first_view_has_it_all() {
    let w = Window::new(snapshot());
    let seen = |label: &str| {
        let rect = w.harness.get_by_label_contains(label).rect();
        let inside = rect.left() >= 0.0 && rect.top() >= 0.0;
        assert!(
            inside && rect.right() <= 1280.0 && rect.bottom() <= 730.0,
            "{label}: {rect:?}"
        );
    };
    let model = scenario().model;
    for (i, step) in model.cycle.iter().enumerate() {
        seen(&format!("{} {}:", i + 1, step.label));
    }
    for drug in &model.drugs {
        let slider = w.harness.get_by_role_and_label(Role::Slider, &drug.label);
        assert!(slider.rect().bottom() < 730.0);
    }
    seen("(Bliss)");
    // One row holds menus, arms and looks.
    let top = |role, label: &str| w.harness.get_by_role_and_label(role, label).rect();
    let (file, theme) = (top(Role::Button, "File"), top(Role::Button, "Light"));
    assert!(
        (file.center().y - theme.center().y).abs() < 4.0,
        "{theme:?}"
    );
}

#[test]
fn a_step_of_the_cycle_shows_its_layer_and_explains_itself() {
    let mut w = Window::new(snapshot());
    let model = scenario().model;
    let step = &model.cycle[2];
    let label = format!("Step 3: {}", step.label);
    assert_eq!(w.click(&label), []);
    assert_eq!(w.harness.state().desk.cycle_step, Some(2));
    let local = warmfront_model::Local::Observable(step.rate);
    if model.locals().contains(&local) {
        assert_eq!(w.harness.state().canvas.look, Look::Derived(local));
    }
    let text = step.explanation.trim();
    assert!(w.harness.query_by_label(text).is_some());
    // Both rates are told, whichever lights the ring.
    let told = |w: &Window, text: &str| w.harness.query_by_label_contains(text).is_some();
    let cell = model
        .burden_of
        .as_deref()
        .expect("the model says what it counts");
    assert!(told(&w, "per tissue, ") && told(&w, &format!("per {cell}, ")));
    assert!(w.harness.state().desk.cycle_per_cell);
    assert_eq!(w.click("per tissue"), []);
    assert!(!w.harness.state().desk.cycle_per_cell);
}

#[test]
fn the_gallery_searches_loads_and_opens() {
    let mut w = Window::new(snapshot());
    let scenarios = WindowCommand::Tab(Tab::Scenarios);
    w.harness.state_mut().desk.window.push(scenarios);
    assert_eq!(w.sent(), []);
    let load = Command::Load("excluded".to_owned());
    assert_eq!(w.click("Case excluded"), [load]);
    w.harness.state_mut().desk.gallery_state.search = "inflamed".to_owned();
    w.sent();
    assert!(w.harness.query_by_label("Case excluded").is_none());
    // A file let go over the window is opened and remembered.
    w.harness
        .input_mut()
        .dropped_files
        .push(Arc::new(Dropped(PathBuf::from("a/b.toml"))));
    let open = Command::Open(PathBuf::from("a/b.toml"));
    assert_eq!(w.sent(), [open]);
    assert_eq!(w.harness.state().saved.recent, [PathBuf::from("a/b.toml")]);
    assert!(w.harness.query_by_label("b.toml").is_some());
}

#[test]
fn a_path_can_be_typed() {
    let mut w = Window::new(snapshot());
    w.harness.state_mut().ask_here();
    ctrl(&mut w, Key::O);
    w.harness.get_by_label("Path of the file").click();
    w.sent();
    w.text("x.toml");
    assert_eq!(w.click("Open"), [Command::Open(PathBuf::from("x.toml"))]);
    assert!(w.harness.query_by_label("Path of the file").is_none());
    // The field has the focus from the start, and Enter is enough.
    ctrl(&mut w, Key::O);
    assert_eq!(w.text("r.toml"), []);
    let open = Command::Open(PathBuf::from("r.toml"));
    assert_eq!(w.key(Key::Enter), [open]);
}

#[test]
fn a_fault_offers_its_remedies_and_leaves_the_transport() {
    let mut shown = snapshot();
    shown.fault = Some(Fault {
        message: "line one\n  line two".repeat(40),
        place: Some((1, [100.0, 40.0, 0.0])),
        remedies: vec![
            Remedy {
                label: "Back to the last good state".to_owned(),
                command: Command::Scrub(3.0),
            },
            Remedy {
                label: "A smaller grid".to_owned(),
                command: Command::Coarsen(64),
            },
        ],
    });
    let mut w = Window::new(shown);
    assert_eq!(
        w.click("Back to the last good state"),
        [Command::Scrub(3.0)]
    );
    assert_eq!(w.click("A smaller grid"), [Command::Coarsen(64)]);
    assert_eq!(w.click("Copy message"), []);
    let arm = &scenario().arms[1].label;
    let place = w.harness.get_by_label_contains("It began in");
    assert!(
        place
            .accesskit_node()
            .value()
            .is_some_and(|v| v.contains(arm))
    );
    let copy = w.harness.get_by_label("Copy message").rect();
    let restart = w
        .harness
        .get_by_role_and_label(Role::Button, "Restart")
        .rect();
    assert!(copy.bottom() < restart.top());
}

#[test]
fn an_interrupted_session_can_be_restored() {
    let mut shown = snapshot();
    shown.recoverable = Some("inflamed, day 4.".to_owned());
    let mut w = Window::new(shown);
    assert_eq!(w.click("Restore"), [Command::Recover(true)]);
    assert_eq!(w.click("Discard"), [Command::Recover(false)]);
}

#[test]
fn news_is_said_once_and_can_be_dismissed() {
    let mut w = Window::new(snapshot());
    w.shared
        .update(|s| s.news = Some((1, News::Done("Saved.".to_owned()))));
    w.sent();
    assert_eq!(w.harness.state().toasts.texts(), ["Saved."]);
    assert!(w.harness.query_by_label("Saved.").is_some());
    assert_eq!(w.click("Dismiss"), []);
    w.sent();
    assert!(w.harness.state().toasts.texts().is_empty());
    w.shared
        .update(|s| s.shared_text = Some((1, "wf1:abc".into())));
    w.sent();
    assert!(w.harness.state().toasts.texts()[0].contains("clipboard"));
}

#[test]
fn trust_is_explained_on_a_click() {
    let mut shown = snapshot();
    shown.health.mass_residual = 0.5;
    let mut w = Window::new(shown);
    assert_eq!(w.click("Solver poor"), []);
    assert!(w.harness.query_by_label("Mass balance").is_some());
    assert!(
        w.harness
            .query_by_label_contains("Mass balance: Take")
            .is_some()
    );
}

#[test]
fn hints_settings_and_layout_are_remembered_in_the_state() {
    let mut w = Window::new(snapshot());
    w.harness
        .state_mut()
        .command(Command::Window(WindowCommand::Hints(true)));
    w.sent();
    assert_eq!(w.click("Dismiss the hint “Ask”"), []);
    assert_eq!(w.harness.state().saved.dismissed, ["why"]);
    w.harness.state_mut().saved.layout.bring(Tab::Why);
    w.harness
        .state_mut()
        .command(Command::Window(WindowCommand::ResetLayout));
    w.sent();
    assert!(!w.harness.state().saved.layout.is_in_front(Tab::Why));
    ctrl(&mut w, Key::Comma);
    w.harness
        .get_by_role_and_label(Role::RadioButton, "Light")
        .click();
    w.sent();
    assert!(!w.harness.state().desk.dark);
}

#[test]
fn the_pointers_place_is_asked_for_but_not_at_every_frame() {
    let mut w = Window::new(snapshot());
    let at = |x: f64| Inspect {
        pinned: Some([x, 0.0, 0.0]),
        ..Inspect::default()
    };
    w.harness.run_steps(10);
    let _ = w.commands.try_iter().count();
    let mut sent = Vec::new();
    for i in 0..20 {
        w.harness.state_mut().desk.inspect = at(f64::from(i));
        w.harness.step();
        sent.extend(w.commands.try_iter());
    }
    let asked = |c: &&Command| matches!(c, Command::Inspect(_));
    let count = sent.iter().filter(asked).count();
    assert!((4..=9).contains(&count), "{count} in 0.4 s");
}

#[test]
fn a_script_is_obeyed_and_frames_are_timed() {
    let mut w = Window::new(snapshot());
    let text = "{\"at\": 0, \"do\": \"step\"}\n{\"time\": 1, \"do\": {\"play\": true}}";
    w.harness.state_mut().script = Some(Script::parse(text).expect("it is right"));
    w.harness.step();
    let sent: Vec<Command> = w.commands.try_iter().collect();
    let of_line = |line, command| Command::Scripted {
        line,
        command: Box::new(command),
    };
    assert_eq!(
        sent,
        [of_line(1, Command::Step), of_line(2, Command::Play(true))]
    );
    let times = w.harness.state().frame_times();
    assert!(times.frames > 1 && times.show_ms_p50 > 0.0);
    assert!(times.show_ms_p99 >= times.show_ms_p50);
    let report = serde_json::to_value(w.harness.state().report()).expect("it is plain data");
    for key in [
        "startup_seconds",
        "frames",
        "interval_ms_p99",
        "adapter",
        "memory_bytes",
    ] {
        assert!(report.get(key).is_some(), "{key}");
    }
}

#[test]
fn what_a_script_is_refused_is_reported_with_its_line() {
    let mut w = Window::new(snapshot());
    let film = r#"{"record": {"path": "a.mp4", "when": "live", "size": [320, 240]}}"#;
    let lines = [
        r#"{"window": {"arm": 99}}"#,
        r#"{"window": {"look": {"field": 999}}}"#,
        r#"{"window": {"look": {"composite": 0}}}"#,
        r#"{"window": {"difference": true}}"#,
        r#"{"caption": "nobody films"}"#,
        r#""stop_film""#,
        film,
        r#"{"window": {"arm": 1}}"#,
        r#"{"save": "/proc/no.toml"}"#,
    ];
    let text: Vec<String> = lines
        .iter()
        .map(|l| format!("{{\"at\": 0, \"do\": {l}}}"))
        .collect();
    w.harness.state_mut().script = Some(Script::parse(&text.join("\n")).expect("it is right"));
    w.harness.step();
    assert_eq!(
        w.harness.state().desk.shown,
        Some(1),
        "what is right is done"
    );
    // The simulation's thread refuses the last line, and says so.
    w.shared.update(|s| {
        s.refuse(Some(9), "/proc/no.toml was not written");
        Arc::make_mut(&mut s.answers.lines).insert(9);
    });
    w.harness.step();
    w.harness.state_mut().close_script(true, false);
    let report = w
        .harness
        .state()
        .report()
        .script
        .expect("there was a script");
    let unmet: Vec<_> = report.unmet.iter().filter_map(|u| u.line).collect();
    let all: std::collections::BTreeSet<usize> = unmet.iter().copied().collect();
    assert_eq!(all, [1, 2, 4, 5, 6, 7, 9].into(), "{:?}", report.unmet);
    assert_eq!(
        unmet.len(),
        all.len(),
        "each is told once: {:?}",
        report.unmet
    );
    let why = |line| {
        let found = report.unmet.iter().find(|u| u.line == Some(line));
        found.map_or("", |u| u.why.as_str())
    };
    assert!(why(1).contains("from 0 to"), "{}", why(1));
    assert!(!why(7).is_empty() && why(9).contains("/proc/no.toml"));
    let verdict = w.harness.state().script.as_ref().and_then(Script::verdict);
    assert!(verdict.is_some_and(|v| v.contains("7 wishes")));
}

#[test]
fn every_tab_can_be_shown_in_both_themes_and_sizes() {
    for (width, height) in [(1280.0, 800.0), (800.0, 560.0), (1920.0, 1080.0)] {
        let mut w = Window::new(snapshot());
        w.harness.set_size(vec2(width, height));
        for panel in crate::layout::PANELS {
            for dark in [true, false] {
                let app = w.harness.state_mut();
                app.command(Command::Window(WindowCommand::Tab(panel.tab())));
                app.command(Command::Window(WindowCommand::Dark(dark)));
                w.sent();
                assert!(w.harness.state().saved.layout.is_in_front(panel.tab()));
            }
        }
    }
}

#[test]
fn the_outline_is_switched_beside_the_look_and_remembered() {
    let mut w = Window::new(snapshot());
    assert!(w.harness.state().canvas.outline && w.harness.state().saved.outline);
    w.harness.state_mut().canvas.look = Look::Field(0);
    w.harness.run();
    let switch = |w: &mut Window| {
        let switch = w.harness.get_by_role_and_label(Role::CheckBox, "Outline");
        switch.click();
        assert_eq!(w.sent(), []);
    };
    switch(&mut w);
    assert!(!w.harness.state().canvas.outline && !w.harness.state().saved.outline);
    switch(&mut w);
    assert!(w.harness.state().canvas.outline && w.harness.state().saved.outline);
}
