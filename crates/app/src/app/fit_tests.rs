//! The window at the sizes of projectors, laptops and large screens: no control runs off it to the side or covers
//! another, no text is cut, and in the bar below nothing stands under the edge.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Button, Color32, Event, Label, Rect, Ui, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT as _;
use warmfront_engine::{Gpu, GpuOptions};
use warmfront_model::Local;
use warmfront_view::colour::luminance;

use super::fit_checks::{cut_texts, overlaps, small_texts, texts_cut_across};
use super::ground;
use crate::canvas::Look;
use crate::canvas::tool_tests::display;
use crate::command::Inspect;
use crate::layout::{PANELS, title};
use crate::panels::Tab;
use crate::panels::tests::{Window, scenario, snapshot};
use crate::state::{Inspected, Snapshot};
use crate::store::Theme;

/// Pixels of a screen, and the scale of its desktop or of the window.
const SCREENS: [([f32; 2], f32); 12] = [
    ([1024.0, 768.0], 1.0),
    ([1024.0, 768.0], 1.25),
    ([1024.0, 768.0], 1.5),
    ([1280.0, 800.0], 1.0),
    ([1280.0, 800.0], 1.5),
    ([1366.0, 768.0], 1.0),
    ([1366.0, 768.0], 1.25),
    ([1920.0, 1080.0], 1.0),
    ([1920.0, 1080.0], 1.5),
    ([1920.0, 1080.0], 2.0),
    ([3840.0, 2160.0], 1.0),
    ([3840.0, 2160.0], 2.0),
];

const CONTROLS: [Role; 7] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::Slider,
    Role::SpinButton,
    Role::ComboBox,
    Role::TextInput,
];

// Names and places of all controls that stand at the height of the window.
fn controls(w: &Window, size: Vec2) -> Vec<(String, Rect)> {
    let names: Vec<&str> = PANELS.iter().map(|p| title(p.tab())).collect();
    let nodes = w.harness.root().children_recursive();
    nodes
        .filter(|node| CONTROLS.contains(&node.accesskit_node().role()))
        .map(|node| {
            let name = node.accesskit_node().label().unwrap_or_default();
            (name, node.rect())
        })
        // A row of tabs that is too long scrolls.
        .filter(|(name, _)| !names.contains(&name.as_str()))
        .filter(|(_, rect)| rect.is_positive() && (0.0..=size.y).contains(&rect.center().y))
        .collect()
}

// Whether a control belongs to the bar below; what is scrolled away in a panel lies under that.
fn in_bar(name: &str) -> bool {
    let names = [
        "Play",
        "Pause",
        "Step",
        "Restart",
        "Undo",
        "Redo",
        "Record",
        "Time line",
    ];
    let speeds = ["0.25", "0.5", "1", "2", "4", "max"];
    names.contains(&name) || speeds.contains(&name) || name.starts_with("Solver")
}

