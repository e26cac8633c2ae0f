//! Every rule of `model.toml`, by the message that a person gets.

use crate::common::{MODEL, has, line_of, model_error, parse_model, toy, with};
use warmfront_model::{FieldKind, Local, Reduce, Target, Wall};

#[test]
fn a_whole_model_is_linked() {
    let m = toy();
    assert_eq!(m.fields.len(), 3);
    assert_eq!(m.fields[2].kind, FieldKind::Static);
    assert_eq!(m.fields[0].colour, [0, 0x72, 0xb2]);
    assert_eq!(m.fields[0].transport, Some(0));
    assert_eq!(m.fields[1].boundary.x_high, Wall::Periodic);
    assert_eq!(m.fields[1].boundary.y_low, Wall::Fixed(1.0));
    assert_eq!(m.fields[1].boundary.y_high, Wall::NoFlux);
    let initial = m.fields[0].initial.as_ref().expect("given");
    assert_eq!(initial.text, "0.25");
    let growth = &m.processes[m.process("growth").expect("known")];
    assert!(growth.spatial && growth.consumes.is_none());
    assert_eq!(growth.step, Some(0));
    let targets: Vec<_> = growth
        .produces
        .iter()
        .map(|(t, e)| (*t, e.text.as_str()))
        .collect();
    assert_eq!(
        targets,
        [(Target::Field(1), "p.motility"), (Target::Field(0), "1.0")]
    );
    assert_eq!(growth.rate.line, line_of(MODEL, "rate = \"p.growth_rate"));
    let clearance = &m.processes[1];
    assert!(!clearance.spatial);
    assert_eq!(clearance.consumes, Some(Target::Compartment(0)));
    assert_eq!(m.burden, Some(0));
    assert_eq!(m.observables[1].reduce, Reduce::Mean);
    assert_eq!(m.views[0].channels[0].colour, m.fields[0].colour);
    assert_eq!(m.views[0].channels[1].full, 3.0);
    assert_eq!(m.cycle[0].rate, 1);
    assert_eq!(m.drugs[0].regimen.times(2.0), [0.0, 1.0]);
    assert_eq!(m.hash.len(), 16);
    assert_ne!(
        m.hash,
        parse_model(&with(MODEL, "10.0", "11.0"))
            .expect("right")
            .hash
    );
}

#[test]
fn quantities_belong_to_cells_and_cells_have_an_outline() {
    let m = toy();
    assert_eq!(m.carriers(Local::Auxiliary(0)), [0]);
    assert!(m.carriers(Local::Field(1)).is_empty());
    let outline = m.outline.as_ref().expect("given");
    assert_eq!((outline.of.as_slice(), outline.at), (&[0][..], 0.1));
    assert!(m.outline_beside(&[1]).is_some() && m.outline_beside(&[1, 0]).is_none());
    // An observable belongs to the cells that its weight names.
    let id = "id = \"burden\"\n";
    let weight = "weight = \"p.motility * s.signal + s.tumour * s . tumour\"\n";
    let m = parse_model(&with(MODEL, id, &format!("{id}{weight}"))).expect("right");
    assert_eq!(m.carriers(Local::Observable(0)), [0]);
    assert!(m.carriers(Local::Observable(1)).is_empty());

    let belongs = "belongs_to = [\"tumour\"]";
    has(
        &model_error(belongs, "belongs_to = [\"tumor\"]"),
        &["unknown field `tumor`", "did you mean `tumour`?"],
    );
    has(
        &model_error(belongs, "belongs_to = [\"signal\"]"),
        &[
            "`belongs_to` of auxiliary `crowding` names `signal`",
            "kind \"cell\"",
        ],
    );
    let many = format!("belongs_to = [{}]", "\"tumour\", ".repeat(9));
    has(&model_error(belongs, &many), &["names 9 fields; at most 8"]);
    has(
        &model_error("of = [\"tumour\"], at", "of = [], at"),
        &["`of` of `outline` names no field"],
    );
    has(
        &model_error("at = 0.1 }", "at = 0.0 }"),
        &["`at` of `outline`"],
    );
}

