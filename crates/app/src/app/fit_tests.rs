//! The window at the sizes of projectors, laptops and large screens: no control runs off it to the side, and
//! in the bar below none covers another or stands under the edge.

use eframe::egui::accesskit::Role;
use eframe::egui::{Rect, Vec2, vec2};
use egui_kittest::kittest::NodeT as _;

use crate::layout::{PANELS, title};
use crate::panels::tests::{Window, snapshot};
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
