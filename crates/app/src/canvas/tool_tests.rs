//! The canvas under a pointer: a blank state on the device, no simulation.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use eframe::egui;
use egui::accesskit::Role;
use egui::{Event, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use warmfront_engine::{Gpu, GpuOptions, StateLayout};
use warmfront_model::{Library, Local, Scenario};

use super::{Canvas, Look, RangeMode, Tool, View};
use crate::app::WarmfrontApp;
use crate::command::Command;
use crate::state::{Derived, Display, Fault, Inspected, Shared, Snapshot};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What the window shows of a scenario's memory: nothing is in it.
pub(crate) fn display(gpu: &Gpu, scenario: &Scenario) -> Display {
    let fields = scenario.model.fields.len() as u32;
    let cells = scenario.grid.cells;
    let (arms, block) = (scenario.arms.len() as u32, cells.iter().product::<u32>());
    Display {
        buffer: gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("state"),
            size: u64::from(4 * (fields + 1) * arms * block),
            usage: wgpu::BufferUsages::STORAGE,
            mapped_at_creation: false,
        }),
        layout: StateLayout {
            place: (0..fields).collect(),
            arms,
            cells,
            pitch: cells[0],
            block,
        },
    }
}

/// A canvas in a window of its own.
struct Bench {
    harness: Harness<'static, (WarmfrontApp, Snapshot, Vec<usize>)>,
    commands: Receiver<Command>,
    scenario: Arc<Scenario>,
}

impl Bench {
    fn new(name: &str, size: [f32; 2]) -> Result<Self, Box<dyn std::error::Error>> {
        let gpu = Gpu::new(&GpuOptions::default())?;
        let scenario = Arc::new(Library::embedded().scenario(name)?);
        let snapshot = Snapshot {
            display: Some(display(&gpu, &scenario)),
            scenario: Some(Arc::clone(&scenario)),
            time: 12.34,
            ..Snapshot::default()
        };
        let (sender, commands) = sync_channel(64);
        let app = WarmfrontApp::new(Shared::default(), sender, Vec::new());
        let all = (0..scenario.arms.len()).collect();
        let mut harness = Harness::builder()
            .with_size(size)
            .with_context_setup(crate::app::prepare)
            .with_step_dt(0.03)
            .with_max_steps(200)
            .build_ui_state(
                |ui, (app, snapshot, panes): &mut (WarmfrontApp, Snapshot, Vec<usize>)| {
                    app.canvas.ui(ui, snapshot, &mut app.desk, panes);
                },
                (app, snapshot, all),
            );
        harness.run();
        Ok(Self {
            harness,
            commands,
            scenario,
        })
    }

    fn app(&mut self) -> &mut WarmfrontApp {
        &mut self.harness.state_mut().0
    }

    fn snapshot(&mut self) -> &mut Snapshot {
        &mut self.harness.state_mut().1
    }

    fn pane(&self, arm: usize) -> egui::Rect {
        let label = format!("Tissue: {}", self.scenario.arms[arm].label);
        self.harness.get_by_label(&label).rect()
    }

    fn sent(&mut self) -> Vec<Command> {
        self.harness.run();
        self.commands.try_iter().collect()
    }

    fn press(&mut self, at: Pos2, button: PointerButton, pressed: bool) {
        self.harness.event(Event::PointerMoved(at));
        self.harness.event(Event::PointerButton {
            pos: at,
            button,
            pressed,
            modifiers: Modifiers::NONE,
        });
        self.harness.run();
    }

    fn drag(&mut self, from: Pos2, to: Pos2, button: PointerButton) -> Vec<Command> {
        self.press(from, button, true);
        for k in 1..=5 {
            let at = from + (to - from) * (k as f32 / 5.0);
            self.harness.event(Event::PointerMoved(at));
            self.harness.run();
        }
        self.press(to, button, false);
        self.sent()
    }

    fn range(&mut self) {
        let range = self.harness.get_by_role_and_label(Role::ComboBox, "Range");
        range.click();
    }

    fn wheel(&mut self, at: Pos2, by: f32, modifiers: Modifiers) {
        self.harness.event(Event::PointerMoved(at));
        self.harness.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            source: egui::MouseWheelSource::Unknown,
            delta: vec2(0.0, by),
            phase: egui::TouchPhase::Move,
            modifiers,
        });
        self.harness.run();
    }
}

