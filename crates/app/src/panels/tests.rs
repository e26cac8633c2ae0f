//! The whole window, driven through its accessibility tree: no GPU, no simulation.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, Ui, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use warmfront_model::{Library, Scenario};
use warmfront_session::Row;

use super::{Desk, GalleryEntry, Tab};
use crate::app::{WarmfrontApp, prepare};
use crate::command::{Command, WindowCommand};
use crate::state::{Health, Mark, Shared, Snapshot, Timeline};

mod doses;
mod library;
mod time;

pub(crate) struct Window {
    pub(crate) harness: Harness<'static, WarmfrontApp>,
    pub(crate) commands: Receiver<Command>,
    pub(crate) shared: Shared,
}

impl Window {
    /// The whole window at its usual size.
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self::sized(snapshot, vec2(1280.0, 800.0))
    }

    /// The whole window at a size, points.
    pub(crate) fn sized(snapshot: Snapshot, size: Vec2) -> Self {
        Self::of(Shared::default(), snapshot, size, |ui, app| {
            app.show(ui);
        })
    }

    /// One panel alone.
    pub(crate) fn panel(
        snapshot: Snapshot,
        size: Vec2,
        panel: impl Fn(&mut Ui, &Snapshot, &mut Desk) + 'static,
    ) -> Self {
        let shared = Shared::default();
        let newest = shared.clone();
        let draw = move |ui: &mut Ui, app: &mut WarmfrontApp| {
            let snapshot = newest.get();
            let now = ui.input(|i| i.time);
            app.desk.outbox.settle(&snapshot, now);
            panel(ui, &snapshot, &mut app.desk);
            app.desk.outbox.flush();
        };
        Self::of(shared, snapshot, size, draw)
    }

    fn of(
        shared: Shared,
        snapshot: Snapshot,
        size: Vec2,
        draw: impl FnMut(&mut Ui, &mut WarmfrontApp) + 'static,
    ) -> Self {
        let (sender, commands) = sync_channel(64);
        shared.update(|s| *s = snapshot);
        let gallery = ["inflamed", "excluded"].map(|name| GalleryEntry {
            name: name.to_owned(),
            label: format!("Case {name}"),
            description: "What it is.".to_owned(),
            expected: "What to expect.".to_owned(),
            caveat: "What not to conclude.".to_owned(),
        });
        let app = WarmfrontApp::new(shared.clone(), sender, gallery.to_vec());
        let harness = Harness::builder()
            .with_size(size)
            .with_context_setup(prepare)
            // Slow frames would turn every double click into two clicks.
            .with_step_dt(0.02)
            // A tooltip that finds its place takes some.
            .with_max_steps(16)
            .build_ui_state(draw, app);
        let mut window = Self {
            harness,
            commands,
            shared,
        };
        window.harness.run();
        window
    }

    pub(crate) fn click(&mut self, label: &str) -> Vec<Command> {
        self.harness
            .get_by_role_and_label(Role::Button, label)
            .click();
        self.sent()
    }

    pub(crate) fn key(&mut self, key: Key) -> Vec<Command> {
        self.harness.key_press(key);
        self.sent()
    }

    pub(crate) fn text(&mut self, text: &str) -> Vec<Command> {
        self.harness.event(Event::Text(text.to_owned()));
        self.sent()
    }

    /// Runs until nothing moves; the commands sent until then, which the snapshot now follows.
    pub(crate) fn sent(&mut self) -> Vec<Command> {
        self.harness.run();
        let sent: Vec<Command> = self.commands.try_iter().collect();
        self.shared.update(|s| {
            for command in &sent {
                match command {
                    Command::Play(on) => s.playing = *on,
                    Command::Speed(speed) => s.speed = *speed,
                    Command::Dose { drug, multiple } => s.multiples[*drug] = *multiple,
                    Command::Hold { drug, level } => s.holds[*drug] = *level,
                    Command::Regimen { drug, arm, regimen } => {
                        for (a, own) in s.regimens.iter_mut().enumerate() {
                            if arm.is_none_or(|arm| arm == a) {
                                own[*drug] = regimen.clone();
                            }
                        }
                    }
                    _ => {}
                }
            }
        });
        sent
    }
}

pub(crate) fn scenario() -> Scenario {
    let library = Library::embedded();
    library.scenario("inflamed").expect("it is valid")
}

