//! When lines are due, and what becomes of them.

use std::sync::Arc;

use super::*;
use crate::state::{Fault, Refusal};

fn script() -> Script {
    let text = r#"
        # a run without hands
        {"at": 1, "do": {"dose": {"drug": 0, "multiple": 2.0}}}
        {"time": 3, "do": "step"}
        {"at": 2, "do": {"window": {"sides": false}}}
    "#;
    Script::parse(text).expect("it is right")
}

fn refusal(line: Option<usize>, why: &str) -> Refusal {
    Refusal {
        line,
        why: why.to_owned(),
    }
}

#[test]
fn commands_come_in_time_with_their_lines() {
    let mut script = script();
    assert_eq!(script.due(0.5, 9.0, &Answers::default()), []);
    let (drug, multiple) = (0, 2.0);
    assert_eq!(
        script.due(1.0, 0.0, &Answers::default()),
        [(3, Command::Dose { drug, multiple })]
    );
    assert_eq!(script.due(9.0, 2.0, &Answers::default()), []);
    assert!(!script.ended());
    let sides = Command::Window(WindowCommand::Sides(false));
    assert_eq!(
        script.due(9.0, 3.0, &Answers::default()),
        [(4, Command::Step), (5, sides)]
    );
    assert_eq!(script.due(10.0, 4.0, &Answers::default()), []);
    assert!(script.ended());
}

#[test]
fn a_line_may_come_after_another_one() {
    let text = r#"
        {"after": 1, "do": "undo"}
        {"after": 2, "do": "redo"}
        {"after": 0, "do": "step"}
    "#;
    let mut script = Script::parse(text).expect("it is right");
    let answers = Answers::default();
    assert_eq!(script.wait(0.25), Some(0.75));
    assert_eq!(script.due(5.0, 0.0, &answers), [(2, Command::Undo)]);
    let mut rest = Script::parse(&script.rest(6.5)).expect("it is read again");
    assert_eq!(script.due(6.5, 0.0, &answers), []);
    let both = [(3, Command::Redo), (4, Command::Step)];
    assert_eq!(script.due(7.0, 0.0, &answers), both);
    assert_eq!(rest.due(0.4, 0.0, &answers), []);
    assert_eq!(rest.due(0.6, 0.0, &answers), both);
}

#[test]
fn a_model_time_is_that_of_the_run_that_was_asked_for_last() {
    let text = r#"
        {"at": 0, "do": {"load": "excluded"}}
        {"time": 1, "do": "undo"}
    "#;
    let mut script = Script::parse(text).expect("it is right");
    let mut answers = Answers::default();
    assert_eq!(script.due(0.0, 9.0, &answers).len(), 1);
    assert_eq!(script.due(1.0, 9.0, &answers), []);
    Arc::make_mut(&mut answers.lines).insert(2);
    assert_eq!(script.due(1.0, 0.5, &answers), []);
    assert_eq!(script.due(1.0, 1.0, &answers), [(3, Command::Undo)]);
}

#[test]
fn a_wrong_line_is_named() {
    for text in [
        "\n{\"at\": 1}",
        "\n{\"do\": \"step\"}",
        "\n{\"at\": 1, \"do\": \"fly\"}",
        "\n{\"at\": 1, \"after\": 1, \"do\": \"step\"}",
    ] {
        let error = Script::parse(text).expect_err("it is wrong");
        assert!(error.starts_with("2: "), "{error}");
    }
    let error = Script::parse("{\"at\": 1, \"do\": \"stepp\"}").expect_err("it is wrong");
    assert!(error.contains("did you mean `step`?"), "{error}");
}

#[test]
fn what_is_refused_is_kept_with_its_line_once() {
    let mut script = script();
    script.due(9.0, 9.0, &Answers::default());
    assert_eq!(script.verdict(), None);
    let mut answers = Answers::default();
    Arc::make_mut(&mut answers.refused).push(refusal(Some(3), "no such drug"));
    script.hear(&answers);
    script.hear(&answers);
    Arc::make_mut(&mut answers.refused).push(refusal(None, "the film failed"));
    script.hear(&answers);
    let unmet = script.unmet();
    assert_eq!(unmet.len(), 2);
    assert_eq!(
        (unmet[0].line, unmet[0].why.as_str()),
        (Some(3), "no such drug")
    );
    assert!(
        unmet[0]
            .command
            .as_ref()
            .is_some_and(|c| c.contains("dose"))
    );
    assert_eq!(unmet[1].line, None);
    let said = script.verdict().expect("two wishes were not met");
    assert!(
        said.contains("2 wishes") && said.contains("(line 3)"),
        "{said}"
    );
}

#[test]
fn a_line_may_be_meant_to_be_refused() {
    let text = r#"
        {"at": 0, "do": "undo", "refused": true}
        {"at": 0, "do": "redo", "refused": true}
    "#;
    let mut script = Script::parse(text).expect("it is right");
    script.due(1.0, 0.0, &Answers::default());
    script.miss(Some(2), "nothing to undo");
    assert_eq!(script.verdict(), None);
    let mut rest = Script::parse(&script.rest(1.0)).expect("it is read again");
    for script in [&mut script, &mut rest] {
        script.close(&Answers::default());
        let unmet = script.unmet();
        assert_eq!((unmet.len(), unmet[0].line), (1, Some(3)));
        assert!(unmet[0].why.contains("meant to be refused"));
    }
}

#[test]
fn lines_that_never_come_are_told_at_the_end() {
    let mut script = script();
    for (line, _) in script.due(1.0, 0.0, &Answers::default()) {
        script.sent(line);
    }
    script.close(&Answers::default());
    let lines: Vec<_> = script.unmet().iter().map(|u| u.line).collect();
    assert_eq!(lines, [Some(3), Some(4), Some(5)]);
    assert!(script.unmet()[0].why.contains("before it was done"));
    assert!(script.unmet()[1].why.contains("before it was due"));
    assert!(script.unmet()[2].why.contains("after line 4"));
}

#[test]
fn a_line_waits_for_a_standing_clock_but_not_after_a_fault() {
    let mut script = script();
    for (line, _) in script.due(1.0, 0.0, &Answers::default()) {
        script.sent(line);
    }
    let mut snapshot = Snapshot::default();
    script.give_up(&snapshot);
    snapshot.fault = Some(Fault::default());
    script.give_up(&snapshot);
    assert!(!script.ended(), "line 3 may mend it");
    Arc::make_mut(&mut snapshot.answers.lines).insert(3);
    script.give_up(&snapshot);
    assert!(script.ended());
    assert!(script.unmet()[0].why.contains("stands still"));
}

#[test]
fn what_a_lost_device_leaves_keeps_lines_and_reasons() {
    let mut script = Script {
        name: "a.jsonl".to_owned(),
        ..script()
    };
    script.due(1.0, 0.0, &Answers::default());
    script.miss(Some(3), "no such drug");
    script.again(vec![(2, WindowCommand::Screenshot("a.png".into()))]);
    let mut rest = Script::parse(&script.rest(1.5)).expect("it is read again");
    assert_eq!((rest.name(), rest.unmet()), ("a.jsonl", script.unmet()));
    let due = rest.due(1.0, 3.0, &Answers::default());
    assert_eq!(
        due.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [2, 4, 5]
    );
}
