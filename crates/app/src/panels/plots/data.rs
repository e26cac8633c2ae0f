//! What the plots show, read off the snapshot: points, dose marks, values at a time.

use warmfront_model::Scenario;
use warmfront_session::Row;

use crate::panels::{clock, is_whole, quantity};
use crate::state::{Mark, Snapshot};

/// Most points of a line; more are not seen on a small plot.
const MOST_POINTS: usize = 600;

/// The row of the moment shown: the newest, or after a scrub the last one not later than the moment.
pub fn present_row<'a>(snapshot: &'a Snapshot, scenario: &Scenario) -> Option<&'a Row> {
    let row = if snapshot.timeline.scrubbed {
        let near = 1e-9 * scenario.time.duration;
        let after = snapshot
            .rows
            .partition_point(|r| r.time <= snapshot.time + near);
        snapshot.rows.get(after.checked_sub(1)?)
    } else {
        snapshot.rows.last()
    };
    row.filter(|row| is_whole(row, scenario))
}

/// The row whose time is nearest.
pub fn nearest_row<'a>(snapshot: &'a Snapshot, scenario: &Scenario, time: f64) -> Option<&'a Row> {
    let after = snapshot.rows.partition_point(|r| r.time < time);
    let around = snapshot.rows.get(after.saturating_sub(1)..)?.iter().take(2);
    around
        .filter(|row| is_whole(row, scenario))
        .min_by(|a, b| (a.time - time).abs().total_cmp(&(b.time - time).abs()))
}

/// Values of one observable in all arms at the row nearest to a time, one line per arm.
pub fn values_text(
    snapshot: &Snapshot,
    scenario: &Scenario,
    observable: usize,
    time: f64,
) -> Option<String> {
    let row = nearest_row(snapshot, scenario, time)?;
    let unit = &scenario.model.observables[observable].unit;
    let mut text = clock(scenario, row.time);
    for (arm, values) in scenario.arms.iter().zip(&row.values) {
        text.push_str(&format!(
            "\n{}: {}",
            arm.label,
            quantity(values[observable], unit)
        ));
    }
    Some(text)
}

/// Points of one line. Where there are more rows than can be seen, the smallest and the largest value of
/// each stretch are kept, so that no peak is lost.
pub fn points(
    snapshot: &Snapshot,
    scenario: &Scenario,
    observable: usize,
    arm: usize,
    logarithmic: bool,
) -> Vec<[f64; 2]> {
    let rows = snapshot.rows.iter().filter(|row| is_whole(row, scenario));
    let all: Vec<[f64; 2]> = rows
        .map(|row| {
            let y = row.values[arm][observable];
            [row.time, if logarithmic { y.log10() } else { y }]
        })
        .filter(|point| point.iter().all(|v| v.is_finite()))
        .collect();
    thinned(&all, MOST_POINTS)
}

fn thinned(all: &[[f64; 2]], most: usize) -> Vec<[f64; 2]> {
    let (Some(last), true) = (all.last(), all.len() > most) else {
        return all.to_vec();
    };
    let stretch = (2 * all.len()).div_ceil(most);
    let mut kept = Vec::with_capacity(most + 1);
    for part in all.chunks(stretch) {
        let by = |a: &&[f64; 2], b: &&[f64; 2]| a[1].total_cmp(&b[1]);
        let (Some(low), Some(high)) = (part.iter().min_by(by), part.iter().max_by(by)) else {
            continue;
        };
        let (first, second) = if low[0] <= high[0] {
            (low, high)
        } else {
            (high, low)
        };
        kept.push(*first);
        if first[0] < second[0] {
            kept.push(*second);
        }
    }
    if kept.last() != Some(last) {
        kept.push(*last);
    }
    kept
}

/// By drug: times of the doses so far in any arm that gets it, rising.
pub fn doses(snapshot: &Snapshot, scenario: &Scenario) -> Vec<Vec<f64>> {
    let drugs = 0..scenario.model.drugs.len();
    let gets = |arm: &usize, drug: usize| scenario.arms[*arm].doses[drug] > 0.0;
    let times = |drug: usize| {
        let arms = (0..scenario.arms.len()).filter(|arm| gets(arm, drug));
        given(snapshot, scenario, arms, drug)
    };
    drugs.map(times).collect()
}

/// Times of the doses so far of a drug in any of these arms, rising.
pub fn given(
    snapshot: &Snapshot,
    scenario: &Scenario,
    arms: impl Iterator<Item = usize>,
    drug: usize,
) -> Vec<f64> {
    let now = snapshot.time.min(scenario.time.duration);
    if !now.is_finite() {
        return Vec::new();
    }
    let mut all: Vec<f64> = Vec::new();
    for arm in arms {
        match snapshot.given.get(arm).and_then(|drugs| drugs.get(drug)) {
            Some(given) => all.extend(given.iter().filter(|t| **t <= now)),
            None => {
                let present = snapshot.regimens.get(arm).and_then(|r| r.get(drug));
                let present = present.unwrap_or_else(|| scenario.regimen(arm, drug));
                all.extend(present.times(now));
            }
        }
    }
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

/// Times at least `near` apart: lines closer than their width would be a block of colour.
pub fn apart(times: &[f64], near: f64) -> Vec<f64> {
    let mut kept: Vec<f64> = Vec::new();
    for &time in times {
        if kept.last().is_none_or(|last| time - last >= near) {
            kept.push(time);
        }
    }
    kept
}

/// Marks of one drug, or of everything else; of those closer than `near` only the last: where a drag
/// ended.
pub fn settled(marks: &[Mark], drug: Option<usize>, near: f64) -> Vec<&Mark> {
    let mut kept: Vec<&Mark> = Vec::new();
    for mark in marks
        .iter()
        .filter(|m| m.drug == drug && m.time.is_finite())
    {
        match kept.last_mut() {
            Some(last) if mark.time - last.time < near => *last = mark,
            _ => kept.push(mark),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_leaves_one_mark() {
        let mark = |time, drug| Mark {
            time,
            text: format!("{time}"),
            drug,
        };
        let marks = [
            mark(1.0, Some(0)),
            mark(1.01, Some(0)),
            mark(1.02, None),
            mark(1.03, Some(0)),
            mark(9.0, Some(0)),
        ];
        let kept = settled(&marks, Some(0), 0.28);
        assert_eq!(kept, [&marks[3], &marks[4]]);
        assert_eq!(settled(&marks, None, 0.28), [&marks[2]]);
        assert_eq!(apart(&[0.0, 0.1, 0.3, 0.5], 0.3), [0.0, 0.3]);
    }

    #[test]
    fn thinning_loses_no_peak_and_no_end() {
        let mut all: Vec<[f64; 2]> = (0..5000).map(|i| [f64::from(i), 0.0]).collect();
        all[1234][1] = 7.0;
        all[4321][1] = -7.0;
        let kept = thinned(&all, 600);
        assert!(kept.len() <= 601, "{}", kept.len());
        assert!(kept.contains(&[1234.0, 7.0]) && kept.contains(&[4321.0, -7.0]));
        assert!(kept.is_sorted_by(|a, b| a[0] < b[0]));
        assert_eq!((kept[0][0], kept[kept.len() - 1][0]), (0.0, 4999.0));
        assert_eq!(thinned(&all[..3], 600), all[..3]);
    }
}