#[test]
fn panes_are_named_and_steered() -> Outcome {
    let mut b = Bench::new("inflamed", [640.0, 640.0])?;
    let looks = [Look::Composite(0), Look::Field(5), Look::Composite(99)];
    for (look, panes) in looks.into_iter().zip([&[0, 1, 2, 3][..], &[2], &[0, 7]]) {
        b.app().canvas.look = look;
        b.harness.state_mut().2 = panes.to_vec();
        b.harness.run();
        for &arm in panes.iter().filter(|&&a| a < 4) {
            assert!(b.pane(arm).width() > 100.0);
        }
        let middle = b.pane(panes[0]).center();
        b.wheel(middle, 200.0, Modifiers::NONE);
        let view = b.app().canvas.view;
        assert!(view.zoom > 1.5, "{view:?}");
        let centred = view.centre.iter().all(|c| (c - 0.5).abs() < 0.02);
        assert!(centred, "zoomed about the cursor: {view:?}");
        for _ in 0..2 {
            for pressed in [true, false] {
                b.harness.event(Event::PointerButton {
                    pos: middle,
                    button: PointerButton::Primary,
                    pressed,
                    modifiers: Modifiers::NONE,
                });
            }
        }
        b.harness.run();
        assert_eq!(b.app().canvas.view, View::default());
    }
    // Nothing to show yet.
    *b.snapshot() = Snapshot::default();
    b.harness.run();
    Ok(())
}

#[test]
fn the_brush_paints_along_the_path_and_the_right_button_removes() -> Outcome {
    let mut b = Bench::new("inflamed", [640.0, 640.0])?;
    b.sent();
    b.app().desk.tool = Tool::Brush;
    let scenario = Arc::clone(&b.scenario);
    let pane = b.pane(1);
    let (from, to) = (pane.center(), pane.center() + vec2(80.0, 0.0));
    let extent = scenario.grid.extent();
    let wanted_radius = b.app().desk.brush.radius(&scenario);
    for (button, sign) in [
        (PointerButton::Primary, 1.0),
        (PointerButton::Secondary, -1.0),
    ] {
        let sent = b.drag(from, to, button);
        assert_eq!(sent.last(), Some(&Command::StrokeEnd));
        let dabs = &sent[..sent.len() - 1];
        let mut xs = Vec::new();
        for dab in dabs {
            let Command::Brush {
                field,
                centre,
                radius,
                amount,
            } = dab
            else {
                panic!("{dab:?}");
            };
            assert_eq!((*field, *radius), (0, wanted_radius));
            assert!(amount * sign > 0.0);
            assert!((centre[1] - 0.5 * extent[1]).abs() < 1e-2 * extent[1]);
            assert_eq!(centre[2], 0.5 * scenario.grid.spacing[2]);
            xs.push(centre[0]);
        }
        let apart: Vec<f64> = xs.windows(2).map(|w| w[1] - w[0]).collect();
        let even = |d: &f64| (d - 0.5 * wanted_radius).abs() < 1e-3 * wanted_radius;
        assert!(apart.iter().all(even), "{apart:?}");
        let length = extent[0] * 80.0 / f64::from(pane.width());
        let count = (length / (0.5 * wanted_radius)).floor() as usize + 1;
        assert!(dabs.len().abs_diff(count) <= 1, "{} of {count}", dabs.len());
    }
    // Control and wheel: size, and the view stays.
    b.wheel(from, 120.0, Modifiers::CTRL | Modifiers::COMMAND);
    assert!(b.app().desk.brush.radius(&scenario) > 1.05 * wanted_radius);
    assert_eq!(b.app().canvas.view, View::default());
    Ok(())
}

#[test]
fn line_and_why_set_where_values_are_wanted() -> Outcome {
    let mut b = Bench::new("inflamed", [640.0, 640.0])?;
    let pane = b.pane(2);
    b.app().desk.tool = Tool::Line;
    let (from, to) = (
        pane.center() - vec2(60.0, 0.0),
        pane.center() + vec2(60.0, 0.0),
    );
    b.drag(from, to, PointerButton::Primary);
    let [start, end] = b.app().desk.inspect.line.ok_or("a line")?;
    assert!(
        start[0] < end[0] && (start[1] - end[1]).abs() < 1e-3,
        "{start:?} {end:?}"
    );
    b.app().desk.tool = Tool::Why;
    b.drag(from, from, PointerButton::Primary);
    let pinned = b.app().desk.inspect.pinned.ok_or("a place")?;
    assert!((pinned[0] - start[0]).abs() < 1e-3, "{pinned:?} {start:?}");
    assert_eq!(b.app().canvas.view, View::default(), "neither tool moves");
    b.drag(from, from, PointerButton::Secondary);
    assert_eq!(b.app().desk.inspect.pinned, None);
    assert!(b.app().desk.inspect.hover.is_some());
    b.harness.event(Event::PointerGone);
    b.harness.run();
    assert_eq!(b.app().desk.inspect.hover, None);
    Ok(())
}

