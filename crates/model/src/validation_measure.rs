//! From the keys of a `measure` to indices and numbers.

use toml::Spanned;

use crate::error::Error;
use crate::validation::Measure;
use crate::validation_link::{At as _, Linker};
use crate::validation_schema::{MeasureFile, Reduction};

impl Linker<'_> {
    /// `above` is the measure that this one divides: what is left out is taken from there.
    pub(crate) fn measure(
        &self,
        spanned: &Spanned<MeasureFile>,
        above: Option<&Measure>,
        point: Option<&Spanned<String>>,
    ) -> Result<Measure, Error> {
        let (source, m) = (self.source, spanned.get_ref());
        let lacks = |key: &str, why: &str| {
            Err(Error::new(format!("the measure needs `{key}`{why}"))).at(source, spanned)
        };
        let case = match (&m.case, above) {
            (Some(id), _) => self.find_case(id)?,
            (None, Some(above)) => above.case,
            _ => return lacks("case", ""),
        };
        let reduce = match (m.reduce, above) {
            (Some(r), _) => r,
            (None, Some(above)) => above.reduce,
            _ => return lacks("reduce", ""),
        };
        use Reduction as R;
        let scenario = &self.cases[case].scenario;
        let of_arm = !matches!(
            reduce,
            R::Lowest | R::BitDifferences | R::Order | R::Spread | R::Bliss | R::Change
        );
        let arm = match (&m.arm, above, point, self.cases[case].arms.as_slice()) {
            (Some(id), ..) => self.arm(case, id)?,
            (None, _, Some(id), _) => self.arm(case, id)?,
            (None, Some(above), ..) if above.case == case => above.arm,
            (None, _, _, [only]) => *only,
            _ if !of_arm => 0,
            _ => return lacks("arm", ", because the case has several"),
        };
        let observable = match (&m.observable, above) {
            (Some(id), _) => self.model.observable(id.get_ref()).at(source, id)?,
            (None, Some(above)) => above.observable,
            _ if matches!(reduce, R::DecayLength | R::Lowest | R::BitDifferences) => 0,
            _ => return lacks("observable", ""),
        };
        if reduce == R::Bliss
            && let Some(id) = &m.observable
        {
            self.model.better(observable).at(source, id)?;
        }
        let field = match (&m.field, above) {
            (Some(id), _) => self.model.field(id.get_ref()).at(source, id)?,
            (None, Some(above)) => above.field,
            _ if reduce != R::DecayLength => 0,
            _ => return lacks("field", " for a decay length"),
        };
        let end = scenario.time.duration;
        let [mut from, mut to] = [0.0, end];
        if reduce == R::DecayLength {
            to = scenario.grid.extent()[0];
        }
        let most = to;
        from = m.from.or(above.map(|a| a.from)).unwrap_or(from);
        to = m.to.or(above.map(|a| a.to)).unwrap_or(to);
        let at = m.at.or(above.map(|a| a.at)).unwrap_or(end);
        let times = m.times.unwrap_or(1.0);
        if !times.is_finite() {
            let e = Error::new(format!("`times` is {times}")).help("a finite factor is needed");
            return Err(e).at(source, spanned);
        }
        let inside = |x: f64, most: f64| (0.0..=most * (1.0 + 1e-9)).contains(&x);
        if !(inside(from, most) && inside(to, most) && from < to && inside(at, end)) {
            let text = "`at`, `from` or `to` is outside the run, or the window is empty";
            let help = format!("from 0 to {most} is allowed, and `from` below `to`");
            return Err(Error::new(text).help(help)).at(source, spanned);
        }
        let arms: Vec<usize> = m
            .arms
            .iter()
            .map(|a| self.arm(case, a))
            .collect::<Result<_, _>>()?;
        let needed = match reduce {
            R::BitDifferences => 2..=2,
            R::Order | R::Spread => 2..=usize::MAX,
            R::Bliss => 3..=usize::MAX,
            _ => 0..=0,
        };
        if !needed.contains(&arms.len()) {
            return lacks(
                "arms",
                &format!(": {} of them do not fit this `reduce`", arms.len()),
            );
        }
        let cases: Vec<usize> = m
            .cases
            .iter()
            .map(|c| self.find_case(c))
            .collect::<Result<_, _>>()?;
        if (reduce == R::Change) == cases.is_empty() {
            return lacks("cases", " with `change`, and only there");
        }
        let mut measure = Measure {
            case,
            reduce,
            arm,
            observable,
            field,
            at,
            from,
            to,
            arms,
            cases,
            times,
            over: None,
        };
        if let Some(over) = &m.over {
            measure.over = Some(Box::new(self.measure(over, Some(&measure), None)?));
        }
        Ok(measure)
    }
}
