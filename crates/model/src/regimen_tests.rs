//! Tests of [`Regimen`].

use super::*;

fn daily() -> Regimen {
    Regimen {
        on: Some(21.0),
        off: 7.0,
        ..Regimen::steady(60.0, 0.0, 1.0)
    }
}

fn course(dose: f64, doses: u32, every: Option<f64>) -> Option<Loading> {
    Some(Loading { dose, doses, every })
}

#[test]
fn pauses_leave_a_gap() {
    let t = daily().times(30.0);
    assert_eq!(t.len(), 23);
    assert_eq!(t[20], 20.0);
    assert_eq!(&t[21..], &[28.0, 29.0]);
}

#[test]
fn the_end_and_the_count_bound_the_doses() {
    let mut r = daily();
    r.start = 2.0;
    assert_eq!(r.times(4.0), [2.0, 3.0]);
    r.doses = Some(1);
    assert_eq!(r.times(40.0), [2.0]);
}

#[test]
fn one_course_and_then_a_pause_without_end() {
    for off in [1e6, 1e9, 1e300] {
        let mut r = daily();
        (r.on, r.off) = (Some(2.0), off);
        assert_eq!(r.times(100.0), [0.0, 1.0], "{off}");
    }
    // A tenth of a day is not exact, yet no dose is lost or won to rounding.
    let mut r = Regimen::steady(60.0, 0.0, 0.1);
    (r.on, r.off) = (Some(0.3), 0.7);
    assert_eq!(r.times(10.0).len(), 30);
}

#[test]
fn cycles_and_a_last_time_bound_the_doses() {
    let mut r = daily();
    (r.on, r.off, r.cycles) = (Some(2.0), 5.0, Some(2));
    assert_eq!(r.times(100.0), [0.0, 1.0, 7.0, 8.0]);
    r.until = Some(8.0);
    assert_eq!(r.times(100.0), [0.0, 1.0, 7.0]);
    // Without pauses in between, cycles of 2 are just 2 x 2 doses.
    (r.off, r.until) = (0.0, None);
    assert_eq!(r.times(100.0), [0.0, 1.0, 2.0, 3.0]);
}

#[test]
fn loading_doses_come_first() {
    let mut r = Regimen::steady(100.0, 1.0, 7.0);
    r.loading = course(400.0, 2, Some(2.0));
    let wanted = [(1.0, 400.0), (3.0, 400.0), (5.0, 100.0), (12.0, 100.0)];
    assert_eq!(r.given(19.0), wanted);
    // All doses count, and without its own interval the course takes that of maintenance.
    r.doses = Some(3);
    assert_eq!(r.given(19.0), wanted[..3]);
    r.loading = course(400.0, 1, None);
    assert_eq!(r.given(9.0), [(1.0, 400.0), (8.0, 100.0)]);
    // The first cycle begins with maintenance.
    let mut r = daily();
    (r.on, r.off) = (Some(1.0), 1.0);
    r.loading = course(120.0, 3, None);
    assert_eq!(r.times(8.0), [0.0, 1.0, 2.0, 3.0, 5.0, 7.0]);
}

#[test]
fn rounding_loses_no_dose() {
    let mut r = daily();
    r.every = 0.1;
    r.on = Some(0.3);
    r.off = 0.3;
    assert_eq!(r.times(6.0).len(), 30);
    r.cycles = Some(7);
    assert_eq!(r.times(60.0).len(), 21);
}

#[test]
fn bad_numbers_are_named() {
    let said = |change: &dyn Fn(&mut Regimen), text: &str| {
        let mut r = daily();
        change(&mut r);
        let e = r.check().expect_err("not allowed").to_string();
        assert!(e.contains(text), "{e}");
        assert_eq!(e.lines().filter(|l| !l.contains("help:")).count(), 1, "{e}");
    };
    said(&|r| r.dose = -1.0, "`dose` is -1");
    said(&|r| r.every = -1.0, "`every` is -1");
    said(&|r| r.every = 0.0, "`every` is 0");
    said(&|r| r.every = f64::NAN, "`every` is NaN");
    said(&|r| r.start = f64::INFINITY, "`start` is");
    said(&|r| r.on = Some(f64::NAN), "`on` is NaN");
    said(
        &|r| r.every = 29.0,
        "`every` is 29, longer than a cycle of 28",
    );
}