#[test]
fn maps_are_asked_for_when_the_look_needs_them() -> Outcome {
    let mut b = Bench::new("inflamed", [640.0, 640.0])?;
    assert_eq!(b.sent(), [], "a composite needs none");
    let local = Local::Term(0);
    b.app().canvas.look = Look::Derived(local);
    let ask = Command::Derive(Some(local));
    assert_eq!(b.sent(), [ask]);
    assert_eq!(b.sent(), []);
    b.snapshot().derived = Some(Derived {
        local,
        range: [-0.3, 0.1],
    });
    b.sent();
    b.app().canvas.look = Look::Field(2);
    assert_eq!(b.sent(), [Command::Derive(None)]);
    b.range();
    b.harness.run();
    b.harness.get_by_label("automatic").click();
    let ask = Command::Derive(Some(Local::Field(2)));
    assert_eq!(b.sent(), [ask]);
    assert_eq!(b.app().canvas.range, RangeMode::Auto);
    b.range();
    b.harness.run();
    b.harness.get_by_label("fixed").click();
    assert_eq!(b.sent(), [Command::Derive(None)]);
    let low = b
        .harness
        .get_by_role_and_label(Role::SpinButton, "Lowest colour at");
    assert!(low.rect().right() <= 640.0 && low.rect().bottom() <= 640.0);
    b.harness
        .get_by_role_and_label(Role::CheckBox, "log")
        .click();
    b.harness.run();
    assert!(b.app().canvas.log);
    Ok(())
}

#[test]
fn a_wipe_has_one_pane_and_an_edge_to_drag() -> Outcome {
    let mut b = Bench::new("inflamed", [640.0, 640.0])?;
    b.app().canvas.wipe = true;
    b.app().canvas.difference = true;
    b.app().canvas.look = Look::Field(0);
    b.harness.run();
    let arms = &b.scenario.arms;
    let label = format!("Tissue: {} and {}", arms[0].label, arms[3].label);
    let pane = b.harness.get_by_label(&label).rect();
    assert!(pane.width() > 400.0);
    let to = pane.center() - vec2(0.25 * pane.width(), 0.0);
    b.drag(pane.center(), to, PointerButton::Primary);
    let at = b.app().canvas.wipe_at;
    assert!((at - 0.25).abs() < 0.02, "{at}");
    assert_eq!(b.app().canvas.view, View::default());
    let edge = b.harness.get_by_role_and_label(Role::Slider, "Edge");
    edge.set_value_accesskit(75.0);
    b.harness.run();
    assert!((b.app().canvas.wipe_at - 0.75).abs() < 1e-3);
    b.harness
        .get_by_role_and_label(Role::ComboBox, "Right")
        .click();
    b.harness.run();
    let name = b.scenario.arms[1].label.clone();
    b.harness.get_by_label(&name).click();
    b.harness.run();
    assert_eq!(b.app().canvas.wipe_arms, [None, Some(1)]);
    Ok(())
}

#[test]
fn the_probe_shows_values_of_its_own_place_only() -> Outcome {
    let mut b = Bench::new("inflamed", [640.0, 640.0])?;
    let middle = b.pane(1).center();
    b.harness.event(Event::PointerMoved(middle));
    b.harness.run();
    let wanted = b.app().desk.inspect.clone();
    assert!(wanted.hover.is_some());
    let scenario = Arc::clone(&b.scenario);
    let locals = scenario.model.locals().len();
    let values = (0..4).map(|arm| vec![arm as f32 + 0.25; locals]).collect();
    let mut inspected = Inspected {
        wanted: wanted.clone(),
        hover: values,
        ..Inspected::default()
    };
    let display = b.snapshot().display.clone().ok_or("a display")?;
    let slice = super::Slice::new(&scenario, &display, 2, None);
    let lines =
        |i: &Inspected| super::probe::lines(&scenario, &slice, Look::Composite(0), &wanted, i, 1);
    let shown = lines(&inspected);
    assert!(shown[0][0].contains("µm"), "{shown:?}");
    assert_eq!(shown.len(), 1 + scenario.model.views[0].channels.len());
    assert!(shown[1][1].starts_with("1.25"), "{shown:?}");
    b.snapshot().inspected = Arc::new(inspected.clone());
    b.snapshot().fault = Some(Fault {
        place: Some((1, [10.0, 10.0, 0.0])),
        ..Fault::default()
    });
    b.harness.run();
    inspected.wanted.hover = Some([0.0; 3]);
    assert_eq!(lines(&inspected)[1][1], "…");
    Ok(())
}

