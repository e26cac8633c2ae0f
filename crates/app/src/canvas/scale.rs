//! Colour scales: which map, which range.
//!
//! # Theory
//! All panes share one range, so that arms can be compared. An automatic range is 1, 2 or 5 times a power
//! of ten: it grows at once when a value exceeds it, and shrinks only after the values needed less than
//! 60 % of it for two seconds, so that the picture does not flicker. Rates and differences have a sign:
//! their range is symmetric about 0 and their map diverges from its middle.
//!
//! # Practice
//! [`Scales::of`] once a frame; a range of none means that the values are not known yet.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use warmfront_model::{FieldKind, Local, Model};
use warmfront_session::{colormap_name, pretty_unit};
use warmfront_view::number::round_down_125;
use warmfront_view::raster::Range;
use warmfront_view::{Colormap, colormap};

use super::{Canvas, Look, RangeMode};
use crate::state::Snapshot;

/// The map of rates and differences.
const DIVERGING: &str = "balance";
/// A range may shrink when less than this part of it is needed,
const SPARE: f64 = 0.6;
/// for as long as this, seconds.
const CALM: f64 = 2.0;
/// A logarithmic scale that would begin at 0 begins at this part of its end.
const DECADES: f64 = 1e-4;

/// A colour map and its rows as the device reads them.
#[derive(Debug)]
pub(super) struct Map {
    /// The map.
    pub colours: Colormap,
    /// 256 rows of RGBA.
    pub table: Vec<u8>,
}

/// The map of this name; all are part of the program.
pub(super) fn map(name: &str) -> &'static Map {
    static MAPS: LazyLock<BTreeMap<String, Map>> = LazyLock::new(|| {
        let all = colormap::names().into_iter();
        let read = |name: String| {
            let colours = Colormap::named(&name).ok()?;
            let table = colours.rgba_table();
            Some((name, Map { colours, table }))
        };
        all.filter_map(read).collect()
    });
    let first = || MAPS.values().next();
    MAPS.get(name)
        .or_else(first)
        .expect("the maps of figures are part of the program")
}

/// One colour scale, as drawn and as the legend shows it.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    /// What is shown.
    pub label: String,
    /// Its unit, as printed; may be empty.
    pub unit: String,
    /// Limits; none: not known yet.
    pub range: Option<Range>,
    /// Colours.
    pub map: &'static Map,
    /// It fades where there are none of the cells to which it belongs.
    pub fades: bool,
}

/// Scales of a single quantity.
#[derive(Debug, Clone)]
pub(super) struct Scales {
    /// Of the quantity itself.
    pub plain: Scale,
    /// Of its difference to the first arm.
    pub difference: Scale,
}

/// A range that follows values; see the [module](self).
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Auto {
    of: Option<Local>,
    /// Present ends below and above 0, as sizes.
    ends: [f64; 2],
    /// When the values began to need much less, and the most that they have needed since.
    calm: [Option<(f64, f64)>; 2],
}

impl Auto {
    /// The range at time `now` (s) for values between `needed`; none while none were ever seen.
    pub fn follow(&mut self, of: Local, needed: Option<[f64; 2]>, now: f64) -> Option<[f64; 2]> {
        if self.of != Some(of) {
            *self = Self::default();
        }
        if let Some([low, high]) = needed.filter(|n| n.iter().all(|v| v.is_finite())) {
            self.of = Some(of);
            let largest = low.abs().max(high.abs());
            // Rounding below 0 is no reason to show negative values.
            let below = if -low > 1e-3 * largest { -low } else { 0.0 };
            self.end(0, below, now);
            self.end(1, high.max(0.0), now);
        }
        self.of?;
        let [below, above] = self.ends;
        Some(if below == 0.0 && above == 0.0 {
            [0.0, 1.0]
        } else {
            [-below, above]
        })
    }

    /// Whether it waits to shrink.
    pub fn waits(&self) -> bool {
        self.calm.iter().any(Option::is_some)
    }

