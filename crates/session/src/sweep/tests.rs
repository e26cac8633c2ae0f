//! Plans and what becomes of made-up outcomes, without a simulation.

use warmfront_model::{Library, Scenario};

use super::*;
use crate::SessionError;
use crate::study::{Case, Outcome, Outcomes};

fn scenario() -> Scenario {
    let library = Library::embedded();
    library.scenario("inflamed").expect("it is valid")
}

fn spec(x: &str, y: Option<&str>) -> SweepSpec {
    let s = scenario();
    let axis = |t: &str, option: &str| Axis::parse(t, option, &s.model).expect(t);
    SweepSpec {
        x: Some(axis(x, "--x")),
        y: y.map(|t| axis(t, "--y")),
        arms: (0..s.arms.len()).collect(),
        replicates: 5,
        day: None,
        observable: None,
    }
}

/// Outcomes with a burden made from the doses and parameters of each arm.
fn made_up(plan: &Plan, burden: impl Fn(&warmfront_model::Arm, u32) -> f64) -> Outcomes {
    let n = plan.base.model.observables.len();
    let groups = plan.study.groups.iter().enumerate();
    let outcomes = groups.flat_map(|(group, s)| {
        let burden = &burden;
        s.arms.iter().enumerate().map(move |(arm, a)| Outcome {
            case: Case { group, arm },
            times: vec![s.time.duration],
            values: vec![vec![Some(burden(a, s.seed)); n]],
            failure: None,
        })
    });
    Outcomes {
        outcomes: outcomes.collect(),
        taken_up: 0,
        complete: true,
        batch: 1,
        seconds: 1.0,
    }
}

#[test]
fn two_drugs_make_a_dose_matrix_with_both_alone() -> Result<(), SessionError> {
    let plan = Plan::new(scenario(), &spec("mek=0.5,1", Some("pdl1=1,2")), None)?;
    assert_eq!((plan.kind, plan.shape()), (Kind::DoseMatrix, [3, 3]));
    assert_eq!(plan.notes.len(), 2, "{:?}", plan.notes);
    assert_eq!(plan.seeds, [1, 2, 3, 4, 5]);
    let group = &plan.study.groups[2];
    assert_eq!((group.seed, group.arms.len()), (3, 9));
    let model = &plan.base.model;
    let (mek, pdl1) = (model.drug("mek")?, model.drug("pdl1")?);
    let at = &group.arms[2 * 3 + 1];
    assert_eq!((at.doses[mek], at.doses[pdl1]), (0.5, 2.0));
    assert_eq!(
        (at.id.as_str(), at.label.as_str()),
        ("x1_y2", "mek 0.5 ×, pdl1 2 ×")
    );
    // It can be written and read again.
    let source = warmfront_model::Source::new("sweep.toml", group.to_toml());
    let again = Library::embedded().scenario_from_text(source)?;
    assert_eq!(again.arms, group.arms);
    Ok(())
}

#[test]
fn a_parameter_changes_every_arm_and_a_drug_those_that_get_it() -> Result<(), SessionError> {
    let spec = spec("growth_rate_sensitive=0.1,0.2", Some("mek=0,3"));
    let plan = Plan::new(scenario(), &spec, None)?;
    assert_eq!(
        (plan.kind, plan.arms.len(), plan.shape()),
        (Kind::Arms, 4, [2, 2])
    );
    let arms = &plan.study.groups[0].arms;
    let (mek, rate) = (
        plan.base.model.drug("mek")?,
        plan.base.model.parameter("growth_rate_sensitive")?,
    );
    for (p, (growth, dose)) in [(0.1, 0.0), (0.2, 0.0), (0.1, 3.0), (0.2, 3.0)]
        .into_iter()
        .enumerate()
    {
        for (a, own) in plan.base.arms.iter().enumerate() {
            let arm = &arms[p * 4 + a];
            assert_eq!(arm.parameters[rate], growth);
            assert_eq!(
                arm.doses[mek],
                if own.doses[mek] > 0.0 { dose } else { 0.0 }
            );
        }
    }
    Ok(())
}

