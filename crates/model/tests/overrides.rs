//! Options that change a scenario from outside its file.

use crate::common::{SCENARIO, has, parse_scenario, with};
use warmfront_model::{Overrides, Scenario};

fn base() -> Scenario {
    parse_scenario(SCENARIO).expect("the base scenario is right")
}

#[test]
fn overrides_change_what_they_name() {
    let o = Overrides {
        days: Some(10.0),
        grid: Some([64, 64, 1]),
        step: Some(0.05),
        every_days: Some(0.5),
        set: vec![("growth_rate".into(), 2.0)],
        dose: vec![("mek".into(), 30.0)],
        seed: Some(99),
        off: vec!["growth".into()],
        arms: Some(vec!["mek".into()]),
        small: false,
    };
    let s = base().with(&o).expect("legal overrides");
    assert_eq!(s.time.duration, 10.0);
    assert_eq!(s.time.snapshots, [0.0, 10.0]);
    assert_eq!(s.grid.cells, [64, 64, 1]);
    assert_eq!(s.grid.extent()[..2], base().grid.extent()[..2]);
    assert_eq!((s.time.step, s.time.record_every), (0.05, 0.5));
    assert_eq!(s.parameters[1], 2.0);
    assert_eq!(s.regimens[0].dose, 30.0);
    assert_eq!((s.seed, s.off[0]), (99, true));
    assert_eq!(s.arms.len(), 1);
    assert_eq!(s.arms[0].parameters[1], 2.0);
    assert_eq!(s.events[0].arms.as_deref(), Some(&[0][..]));
    assert_eq!(parse_scenario(&s.to_toml()).expect("right"), s);
}

#[test]
fn overrides_are_checked_like_files() {
    let none = Overrides::default;
    let pair = |name: &str, v: f64| vec![(name.to_owned(), v)];
    for (o, message) in [
        (
            Overrides {
                set: pair("growth", 1.0),
                ..none()
            },
            "in --set: unknown parameter `growth`",
        ),
        (
            Overrides {
                set: pair("growth_rate", 9.0),
                ..none()
            },
            "in --set: parameter",
        ),
        (
            Overrides {
                dose: pair("mk", 1.0),
                ..none()
            },
            "in --dose: unknown drug `mk`",
        ),
        (
            Overrides {
                dose: pair("mek", -1.0),
                ..none()
            },
            "in --dose: a dose of -1 mg",
        ),
        (
            Overrides {
                days: Some(0.0),
                ..none()
            },
            "in --days: 0 is not",
        ),
        (
            Overrides {
                step: Some(f64::NAN),
                ..none()
            },
            "in --dt: NaN is not",
        ),
        (
            Overrides {
                grid: Some([4, 64, 1]),
                ..none()
            },
            "in --grid: 4 cells along x",
        ),
        (
            Overrides {
                off: vec!["grow".into()],
                ..none()
            },
            "in --off: unknown process",
        ),
        (
            Overrides {
                arms: Some(vec!["fats".into()]),
                ..none()
            },
            "did you mean `fast`?",
        ),
    ] {
        let e = base().with(&o).expect_err("an illegal override");
        has(&e.to_string(), &[message]);
    }
    has(
        &Overrides::parse_grid("64")
            .expect_err("one number")
            .to_string(),
        &["in --grid: `64` is not a grid"],
    );
    assert_eq!(Overrides::parse_grid("64x32x16"), Ok([64, 32, 16]));
    assert_eq!(
        Overrides::parse_assignment("a=1e-3", "--set"),
        Ok(("a".into(), 1e-3))
    );
    has(
        &Overrides::parse_assignment("a=x", "--set")
            .expect_err("no number")
            .to_string(),
        &["in --set: `a=x` is not an assignment"],
    );
}

#[test]
fn small_keeps_the_domain() {
    for (cells, small) in [
        ("[512, 256]", [64, 32, 1]),
        // Never fewer than 8 along an axis.
        ("[512, 256, 128]", [24, 12, 8]),
    ] {
        let text = with(SCENARIO, "cells = [32, 24]", &format!("cells = {cells}"));
        let s = parse_scenario(&text).expect("right");
        let fewer = s.clone().with(Overrides {
            small: true,
            ..Overrides::default()
        });
        let fewer = fewer.expect("legal");
        assert_eq!(fewer.grid.cells, small);
        assert_eq!(fewer.grid.extent(), s.grid.extent());
    }
}
