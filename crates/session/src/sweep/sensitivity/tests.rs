//! Plans of screens, and verdicts about made-up outcomes.

use warmfront_model::Library;

use super::*;
use crate::effect::Standing;
use crate::study::{Case, Outcome, Outcomes};
fn scenario() -> Scenario {
    let library = Library::embedded();
    library.scenario("inflamed").expect("it is valid")
}

fn spec(names: &[&str]) -> ScreenSpec {
    let s = scenario();
    let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    ScreenSpec {
        parameters: ScreenSpec::choose(&s.model, &names, None).expect("they exist"),
        trajectories: 4,
        spread: 0.25,
        arms: (0..s.arms.len()).collect(),
        day: None,
        observable: None,
    }
}

#[test]
fn limits_follow_the_spread_and_the_range() -> Result<(), SessionError> {
    let plan = ScreenPlan::new(scenario(), &spec(&["growth_rate_sensitive"]), None)?;
    let input = plan.inputs[0];
    assert!((input.limits[0] / input.value - 0.75).abs() < 1e-12);
    assert!((input.limits[1] / input.value - 1.25).abs() < 1e-12);
    // Four trajectories of one move, and the scenario as it is.
    assert_eq!(plan.study.groups[0].arms.len(), (4 * 2 + 1) * 4);
    let s = scenario();
    let all = ScreenSpec::choose(&s.model, &[], None)?;
    assert!(all.len() > 10);
    let plan = ScreenPlan::new(
        scenario(),
        &ScreenSpec {
            parameters: all,
            ..spec(&[])
        },
        None,
    )?;
    for input in &plan.inputs {
        let [low, high] = s.model.parameters[input.parameter].range;
        assert!(input.limits[0] >= low && input.limits[1] <= high && input.value != 0.0);
    }
    Ok(())
}

/// Made-up burdens: the control is 1, each single 0.5, and the combination leaves 0.25 minus ten times
/// what the first parameter is away from its value.
#[test]
fn a_parameter_that_carries_the_verdict_is_found() -> Result<(), SessionError> {
    let plan = ScreenPlan::new(
        scenario(),
        &spec(&["growth_rate_sensitive", "packing_density"]),
        None,
    )?;
    let group = &plan.study.groups[0];
    let first = plan.inputs[0];
    let observables = group.model.observables.len();
    let outcomes = group.arms.iter().enumerate().map(|(arm, a)| {
        let away = a.parameters[first.parameter] / first.value - 1.0;
        let given = a.doses.iter().filter(|m| **m > 0.0).count();
        let burden = [1.0, 0.5, 0.25 - 0.5 * away][given];
        Outcome {
            case: Case { group: 0, arm },
            times: vec![1.0],
            values: vec![vec![Some(burden); observables]],
            failure: None,
        }
    });
    let outcomes = Outcomes {
        outcomes: outcomes.collect(),
        taken_up: 0,
        complete: true,
        batch: 1,
        seconds: 1.0,
    };
    let mut found = Screened::new(&plan, &outcomes);
    let bliss = &found.measures[0];
    assert_eq!((bliss.kind, bliss.base), ("bliss_excess", Some(0.0)));
    // From −25 % to +25 %: half a unit of `away`.
    assert!((bliss.factors[0].mu_star - 0.25).abs() < 1e-9 && bliss.factors[0].sigma < 1e-9);
    assert_eq!(bliss.factors[1].mu_star, 0.0);
    let r = &found.robustness[0];
    assert_eq!((r.verdict, r.of), (Standing::About, 12));
    assert_eq!(r.flips, [(0, 4)]);
    let words = found.words().join(" ");
    assert!(
        words.contains("`growth_rate_sensitive`") && !words.contains("packing"),
        "{words}"
    );
    found.robustness[0].flips.clear();
    let words = found.words().join(" ");
    let none = "None of the 2 parameters that were moved (±25 % each, one at a time) changed";
    assert!(
        words.contains(none) && words.contains("over ±25 %"),
        "{words}"
    );
    Ok(())
}

#[test]
fn wrong_screens_say_what_is_allowed() {
    let refused = |change: &dyn Fn(&mut ScreenSpec)| {
        let mut s = spec(&["growth_rate_sensitive"]);
        change(&mut s);
        let e = ScreenPlan::new(scenario(), &s, None).expect_err("refused");
        e.to_string()
    };
    assert!(refused(&|s| s.trajectories = 1).contains("2 to 1000"));
    assert!(refused(&|s| s.spread = 0.0).contains("above 0"));
    assert!(refused(&|s| s.spread = f64::NAN).contains("above 0"));
    assert!(refused(&|s| s.parameters.clear()).contains("--parameters"));
    let model = scenario().model;
    let e = ScreenSpec::choose(&model, &["kil_rate_max".to_owned()], None).expect_err("unknown");
    assert!(
        e.to_string()
            .starts_with("in --parameters: unknown parameter")
    );
    let e = ScreenSpec::choose(&model, &[], Some("Kiling")).expect_err("unknown");
    assert!(
        e.to_string().starts_with("in --group: unknown group"),
        "{e}"
    );
}