#[test]
fn parts_that_do_not_go_together_are_named() {
    let said = |r: Regimen, text: &str| {
        let e = r.check().expect_err("not allowed").to_string();
        assert!(e.contains(text), "{e}");
    };
    let plain = Regimen::steady(1.0, 5.0, 1.0);
    let mut r = plain.clone();
    r.cycles = Some(2);
    said(r.clone(), "`cycles` is given without `on`");
    (r.on, r.cycles) = (Some(2.0), Some(0));
    said(r, "`cycles` is 0");
    let mut r = plain.clone();
    r.until = Some(5.0);
    said(r.clone(), "`until` is 5, not after `start`, which is 5");
    r.until = Some(f64::NAN);
    said(r.clone(), "`until` is NaN");
    (r.until, r.loading) = (Some(8.0), course(2.0, 4, None));
    said(r.clone(), "the loading course lasts to 8");
    r.until = Some(8.5);
    r.check().expect("the last loading dose is at 8");
    r.loading = course(2.0, 0, None);
    said(r.clone(), "`loading.doses` is 0");
    r.loading = course(f64::NAN, 1, None);
    said(r.clone(), "`loading.dose` is NaN");
    r.loading = course(2.0, 1, Some(-3.0));
    said(r.clone(), "`loading.every` is -3");
    assert!(Regimen::steady(1.0, 0.0, f64::NAN).times(3.0).is_empty());
}

#[test]
fn absurd_doses_name_the_limit() {
    let r = Regimen::steady(60.0, 0.0, 1.0);
    r.check_size(60.0, 1000.0).expect("at the limit");
    let e = r.check_size(60.0, 1001.0).expect_err("too much");
    let text =
        "`dose` times 1001 is 60060, more than 60000 (1000 times the model's own dose of 60)";
    assert!(e.to_string().contains(text), "{e}");
    let mut r = r;
    r.loading = course(6e5, 1, None);
    let e = r.check_size(60.0, 1.0).expect_err("too much").to_string();
    assert!(
        e.contains("`loading.dose` is 600000, more than 60000"),
        "{e}"
    );
    r.check_size(0.0, 1.0).expect("nothing to compare with");
}

#[test]
fn patches_lead_from_one_regimen_to_another() {
    let base = daily();
    let mut own = base.clone();
    (own.start, own.until) = (7.0, Some(20.0));
    own.loading = course(5.0, 2, None);
    let patch = own.patch_over(&base).expect("it only adds");
    assert_eq!((patch.dose, patch.on, patch.start), (None, None, Some(7.0)));
    assert_eq!(base.patched(&patch), own);
    // Pauses cannot be taken away, but put on what has none.
    assert!(base.bare().patch_over(&base).is_none());
    assert!(base.patch_over(&base.bare()).is_some());
}

/// Doses at `start + k every` that are before `until`, in whole hundredths.
fn counted(start: u64, every: u64, until: u64) -> usize {
    (0..).take_while(|k| start + k * every < until).count()
}

#[test]
fn ends_are_those_of_exact_arithmetic() {
    let hundredths = |n: u64| n as f64 / 100.0;
    let mut draws = crate::noise::Draws::new(11, 0, crate::noise::Stream::Vessels, 0);
    let mut draw = |most: f64| 1 + (draws.unit() * most) as u64;
    for _ in 0..4000 {
        let (every, start) = (draw(200.0), draw(100.0) - 1);
        // Half of the ends lie on a dose.
        let k = draw(150.0);
        let until = start
            + if k % 2 == 0 {
                k * every
            } else {
                draw(150.0 * every as f64)
            };
        let mut r = Regimen::steady(1.0, hundredths(start), hundredths(every));
        // The end of the run and the end of the regimen are the same thing.
        let wanted = counted(start, every, until);
        assert_eq!(r.times(hundredths(until)).len(), wanted, "{r:?} {until}");
        r.until = Some(hundredths(until));
        assert_eq!(r.times(1e9).len(), wanted, "{r:?}");
        // Three loading doses half as far apart, in hundredths too.
        let near = every.div_ceil(2);
        r.loading = course(2.0, 3, Some(hundredths(near)));
        let loaded = counted(start, near, until).min(3) + counted(start + 3 * near, every, until);
        assert_eq!(r.times(1e9).len(), loaded, "{r:?}");
    }
    assert_eq!(
        Regimen {
            until: Some(0.9),
            ..Regimen::steady(1.0, 0.0, 0.3)
        }
        .times(9.0)
        .len(),
        3
    );
    assert_eq!(Regimen::steady(1.0, 0.0, 0.29).times(29.0).len(), 100);
}

#[test]
fn cycles_are_those_of_exact_arithmetic() {
    let hundredths = |n: u64| n as f64 / 100.0;
    let mut draws = crate::noise::Draws::new(12, 0, crate::noise::Stream::Vessels, 0);
    let mut draw = |most: f64| 1 + (draws.unit() * most) as u64;
    for _ in 0..2000 {
        let every = draw(50.0);
        let (on, off) = (draw(6.0) * every, draw(300.0));
        let (cycles, end) = (draw(9.0), draw(20_000.0));
        let wanted = (0..)
            .map(|k| k * every)
            .take_while(|t| *t < end && *t < cycles * (on + off))
            .filter(|t| t % (on + off) < on)
            .count();
        let r = Regimen {
            on: Some(hundredths(on)),
            off: hundredths(off),
            cycles: Some(cycles as u32),
            ..Regimen::steady(1.0, 0.0, hundredths(every))
        };
        assert_eq!(r.times(hundredths(end)).len(), wanted, "{r:?} {end}");
    }
}
