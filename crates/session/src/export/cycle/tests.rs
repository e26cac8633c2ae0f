//! Means, ratios and words by hand.

use super::*;

#[test]
fn a_rate_is_told_by_its_end_its_mean_and_its_ratio() {
    // 2 at the start, straight up to 6 on day 4, down to 1 on day 5: areas 16 and 3.5.
    let s = StepRate::of(&[[0.0, 2.0], [4.0, 6.0], [5.0, 1.0]]);
    assert_eq!((s.end, s.mean), (Some(1.0), Some(19.5 / 5.0)));
    assert_eq!((s.to_start, s.mean_to_start), (Some(0.5), Some(1.95)));
    assert_eq!(StepRate::of(&[[0.0, 0.0], [1.0, 3.0]]).to_start, None);
    assert_eq!(StepRate::of(&[[0.0, 3.0]]).mean, Some(3.0));
    assert_eq!(StepRate::of(&[]), StepRate::default());
}

#[test]
fn the_gain_of_the_loop_leaves_out_its_first_step() {
    let step = |mean_to_start, mean_to_control| StepRate {
        mean_to_start,
        mean_to_control,
        // What the end says is not asked.
        to_start: Some(7.0),
        to_control: Some(0.01),
        ..StepRate::default()
    };
    let labels = ["one", "two", "three"];
    let turn = ArmCycle::of(
        vec![
            step(Some(9.0), Some(0.9)),
            step(Some(20.0), Some(3.0)),
            step(Some(0.5), Some(0.25)),
        ],
        &labels,
        Some(0.4),
        "day 0 to day 3",
    );
    assert!((turn.loop_gain.unwrap_or(0.0) - 1.0).abs() < 1e-12);
    assert_eq!((turn.lags, turn.gains), (Some(2), Some(1)));
    assert_eq!(
        turn.words,
        "Mean rates over day 0 to day 3 against the control: \
         three lags most (0.25 ×), two gains most (3 ×). \
         Rates are of the whole tissue; the mean burden is 0.4 × that of the control."
    );
    // A step without a ratio leaves the gain open; a rate that has become 0 has none.
    for lost in [None, Some(0.0)] {
        let steps = vec![step(Some(1.0), None), step(lost, None)];
        assert_eq!(ArmCycle::of(steps, &labels, None, "all").loop_gain, None);
    }
    let same = vec![step(Some(1.0), Some(1.0)); 3];
    let turn = ArmCycle::of(same, &labels, None, "all");
    assert_eq!((turn.lags, turn.gains), (None, None));
    assert!(turn.words.ends_with("every step is as in the control."));
}
