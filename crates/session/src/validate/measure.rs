//! From the rows of a run to one number.
//!
//! Integrals are sums of trapezoids over the rows; half-lives and decay lengths are slopes of straight lines,
//! fitted by least squares to logarithms. Bliss excess is r₁ r₂ … − r₁₂ of what is left relative to the control,
//! with the other sign where more is better (Bliss 1939, Ann Appl Biol 26:585).

use std::collections::BTreeMap;

use warmfront_model::validation::{Measure, Reduction, Validation};

use super::Seen;

/// A number, or why there is none.
pub(super) type Found = Result<f64, String>;

/// What was seen of all cases.
pub(super) struct Measuring<'a> {
    pub validation: &'a Validation,
    pub seen: &'a BTreeMap<usize, Seen>,
}

impl Measuring<'_> {
    /// The number of a measure.
    pub(super) fn measure(&self, m: &Measure) -> Found {
        let own = m.times * self.plain(m)?;
        let Some(over) = &m.over else {
            return finite(own);
        };
        let below = self.measure(over)?;
        if below == 0.0 {
            return Err("the number to divide by is 0".to_owned());
        }
        finite(own / below)
    }

    fn plain(&self, m: &Measure) -> Found {
        use Reduction as R;
        match m.reduce {
            R::At => self.at(m.case, m.arm, m.observable, m.at),
            R::Max => extreme(&self.window(m)?).map(|p| p[1]),
            R::TimeOfMax => extreme(&self.window(m)?).map(|p| p[0] - m.from),
            R::Min => {
                let turned: Vec<_> = self.window(m)?.iter().map(|p| [p[0], -p[1]]).collect();
                extreme(&turned).map(|p| -p[1])
            }
            R::Integral => trapezoids(&self.window(m)?),
            R::Mean => {
                let points = self.window(m)?;
                let span = points.last().map_or(0.0, |l| l[0] - points[0][0]);
                trapezoids(&points).map(|i| i / span)
            }
            R::HalfLife => decay(&self.window(m)?).map(|rate| std::f64::consts::LN_2 / rate),
            R::DecayLength => decay(&self.profile(m)?).map(|rate| 1.0 / rate),
            R::Lowest => Ok(self.of(m.case)?.lowest),
            R::BitDifferences => self.bits(m),
            R::Order => {
                let values = self.arms(m)?;
                let ratios = values.windows(2).map(|w| w[0] / w[1]);
                Ok(ratios.fold(f64::INFINITY, f64::min))
            }
            R::Spread => {
                let values = self.arms(m)?;
                let far = values.iter().map(|v| (v / values[0] - 1.0).abs());
                Ok(far.fold(0.0, f64::max))
            }
            R::Bliss => {
                let left: Vec<f64> = self.arms(m)?;
                let relative: Vec<f64> = left.iter().map(|v| v / left[0]).collect();
                let last = relative.len() - 1;
                let better = self.validation.model.better(m.observable);
                let better = better.map_err(|e| e.to_string())?;
                Ok(better.gain(relative[1..last].iter().product(), relative[last]))
            }
            R::Change => self.change(m),
        }
    }

    fn of(&self, case: usize) -> Result<&Seen, String> {
        let id = &self.validation.cases[case].id;
        let seen = self.seen.get(&case);
        let seen = seen.ok_or_else(|| format!("case `{id}` was not run"))?;
        match &seen.failure {
            Some(why) => Err(format!(
                "case `{id}`: {}",
                why.lines().next().unwrap_or_default()
            )),
            None => Ok(seen),
        }
    }

    /// `[time, value]` of one arm (of the scenario) and observable.
    pub(super) fn series(
        &self,
        case: usize,
        arm: usize,
        observable: usize,
    ) -> Result<Vec<[f64; 2]>, String> {
        let place = self.validation.cases[case]
            .arms
            .iter()
            .position(|a| *a == arm);
        let place = place.ok_or_else(|| "the arm was not run".to_owned())?;
        let rows = &self.of(case)?.rows;
        Ok(rows
            .iter()
            .map(|r| [r.time, r.values[place][observable]])
            .collect())
    }

    fn window(&self, m: &Measure) -> Result<Vec<[f64; 2]>, String> {
        let mut points = self.series(m.case, m.arm, m.observable)?;
        let near = 1e-6;
        points.retain(|p| p[0] >= m.from - near && p[0] <= m.to + near);
        if points.len() < 2 {
            return Err("the window has fewer than two rows".to_owned());
        }
        Ok(points)
    }

    fn at(&self, case: usize, arm: usize, observable: usize, time: f64) -> Found {
        let points = self.series(case, arm, observable)?;
        let found = points
            .iter()
            .find(|p| (p[0] - time).abs() < 1e-6 * time.max(1.0));
        let p = found.ok_or_else(|| format!("there is no row at time {time}"))?;
        finite(p[1])
    }

    fn arms(&self, m: &Measure) -> Result<Vec<f64>, String> {
        let each = m
            .arms
            .iter()
            .map(|a| self.at(m.case, *a, m.observable, m.at));
        each.collect()
    }

    fn change(&self, m: &Measure) -> Found {
        let mut largest = 0.0_f64;
        let cases = &self.validation.cases;
        for other in &m.cases {
            let mut compared = 0;
            for &arm in &cases[m.case].arms {
                let id = &cases[m.case].scenario.arms[arm].id;
                let same = cases[*other].arms.iter();
                let Some(&there) = same
                    .clone()
                    .find(|a| cases[*other].scenario.arms[**a].id == *id)
                else {
                    continue;
                };
                let here = self.at(m.case, arm, m.observable, m.at)?;
                let there = self.at(*other, there, m.observable, m.at)?;
                largest = largest.max((there / here - 1.0).abs());
                compared += 1;
            }
            if compared == 0 {
                return Err("the cases have no arm in common".to_owned());
            }
        }
        Ok(largest)
    }

    /// Mean over y and z against the place along x, inside the window.
    fn profile(&self, m: &Measure) -> Result<Vec<[f64; 2]>, String> {
        let case = &self.validation.cases[m.case];
        let place = case.arms.iter().position(|a| *a == m.arm);
        let values = place.and_then(|p| self.of(m.case).ok()?.fields.get(&(p, m.field)));
        let values = values.ok_or_else(|| "the field was not kept".to_owned())?;
        let nx = case.scenario.grid.cells[0] as usize;
        let rows = (values.len() / nx) as f64;
        let mean = |i: usize| {
            values
                .iter()
                .skip(i)
                .step_by(nx)
                .map(|v| f64::from(*v))
                .sum::<f64>()
                / rows
        };
        let x = |i: usize| (i as f64 + 0.5) * case.scenario.grid.spacing[0];
        let inside = (0..nx).filter(|i| (m.from..=m.to).contains(&x(*i)));
        Ok(inside.map(|i| [x(i), mean(i)]).collect())
    }

    fn bits(&self, m: &Measure) -> Found {
        let case = &self.validation.cases[m.case];
        let seen = self.of(m.case)?;
        let place = |arm: usize| case.arms.iter().position(|a| *a == arm);
        let mut different = 0_usize;
        for field in 0..self.validation.model.fields.len() {
            let values = |arm: usize| place(arm).and_then(|p| seen.fields.get(&(p, field)));
            let (Some(a), Some(b)) = (values(m.arms[0]), values(m.arms[1])) else {
                return Err("the fields were not kept".to_owned());
            };
            different += a
                .iter()
                .zip(b)
                .filter(|(a, b)| a.to_bits() != b.to_bits())
                .count();
        }
        Ok(different as f64)
    }
}

