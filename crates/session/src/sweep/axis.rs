//! What is varied along one side of a sweep, and its values, read from one short text.
//!
//! `NAME=FROM:TO:COUNT` is evenly spaced, `NAME=FROM:TO:COUNT:log` in equal ratios, `NAME=V1,V2,…` as
//! written. A drug's values are multiples of its regimen's dose; a parameter's are in its unit.

use warmfront_model::{Error, Model, Scenario, plain};

use crate::units::{number, pretty_unit, rounded};

/// Fewest and most values of one axis.
pub const COUNT: [usize; 2] = [2, 101];

/// Largest multiple of a regimen's dose.
pub const LARGEST: f64 = 1000.0;

/// What an axis varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varied {
    /// Index into the model's drugs; values are multiples of the regimen's dose.
    Drug(usize),
    /// Index into the model's parameters; values are in its unit.
    Parameter(usize),
}

/// One side of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What is varied.
    pub varied: Varied,
    /// Its values, rising, each once.
    pub values: Vec<f64>,
    /// Equal ratios instead of equal distances.
    pub log: bool,
}

impl Axis {
    /// Reads `NAME=…`; `option` names the option in errors.
    ///
    /// # Errors
    /// What was found, what is allowed, and the nearest name.
    pub fn parse(text: &str, option: &str, model: &Model) -> Result<Self, Error> {
        read(text, model).map_err(|e| e.inside(&format!("in {option}")))
    }

    /// Identifier of the drug or parameter.
    pub fn id<'a>(&self, model: &'a Model) -> &'a str {
        match self.varied {
            Varied::Drug(d) => &model.drugs[d].id,
            Varied::Parameter(p) => &model.parameters[p].id,
        }
    }

    /// Name of the drug or parameter.
    pub fn label<'a>(&self, model: &'a Model) -> &'a str {
        match self.varied {
            Varied::Drug(d) => &model.drugs[d].label,
            Varied::Parameter(p) => &model.parameters[p].label,
        }
    }

    /// Unit of a parameter, or of the amount of one dose, as in files.
    pub fn unit<'a>(&self, model: &'a Model) -> &'a str {
        match self.varied {
            Varied::Drug(d) => &model.drugs[d].unit,
            Varied::Parameter(p) => &model.parameters[p].unit,
        }
    }

    /// Amount of one dose at each value, in the drug's unit; none for a parameter.
    pub fn amounts(&self, scenario: &Scenario) -> Option<Vec<f64>> {
        match self.varied {
            Varied::Drug(d) => {
                let dose = scenario.regimens[d].dose;
                let each = self.values.iter().map(|m| rounded(m * dose, 12));
                Some(each.collect())
            }
            Varied::Parameter(_) => None,
        }
    }

    /// Title of the axis with its unit: `MEK inhibitor (mg per dose)`, `Kill rate (1/day)`.
    pub fn title(&self, model: &Model) -> String {
        let (label, unit) = (self.label(model), pretty_unit(self.unit(model)));
        match self.varied {
            Varied::Drug(_) if unit.is_empty() => format!("{label} (one dose)"),
            Varied::Drug(_) => format!("{label} ({unit} per dose)"),
            Varied::Parameter(_) if unit.is_empty() => label.to_owned(),
            Varied::Parameter(_) => format!("{label} ({unit})"),
        }
    }

    /// A value with the name: `mek 0.5 ×`, `kill_rate_max 3 1/day`.
    pub fn words(&self, model: &Model, index: usize) -> String {
        let (id, value) = (self.id(model), number(self.values[index]));
        match self.varied {
            Varied::Drug(_) => format!("{id} {value} ×"),
            Varied::Parameter(_) => {
                let unit = pretty_unit(self.unit(model));
                format!("{id} {value} {unit}").trim_end().to_owned()
            }
        }
    }

    /// Puts 0 in front if it is missing; says whether it was.
    pub(crate) fn with_zero(&mut self) -> bool {
        let missing = self.values.first() != Some(&0.0);
        if missing {
            self.values.insert(0, 0.0);
        }
        missing
    }

    /// The axis in the form that [`Axis::parse`] reads.
    pub fn text(&self, model: &Model) -> String {
        let values: Vec<String> = self.values.iter().map(|v| plain(*v)).collect();
        format!("{}={}", self.id(model), values.join(","))
    }
}

