use warmfront_model::{Action, Event, Library, Overrides, Written};

use super::*;
use crate::study::Outcome;

fn scenario() -> Scenario {
    let overrides = Overrides {
        days: Some(2.0),
        grid: Some([16, 16, 1]),
        ..Overrides::default()
    };
    let scenario = Library::embedded().scenario("inflamed");
    let scenario = scenario.and_then(|s| s.with(overrides));
    scenario.expect("the default scenario is valid")
}

/// Outcomes with these burdens, `[group][arm]`.
fn outcomes(question: &Question, burdens: &[[f64; 4]]) -> Outcomes {
    let burden = question.scenario.model.burden.expect("it has a burden");
    let count = question.scenario.model.observables.len();
    let mut all = Vec::new();
    for (group, arms) in burdens.iter().enumerate() {
        for (arm, value) in arms.iter().enumerate() {
            let mut row = vec![None; count];
            row[burden] = Some(*value);
            all.push(Outcome {
                case: Case { group, arm },
                times: vec![2.0],
                values: vec![row],
                failure: None,
            });
        }
    }
    Outcomes {
        outcomes: all,
        taken_up: 0,
        complete: true,
        batch: 1,
        seconds: 0.0,
    }
}

#[test]
fn shares_and_folds_are_those_of_a_table_by_hand() -> Result<(), Box<dyn std::error::Error>> {
    // Rows of a published table of knock-outs: burden of control, MEK, PD-L1 and both on day 21, Bliss
    // excess and fold. biology: 32.5, 10.7, 9.2, and for PD-L1 induction 15.2 with another control.
    let scenario = scenario();
    let names = ["mhc1_gain", "til_protection", "adaptive_pdl1"];
    let only: Result<Vec<usize>, _> = names
        .iter()
        .map(|n| scenario.model.counterfactual(n))
        .collect();
    let question = Question::new(&scenario, &only?, 1)?;
    let rows = [
        [0.620, 0.265, 0.249, 0.0033],
        [0.620, 0.317, 0.249, 0.0119],
        [0.620, 0.340, 0.249, 0.0148],
        [0.579, 0.116, 0.248, 0.0033],
    ];
    let answer = question.answer(&outcomes(&question, &rows), 2.0)?;
    assert_eq!((answer.control, answer.focus), (0, 3));
    assert_eq!(answer.singles.len(), 2);
    let folds = [32.5, 10.7, 9.2, 15.2];
    let bliss = [0.17, 0.19, 0.20, 0.08];
    for row in 0..4 {
        let fold = answer.fold(row).ok_or("a fold")?.mean;
        // Burdens of the table have two to three digits.
        assert!((fold / folds[row] - 1.0).abs() < 0.02, "{row}: {fold}");
        let excess = answer.bliss(row).ok_or("an excess")?.mean;
        assert!((excess - bliss[row]).abs() < 0.006, "{row}: {excess}");
    }
    // ln(0.620/0.0033) = 5.2358, ln(0.620/0.0119) = 3.9531: the rise carries 24.5 %.
    let share = |row: usize, arm: usize| answer.share(row, arm).map(|s| s.mean);
    assert!((share(1, 3).ok_or("a share")? - 0.2450).abs() < 1e-4);
    // The antibody alone does not need it; ln(0.620/0.265) = 0.8500, ln(0.620/0.317) = 0.6708.
    assert!(share(1, 2).ok_or("a share")?.abs() < 1e-12);
    assert!((share(1, 1).ok_or("a share")? - 0.2108).abs() < 1e-4);
    assert_eq!(share(1, 0), None);
    // Another control is the reference of its own row.
    let relative = answer.relative(3, 1).ok_or("a burden")?.mean;
    assert!((relative - 0.116 / 0.579).abs() < 1e-12);
    // Words follow the numbers.
    let said = |row: usize| answer.links[row].reading.as_str();
    assert!(said(1).contains("carries 24 %") && said(1).contains("falls from 32.3-fold"));
    // Burdens first: 0.0033/0.62 and 0.0119/0.62; 0.265/0.62 and 0.317/0.62; 0.116/0.579.
    assert!(
        said(1).contains("rises from 0.0053 to 0.019 of the control (3.61 times)"),
        "{}",
        said(1)
    );
    assert!(
        said(1).contains("MEK inhibitor alone the burden goes from 0.43 to 0.51 (21 % of its"),
        "{}",
        said(1)
    );
    assert!(
        said(3).contains("from 0.43 to 0.20 (89 % more log-reduction)")
            && said(3).contains("\u{2212}7 %"),
        "{}",
        said(3)
    );
    assert!(
        said(0).contains("leaves 0.0053 of the control"),
        "{}",
        said(0)
    );
    let picture = figure(&scenario, &answer)?;
    let shown = |words: &str| picture.texts().iter().any(|t| t.text.contains(words));
    for words in ["24 %", "independent", "Nothing taken away", "32.3"] {
        assert!(shown(words), "{words}");
    }
    Ok(())
}