#[test]
fn walls_have_three_forms() {
    for (text, low, high) in [
        ("\"no_flux\"", Wall::NoFlux, Wall::NoFlux),
        ("\"periodic\"", Wall::Periodic, Wall::Periodic),
        ("{ fixed = 2.0 }", Wall::Fixed(2.0), Wall::Fixed(2.0)),
        (
            "{ x_low = { fixed = 1.0 } }",
            Wall::Fixed(1.0),
            Wall::NoFlux,
        ),
    ] {
        let form = "{ x = \"periodic\", y_low = { fixed = 1.0 } }";
        let m = parse_model(&with(MODEL, form, text)).expect("a legal boundary");
        assert_eq!(m.fields[1].boundary.x_low, low, "{text}");
        assert_eq!(m.fields[1].boundary.x_high, high, "{text}");
    }
}

#[test]
fn unknown_keys_get_the_nearest_name_and_the_line() {
    let e = model_error("unit = \"ng/mL\"", "unti = \"ng/mL\"");
    let line = line_of(MODEL, "unit = \"ng/mL\"");
    has(
        &e,
        &[
            &format!("model.toml:{line}: unknown key `unti` in [[field]]"),
            "help: did you mean `unit`?",
        ],
    );
    has(
        &model_error("[[drug]]", "[[drugs]]"),
        &["unknown key `drugs`", "did you mean `drug`?"],
    );
    has(
        &model_error("{ x = \"periodic\"", "{ w = \"periodic\""),
        &["unknown key `w`", "x_low"],
    );
}

#[test]
fn missing_keys_and_wrong_types_are_told_plainly() {
    let e = model_error("cite = \"Somebody 2001\"\n", "");
    has(&e, &["the key `cite` is missing in [[parameter]]"]);
    has(
        &model_error("value = 10.0", "value = \"10\""),
        &["wrong type", "string \"10\"", "expected a number"],
    );
    has(
        &model_error("kind = \"cell\"", "kind = \"cells\""),
        &["unknown value `cells`", "did you mean `cell`?"],
    );
    has(
        &model_error("time_step = 0.1", "time_step = 0.1.1"),
        &["model.toml:8:"],
    );
}

#[test]
fn identifiers_are_checked() {
    has(
        &model_error("id = \"signal\"", "id = \"tumour\""),
        &["duplicate field `tumour`", "line 13"],
    );
    has(
        &model_error("id = \"plasma\"", "id = \"signal\""),
        &["duplicate compartment `signal`"],
    );
    has(
        &model_error("id = \"chemotaxis\"", "id = \"growth\""),
        &["duplicate transport `growth`"],
    );
    has(
        &model_error("id = \"signal\"", "id = \"Signal\""),
        &["field: `Signal` is not an identifier", "lower-case"],
    );
    has(
        &model_error("id = \"signal\"", "id = \"loop\""),
        &["`loop` is a reserved word of WGSL"],
    );
}

#[test]
fn names_in_links_are_checked() {
    has(
        &model_error("consumes = \"plasma\"", "consumes = \"plsma\""),
        &[
            "unknown field or compartment `plsma`",
            "did you mean `plasma`?",
        ],
    );
    has(
        &model_error("signal = \"p.motility\" }", "sgnal = 1.0 }"),
        &["did you mean `signal`?"],
    );
    has(
        &model_error("into = \"plasma\"", "into = \"blood\""),
        &["unknown compartment `blood`"],
    );
    has(
        &model_error("step = \"release\"", "step = \"x\""),
        &["unknown cycle step `x`"],
    );
    has(
        &model_error("burden = \"burden\"", "burden = \"b\""),
        &["unknown observable `b`"],
    );
    has(
        &model_error("burden = \"burden\"", "burden_of = \"cell\""),
        &["the model names no `burden`", "or leave out `burden_of`"],
    );
    let first = "id = \"burden\"\n";
    has(
        &model_error(first, &format!("{first}better = \"more\"\n")),
        &["of a burden less is better", "better = \"less\""],
    );
    has(
        &model_error(first, &format!("{first}better = \"mor\"\n")),
        &["unknown value `mor`", "did you mean `more`?"],
    );
    has(
        &model_error("moves = [\"tumour\"]", "moves = [\"tumor\"]"),
        &["did you mean `tumour`?"],
    );
    has(
        &model_error("{ field = \"tumour\" }", "{ field = \"x\" }"),
        &["unknown field `x`"],
    );
}

