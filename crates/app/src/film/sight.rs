//! What the panes of the window show, as a film takes it over.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use warmfront_model::Scenario;
use warmfront_session::film::{Camera, Look, Panes};
use warmfront_view::raster::Range;

use crate::canvas::{self, Canvas};

/// See the [module](self).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sight {
    /// What every pane shows.
    pub look: Look,
    /// Which panes.
    pub panes: Panes,
    /// Limits of the colour scale; none: the model's.
    pub range: Option<[f32; 2]>,
    /// Whether the scale is logarithmic.
    #[serde(default)]
    pub log: bool,
    /// Part of the tissue.
    pub camera: Camera,
    /// Nuclei-like texture on composites.
    pub texture: bool,
    /// The line around cells.
    #[serde(default)]
    pub outline: bool,
    /// Fields that composites leave out.
    #[serde(default)]
    pub hidden: BTreeSet<usize>,
    /// Dark colours.
    pub dark: bool,
}

/// A look of the window as films call it.
pub fn look_of(look: canvas::Look) -> Look {
    match look {
        canvas::Look::Composite(i) => Look::View(i),
        canvas::Look::Field(i) => Look::Field(i),
        canvas::Look::Derived(local) => Look::Local(local),
    }
}

impl Sight {
    /// What the canvas shows; `shown`: the arm that is shown alone.
    pub fn of(canvas: &Canvas, shown: Option<usize>, dark: bool, scenario: &Scenario) -> Self {
        let arms = scenario.arms.len();
        let wanted: Vec<usize> = match shown.filter(|a| *a < arms) {
            Some(arm) => vec![arm],
            None => (0..arms).collect(),
        };
        let others: Vec<usize> = wanted.iter().copied().filter(|a| *a > 0).collect();
        let differs = canvas.difference && canvas.can_differ() && !canvas.wipe;
        let differs = differs && !others.is_empty();
        let panes = if canvas.wipe && arms > 1 {
            let [left, right] = canvas.wipe_pair(arms);
            Panes::Wipe {
                left,
                right,
                at: canvas.wipe_at,
            }
        } else if differs {
            Panes::Difference {
                base: 0,
                arms: others,
            }
        } else {
            Panes::Arms(wanted)
        };
        let range = canvas.drawn[usize::from(differs)];
        Self {
            look: look_of(canvas.look.within(&scenario.model)),
            panes,
            range: range.map(|r| [r.low, r.high]),
            log: range.is_some_and(|r| r.log),
            camera: camera_of(canvas, scenario),
            texture: canvas.texture,
            outline: canvas.outline,
            hidden: canvas.hidden.clone(),
            dark,
        }
    }

    /// Limits of the colour scale; none: the model's.
    pub fn limits(&self) -> Option<Range> {
        self.range.map(|[low, high]| match self.log {
            true => Range::log(low, high),
            false => Range::linear(low, high),
        })
    }

    /// What it is in words: `All arms, Composite`.
    pub fn words(&self, scenario: &Scenario) -> String {
        let model = &*scenario.model;
        let name = |arm: &usize| scenario.arms.get(*arm).map_or("", |a| a.label.as_str());
        let what = match self.look {
            Look::View(i) => model
                .views
                .get(i)
                .map_or(String::new(), |v| v.label.clone()),
            Look::Field(i) => model.local_label(warmfront_model::Local::Field(i)),
            Look::Local(local) => model.local_label(local),
        };
        let panes = match &self.panes {
            Panes::Arms(arms) if arms.len() == scenario.arms.len() && arms.len() > 1 => {
                "all arms".to_owned()
            }
            Panes::Arms(arms) => arms.iter().map(name).collect::<Vec<_>>().join(", "),
            Panes::Difference { base, .. } => format!("differences to {}", name(base)),
            Panes::Wipe { left, right, .. } => format!("{} | {}", name(left), name(right)),
        };
        let mut words = format!("{what}; {panes}");
        if self.camera.zoom > 1.0 {
            words.push_str(&format!("; {:.1} ×", self.camera.zoom));
        }
        words
    }
}

/// Where the window looks.
pub fn camera_of(canvas: &Canvas, scenario: &Scenario) -> Camera {
    let cells = scenario.grid.cells;
    let axis = if scenario.grid.is_3d() {
        canvas.axis.min(2)
    } else {
        2
    };
    let count = cells[axis].max(1);
    let plane = canvas.plane.unwrap_or(count / 2).min(count - 1);
    Camera {
        zoom: f64::from(canvas.view.zoom),
        centre: canvas.view.centre.map(f64::from),
        axis,
        slice: (f64::from(plane) + 0.5) / f64::from(count),
    }
}