#[test]
fn replicates_are_paired_by_seed_and_spread() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = scenario();
    let link = scenario.model.counterfactual("mhc1_gain")?;
    let question = Question::new(&scenario, &[link], 2)?;
    assert_eq!(question.study.groups.len(), 4);
    assert_eq!(
        (question.group(1, 0), question.group(1, 1)),
        (Some(2), Some(3))
    );
    assert_eq!(question.study.groups[3].seed, scenario.seed + 1);
    let rows = [
        [1.0, 0.5, 0.5, 0.1],
        [1.0, 0.5, 0.5, 0.2],
        [1.0, 0.5, 0.5, 0.01],
        [1.0, 0.5, 0.5, 0.1],
    ];
    let answer = question.answer(&outcomes(&question, &rows), 2.0)?;
    // 1 - ln 0.2 / ln 0.1 = 0.30103 and 1 - 1/2.
    let share = answer.share(1, 3).ok_or("a share")?;
    assert!((share.low - 2_f64.log10()).abs() < 1e-12 && (share.high - 0.5).abs() < 1e-12);
    // Folds 2.5 and 25, whose geometric mean is 7.906.
    let fold = answer.fold(0).ok_or("a fold")?;
    assert!((fold.mean - 7.9057).abs() < 1e-3 && (fold.high - 25.0).abs() < 1e-9);
    Ok(())
}

#[test]
fn a_link_tells_which_others_it_contains() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = scenario();
    let model = &scenario.model;
    let of = |id: &str| -> Result<_, Box<dyn std::error::Error>> {
        let link = &model.counterfactuals[model.counterfactual(id)?];
        Ok(super::without::parts(model, link))
    };
    let both = [
        model.counterfactual("mhc1_gain")?,
        model.counterfactual("til_protection")?,
    ];
    assert_eq!(of("til_protection_and_mhc1")?, (both.to_vec(), true));
    assert!(of("mhc1_gain")?.0.is_empty());
    let only = [model.counterfactual("til_protection_and_mhc1")?];
    let question = Question::new(&scenario, &only, 1)?;
    let answer = question.answer(&outcomes(&question, &[[1.0, 0.5, 0.5, 0.1]; 2]), 2.0)?;
    assert_eq!(
        answer.links[1].parts(),
        "mhc1_gain and til_protection together"
    );
    assert_eq!(answer.links[0].parts(), "");
    Ok(())
}

#[test]
fn a_link_is_taken_out_of_every_arm_and_event() -> Result<(), Box<dyn std::error::Error>> {
    let mut scenario = scenario();
    let model = scenario.model.clone();
    let gain = model.parameter("mhc1_gain_mek")?;
    let process = model.switchable("reinvigoration")?;
    let event = |time, action| Event {
        time,
        arms: None,
        after_doses: false,
        action,
        place: Written::default(),
    };
    let set = Action::Set {
        parameters: vec![(gain, 3.0)],
    };
    scenario.events.push(event(0.5, set));
    scenario.events.push(event(
        1.0,
        Action::Switch {
            what: process,
            on: true,
        },
    ));
    let all = Question::new(&scenario, &[], 1)?;
    assert_eq!(all.links.len(), model.counterfactuals.len());
    for (row, name) in [(1, "mhc1_gain"), (0, "reinvigoration")] {
        let link = model.counterfactual(name)?;
        let changed = &Question::new(&scenario, &[link], 1)?.study.groups[1];
        assert!(
            changed
                .arms
                .iter()
                .all(|a| (a.parameters[gain] == 0.0) == (row == 1))
        );
        let events: Vec<f64> = changed.events.iter().map(|e| e.time).collect();
        assert_eq!(events, [0.5, 1.0], "it stops where the other does");
        assert_eq!(
            crate::Schedule::of(changed)?.stops.len(),
            crate::Schedule::of(&scenario)?.stops.len()
        );
        let still_on = Action::Switch {
            what: process,
            on: true,
        };
        assert_eq!(changed.events[1].action == still_on, row == 1);
    }
    // Nests are open in this scenario, so closing them is no link of it.
    let exclusion = model.counterfactual("exclusion")?;
    let question = Question::new(&scenario, &[exclusion], 1)?;
    assert_eq!(
        (question.at_work.clone(), question.study.groups.len()),
        (vec![false], 1)
    );
    let answer = question.answer(&outcomes(&question, &[[1.0, 0.5, 0.5, 0.1]]), 2.0)?;
    assert_eq!(answer.links[1].reading, "not at work in this scenario");
    Ok(())
}

#[test]
fn what_cannot_be_explained_is_told() -> Result<(), Box<dyn std::error::Error>> {
    let mut alone = scenario();
    alone.arms.truncate(1);
    let e = Question::new(&alone, &[], 1)
        .expect_err("no treated arm")
        .to_string();
    assert!(e.contains("no control arm beside a treated one"), "{e}");
    let heat = Library::embedded().scenario("heat")?;
    let e = Question::new(&heat, &[], 1)
        .expect_err("no links")
        .to_string();
    assert!(e.contains("[[counterfactual]]"), "{e}");
    assert!(Question::new(&scenario(), &[], 0).is_err());
    Ok(())
}