fn read(text: &str, model: &Model) -> Result<Axis, Error> {
    let form = "write NAME=FROM:TO:COUNT, NAME=FROM:TO:COUNT:log or NAME=V1,V2,…, without spaces";
    let Some((name, range)) = text.split_once('=') else {
        return Err(Error::new(format!("`{text}` is not an axis")).help(form));
    };
    let varied = varied(name.trim(), model)?;
    let value = |t: &str| match t.trim().parse::<f64>() {
        Ok(v) if v.is_finite() => Ok(v),
        _ => Err(Error::new(format!("`{}` in `{text}` is not a number", t.trim())).help(form)),
    };
    let parts: Vec<&str> = range.split(':').collect();
    let (values, log) = match parts.as_slice() {
        [list] => {
            let each: Result<Vec<f64>, Error> = list.split(',').map(value).collect();
            (each?, false)
        }
        [from, to, count] => (spaced([value(from)?, value(to)?], count, false)?, false),
        [from, to, count, "log"] => (spaced([value(from)?, value(to)?], count, true)?, true),
        [_, _, _, other] => {
            return Err(Error::new(format!("`{other}` in `{text}` is no spacing"))
                .help("`log` is the only word that may stand there"));
        }
        _ => return Err(Error::new(format!("`{text}` is not an axis")).help(form)),
    };
    let mut axis = Axis {
        varied,
        values,
        log,
    };
    for value in &mut axis.values {
        check(varied, *value, model)?;
        *value += 0.0; // −0 is 0
    }
    axis.values.sort_by(f64::total_cmp);
    axis.values.dedup();
    check_count(
        axis.values.len(),
        &format!("{} different values", axis.values.len()),
    )?;
    Ok(axis)
}

/// The drug or parameter of a name.
fn varied(name: &str, model: &Model) -> Result<Varied, Error> {
    let drug = model.drugs.iter().position(|d| d.id == name);
    let parameter = model.parameters.iter().position(|p| p.id == name);
    match (drug, parameter) {
        (Some(d), _) => Ok(Varied::Drug(d)),
        (None, Some(p)) => Ok(Varied::Parameter(p)),
        (None, None) => {
            let all = model.drugs.iter().map(|d| d.id.as_str());
            let all = all.chain(model.parameters.iter().map(|p| p.id.as_str()));
            Err(Error::unknown("drug or parameter", name, all))
        }
    }
}

fn check_count(count: usize, what: &str) -> Result<(), Error> {
    let [least, most] = COUNT;
    if (least..=most).contains(&count) {
        return Ok(());
    }
    Err(Error::new(format!("an axis of {what}")).help(format!("{least} to {most} are allowed")))
}

fn spaced([from, to]: [f64; 2], count: &str, log: bool) -> Result<Vec<f64>, Error> {
    let Ok(n) = count.trim().parse::<usize>() else {
        return Err(
            Error::new(format!("`{}` is not a number of values", count.trim()))
                .help(format!("{} to {} are allowed", COUNT[0], COUNT[1])),
        );
    };
    check_count(n, &format!("{n} values"))?;
    if from >= to {
        return Err(Error::new(format!(
            "a range from {} to {}: the second number must be the larger one",
            plain(from),
            plain(to)
        )));
    }
    if log && from <= 0.0 {
        return Err(Error::new(format!(
            "a logarithmic range from {}: it must begin above 0",
            plain(from)
        ))
        .help("dose 0 is added by itself where it is needed"));
    }
    let at = |i: usize| {
        let t = i as f64 / (n - 1) as f64;
        let v = match log {
            true => from * (to / from).powf(t),
            false => from + t * (to - from),
        };
        // 0.3 shall not read 0.30000000000000004.
        rounded(v, 12)
    };
    let mut values: Vec<f64> = (0..n).map(at).collect();
    (values[0], values[n - 1]) = (from, to);
    Ok(values)
}