pub(crate) fn snapshot() -> Snapshot {
    let scenario = scenario();
    let (arms, observables) = (scenario.arms.len(), scenario.model.observables.len());
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    };
    let rows = (0..40).map(|k| Row {
        time: f64::from(k) * 0.5,
        values: (0..arms)
            .map(|_| (0..observables).map(|_| random()).collect())
            .collect(),
    });
    Snapshot {
        time: 19.5,
        speed: 1.0,
        name: "inflamed".to_owned(),
        rows: Arc::new(rows.collect()),
        multiples: vec![1.0; scenario.model.drugs.len()],
        holds: vec![None; scenario.model.drugs.len()],
        regimens: vec![scenario.regimens.clone(); arms],
        parameters: Arc::new(scenario.arms.iter().map(|a| a.parameters.clone()).collect()),
        off: vec![false; scenario.model.processes.len()],
        marks: Arc::new(vec![Mark {
            time: 4.0,
            text: "twice the dose".to_owned(),
            drug: Some(0),
        }]),
        timeline: Timeline {
            kept: Arc::new((0..40).map(|k| f64::from(k) * 0.5).collect()),
            newest: 19.5,
            ..Timeline::default()
        },
        health: Health {
            ticks: 39,
            residual: 1e-4,
            ..Health::default()
        },
        adapter: "A test".to_owned(),
        scenario: Some(Arc::new(scenario)),
        ..Snapshot::default()
    }
}

#[test]
fn buttons_send_their_commands() {
    let mut w = Window::new(snapshot());
    assert_eq!(w.click("Step"), [Command::Step]);
    assert_eq!(w.click("Play"), [Command::Play(true)]);
    assert_eq!(w.click("Pause"), [Command::Play(false)]);
    assert_eq!(w.click("Restart"), [Command::Restart]);
    assert_eq!(w.click("max"), [Command::Speed(f64::INFINITY)]);
    assert_eq!(w.click("0.25"), [Command::Speed(0.25)]);
    let scenarios = WindowCommand::Tab(Tab::Scenarios);
    w.harness.state_mut().desk.window.push(scenarios);
    assert_eq!(w.sent(), []);
    let load = Command::Load("excluded".to_owned());
    assert_eq!(w.click("Case excluded"), [load]);
}

#[test]
fn every_slider_sends_its_drug() {
    let mut w = Window::new(snapshot());
    for (drug, d) in scenario().model.drugs.iter().enumerate() {
        let slider = |w: &Window| {
            w.harness
                .get_by_role_and_label(Role::Slider, &d.label)
                .rect()
        };
        w.harness
            .get_by_role_and_label(Role::Slider, &d.label)
            .set_value_accesskit(2.0);
        let dose = |multiple| Command::Dose { drug, multiple };
        assert_eq!(w.sent(), [dose(2.0)]);
        // The pointer rests on the slider; nothing changes, so nothing is sent.
        w.harness.hover_at(slider(&w).center());
        assert_eq!(w.sent(), []);
        assert_eq!(w.key(Key::Backspace), [dose(1.0)]);
        // A click near the right end, then a double click.
        let right = slider(&w).right_center() - vec2(12.0, 0.0);
        w.harness.drag_at(right);
        w.harness.run();
        w.harness.drop_at(right);
        let sent = w.sent();
        let large = |c: &Command| matches!(c, Command::Dose { drug: d, multiple } if *d == drug && *multiple > 2.5);
        assert!(!sent.is_empty() && sent.iter().all(large), "{sent:?}");
        for _ in 0..2 {
            w.harness.drag_at(right);
            w.harness.drop_at(right);
        }
        assert_eq!(w.sent().last(), Some(&dose(1.0)));
    }
}

#[test]
fn a_typed_dose_is_sent_once_and_keys_stay_with_the_text() {
    let mut w = Window::new(snapshot());
    let label = scenario().model.drugs[1].label.clone();
    let typed = |w: &Window| {
        w.harness
            .get_by_role_and_label(Role::SpinButton, &label)
            .rect()
    };
    let centre = typed(&w).center();
    w.harness.drag_at(centre);
    w.harness.drop_at(centre);
    assert_eq!(w.sent(), []);
    w.harness
        .key_combination_modifiers(Modifiers::COMMAND, &[Key::A]);
    assert_eq!(w.text("0."), []);
    assert_eq!(w.text("5"), []);
    assert_eq!(w.key(Key::Space), []);
    assert_eq!(w.key(Key::R), []);
    let dose = Command::Dose {
        drug: 1,
        multiple: 0.5,
    };
    assert_eq!(w.key(Key::Enter), [dose]);
}