#[test]
fn expressions_name_what_exists() {
    let e = model_error("p.growth_rate * s.tumour", "p.growht_rate * s.tumour");
    let line = line_of(MODEL, "rate = \"p.growth_rate");
    has(
        &e,
        &[
            &format!(
                "model.toml:{line}: unknown parameter `growht_rate` in the rate of process `growth`"
            ),
            "did you mean `growth_rate`?",
        ],
    );
    has(
        &model_error("\"min(1.0, s.tumour)\"", "\"a.crowding\""),
        &["unknown auxiliary `crowding`"],
    );
    has(
        &model_error("diffusion = \"p.motility\"", "diffusion = \"s.tumour\""),
        &[
            "`diffusion` of field `tumour` may not use `s` (field)",
            "it may use `p`",
        ],
    );
    has(
        &model_error("rate = \"0.5\"", "rate = \"s.tumour\""),
        &["between compartments only", "may not use `s`"],
    );
    has(
        &model_error("rate = \"0.5\"", "rate = \"  \""),
        &["the rate of process `clearance`", "is empty"],
    );
}

#[test]
fn a_long_expression_knows_its_own_lines() {
    let text = with(
        MODEL,
        "rate = \"0.5\"",
        "rate = \"\"\"\n0.5\n+ p.oops\"\"\"",
    );
    let e = parse_model(&text).expect_err("an unknown parameter");
    let place = e.place.expect("a place");
    assert_eq!(place.line, line_of(&text, "+ p.oops"));
    let text = with(&text, "p.oops", "p.motility");
    let m = parse_model(&text).expect("right");
    assert_eq!(m.processes[1].rate.line, line_of(&text, "\n0.5\n") + 1);
}

#[test]
fn texts_that_people_need_are_there() {
    for (from, what) in [
        ("cite = \"Somebody 2001\"", "parameter `growth_rate`"),
        ("cite = \"logistic growth\"", "process `growth`"),
        ("cite = \"label\"", "drug `mek`"),
    ] {
        has(
            &model_error(from, "cite = \" \""),
            &[
                &format!("`cite` of {what} is empty"),
                "\"assumed\" is allowed",
            ],
        );
    }
    has(
        &model_error("unit = \"ng/mL\"", "unit = \"\""),
        &["`unit` of field `signal` is empty"],
    );
}

#[test]
fn numbers_are_in_range() {
    has(
        &model_error("value = 10.0", "value = 1000"),
        &[
            "parameter `motility` is 1000, outside its range 0 to 100 um2/day",
            "widen `range`",
        ],
    );
    has(
        &model_error("value = 10.0", "value = nan"),
        &["is NaN, outside its range"],
    );
    has(
        &model_error("range = [0.0, 100.0]", "range = [100.0, 0.0]"),
        &["`range` of parameter `motility` is reversed", "[0, 100]"],
    );
    has(
        &model_error("range = [0.01, 3.0]", "range = [0.0, 3.0]"),
        &["decades"],
    );
    has(
        &model_error("range = [0.01, 3.0]", "range = [0.0]"),
        &["wrong number of values"],
    );
    has(
        &model_error("display = [0.0, 4.0]", "display = [4.0, 4.0]"),
        &["is empty"],
    );
    for step in ["0.0", "-1", "nan", "inf"] {
        has(
            &model_error("time_step = 0.1", &format!("time_step = {step}")),
            &["`time_step` is", "finite number > 0"],
        );
    }
    has(
        &model_error("scale = 2.0", "scale = 0"),
        &["`scale` of field `signal` is 0"],
    );
    has(
        &model_error("initial = 0.25", "initial = nan"),
        &["`initial` of field `tumour` is NaN"],
    );
    for coefficient in ["-1.0", "0", "inf", "\"-1.0\""] {
        let from = "produces = { tumour = 1.0";
        let e = model_error(from, &format!("produces = {{ tumour = {coefficient}"));
        has(
            &e,
            &[
                &format!("model.toml:{}: ", line_of(MODEL, from)),
                "the coefficient of `tumour` in process `growth` is",
                "use `consumes = \"tumour\"`",
            ],
        );
    }
    has(
        &model_error("dose = 60.0", "dose = -60.0"),
        &["regimen: `dose` is -60"],
    );
    has(
        &model_error("every = 1.0", "every = 0"),
        &["regimen: `every` is 0"],
    );
}