#[test]
fn no_control_runs_off_the_window_and_the_bar_is_whole() {
    let mut faults = Vec::new();
    for (pixels, scale) in SCREENS {
        let size = vec2(pixels[0], pixels[1]) / scale;
        let mut w = Window::sized(snapshot(), size);
        for theme in [Theme::Dark, Theme::Light] {
            w.harness.state_mut().saved.theme = theme;
            for panel in PANELS {
                w.harness.state_mut().saved.layout.bring(panel.tab());
                w.harness.run();
                let at = format!("{pixels:?} at {scale}, {}", title(panel.tab()));
                let all = controls(&w, size);
                assert!(all.len() > 20, "{at}: {} controls", all.len());
                for (name, rect) in &all {
                    if rect.left() < -0.5 || rect.right() > size.x + 0.5 {
                        faults.push(format!("{at}: `{name}` at {:?}", rect.x_range()));
                    }
                }
                let bars = all.iter().filter(|(name, _)| in_bar(name));
                let bars: Vec<_> = bars.collect();
                assert!(bars.len() >= 10, "{at}: {bars:?}");
                for (i, (name, rect)) in bars.iter().enumerate() {
                    if rect.bottom() > size.y + 0.5 {
                        faults.push(format!("{at}: `{name}` is below the window"));
                    }
                    for (other, place) in &bars[i + 1..] {
                        if rect.shrink(1.0).intersects(place.shrink(1.0)) {
                            faults.push(format!("{at}: `{name}` and `{other}` overlap"));
                        }
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What the panes show, whether differences, and whether a wipe.
fn looks() -> [(Look, bool, bool); 5] {
    // A quantity with a long name, that belongs to cells.
    let model = scenario().model;
    let of_cells = |f: &usize| !model.carriers(Local::Field(*f)).is_empty();
    let field = (0..model.fields.len()).find(of_cells).unwrap_or(0);
    [
        (Look::Composite(0), false, false),
        (Look::Composite(0), false, true),
        (Look::Field(field), false, false),
        (Look::Field(field), true, false),
        (Look::Derived(Local::Term(0)), false, true),
    ]
}

/// Values of everything at a place and along a line.
fn values(asked: &Inspect) -> Inspected {
    let scenario = scenario();
    let count = scenario.model.locals().len();
    let row: Vec<f32> = (0..count).map(|i| 0.5_f32.powi(i as i32 % 17)).collect();
    let along = vec![row.clone(); 16];
    Inspected {
        wanted: asked.clone(),
        pinned: vec![row; scenario.arms.len()],
        line: vec![along; scenario.arms.len()],
        distance: (0..16).map(|i| 100.0 * f64::from(i)).collect(),
        ..Inspected::default()
    }
}

#[test]
fn no_text_is_cut_and_no_control_covers_another() {
    let gpu = Gpu::new(&GpuOptions::default()).expect("a device");
    let asked = Inspect {
        hover: None,
        pinned: Some([960.0, 960.0, 5.0]),
        line: Some([[200.0, 960.0, 5.0], [1700.0, 960.0, 5.0]]),
    };
    let shown = Snapshot {
        display: Some(display(&gpu, &scenario())),
        inspected: Arc::new(values(&asked)),
        ..snapshot()
    };
    let mut faults = BTreeMap::new();
    for (pixels, scale) in SCREENS {
        let size = vec2(pixels[0], pixels[1]) / scale;
        let mut w = Window::sized(shown.clone(), size);
        w.harness.state_mut().desk.inspect = asked.clone();
        let mut look = |w: &mut Window, what: String| {
            w.harness.run();
            for fault in faults_of(w) {
                let at = format!("{pixels:?} at {scale}, {what}");
                faults.entry(fault).or_insert(at);
            }
        };
        for theme in [Theme::Dark, Theme::Light] {
            w.harness.state_mut().saved.theme = theme;
            for panel in PANELS {
                w.harness.state_mut().saved.layout.bring(panel.tab());
                look(&mut w, format!("{}, {theme:?}", title(panel.tab())));
            }
        }
        // Rows of parameters are in sight while one searches.
        w.harness.state_mut().desk.parameters.search = "rate".to_owned();
        w.harness.state_mut().saved.layout.bring(Tab::Parameters);
        look(&mut w, "found parameters".to_owned());
        for sides in [true, false] {
            w.harness.state_mut().desk.sides = sides;
            for (of, difference, wipe) in looks() {
                let canvas = &mut w.harness.state_mut().canvas;
                (canvas.look, canvas.difference, canvas.wipe) = (of, difference, wipe);
                look(&mut w, format!("{of:?}, {difference}, {wipe}, {sides}"));
            }
        }
    }
    let told = faults.iter().map(|(fault, at)| format!("{at}: {fault}"));
    assert!(faults.is_empty(), "{}", told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_name_that_is_too_long_and_a_control_in_the_way_are_found() {
    let faults = |shows: fn(&mut Ui)| {
        let harness = Harness::builder().with_size(vec2(200.0, 100.0));
        let mut harness = harness.build_ui(shows);
        harness.run();
        let mut faults = cut_texts(&harness.output().shapes, &[]);
        faults.extend(texts_cut_across(&harness.output().shapes, &[]));
        faults.extend(overlaps(&harness.ctx));
        faults
    };
    let none: [&str; 0] = [];
    assert_eq!(faults(|ui| drop(ui.button("Short"))), none);
    let shortened = faults(|ui| drop(ui.add(Label::new(LONG).truncate())));
    assert_eq!(shortened, [format!("`{LONG}` is shortened")]);
    let cut = faults(|ui| drop(ui.add(Label::new(LONG).extend())));
    assert!(cut.len() == 1 && cut[0].contains("is cut at"), "{cut:?}");
    let low = faults(|ui| {
        ui.set_clip_rect(Rect::from_min_size(ui.cursor().min, vec2(150.0, 9.0)));
        ui.label("Low");
    });
    assert!(low.len() == 1 && low[0].starts_with("`Low`"), "{low:?}");
    let covered = faults(|ui| {
        for at in [pos2(20.0, 20.0), pos2(40.0, 30.0)] {
            ui.put(Rect::from_min_size(at, vec2(60.0, 20.0)), Button::new("On"));
        }
    });
    assert!(
        covered.len() == 1 && covered[0].contains("overlap"),
        "{covered:?}"
    );
}

const LONG: &str = "A name that has many more words than the window is wide";

fn faults_of(w: &Window) -> Vec<String> {
    let shapes = &w.harness.output().shapes;
    let tabs = PANELS.map(|p| title(p.tab()));
    let mut faults = cut_texts(shapes, &tabs);
    let places = w.harness.state().saved.layout.places();
    let panels = places.into_iter().filter(|(tab, _)| *tab != Tab::Tissue);
    let scrolls: Vec<Rect> = panels.map(|(_, rect)| rect).collect();
    faults.extend(texts_cut_across(shapes, &scrolls));
    faults.extend(overlaps(&w.harness.ctx));
    faults.extend(small_texts(shapes));
    faults
}

#[test]
fn a_splitter_leaves_the_tissue_its_share() {
    let mut w = Window::new(snapshot());
    let tissue = |w: &Window| {
        let places = w.harness.state().saved.layout.places();
        let found = places.into_iter().find(|(tab, _)| *tab == Tab::Tissue);
        found.expect("it is shown").1
    };
    let drag = |w: &mut Window, from: f32, to: f32| {
        let y = tissue(w).center().y;
        w.harness.event(Event::PointerMoved(pos2(from, y)));
        w.harness.run();
        w.harness.drag_at(pos2(from, y));
        w.harness.run();
        w.harness.event(Event::PointerMoved(pos2(to, y)));
        w.harness.run();
        w.harness.drop_at(pos2(to, y));
        w.harness.run();
    };
    let before = tissue(&w);
    // A little is what was asked for.
    let left = before.left() - 1.5;
    drag(&mut w, left, left + 60.0);
    let after = tissue(&w);
    assert!(
        (before.width() - after.width() - 60.0).abs() < 4.0,
        "{after:?}"
    );
    // Far beyond the other edge, from either side, leaves three tenths of the window.
    let left = after.left() - 1.5;
    drag(&mut w, left, 1200.0);
    assert!(tissue(&w).width() > 0.29 * 1280.0, "{:?}", tissue(&w));
    let right = tissue(&w).right() + 1.5;
    drag(&mut w, right, 20.0);
    assert!(tissue(&w).width() > 0.29 * 1280.0, "{:?}", tissue(&w));
}

#[test]
fn all_text_stands_out_from_the_ground() {
    let mut w = Window::new(snapshot());
    for (theme, dark) in [(Theme::Dark, true), (Theme::Light, false)] {
        w.harness.state_mut().saved.theme = theme;
        w.harness.state_mut().desk.dark = dark;
        w.harness.run();
        let visuals = w.harness.ctx.global_style().visuals.clone();
        let ground = ground(dark);
        let light = |c: Color32| luminance([c.r(), c.g(), c.b()]) + 0.05;
        for ink in [
            visuals.text_color(),
            visuals.weak_text_color(),
            visuals.strong_text_color(),
            visuals.widgets.inactive.text_color(),
        ] {
            // A colour that lets through what is behind it.
            let ink = ground.blend(ink);
            let [a, b] = [light(ground), light(ink)];
            let contrast = a.max(b) / a.min(b);
            // WCAG 2.2, 1.4.3.
            assert!(contrast >= 4.5, "{theme:?}: {contrast:.1} of {ink:?}");
        }
    }
}
