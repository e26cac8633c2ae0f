//! The device on which the cases run, and a note of the numerics that they used.
//!
//! Every row of a report says with which numerics its number was had. Nobody types that: `tools::start`
//! notes the numerics of each scenario that it starts, and a row takes what was noted since the row before
//! it (or, where nothing was started since then, what that row took).

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;

use warmfront_engine::Gpu;
use warmfront_model::{Numerics, Scenario, Scheme, TransportScheme};

/// The numerics of the simulations behind the next row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Used {
    all: Vec<String>,
    // A row has taken them: what is noted next belongs to another row.
    taken: bool,
}

impl Used {
    fn note(&mut self, numerics: String) {
        if std::mem::take(&mut self.taken) {
            self.all.clear();
        }
        if !self.all.contains(&numerics) {
            self.all.push(numerics);
        }
    }

    /// For a row.
    pub fn take(&mut self) -> String {
        self.taken = true;
        self.all.join("; ")
    }
}

/// See the [module](self).
pub(super) struct Bench<'a> {
    gpu: &'a Gpu,
    /// Shared with the report.
    pub used: Rc<RefCell<Used>>,
}

impl<'a> Bench<'a> {
    pub fn new(gpu: &'a Gpu) -> Self {
        Self {
            gpu,
            used: Rc::default(),
        }
    }

    /// Notes the numerics of a scenario that is simulated.
    pub fn note(&self, scenario: &Scenario) {
        let mut text = numerics(&scenario.numerics);
        let (step, own) = (scenario.time.step, scenario.model.time_step);
        if step != own {
            text.push_str(&format!(", step {step} instead of {own}"));
        }
        self.used.borrow_mut().note(text);
    }
}

impl Deref for Bench<'_> {
    type Target = Gpu;

    fn deref(&self) -> &Gpu {
        self.gpu
    }
}

/// What differs from the numerics of a scenario that says nothing of them; `default` where nothing does.
fn numerics(used: &Numerics) -> String {
    let default = Numerics::default();
    // A key that is added has to be told, too.
    let Numerics {
        scheme,
        transport,
        picard,
        tolerance,
        max_cycles,
        first_step,
        adaptive,
        compartment_substeps,
    } = used;
    let mut other = Vec::new();
    if *scheme != default.scheme {
        other.push(match scheme {
            Scheme::Sdirk2 => "sdirk2".to_owned(),
            Scheme::BackwardEuler => "backward_euler".to_owned(),
            Scheme::Explicit => "explicit".to_owned(),
        });
    }
    if *transport != default.transport {
        other.push(match transport {
            TransportScheme::Limited => "limited".to_owned(),
            TransportScheme::Upwind => "upwind".to_owned(),
        });
    }
    if *picard != default.picard {
        other.push(format!("picard {picard}"));
    }
    if *tolerance != default.tolerance {
        other.push(format!("tolerance {tolerance:e}"));
    }
    if *max_cycles != default.max_cycles {
        other.push(format!("max_cycles {max_cycles}"));
    }
    if *first_step != default.first_step {
        other.push(format!("first_step {first_step}"));
    }
    if let Some(adaptive) = adaptive {
        other.push(format!("adaptive {adaptive:e}"));
    }
    if *compartment_substeps != default.compartment_substeps {
        other.push(format!("compartment_substeps {compartment_substeps}"));
    }
    match other.is_empty() {
        true => "default".to_owned(),
        false => other.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_the_numerics_that_were_noted_since_the_row_before() {
        let mut used = Used::default();
        assert_eq!(used.take(), "");
        used.note("a".to_owned());
        used.note("b".to_owned());
        used.note("a".to_owned());
        assert_eq!(used.take(), "a; b");
        assert_eq!(used.take(), "a; b");
        used.note("c".to_owned());
        assert_eq!(used.take(), "c");
    }

    #[test]
    fn only_what_differs_from_the_default_is_told() {
        let mut n = Numerics::default();
        assert_eq!(numerics(&n), "default");
        n.scheme = Scheme::BackwardEuler;
        n.tolerance = 1e-7;
        n.first_step = 1.0;
        n.adaptive = Some(1e-4);
        assert_eq!(
            numerics(&n),
            "backward_euler, tolerance 1e-7, first_step 1, adaptive 1e-4"
        );
    }
}