#[test]
fn colours_and_walls_are_sound() {
    for bad in ["#0072b", "0072b2", "#0072bg", "#00é2b", "red"] {
        has(
            &model_error("#0072b2", bad),
            &["is not a colour", "#rrggbb"],
        );
    }
    has(
        &model_error("x = \"periodic\"", "x_low = \"periodic\""),
        &["`boundary` of `signal` is periodic on one x wall only"],
    );
    has(
        &model_error("fixed = 1.0", "fixed = nan"),
        &["is fixed at NaN"],
    );
    has(
        &model_error("x = \"periodic\"", "x = \"open\""),
        &["unknown value `open`"],
    );
}

#[test]
fn static_fields_stay_as_they_are() {
    has(
        &model_error(
            "rate = \"0.5\"\nconsumes = \"plasma\"",
            "rate = \"0.5\"\nconsumes = \"vessels\"",
        ),
        &["process `clearance` consumes `vessels`, which is a static field"],
    );
    has(
        &model_error("{ tumour = 1.0,", "{ vessels = 1.0,"),
        &["produces `vessels`"],
    );
    has(
        &model_error("moves = [\"tumour\"]", "moves = [\"vessels\"]"),
        &["moves `vessels`, which is a static field"],
    );
    has(
        &model_error(
            "kind = \"static\"",
            "kind = \"static\"\ndiffusion = \"1.0\"",
        ),
        &["field `vessels` is static, so it cannot diffuse"],
    );
}

#[test]
fn a_field_moves_once_and_a_process_does_something() {
    has(
        &model_error("moves = [\"tumour\"]", "moves = [\"tumour\", \"tumour\"]"),
        &["field `tumour` is moved twice"],
    );
    has(
        &model_error("moves = [\"tumour\"]", "moves = [\"tumour\", \"signal\"]"),
        &[
            "moves `signal`, which is periodic along x, together with `tumour`, which has walls there",
            "two transports",
        ],
    );
    has(
        &model_error("moves = [\"tumour\"]", "moves = []"),
        &["moves nothing"],
    );
    has(
        &model_error("consumes = \"plasma\"\n", ""),
        &["neither consumes nor produces"],
    );
}

#[test]
fn junk_is_an_error_and_never_a_panic() {
    for junk in [
        "",
        "=",
        "[model",
        "\u{0}",
        "é = 1",
        "[model]\nid = 3",
        "[[model]]",
    ] {
        assert!(parse_model(junk).is_err(), "{junk:?}");
    }
    // Every prefix of a right model, cut at each line.
    for (i, _) in MODEL.match_indices('\n') {
        let _ = parse_model(&MODEL[..i]);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |depth: usize| {
        let rate = format!("{}p.growth_rate{}", "(".repeat(depth), ")".repeat(depth));
        with(MODEL, "rate = \"0.5\"", &format!("rate = \"{rate}\""))
    };
    assert!(parse_model(&nested(100)).is_ok());
    let e = parse_model(&nested(101)).expect_err("too deep").to_string();
    has(
        &e,
        &[
            "model.toml:",
            "brackets nested 101 deep; at most 100 are allowed",
            "functions.wgsl",
        ],
    );
}

#[test]
fn a_unit_of_time_is_one_that_is_known() {
    for (text, symbol, per_day) in [
        ("h", "h", 24.0),
        ("hr", "h", 24.0),
        ("Hours", "h", 24.0),
        ("minutes", "min", 1440.0),
        ("d", "day", 1.0),
        ("weeks", "week", 1.0 / 7.0),
        ("1", "1", 1.0),
    ] {
        let changed = with(
            MODEL,
            "time_unit = \"day\"",
            &format!("time_unit = \"{text}\""),
        );
        let model = parse_model(&changed).expect("a known unit");
        assert_eq!(model.time_unit, symbol, "{text}");
        assert_eq!(model.units_per_day(), per_day, "{text}");
        assert_eq!(model.is_clock_time(), symbol != "1", "{text}");
    }
    has(
        &model_error("time_unit = \"day\"", "time_unit = \"Houres\""),
        &[
            "model.toml:5",
            "unknown unit of time `Houres`",
            "did you mean `hours`?",
            "minutes",
            "weeks",
        ],
    );
    has(
        &model_error("time_unit = \"day\"", "time_unit = \" \""),
        &["model.toml:5", "allowed: 1, dimensionless"],
    );
}
