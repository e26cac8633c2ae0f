//! Every rule of scenario files, the overrides, and the way back to text.

use crate::common::{SCENARIO, has, line_of, parse_scenario, scenario_error, toy, with};
use warmfront_model::{Action, Overrides, Scenario, Scheme, Shown, Source};

fn base() -> Scenario {
    parse_scenario(SCENARIO).expect("the base scenario is right")
}

#[test]
fn a_whole_scenario_is_linked() {
    let s = base();
    assert_eq!(s.grid.cells, [32, 24, 1]);
    assert_eq!(s.grid.extent(), [320.0, 240.0, 10.0]);
    assert!(!s.grid.is_3d());
    assert_eq!(s.time.step, 0.1);
    assert_eq!(s.time.snapshots, [0.0, 14.0, 28.0]);
    assert_eq!(s.parameters, [10.0, 0.5]);
    assert_eq!(s.compartments, [2.0]);
    let ids: Vec<_> = s.arms.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids, ["control", "mek", "fast"], "arms are in file order");
    assert_eq!(s.arms[1].label, "MEK inhibitor");
    assert_eq!(s.arms[1].doses, [1.0]);
    assert_eq!(s.arms[2].parameters, [10.0, 1.0]);
    assert_eq!(s.off_transports, [true]);
    assert_eq!(s.numerics.scheme, Scheme::BackwardEuler);
    assert_eq!(s.numerics.max_cycles, 8);
    assert_eq!(s.events.len(), 5);
    assert_eq!(s.events[0].arms.as_deref(), Some(&[1][..]));
    assert_eq!(
        s.events[1].action,
        Action::Set {
            parameters: vec![(1, 0.2)]
        }
    );
    assert_eq!(s.doses(0, 0), []);
    assert_eq!(s.doses(1, 0).len(), 21);
    assert_eq!(s.doses(1, 0)[20], (20.0, 60.0));
}