    fn end(&mut self, i: usize, needed: f64, now: f64) {
        let present = self.ends[i];
        if needed > present {
            (self.ends[i], self.calm[i]) = (round_up_125(needed), None);
        } else if round_up_125(needed) < present && needed < SPARE * present {
            let (since, most) = self.calm[i].unwrap_or((now, needed));
            let most = most.max(needed);
            self.calm[i] = Some((since, most));
            if now - since >= CALM {
                (self.ends[i], self.calm[i]) = (round_up_125(most), None);
            }
        } else {
            self.calm[i] = None;
        }
    }
}

/// Smallest of 1, 2, 5 times a power of ten that is not below `x`; 0 for 0.
fn round_up_125(x: f64) -> f64 {
    if x <= 0.0 || !x.is_finite() {
        return 0.0;
    }
    let below = round_down_125(x);
    if below >= x * (1.0 - 1e-9) {
        return below;
    }
    let steps = [2.0, 2.5, 5.0].map(|f| below * f);
    let whole = |s: &f64| (round_down_125(*s) / s - 1.0).abs() < 1e-6;
    steps.into_iter().find(whole).unwrap_or(2.0 * below)
}

/// The single quantity of a look; none for a composite.
pub(super) fn local_of(look: Look) -> Option<Local> {
    match look {
        Look::Composite(_) => None,
        Look::Field(i) => Some(Local::Field(i)),
        Look::Derived(local) => Some(local),
    }
}

/// Whether a quantity is a rate of change, of either sign.
pub(super) fn signed(local: Local) -> bool {
    matches!(local, Local::Term(_) | Local::Transport(_))
}

/// Colour range that the model gives; none: it gives none.
fn display_of(model: &Model, local: Local) -> Option<[f64; 2]> {
    let display = match local {
        Local::Field(i) => model.fields.get(i).map(|f| f.display),
        Local::Auxiliary(i) => model.auxiliaries.get(i).map(|a| a.display),
        Local::Observable(_) | Local::Term(_) | Local::Transport(_) => None,
    };
    display.filter(|[low, high]| high > low)
}

fn map_of(model: &Model, local: Local) -> &'static Map {
    if signed(local) {
        return map(DIVERGING);
    }
    let kind = match local {
        Local::Field(i) => model.fields.get(i).map(|f| f.kind),
        _ => None,
    };
    map(colormap_name(kind.unwrap_or(FieldKind::Cell)))
}

/// What must be evaluated in every cell for a canvas to be drawn.
pub(super) fn wanted(canvas: &Canvas, model: &Model) -> Option<Local> {
    match canvas.look {
        Look::Composite(_) => None,
        Look::Derived(local) => Some(local),
        Look::Field(i) => {
            let local = Local::Field(i);
            let follows = canvas.range == RangeMode::Auto || display_of(model, local).is_none();
            follows.then_some(local)
        }
    }
}

impl Scales {
    /// Scales of `local` at `now` (seconds of the window).
    pub fn of(
        canvas: &mut Canvas,
        model: &Model,
        snapshot: &Snapshot,
        local: Local,
        now: f64,
    ) -> Self {
        let found = snapshot.derived.filter(|d| d.local == local);
        let found = found.map(|d| d.range.map(f64::from));
        let display = display_of(model, local);
        // Both follow all the time, so that a change of mode finds them settled.
        let auto = canvas.auto[0].follow(local, found, now);
        let apart = found.map(|[low, high]| [0.0, high - low]);
        let auto_apart = canvas.auto[1].follow(local, apart, now);
        let sizes = |[low, high]: [f64; 2]| low.abs().max(high.abs());
        let (plain, apart) = match (canvas.range, display) {
            (RangeMode::Fixed(ends), _) => (Some(ends), Some(sizes(ends))),
            (RangeMode::Model, Some(ends)) => (Some(ends), Some(0.5 * (ends[1] - ends[0]))),
            (RangeMode::Model | RangeMode::Auto, _) => (auto, auto_apart.map(sizes)),
        };
        let about_zero = |size: f64| {
            let size = if size > 0.0 { size as f32 } else { 1.0 };
            Range::linear(-size, size)
        };
        let range = plain.map(|ends| match signed(local) {
            true => about_zero(sizes(ends)),
            false => range_of(ends, canvas.log),
        });
        let unit = pretty_unit(&model.local_unit(local));
        let fades = !model.carriers(local).is_empty();
        Self {
            plain: Scale {
                label: model.local_label(local),
                unit: unit.clone(),
                range,
                map: map_of(model, local),
                fades,
            },
            difference: Scale {
                label: model.local_label(local),
                unit,
                range: apart.map(about_zero),
                map: map(DIVERGING),
                fades,
            },
        }
    }
}

