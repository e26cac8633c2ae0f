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
        mean.abs() < 1e-12 && bliss.verdict() == "Bliss independence",
        "{mean}"
    );
    assert_eq!(results.relative(1, 0, 0), Some(1.0));
    let half = results.mean_relative(1, 0).expect("a number");
    assert!((half.mean - 1.0 / 1.5).abs() < 1e-12);
    assert!(
        bliss.words(5).contains("spread over 5 start maps"),
        "{}",
        bliss.words(5)
    );
    assert!(
        synergy
            .headline()
            .starts_with("Bliss independence: mean excess +0.000 (spread over"),
        "{}",
        synergy.headline()
    );
    Ok(())
}

#[test]
fn more_is_better_where_the_model_says_so() -> Result<(), SessionError> {
    let model = scenario().model;
    let with = |id: &str| SweepSpec {
        observable: Some(model.observable(id).expect("it exists")),
        replicates: 1,
        ..spec("mek=0,1", Some("pdl1=0,1"))
    };
    // Alone 2 and 3 times the control, together 8 times: 2 above independence.
    let values = |a: &warmfront_model::Arm, _| {
        let given = |d: usize| a.doses[d] > 0.0;
        match [given(0), given(1)] {
            [true, true] => 8.0,
            [true, false] => 2.0,
            [false, true] => 3.0,
            [false, false] => 1.0,
        }
    };
    for (id, excess, words) in [
        ("effector_cd8", 2.0, "Bliss synergy"),
        ("treg", -2.0, "Bliss antagonism"),
        ("burden", -2.0, "Bliss antagonism"),
    ] {
        let plan = Plan::new(scenario(), &with(id), None)?;
        let outcomes = made_up(&plan, values);
        let results = Results::new(&plan, &outcomes);
        let synergy = Synergy::of(&results)
            .expect("defined")
            .expect("a dose matrix");
        let bliss = synergy.bliss().expect("a headline");
        assert_eq!(bliss.excess[1][1], Ok(excess), "{id}");
        assert_eq!(bliss.verdict(), words);
        let fold = synergy.fold[1][1].expect("defined");
        assert!((fold > 1.0) == (excess > 0.0), "{id}: {fold}");
        // The arms of the scenario, at one point, say the same.
        let arms = SweepSpec {
            x: with(id).x,
            y: None,
            ..with(id)
        };
        let plan = Plan::new(scenario(), &arms, None)?;
        let outcomes = made_up(&plan, values);
        let found = Results::new(&plan, &outcomes).mean_bliss(1, 0);
        assert_eq!(found.map(|m| m.mean), Some(excess), "{id}");
    }
    let e = Plan::new(scenario(), &with("myeloid"), None).expect_err("refused");
    let e = e.to_string();
    assert!(
        e.contains("less or more of it is better") && e.contains("better = \"more\""),
        "{e}"
    );
    let arms = SweepSpec {
        y: None,
        ..with("myeloid")
    };
    let plan = Plan::new(scenario(), &arms, None)?;
    assert!(
        plan.effects
            .as_ref()
            .is_some_and(|e| e.combinations.is_empty())
    );
    assert!(plan.notes.iter().any(|n| n.contains("no Bliss excess")));
    Ok(())
}

#[test]
fn a_missing_case_costs_its_own_cell() -> Result<(), SessionError> {
    let doses = ("mek=0,1,2,3", Some("pdl1=0,1,2,3"));
    let plan = Plan::new(scenario(), &spec(doses.0, doses.1), None)?;
    let whole = made_up(&plan, |a, _| {
        a.doses.iter().map(|m| 1.0 / (1.0 + m)).product()
    });
    // All seeds of one pair, of one drug alone, and one seed of another pair.
    let [nx, pair, single, some] = [4, 2 * 4 + 1, 3, 4 + 1];
    let mut outcomes = whole;
    let arms = plan.study.groups[0].arms.len();
    for o in &mut outcomes.outcomes {
        let gone = [pair, single].contains(&o.case.arm);
        if gone || (o.case.arm == some && o.case.group == 0) {
            o.failure = Some("the numbers went wrong".to_owned());
            o.values.clear();
            o.times.clear();
        }
    }
    assert_eq!((outcomes.outcomes.len(), nx * nx), (5 * arms, arms));
    let results = Results::new(&plan, &outcomes);
    assert_eq!(results.failures.len(), 11);
    assert_eq!(results.why_missing(pair, 0), Some("the numbers went wrong"));
    let synergy = Synergy::of(&results)
        .expect("complete")
        .expect("a dose matrix");
    assert_eq!(synergy.seeds, 5);
    let of = |metric: usize| &synergy.measured[metric];
    let undefined = |metric: usize| -> Vec<[usize; 2]> {
        let all = (1..4).flat_map(|i| (1..4).map(move |j| [i, j]));
        all.filter(|[i, j]| of(metric).excess[*i][*j].is_err())
            .collect()
    };
    // Bliss and HSA need both drugs alone; ZIP only fits them.
    let column = [[3, 1], [3, 2], [3, 3]];
    for metric in [0, 1] {
        assert_eq!(undefined(metric), [&[[1, 2]], &column[..]].concat());
        let reasons = of(metric).reasons();
        assert_eq!(reasons.len(), 2, "{reasons:?}");
    }
    assert_eq!(of(0).excess[1][2], Err(crate::synergy::Reason::Missing));
    assert_eq!(
        of(0).excess[3][1],
        Err(crate::synergy::Reason::SingleMissing)
    );
    assert!(of(2).excess[1][2].is_err() && of(2).excess[1][1].is_ok());
    let bliss = of(0).summary.as_ref().expect("defined");
    assert_eq!(bliss.coverage(), "5 of 9 dose pairs");
    assert!(bliss.mean.abs() < 1e-12);
    // The pair that lacks one seed has a number, but too few seeds for a spread.
    let spreads = of(0).bootstrap.as_ref().expect("five seeds");
    assert!(spreads.pairs[1][1].is_none() && spreads.pairs[2][2].is_some());
    assert_eq!(synergy.matrix.seeds(1, 1), 4);
    let table = super::tables::synergy(&results, &synergy);
    let row = &table.rows[pair];
    let last = row.last().expect("a column");
    assert!(
        last.starts_with("effect: the numbers went wrong; Bliss: "),
        "{last}"
    );
    for o in &mut outcomes.outcomes {
        o.failure = Some("x".to_owned());
        o.values.clear();
    }
    let e = Synergy::of(&Results::new(&plan, &outcomes)).expect_err("no control");
    assert!(e.contains("could not be computed"), "{e}");
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
        let [low, high] = bliss.spread.expect("five seeds");
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