#[test]
fn written_out_and_read_back_it_is_the_same() {
    let s = base();
    let text = s.to_toml();
    let again = parse_scenario(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(s, again, "{text}");
    assert_eq!(text, again.to_toml());
}

#[test]
fn without_arms_there_is_one() {
    let start = SCENARIO.find("[arms]").expect("arms");
    let end = SCENARIO.find("[initial.tumour]").expect("initial");
    let text = with(SCENARIO, &SCENARIO[start..end], "");
    let text = with(&text, "arms = [\"mek\"]\n", "");
    let s = parse_scenario(&text).expect("arms are optional");
    assert_eq!(s.arms.len(), 1);
    assert_eq!(s.arms[0].id, "single");
    assert_eq!(s.arms[0].doses, [0.0]);
    let o = Overrides {
        dose: vec![("mek".into(), 30.0)],
        ..Overrides::default()
    };
    let s = s.with(&o).expect("a dose");
    assert_eq!((s.arms[0].doses[0], s.regimens[0].dose), (1.0, 30.0));
    let again = parse_scenario(&s.to_toml()).expect("right");
    assert_eq!(s, again);
}

#[test]
fn what_is_probably_not_meant_is_said_in_one_line() {
    let all = |s: &Scenario| s.warnings(&(0..s.arms.len()).collect::<Vec<_>>());
    assert_eq!(all(&base()), [] as [String; 0]);
    let warned = |from: &str, to: &str| {
        let s = parse_scenario(&with(SCENARIO, from, to)).expect("it is allowed");
        let again = parse_scenario(&s.to_toml()).expect("it is allowed");
        assert_eq!(s.coarsest_spacing, again.coarsest_spacing);
        let warnings = all(&s);
        assert!(warnings.iter().all(|w| !w.contains('\n')), "{warnings:?}");
        warnings.join("\n")
    };
    let late = warned(
        "time = 9\naction = \"caption\"",
        "time = 29\naction = \"caption\"",
    );
    has(
        &late,
        &[
            "base.toml:",
            "event 5 (`caption`) at time 29",
            "the run ends at 28",
        ],
    );
    let at_end = warned(
        "time = 9\naction = \"caption\"",
        "time = 28\naction = \"caption\"",
    );
    assert_eq!(at_end, "", "the last picture shows it");
    // An event of an arm that is not run says nothing.
    let text = with(SCENARIO, "duration = 28", "duration = 4");
    let s = parse_scenario(&with(&text, "[0, 14, 28]", "[0, 4]")).expect("it is allowed");
    assert_eq!(s.warnings(&[0]).len(), 4);
    assert_eq!(s.warnings(&[1]).len(), 5);
    let dose = "[regimens.mek]\ndose = 60.0\nevery = 10.0\nstart = ";
    let regimen = |rest: &str| warned("[arms]", &format!("{dose}{rest}\n\n[arms]"));
    has(
        &regimen("30.0"),
        &["no dose of `mek` is given: the first is due at 30"],
    );
    has(
        &regimen("0.0\ndoses = 4"),
        &["only 3 of 4 doses of `mek` are given"],
    );
    assert_eq!(regimen("0.0\ndoses = 3"), "");
    has(
        &warned("fast = { parameters = { growth_rate = 1.0 } }", "fast = {}"),
        &["the arms `control` and `fast` are the same"],
    );
    has(
        &warned("spacing = 10.0", "spacing = 10.0\ncoarsest_spacing = 8.0"),
        &[
            "cells of 10 um are too coarse for scenario `base`",
            "up to 8 um",
            "--grid 40x30 or finer",
        ],
    );
    assert_eq!(
        warned("spacing = 10.0", "spacing = 10.0\ncoarsest_spacing = 10.0"),
        ""
    );
}

#[test]
fn huge_numbers_are_short() {
    for (from, to) in [
        ("duration = 28", "duration = -1e300"),
        ("growth_rate = 0.5", "growth_rate = 1e300"),
        ("spacing = 10.0", "spacing = -1e300"),
        ("tolerance = 1e-5", "tolerance = 1e300"),
        ("snapshots = [0, 14, 28]", "snapshots = [0, 1e300]"),
        ("radius = 30.0", "radius = -1e300"),
        ("duration = 28", "duration = 1e300"),
    ] {
        let e = scenario_error(from, to);
        assert!(e.contains("1e300") && e.len() < 250, "{e}");
    }
}

#[test]
fn names_are_checked() {
    for (from, to, message) in [
        (
            "growth_rate = 0.5",
            "groth_rate = 0.5",
            "unknown parameter `groth_rate`",
        ),
        ("plasma = 2.0", "plasm = 2.0", "unknown compartment `plasm`"),
        (
            "doses = { mek = 1.0 }",
            "doses = { mekk = 1.0 }",
            "unknown drug `mekk`",
        ),
        ("arms = [\"mek\"]", "arms = [\"mex\"]", "unknown arm `mex`"),
        (
            "[initial.signal]",
            "[initial.signl]",
            "unknown field `signl`",
        ),
        (
            "off = [\"chemotaxis\"]",
            "off = [\"chemotax\"]",
            "unknown process or transport",
        ),
        (
            "duration = 28",
            "duraton = 28",
            "unknown key `duraton` in [time]",
        ),
        (
            "\"backward_euler\"",
            "\"backward\"",
            "unknown scheme `backward`",
        ),
        (
            "action = \"bolus\"",
            "action = \"bolos\"",
            "unknown action `bolos`",
        ),
        ("\"disc\"", "\"disk\"", "unknown value `disk`"),
        ("radius = 0.2", "radus = 0.2", "unknown key `radus`"),
        (
            "parameter = \"motility\"",
            "parameter = \"mobility\"",
            "unknown parameter `mobility`",
        ),
    ] {
        let e = scenario_error(from, to);
        has(&e, &[message, "did you mean"]);
        let text = with(SCENARIO, from, to);
        let line = line_of(&text, to);
        has(&e, &[&format!("base.toml:{line}: ")]);
    }
}

#[test]
fn numbers_are_checked() {
    for (from, to, message) in [
        (
            "growth_rate = 0.5",
            "growth_rate = 5",
            "outside its range 0.01 to 3 1/day",
        ),
        (
            "growth_rate = 0.5",
            "growth_rate = nan",
            "is NaN, outside its range",
        ),
        (
            "{ growth_rate = 1.0 }",
            "{ growth_rate = inf }",
            "is inf, outside its range",
        ),
        ("duration = 28", "duration = 0", "`duration` is 0"),
        ("duration = 28", "duration = 28\nstep = 0", "`step` is 0"),
        (
            "duration = 28",
            "duration = 28\nstep = nan",
            "`step` is NaN",
        ),
        (
            "duration = 28",
            "duration = 28\nstep = -0.1",
            "`step` is -0.1",
        ),
        (
            "duration = 28",
            "duration = 28\nrecord_every = 1e-12",
            "more than",
        ),
        ("spacing = 10.0", "spacing = 0", "`spacing` is 0"),
        ("spacing = 10.0", "spacing = [10.0, -1]", "`spacing` is -1"),
        ("spacing = 10.0", "spacing = 1e20", "from 1e-12 to 1e12"),
        ("spacing = 10.0", "spacing = 1e-20", "from 1e-12 to 1e12"),
        ("tolerance = 1e-5", "adaptive = 1e-9", "below 1e-7"),
        ("seed = 7", "seed = 4294967296", "from 0 to 4294967295"),
        (
            "spacing = 10.0",
            "spacing = [10.0]",
            "`spacing` has 1 numbers",
        ),
        (
            "cells = [32, 24]",
            "cells = [32, 7]",
            "7 cells along y are too few",
        ),
        (
            "cells = [32, 24]",
            "cells = [32, 24, 4]",
            "4 cells along z are too few",
        ),
        ("cells = [32, 24]", "cells = [32]", "`cells` has 1 numbers"),
        (
            "cells = [32, 24]",
            "cells = [65536, 65536]",
            "too many cells",
        ),
        (
            "cells = [32, 24]",
            "cells = [4294967295, 4294967295, 4294967295]",
            "too many cells",
        ),
        (
            "cells = [32, 24]",
            "cells = [-32, 24]",
            "expected a whole number",
        ),
        (
            "mek = 1.0 }",
            "mek = -1.0 }",
            "the dose of `mek` in arm `mek` is -1",
        ),
        (
            "plasma = 2.0",
            "plasma = -2.0",
            "compartment `plasma` is -2",
        ),
        (
            "snapshots = [0, 14, 28]",
            "snapshots = [0, 14, 29]",
            "after the end of the run",
        ),
        (
            "snapshots = [0, 14, 28]",
            "snapshots = [14, 0]",
            "must be ≥ 0 and rise",
        ),
        ("tolerance = 1e-5", "tolerance = 0", "`tolerance` is 0"),
        ("tolerance = 1e-5", "picard = 0", "`picard` is 0"),
        (
            "edge = 20.0",
            "edge = 0",
            "shape `disc`: `edge` is 0, which is not a number > 0",
        ),
        ("amplitude = 0.8", "amplitude = nan", "`amplitude` is NaN"),
        ("[[0.1, 3.0, 1.0]]", "[[1.5, 3.0, 1.0]]", "less than 1"),
        (
            "clip = [0.0, 0.9]",
            "clip = [0.9, 0.0]",
            "`clip` is reversed",
        ),
        ("mean = 3.0", "mean = nan", "`mean` is NaN"),
        ("noise = 0.08", "noise = -0.08", "`noise` is -0.08"),
    ] {
        let e = scenario_error(from, to);
        has(&e, &[message, "base.toml:"]);
    }
}

#[test]
fn events_are_checked() {
    for (from, to, message) in [
        (
            "time = 5.0",
            "time = 7.5",
            "not in time order: 7 comes after 7.5",
        ),
        ("time = 5.0", "time = -1", "`time` of an event is -1"),
        ("multiple = 0.5", "multiple = -0.5", "`multiple` is -0.5"),
        (
            "multiple = 0.5\n",
            "",
            "an event with action \"dose\" needs the key `multiple`",
        ),
        (
            "multiple = 0.5",
            "multiple = 0.5\ntext = \"\"",
            "has no key `text`",
        ),
        (
            "amount = 30",
            "amout = 30",
            "unknown key `amout` in [[event]]",
        ),
        (
            "parameters = { growth_rate = 0.2 }",
            "parameters = { growth_rate = 9 }",
            "outside",
        ),
        (
            "centre = [100, 100]",
            "centre = [100]",
            "two or three finite numbers",
        ),
    ] {
        has(&scenario_error(from, to), &[message, "base.toml:"]);
    }
}

#[test]
fn a_label_a_grid_and_a_duration_are_needed() {
    has(
        &scenario_error("label = \"Base\"\n", ""),
        &["the scenario has no `label`"],
    );
    has(
        &scenario_error("cells = [32, 24]\n", ""),
        &["the scenario has no `cells`", "[grid]"],
    );
    let e = scenario_error("duration = 28\nsnapshots = [0, 14, 28]", "");
    has(&e, &["the scenario has no `duration`"]);
}

#[test]
fn junk_is_an_error_and_never_a_panic() {
    for (i, _) in SCENARIO.char_indices() {
        let source = Source::new("cut.toml", &SCENARIO[..i]);
        let _ = Scenario::parse(toy(), "cut", source);
    }
}

#[test]
fn a_camera_looks_where_and_at_what_it_is_told() {
    let caption = "action = \"caption\"\ntext = \"A \\\"caption\\\"\"";
    let camera = |keys: &str| with(SCENARIO, caption, &format!("action = \"camera\"\n{keys}"));
    let text = camera("zoom = 3\ncentre = [100, 80]\nover = 1.5\nshow = \"signal\"");
    let s = parse_scenario(&text).expect("right");
    let signal = s.model.field("signal").expect("it has one");
    assert_eq!(
        s.events[4].action,
        Action::Camera {
            zoom: Some(3.0),
            centre: Some([100.0, 80.0, 5.0]),
            over: 1.5,
            show: Some(Shown::Field(signal)),
        }
    );
    assert!(s.events[4].action.is_for_the_eye());
    assert_eq!(parse_scenario(&s.to_toml()).expect("right"), s);
    let still = parse_scenario(&camera("show = \"both\"")).expect("right");
    let Action::Camera { zoom, show, .. } = still.events[4].action else {
        panic!("it is a camera");
    };
    assert_eq!((zoom, show), (None, Some(Shown::View(0))));
    for (keys, parts) in [
        (
            "zoom = 0.5",
            ["`zoom` is 0.5", "1 (the whole tissue) to 64"],
        ),
        ("zoom = nan", ["`zoom` is NaN", "base.toml:"]),
        ("centre = [1]", ["`centre` is", "two or three"]),
        ("over = -1", ["`over`", "-1"]),
        ("show = \"bothh\"", ["view or field", "`both`"]),
        (
            "text = \"x\"",
            ["no key `text`", "zoom, centre, over, show"],
        ),
    ] {
        let e = parse_scenario(&camera(keys)).expect_err("refused");
        has(&e.to_string(), &parts);
    }
}

/// The scenario with more in `[arms]` or at its end.
fn with_regimens(arms: &str) -> Result<Scenario, warmfront_model::Error> {
    let common = "[regimens.mek]\ndose = 60.0\nevery = 1.0\non = 21.0\noff = 7.0\n\n[arms]\n";
    parse_scenario(&with(SCENARIO, "[arms]\n", &format!("{common}{arms}\n")))
}

#[test]
fn arms_may_have_regimens_of_their_own() {
    let arms = "late = { doses = { mek = 1.0 }, regimens = { mek = { start = 7.0, cycles = 2, until = 20.0 } } }\n\
                loaded = { doses = { mek = 0.5 }, regimens = { mek = { loading = { dose = 120.0, doses = 2, every = 3.0 } } } }";
    let s = with_regimens(arms).expect("it is allowed");
    let arm = |id: &str| s.arm(id).expect("it is there");
    let late = s.regimen(arm("late"), 0);
    let keys = (late.dose, late.start, late.on, late.cycles, late.until);
    assert_eq!(keys, (60.0, 7.0, Some(21.0), Some(2), Some(20.0)));
    assert_eq!(s.regimen(arm("control"), 0), &s.regimens[0]);
    let first = &s.doses(arm("loaded"), 0)[..4];
    assert_eq!(first, [(0.0, 60.0), (3.0, 60.0), (6.0, 30.0), (7.0, 30.0)]);
    assert_eq!(s.doses(arm("late"), 0).len(), 13);
    // As text, and with another amount from the command line.
    let again = parse_scenario(&s.to_toml()).expect("right");
    assert_eq!(s, again);
    let o = Overrides {
        dose: vec![("mek".into(), 30.0)],
        ..Overrides::default()
    };
    let s = s.with(&o).expect("a dose");
    assert!((0..s.arms.len()).all(|a| s.regimen(a, 0).dose == 30.0));
    // An arm that lacks a key of the common regimen is written all the same.
    let mut s = s;
    let late = s.arm("late").expect("it is there");
    s.arms[late].regimens[0] = Some(warmfront_model::Regimen::steady(10.0, 0.0, 5.0));
    let again = parse_scenario(&s.to_toml()).expect("right");
    for arm in 0..s.arms.len() {
        assert_eq!(s.regimen(arm, 0), again.regimen(arm, 0));
    }
}

#[test]
fn wrong_regimens_of_arms_are_named() {
    let said = |regimen: &str, texts: &[&str]| {
        let arms =
            format!("late = {{ doses = {{ mek = 2.0 }}, regimens = {{ mek = {{ {regimen} }} }} }}");
        let e = with_regimens(&arms).expect_err("not allowed").to_string();
        has(&e, texts);
    };
    let place = "base.toml:";
    said(
        "every = -1.0",
        &[place, "arm `late`, drug `mek`", "`every` is -1"],
    );
    said(
        "every = 29.0",
        &["`every` is 29, longer than a cycle of 28"],
    );
    said(
        "start = 7.0, until = 7.0",
        &["`until` is 7, not after `start`"],
    );
    said(
        "dose = 30001.0",
        &["`dose` times 2 is 60002, more than 60000"],
    );
    said("dose = nan", &["`dose` is NaN"]);
    said("evry = 2.0", &["evry", "every"]);
    let warned = with_regimens("late = { regimens = { mek = { start = 7.0 } } }").expect("allowed");
    let late = warned.arm("late").expect("it is there");
    let text = warned.warnings(&[late]).join("\n");
    has(
        &text,
        &["arm `late` has a regimen of `mek` but does not get it"],
    );
}

#[test]
fn an_event_may_change_the_regimen_of_some_arms() {
    let event = "[[event]]\ntime = 9.5\naction = \"regimen\"\ndrug = \"mek\"\narms = [\"mek\"]\n\
                 regimen = { dose = 10.0, every = 5.0 }\n";
    let s = parse_scenario(&format!("{SCENARIO}\n{event}")).expect("it is allowed");
    let again = parse_scenario(&s.to_toml()).expect("right");
    assert_eq!(s.events, again.events);
    let control = s.arm("control").expect("it is there");
    let mek = s.arm("mek").expect("it is there");
    assert_eq!(
        s.regular_doses(mek, 0)[9..12],
        [(9.0, 60.0), (10.0, 10.0), (15.0, 10.0)]
    );
    assert_eq!(s.regular_doses(control, 0)[10], (10.0, 60.0));
    let said = |from: &str, to: &str, text: &str| {
        let e = parse_scenario(&format!("{SCENARIO}\n{}", with(event, from, to)));
        has(
            &e.expect_err("not allowed").to_string(),
            &["base.toml:", text],
        );
    };
    said("every = 5.0", "every = 0.0", "`every` is 0");
    said(
        "every = 5.0",
        "every = 5.0, cycles = 1",
        "`cycles` is given without `on`",
    );
    said(
        "dose = 10.0",
        "dose = 1e9",
        "`dose` is 1000000000, more than 60000",
    );
}

#[test]
fn a_level_that_nobody_can_hold_is_refused() {
    let event = "[[event]]\ntime = 9.5\naction = \"hold\"\ndrug = \"mek\"\nlevel = ";
    let of = |level: &str| parse_scenario(&format!("{SCENARIO}\n{event}{level}\n"));
    of("60000").expect("it is allowed");
    for level in ["6.1e4", "1e30", "1e300"] {
        let e = of(level).expect_err(level).to_string();
        has(
            &e,
            &["base.toml:", "`level` is ", "at most 60000 is allowed"],
        );
    }
}

#[test]
fn a_loading_course_that_does_not_fit_is_told() {
    let of = |more: &str, loading: &str| {
        let arms = format!(
            "own = {{ doses = {{ mek = 1.0 }}, regimens = {{ mek = {{ {more}loading = {{ dose = 120.0, {loading} }} }} }} }}"
        );
        let s = with_regimens(&arms).expect("it is allowed");
        s.warnings(&[s.arm("own").expect("it is there")]).join("\n")
    };
    assert!(!of("", "doses = 2").contains("loading"));
    let late = of("", "doses = 50, every = 2.0");
    has(
        &late,
        &[
            "only 14 of 50 loading doses of `mek`",
            "in arm `own`",
            "the end comes first, at 28",
        ],
    );
    has(
        &of("doses = 2, ", "doses = 5"),
        &["only 2 of 5 loading doses", "`doses` is 2"],
    );
}