#[test]
fn keys_do_what_the_help_says() {
    let mut w = Window::new(snapshot());
    assert_eq!(w.text("."), [Command::Step]);
    assert_eq!(w.key(Key::Space), [Command::Play(true)]);
    assert_eq!(w.text("."), [], "a step is for a clock that stands");
    assert_eq!(w.key(Key::Space), [Command::Play(false)]);
    assert_eq!(w.key(Key::R), [Command::Restart]);
    assert_eq!(w.text("]"), [Command::Speed(2.0)]);
    assert_eq!(w.text("]"), [Command::Speed(4.0)]);
    assert_eq!(w.key(Key::OpenBracket), [Command::Speed(2.0)]);
    for (key, arm) in [
        (Key::Num2, Some(1)),
        (Key::Num9, Some(1)),
        (Key::Num0, None),
    ] {
        assert_eq!(w.key(key), []);
        assert_eq!(w.harness.state().desk.shown, arm);
    }
    assert_eq!(w.text("?"), []);
    assert!(w.harness.query_by_label("Play or pause").is_some());
    assert_eq!(w.key(Key::Escape), []);
    assert!(w.harness.query_by_label("Play or pause").is_none());
    assert_eq!(w.key(Key::H), []);
    let slider = w.harness.query_all_by_role(Role::Slider).count();
    assert_eq!(
        slider, 1,
        "only the time line is left when the sides are hidden"
    );
}

#[test]
fn looks_arms_and_theme_are_the_windows_own() {
    let mut w = Window::new(snapshot());
    let label = scenario().arms[2].label.clone();
    assert_eq!(w.click(&label), []);
    assert_eq!(w.harness.state().desk.shown, Some(2));
    assert_eq!(w.click("All arms"), []);
    assert_eq!(w.harness.state().desk.shown, None);
    assert_eq!(w.click("Light"), []);
    assert!(!w.harness.state().desk.dark);
    for label in ["Logarithmic", "Texture"] {
        w.harness
            .get_by_role_and_label(Role::CheckBox, label)
            .click();
        assert_eq!(w.sent(), []);
    }
    assert!(w.harness.state().desk.logarithmic);
}

#[test]
fn the_tissue_keeps_the_middle() {
    for (width, height) in [(1280.0, 800.0), (1000.0, 640.0)] {
        let mut w = Window::new(snapshot());
        w.harness.set_size(vec2(width, height));
        assert_eq!(w.sent(), []);
        let arms = w.harness.get_by_label("All arms").rect();
        let look = w.harness.get_by_role_and_label(Role::ComboBox, "Look");
        let quantity = w.harness.get_by_label("Quantities ▾");
        let bar = w
            .harness
            .get_by_role_and_label(Role::Slider, "Time line")
            .rect();
        assert!(arms.left() > 0.0 && arms.bottom() < 60.0, "{arms:?}");
        assert!(look.rect().right() < width && look.rect().bottom() < 80.0);
        assert!(
            quantity.rect().left() > width - 350.0,
            "{:?}",
            quantity.rect()
        );
        assert!(bar.right() <= width && bar.bottom() < height, "{bar:?}");
        for drug in &scenario().model.drugs {
            let slider = w.harness.get_by_role_and_label(Role::Slider, &drug.label);
            assert!(slider.rect().right() < 310.0 && slider.rect().width() > 200.0);
        }
    }
}

#[test]
fn nothing_panics_without_numbers() {
    let _ = Window::new(Snapshot::default());

    let mut lost = snapshot();
    let mut rows = Vec::clone(&lost.rows);
    for row in &mut rows {
        row.values.iter_mut().flatten().for_each(|v| *v = f64::NAN);
    }
    lost.rows = Arc::new(rows);
    lost.health.residual = f64::NAN;
    lost.time = f64::NAN;
    lost.multiples = vec![f64::NAN];
    let mut w = Window::new(lost);
    w.harness.state_mut().desk.logarithmic = true;
    assert_eq!(w.sent(), []);
    assert!(w.harness.query_by_label_contains("Solver lost").is_some());

    // Rows of the scenario before.
    let mut stale = snapshot();
    stale.rows = Arc::new(vec![Row {
        time: 0.0,
        values: vec![vec![1.0]; 9],
    }]);
    let mut w = Window::new(stale);
    w.harness.state_mut().desk.shown = Some(99);
    assert_eq!(w.sent(), []);
}

#[test]
fn errors_and_notes_are_said_in_full() {
    let text = "The step was rejected nine times; the simulation stands still.";
    let mut w = Window::new(snapshot());
    w.shared.update(|s| {
        s.fault = Some(crate::state::Fault {
            message: text.to_owned(),
            ..Default::default()
        });
        s.note = Some("A smaller grid.".to_owned());
    });
    w.harness.run();
    assert!(w.harness.query_by_label(text).is_some());
    assert!(w.harness.query_by_label("Note: A smaller grid.").is_some());
    // An error before the first scenario.
    w.shared.update(|s| {
        *s = Snapshot {
            fault: Some(crate::state::Fault {
                message: text.to_owned(),
                ..Default::default()
            }),
            ..Snapshot::default()
        };
    });
    w.harness.run();
    assert!(w.harness.query_by_label(text).is_some());
}