#[test]
fn independent_drugs_have_no_excess() -> Result<(), SessionError> {
    let plan = Plan::new(
        scenario(),
        &spec("mek=0,0.5,1,2", Some("pdl1=0,0.5,1,2")),
        None,
    )?;
    // Each seed has its own size of control; each drug leaves a share of it.
    let outcomes = made_up(&plan, |a, seed| {
        let left: f64 = a.doses.iter().map(|m| 1.0 / (1.0 + m)).product();
        f64::from(seed) * left
    });
    let results = Results::new(&plan, &outcomes);
    let synergy = Synergy::of(&results)
        .expect("complete")
        .expect("a dose matrix");
    let bliss = synergy.bliss().expect("a headline");
    let mean = bliss.summary.as_ref().expect("defined").mean;
    assert!(
        mean.abs() < 1e-12 && bliss.verdict() == "about additive",
        "{mean}"
    );
    assert_eq!(results.relative(1, 0, 0), Some(1.0));
    let half = results.mean_relative(1, 0).expect("a number");
    assert!((half.mean - 1.0 / 1.5).abs() < 1e-12);
    assert!(
        bliss.words(5).contains("95 % interval"),
        "{}",
        bliss.words(5)
    );
    Ok(())
}

#[test]
fn a_seed_with_a_missing_case_is_left_out() -> Result<(), SessionError> {
    let plan = Plan::new(scenario(), &spec("mek=0,1", Some("pdl1=0,1")), None)?;
    let mut outcomes = made_up(&plan, |a, _| 1.0 - 0.2 * a.doses.iter().sum::<f64>());
    outcomes.outcomes[3].failure = Some("the numbers went wrong".to_owned());
    let results = Results::new(&plan, &outcomes);
    assert_eq!(
        (results.complete_matrices().len(), results.failures.len()),
        (4, 1)
    );
    let synergy = Synergy::of(&results)
        .expect("complete")
        .expect("a dose matrix");
    assert_eq!(synergy.seeds, 4);
    // 0.8, 0.8 and 0.6: 0.04 above independence.
    let bliss = synergy.bliss().expect("a headline");
    assert!((bliss.summary.as_ref().expect("defined").mean - 0.04).abs() < 1e-12);
    assert!(bliss.words(4).contains("too few for an interval"));
    for o in &mut outcomes.outcomes {
        o.failure = Some("x".to_owned());
    }
    assert!(Synergy::of(&Results::new(&plan, &outcomes)).is_err());
    Ok(())
}

#[test]
fn arms_at_every_point_are_compared_there() -> Result<(), SessionError> {
    let plan = Plan::new(
        scenario(),
        &spec("growth_rate_sensitive=0.1,0.2", None),
        None,
    )?;
    let rate = plan.base.model.parameter("growth_rate_sensitive")?;
    let outcomes = made_up(&plan, |a, _| {
        let left = [1.0, 0.5, 0.1][a.doses.iter().filter(|m| **m > 0.0).count()];
        a.parameters[rate] * left
    });
    let results = Results::new(&plan, &outcomes);
    for p in 0..2 {
        let bliss = results.mean_bliss(p, 0).expect("a combination");
        assert!((bliss.mean - 0.15).abs() < 1e-12);
        let [low, high] = bliss.interval.expect("five seeds");
        assert!((low - 0.15).abs() < 1e-12 && (high - 0.15).abs() < 1e-12);
    }
    assert_eq!(results.relative(0, 1, 0), Some(1.0));
    Ok(())
}

#[test]
fn what_cannot_be_swept_is_refused() {
    let refused =
        |s: Scenario, spec: &SweepSpec| Plan::new(s, spec, None).expect_err("refused").to_string();
    let same = spec("mek=0,1", Some("mek=0,2"));
    assert!(refused(scenario(), &same).contains("`mek` is on both axes"));
    let mut many = spec("mek=0:1:101", Some("pdl1=0:1:101"));
    many.replicates = 10;
    assert!(refused(scenario(), &many).contains("102010 cases; at most 100000"));
    let mut none = spec("mek=0,1", None);
    none.arms = vec![0];
    assert!(refused(scenario(), &none).contains("no arm of `inflamed` gets `mek`"));
    for (replicates, day) in [(0, None), (2000, None), (1, Some(0.0)), (1, Some(99.0))] {
        let bad = SweepSpec {
            replicates,
            day,
            ..spec("mek=0,1", None)
        };
        let e = refused(scenario(), &bad);
        assert!(e.contains("allowed"), "{e}");
    }
    let mut one_sided = spec("mek=0,1", None);
    (one_sided.y, one_sided.x) = (one_sided.x.take(), None);
    assert!(refused(scenario(), &one_sided).contains("without a first"));
    // An event for some arms only.
    let mut s = scenario();
    s.events.push(warmfront_model::Event {
        time: 3.0,
        arms: Some(vec![1]),
        after_doses: false,
        action: warmfront_model::Action::Dose {
            drug: 0,
            multiple: 2.0,
        },
        place: warmfront_model::Written::default(),
    });
    let e = refused(s, &spec("mek=0,1", Some("pdl1=0,1")));
    assert!(
        e.contains("the event at time 3 concerns some arms only"),
        "{e}"
    );
}