fn finite(x: f64) -> Found {
    if x.is_finite() {
        Ok(x)
    } else {
        Err("it is not a number".to_owned())
    }
}

fn extreme(points: &[[f64; 2]]) -> Result<[f64; 2], String> {
    let best = points
        .iter()
        .copied()
        .filter(|p| p[1].is_finite())
        .reduce(|a, b| if b[1] > a[1] { b } else { a });
    best.ok_or_else(|| "it is not a number".to_owned())
}

fn trapezoids(points: &[[f64; 2]]) -> Found {
    finite(
        points
            .windows(2)
            .map(|w| (w[1][0] - w[0][0]) * (w[0][1] + w[1][1]) / 2.0)
            .sum(),
    )
}

/// Rate of an exponential decay: minus the slope of ln y over x.
fn decay(points: &[[f64; 2]]) -> Found {
    let logs: Vec<[f64; 2]> = points.iter().map(|p| [p[0], p[1].ln()]).collect();
    if logs.len() < 3 || logs.iter().any(|p| !p[1].is_finite()) {
        return Err("fewer than three values above 0 to fit".to_owned());
    }
    let n = logs.len() as f64;
    let mean = |k: usize| logs.iter().map(|p| p[k]).sum::<f64>() / n;
    let (mx, my) = (mean(0), mean(1));
    let (mut xy, mut xx) = (0.0, 0.0);
    for p in &logs {
        xy += (p[0] - mx) * (p[1] - my);
        xx += (p[0] - mx) * (p[0] - mx);
    }
    finite(-xy / xx)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use warmfront_model::{Better, Library, Model, Source};

    use super::*;
    use crate::record::Row;

    #[test]
    fn an_exponential_gives_its_rate_and_its_area() {
        let time = |i: i32| f64::from(i) / 100.0;
        let point = |i| [time(i), 3.0 * (-0.7 * time(i)).exp()];
        let points: Vec<[f64; 2]> = (0..=1000).map(point).collect();
        assert!((decay(&points).unwrap_or(0.0) - 0.7).abs() < 1e-12);
        let exact = 3.0 / 0.7 * (1.0 - (-7.0_f64).exp());
        let found = trapezoids(&points).unwrap_or(0.0);
        // Trapezoids are off by h²/12 of the change of slope, 2.1.
        assert!((found - exact).abs() < 1e-4 / 12.0 * 2.2, "{found} {exact}");
        assert_eq!(extreme(&points), Ok([0.0, 3.0]));
        assert!(decay(&[[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]]).is_err());
        assert!(finite(f64::NAN).is_err());
    }

    const ARMS: &str = r#"
[[case]]
id = "one"
title = "One"
setup = """
label = 'One'
[grid]
cells = [8, 8]
spacing = 2.0
[time]
duration = 4.0
[arms.a]
label = 'A'
order = 0
[arms.b]
label = 'B'
order = 1
[arms.c]
label = 'C'
order = 2
[arms.d]
label = 'D'
order = 3
"""
[[case]]
id = "two"
title = "Two"
setup = """
label = 'Two'
[grid]
cells = [8, 8]
spacing = 2.0
[time]
duration = 4.0
[arms.b]
label = 'B'
"""
"#;

    /// Values made up by hand: four arms at times 0, 1, 2, 4.
    fn seen(observables: usize, fields: usize) -> BTreeMap<usize, Seen> {
        let row = |time: f64, all: &[f64]| Row {
            time,
            values: all.iter().map(|v| vec![*v; observables]).collect(),
        };
        let rows = vec![
            row(0.0, &[1.0, 1.0, 1.0, 1.0]),
            row(1.0, &[2.0, 1.5, 1.2, 0.9]),
            row(2.0, &[6.0, 2.0, 1.4, 0.5]),
            row(4.0, &[4.0, 2.0, 1.0, 0.2]),
        ];
        let profile = |i: i32| (-0.25 * (2.0 * f64::from(i % 8) + 1.0)).exp() as f32;
        let flat: Vec<f32> = (0..64).map(profile).collect();
        let mut other = flat.clone();
        other[3] += 1e-6;
        let mut fields: BTreeMap<_, _> = (0..2)
            .flat_map(|arm| (0..fields).map(move |f| (arm, f)))
            .map(|key| (key, flat.clone()))
            .collect();
        fields.insert((1, 0), other);
        let one = Seen {
            rows,
            fields,
            lowest: -0.5,
            ..Seen::default()
        };
        let two = Seen {
            rows: vec![row(0.0, &[1.0]), row(4.0, &[2.5])],
            ..Seen::default()
        };
        BTreeMap::from([(0, one), (1, two)])
    }

    #[test]
    fn every_reduction_gives_what_a_hand_computes() -> Result<(), Box<dyn std::error::Error>> {
        let library = Library::embedded();
        // The sign of synergy is declared.
        let mut model = Model::clone(&*library.model("heat")?);
        model.observables[0].better = Some(Better::Less);
        let model = Arc::new(model);
        let observable = &model.observables[0].id;
        let field = &model.fields[0].id;
        for (measure, expected) in [
            (r#"reduce = "at", arm = "a", at = 2.0"#, 6.0),
            (r#"reduce = "at", arm = "a", at = 2.0, times = 0.5"#, 3.0),
            (r#"reduce = "max", arm = "a""#, 6.0),
            (r#"reduce = "min", arm = "d", from = 1.0, to = 2.0"#, 0.5),
            (r#"reduce = "time_of_max", arm = "a", from = 1.0"#, 1.0),
            // (1 + 2)/2 + (2 + 6)/2 + 2 (6 + 4)/2
            (r#"reduce = "integral", arm = "a""#, 15.5),
            (r#"reduce = "mean", arm = "a""#, 15.5 / 4.0),
            (r#"reduce = "at", arm = "d", over = { arm = "a" }"#, 0.05),
            (r#"reduce = "at", arm = "a", over = { at = 0.0 }"#, 4.0),
            (r#"reduce = "lowest""#, -0.5),
            (r#"reduce = "order", arms = ["a", "b", "c"]"#, 2.0),
            (r#"reduce = "spread", arms = ["a", "b", "d"]"#, 0.95),
            // 2/4 × 1/4 − 0.2/4
            (r#"reduce = "bliss", arms = ["a", "b", "c", "d"]"#, 0.075),
            (r#"reduce = "change", cases = ["two"]"#, 0.25),
            (r#"reduce = "bit_differences", arms = ["a", "b"]"#, 1.0),
            (
                r#"reduce = "decay_length", arm = "a", field = "FIELD""#,
                4.0,
            ),
        ] {
            let measure = measure.replace("FIELD", field);
            let named = if measure.contains("lowest")
                || measure.contains("field")
                || measure.contains("bit")
            {
                String::new()
            } else {
                format!(", observable = \"{observable}\"")
            };
            let text = format!(
                "{ARMS}[[target]]\nid = \"t\"\nnumber = \"1\"\ngroup = \"g\"\nlabel = \"l\"\nquantity = \"q\"\n\
                 unit = \"1\"\nlow = 0.0\nsource = \"s\"\nevidence = \"definition\"\n\
                 measure = {{ case = \"one\", {measure}{named} }}\n"
            );
            let validation = Validation::parse(&library, &model, Source::new("here", text))?;
            let seen = seen(model.observables.len(), model.fields.len());
            let measuring = Measuring {
                validation: &validation,
                seen: &seen,
            };
            let found = measuring.measure(&validation.targets[0].measure)?;
            assert!(
                (found - expected).abs() < 1e-6,
                "{measure}: {found} instead of {expected}"
            );
        }
        Ok(())
    }
}