fn check(varied: Varied, value: f64, model: &Model) -> Result<(), Error> {
    match varied {
        Varied::Drug(d) => {
            let id = &model.drugs[d].id;
            if value < 0.0 {
                return Err(
                    Error::new(format!("a dose of {} × of `{id}`", plain(value)))
                        .help("a dose is 0 or more"),
                );
            }
            if value > LARGEST {
                return Err(
                    Error::new(format!("a dose of {} × of `{id}`", plain(value))).help(format!(
                        "values are multiples of the regimen's dose; at most {LARGEST} is allowed"
                    )),
                );
            }
            Ok(())
        }
        Varied::Parameter(p) => model.parameters[p].check(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use warmfront_model::Library;

    fn scenario() -> Scenario {
        let library = Library::embedded();
        library.scenario("inflamed").expect("it is valid")
    }

    fn values(text: &str) -> Vec<f64> {
        let axis = Axis::parse(text, "--x", &scenario().model).expect(text);
        axis.values
    }

    #[test]
    fn ranges_are_linear_logarithmic_or_listed() {
        assert_eq!(values("mek=0:1:5"), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(values("mek=0.01:1:3:log"), [0.01, 0.1, 1.0]);
        assert_eq!(values("mek=1,0,0.3,1"), [0.0, 0.3, 1.0]);
        assert_eq!(values("mek=0:0.3:4")[1], 0.1);
        assert_eq!(values("growth_rate_sensitive=0.1:0.2:2"), [0.1, 0.2]);
    }

    #[test]
    fn an_axis_says_amounts_and_itself() {
        let s = scenario();
        let axis = Axis::parse("mek=0,0.5,2", "--x", &s.model).expect("an axis");
        assert_eq!(axis.amounts(&s), Some(vec![0.0, 30.0, 120.0]));
        assert_eq!(axis.title(&s.model), "MEK inhibitor (mg per dose)");
        assert_eq!(Axis::parse(&axis.text(&s.model), "--x", &s.model), Ok(axis));
    }

    #[test]
    fn wrong_axes_say_what_is_allowed() {
        for (text, parts) in [
            ("mek", ["`mek` is not an axis", "NAME=FROM:TO:COUNT"]),
            (
                "mekk=0:1:3",
                ["unknown drug or parameter `mekk`", "did you mean `mek`?"],
            ),
            ("mek=1:0:3", ["from 1 to 0", "larger"]),
            ("mek=1:1:3", ["from 1 to 1", "larger"]),
            ("mek=0:1:1", ["1 values", "2 to 101"]),
            ("mek=0:1:102", ["102 values", "2 to 101"]),
            (
                "mek=0:1:two",
                ["`two` is not a number of values", "2 to 101"],
            ),
            ("mek=0:x:3", ["`x` in `mek=0:x:3` is not a number", "NAME="]),
            ("mek=", ["`` in `mek=` is not a number", "NAME="]),
            ("mek=nan,1", ["`nan`", "not a number"]),
            ("mek=1,1", ["1 different values", "2 to 101"]),
            ("mek=-1:1:3", ["a dose of -1 × of `mek`", "0 or more"]),
            ("mek=0,1e9", ["a dose of", "at most 1000"]),
            ("mek=0:1:3:log", ["logarithmic range from 0", "above 0"]),
            ("mek=0:1:3:lin", ["`lin`", "`log` is the only word"]),
            ("mek=0:1", ["not an axis", "NAME=FROM:TO:COUNT"]),
            (
                "growth_rate_sensitive=0.1,99",
                ["outside its range", "default"],
            ),
        ] {
            let e = Axis::parse(text, "--x", &scenario().model).expect_err(text);
            let e = e.to_string();
            assert!(e.starts_with("in --x: "), "{e}");
            for part in parts {
                assert!(e.contains(part), "{text}: {e}");
            }
        }
    }
}