/// A range that can be drawn: rising, and above 0 if logarithmic.
fn range_of([low, high]: [f64; 2], log: bool) -> Range {
    let high = if high > low { high } else { low + 1.0 };
    if log && high > 0.0 {
        let low = if low > 0.0 { low } else { high * DECADES };
        Range::log(low as f32, high as f32)
    } else {
        Range::linear(low as f32, high as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automatic_range_grows_at_once_and_shrinks_late() {
        let (mut auto, of) = (Auto::default(), Local::Field(0));
        assert_eq!(auto.follow(of, None, 0.0), None);
        assert_eq!(auto.follow(of, Some([0.0, 1.2]), 0.0), Some([0.0, 2.0]));
        assert_eq!(auto.follow(of, Some([-1e-9, 3.0]), 0.1), Some([0.0, 5.0]));
        // 60 % of 5 is 3.
        for k in 0..50 {
            let now = 1.0 + f64::from(k);
            assert_eq!(auto.follow(of, Some([0.0, 3.1]), now), Some([0.0, 5.0]));
        }
        assert!(!auto.waits());
        assert_eq!(auto.follow(of, Some([0.0, 0.7]), 60.0), Some([0.0, 5.0]));
        assert_eq!(auto.follow(of, Some([0.0, 1.1]), 61.9), Some([0.0, 5.0]));
        assert!(auto.waits());
        assert_eq!(auto.follow(of, Some([0.0, 0.1]), 62.0), Some([0.0, 2.0]));
        // A peak in between begins the wait again.
        assert_eq!(auto.follow(of, Some([0.0, 0.1]), 63.0), Some([0.0, 2.0]));
        assert_eq!(auto.follow(of, Some([0.0, 1.9]), 64.0), Some([0.0, 2.0]));
        assert_eq!(auto.follow(of, Some([0.0, 0.1]), 65.5), Some([0.0, 2.0]));
        assert_eq!(auto.follow(of, None, 70.0), Some([0.0, 2.0]));
        // Another quantity starts afresh; what is not finite is not followed.
        let other = Local::Term(3);
        assert_eq!(auto.follow(other, Some([f64::NAN, 1.0]), 71.0), None);
        assert_eq!(
            auto.follow(other, Some([-3.0, 0.5]), 72.0),
            Some([-5.0, 0.5])
        );
        assert_eq!(auto.follow(of, Some([0.0, 0.0]), 73.0), Some([0.0, 1.0]));
    }

    #[test]
    fn steps_are_one_two_five() {
        for (x, up) in [
            (0.0, 0.0),
            (1.0, 1.0),
            (1.01, 2.0),
            (2.3e-5, 5e-5),
            (700.0, 1000.0),
        ] {
            assert!(
                (round_up_125(x) - up).abs() <= 1e-9 * up,
                "{x}: {}",
                round_up_125(x)
            );
        }
    }

    #[test]
    fn a_range_can_always_be_drawn() {
        for ends in [[0.0, 0.0], [5.0, 1.0], [-2.0, 3.0], [0.0, 10.0]] {
            for log in [false, true] {
                assert!(range_of(ends, log).check().is_ok(), "{ends:?}");
            }
        }
    }
}
