//! How fast the clock may run.

use warmfront_model::{Model, Scenario};
use warmfront_view::number::round_down_125;

/// Speeds offered, model time units per second, slowest first; the last is as fast as possible.
pub fn speeds(scenario: &Scenario) -> [f64; 6] {
    // A model in days has the speeds of its clinic; any other takes as long to watch as 28 days.
    let base = if in_days(&scenario.model) {
        1.0
    } else {
        round_down_125(scenario.time.duration / 28.0).max(f64::MIN_POSITIVE)
    };
    [0.25, 0.5, 1.0, 2.0, 4.0, f64::INFINITY].map(|s| s * base)
}

/// The next slower or faster speed offered.
pub fn next_speed(scenario: &Scenario, present: f64, faster: bool) -> f64 {
    let speeds = speeds(scenario);
    let next = if faster {
        speeds.into_iter().find(|s| *s > present)
    } else {
        speeds.into_iter().rev().find(|s| *s < present)
    };
    next.unwrap_or(if faster { speeds[5] } else { speeds[0] })
}

fn in_days(model: &Model) -> bool {
    model.clock_unit().is_day()
}

/// The speed at which a scenario begins.
pub fn first_speed(scenario: &Scenario) -> f64 {
    speeds(scenario)[2]
}

#[cfg(test)]
mod tests {
    use warmfront_model::Library;

    use super::*;

    #[test]
    fn speeds_suit_the_model() {
        let library = Library::embedded();
        let mut scenario = library.scenario("inflamed").expect("it is valid");
        assert_eq!(first_speed(&scenario), 1.0);
        assert_eq!(next_speed(&scenario, 1.0, true), 2.0);
        assert_eq!(next_speed(&scenario, 4.0, true), f64::INFINITY);
        assert_eq!(next_speed(&scenario, f64::INFINITY, false), 4.0);
        assert_eq!(next_speed(&scenario, 0.25, false), 0.25);
        scenario = library.scenario("gray_scott").expect("it is valid");
        assert!(speeds(&scenario)[0] > 1.0);
        assert!(speeds(&scenario)[5].is_infinite());
    }
}