#[test]
fn a_click_on_a_name_hides_a_channel_and_shift_shows_it_alone() -> Outcome {
    let mut b = Bench::new("inflamed", [900.0, 640.0])?;
    let model = Arc::clone(&b.scenario.model);
    let fields: Vec<usize> = model.views[0].channels.iter().map(|c| c.field).collect();
    let shown = |b: &mut Bench| -> Vec<usize> {
        let channels = b.app().canvas.shown_channels(&model, 0);
        channels.map(|c| c.field).collect()
    };
    assert_eq!(shown(&mut b), fields);
    let click = |b: &mut Bench, field: usize, modifiers: Modifiers| {
        let label = &model.fields[field].label;
        let entry = b.harness.get_by_role_and_label(Role::CheckBox, label);
        entry.click_modifiers(modifiers);
        b.harness.run();
    };
    click(&mut b, fields[2], Modifiers::NONE);
    assert_eq!(shown(&mut b), [&fields[..2], &fields[3..]].concat());
    click(&mut b, fields[2], Modifiers::NONE);
    assert_eq!(shown(&mut b), fields);
    click(&mut b, fields[1], Modifiers::SHIFT);
    assert_eq!(shown(&mut b), [fields[1]]);
    // The film of this layout shows the same.
    let sight = crate::film::Sight::of(&b.app().canvas.clone(), None, true, &b.scenario);
    assert!(sight.hidden.contains(&fields[0]) && !sight.hidden.contains(&fields[1]));
    click(&mut b, fields[1], Modifiers::SHIFT);
    assert_eq!(shown(&mut b), fields);
    Ok(())
}

#[test]
fn maps_have_an_outline_that_can_be_switched_off_and_a_quantity_of_cells_fades() -> Outcome {
    let mut b = Bench::new("inflamed", [900.0, 640.0])?;
    let model = Arc::clone(&b.scenario.model);
    // A composite that shows the cells needs no line around them; one without them has it.
    assert!(b.app().canvas.line_of(&model).is_none());
    let outline = model.outline.clone().ok_or("the model outlines cells")?;
    for field in &outline.of {
        b.app().canvas.show_channel(*field, false);
    }
    assert!(b.app().canvas.line_of(&model).is_some());
    let of_cells = (0..model.fields.len())
        .find(|f| !model.carriers(Local::Field(*f)).is_empty())
        .ok_or("a field that belongs to cells")?;
    b.app().canvas.look = Look::Field(of_cells);
    b.harness.run();
    assert!(b.app().canvas.line_of(&model).is_some());
    let grey = warmfront_view::NO_CELLS;
    let grey = egui::Color32::from_rgb(grey[0], grey[1], grey[2]);
    let told = |b: &Bench| {
        let shapes = &b.harness.output().shapes;
        let fills = shapes.iter().filter_map(|s| match &s.shape {
            egui::Shape::Rect(r) => Some(r.fill),
            _ => None,
        });
        fills.filter(|f| *f == grey).count()
    };
    assert_eq!(told(&b), 1, "the legend says what grey means");
    // A property of the place has no such grey.
    let of_place = (0..model.fields.len())
        .find(|f| model.carriers(Local::Field(*f)).is_empty())
        .ok_or("a field that belongs to no cells")?;
    b.app().canvas.look = Look::Field(of_place);
    b.harness.run();
    assert_eq!(told(&b), 0);
    Ok(())
}

#[test]
fn canvas_settings_start_plain() {
    let canvas = Canvas::default();
    assert!(canvas.texture && !canvas.difference && !canvas.wipe);
    assert!(!canvas.can_differ(), "a composite has no difference");
}
