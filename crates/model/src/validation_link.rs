//! From the keys of `validation.toml` to indices: every name is checked here, with its line.

use std::sync::Arc;

use toml::Spanned;

use crate::error::Error;
use crate::expression::Scope;
use crate::library::Library;
use crate::model::{Model, Observable, Source};
use crate::model_ids::Ids;
use crate::model_read::Names;
use crate::overrides::{Overrides, check_cells};
use crate::scenario::Scenario;
use crate::schema::{ModelFile, ObservableFile, Reduce};
use crate::validation::{Accepted, Case, Goal, Picture, Point, Shows, Tolerance, Validation};
use crate::validation_schema::{
    CaseFile, Evidence, Expected, FigureFile, PointFile, TargetFile, ValidationFile,
};

/// Puts a place to an error that has none.
pub(crate) trait At<T> {
    fn at<S>(self, source: &Source, spanned: &Spanned<S>) -> Result<T, Error>;
}

impl<T> At<T> for Result<T, Error> {
    fn at<S>(self, source: &Source, spanned: &Spanned<S>) -> Result<T, Error> {
        self.map_err(|e| e.at(source.place(spanned.span())))
    }
}

/// One file on its way.
pub(crate) struct Linker<'a> {
    library: &'a Library,
    pub(crate) source: &'a Source,
    file: &'a ValidationFile,
    pub(crate) model: Arc<Model>,
    pub(crate) cases: Vec<Case>,
}

impl<'a> Linker<'a> {
    /// Checks identifiers and observables.
    pub(crate) fn new(
        library: &'a Library,
        model: &Model,
        source: &'a Source,
        file: &'a ValidationFile,
    ) -> Result<Self, Error> {
        let mut names = [(); 3].map(|()| Names::default());
        for o in &file.observable {
            let id = &o.get_ref().id;
            names[0].add(source, "observable", id)?;
            if model.observable(id.get_ref()).is_ok() {
                let what = format!("the model has an observable `{}` already", id.get_ref());
                return Err(Error::new(what).help("choose another `id`")).at(source, id);
            }
        }
        for c in &file.case {
            names[1].add(source, "case", &c.get_ref().id)?;
        }
        for t in &file.target {
            names[2].add(source, "target", &t.get_ref().id)?;
        }
        let text: ModelFile =
            toml::from_str(&model.source.text).map_err(|e| model.source.parse_error(&e))?;
        let ids = Ids::gather(&text, &model.source)?;
        let mut model = model.clone();
        for o in &file.observable {
            model.observables.push(observable(source, &ids, o)?);
        }
        Ok(Self {
            library,
            source,
            file,
            model: Arc::new(model),
            cases: Vec::new(),
        })
    }

    /// Everything else.
    pub(crate) fn link(mut self) -> Result<Validation, Error> {
        for c in &self.file.case {
            let case = self.case(c)?;
            self.cases.push(case);
        }
        let each = self.file.target.iter();
        let targets: Vec<Goal> = each.map(|t| self.target(t)).collect::<Result<_, _>>()?;
        let each = self.file.figure.iter();
        let figures = each
            .map(|f| self.figure(f, &targets))
            .collect::<Result<_, _>>()?;
        Ok(Validation {
            model: self.model,
            cases: self.cases,
            targets,
            figures,
        })
    }

    fn case(&self, spanned: &Spanned<CaseFile>) -> Result<Case, Error> {
        let (source, c) = (self.source, spanned.get_ref());
        let id = c.id.get_ref();
        let mut scenario = match (&c.scenario, &c.setup) {
            (Some(name), None) => {
                let full = format!("{}/{}", self.model.id, name.get_ref());
                self.library.scenario(&full).at(source, name)?
            }
            (None, Some(text)) => self.setup(id, text)?,
            _ => {
                return Err(
                    Error::new(format!("case `{id}` needs `scenario` or `setup`"))
                        .help("name a scenario of the model, or write one between '''"),
                )
                .at(source, &c.id);
            }
        };
        let grid = match &c.grid {
            Some(cells) => {
                check_cells(cells.get_ref()).at(source, cells)?;
                let n = cells.get_ref();
                Some([n[0], n[1], n.get(2).copied().unwrap_or(1)])
            }
            None => None,
        };
        let changes = Overrides {
            days: c.days,
            step: c.step,
            grid,
            ..Overrides::default()
        };
        scenario = scenario.with(changes).at(source, &c.id)?;
        let arms = match &c.arms {
            None => (0..scenario.arms.len()).collect(),
            Some(names) => {
                let each = names
                    .iter()
                    .map(|n| scenario.arm(n.get_ref()).at(source, n));
                each.collect::<Result<_, _>>()?
            }
        };
        scenario.model = self.model.clone();
        Ok(Case {
            id: id.clone(),
            title: c.title.clone(),
            scenario,
            arms,
            fast: c.fast,
        })
    }

    /// A scenario inside the file; its lines are counted from the beginning of the file.
    fn setup(&self, id: &str, text: &Spanned<String>) -> Result<Scenario, Error> {
        let place = self.source.place(text.span());
        let raw = self.source.text.get(text.span()).unwrap_or_default();
        let below = raw.starts_with("'''\n") || raw.starts_with("\"\"\"\n");
        let above = place.line as usize - 1 + usize::from(below);
        let padded = format!("{}{}", "\n".repeat(above), text.get_ref());
        let source = Source::new(self.source.path.clone(), padded);
        self.library
            .scenario_inside(&self.model.id, id, source)
            .at(self.source, text)
    }

    fn target(&self, spanned: &Spanned<TargetFile>) -> Result<Goal, Error> {
        let (source, t) = (self.source, spanned.get_ref());
        let what = format!("target `{}`", t.id.get_ref());
        let named = |e: Error| {
            let text = format!("{}, in {what}", e.what);
            Error { what: text, ..e }.at(source.place(t.id.span()))
        };
        source.not_blank(
            t.source.get_ref(),
            t.source.span(),
            &format!("`source` of {what}"),
            "name where the number stands",
        )?;
        if t.expected != Expected::Met && t.needs.trim().is_empty() {
            let text = format!("{what} is expected to be outside, but `needs` does not say why");
            return Err(Error::new(text).help("write what it would take to meet it"))
                .at(source, &t.id);
        }
        let own = |value, low, high| Tolerance {
            value,
            relative: t.relative,
            within: t.within,
            factor: t.factor,
            low,
            high,
        };
        let Some(measure) = &t.measure else {
            return Err(Error::new(format!("{what} has no `measure`"))
                .help("say how it is measured: measure = { case = …, reduce = … }"))
            .at(source, &t.id);
        };
        let curve = !t.points.is_empty();
        let first = t.points.first().map(|p| &p.get_ref().arm);
        let measure = self.measure(measure, None, first)?;
        let mut points = Vec::new();
        let mut bounded = false;
        for p in &t.points {
            let file: &PointFile = p.get_ref();
            let arm = self.arm(measure.case, &file.arm)?;
            let mut accepted = Accepted::default();
            if file.value.is_some() || file.low.is_some() || file.high.is_some() {
                let ways = match file.value {
                    Some(_) => own(file.value, None, None),
                    None => Tolerance {
                        relative: None,
                        within: None,
                        factor: None,
                        ..own(None, file.low, file.high)
                    },
                };
                accepted = ways.accepted().at(source, p)?.0;
                bounded = true;
            }
            points.push(Point {
                x: file.x,
                arm,
                accepted,
            });
        }
        if curve && !bounded {
            let text = format!("no point of {what} has a `value`, `low` or `high`");
            return Err(Error::new(text)).at(source, &t.id);
        }
        let published = !matches!(t.evidence, Evidence::Definition | Evidence::Reference);
        if published != t.role.is_some() {
            let words = t.evidence.words();
            let (text, help) = if published {
                (
                    format!(
                        "{what} is a published number ({words}) and says nothing of its `role`"
                    ),
                    "one of `test`, `direction`, `own_bound`, `input`, `tuned`, `circular`, `cannot_fail`",
                )
            } else {
                (
                    format!("{what} has a `role`, but is no published number ({words})"),
                    "leave `role` out: a definition tests the program, a reference solution the solver",
                )
            };
            return Err(Error::new(text).help(help)).at(source, &t.id);
        }
        let against = t.against.clone().zip(t.against_unit.clone());
        if curve && against.is_none() {
            let text = format!("{what} has points but not `against` and `against_unit`");
            return Err(Error::new(text).help("say what `x` is, and its unit")).at(source, &t.id);
        }
        let (accepted, tolerance) = if curve {
            let words = match (t.relative, t.within, t.factor) {
                (Some(_), ..) | (_, Some(_), _) | (.., Some(_)) => {
                    own(Some(1.0), None, None).accepted().map_err(named)?.1
                }
                _ => "see points".to_owned(),
            };
            (Accepted::default(), words)
        } else {
            own(t.value, t.low, t.high).accepted().map_err(named)?
        };
        Ok(Goal {
            id: t.id.get_ref().clone(),
            number: t.number.clone(),
            group: t.group.clone(),
            label: t.label.clone(),
            quantity: t.quantity.clone(),
            unit: source.unit(&t.unit, t.id.span(), &what)?,
            value: t.value,
            accepted,
            tolerance,
            source: t.source.get_ref().clone(),
            evidence: t.evidence,
            expected: t.expected,
            needs: t.needs.clone(),
            note: t.note.clone(),
            role: t.role,
            measure,
            against,
            points,
        })
    }

    pub(crate) fn find_case(&self, id: &Spanned<String>) -> Result<usize, Error> {
        let all = || self.cases.iter().map(|c| c.id.as_str());
        let found = all().position(|c| c == id.get_ref());
        found
            .ok_or_else(|| Error::unknown("case", id.get_ref(), all()))
            .at(self.source, id)
    }

    /// An arm that a case runs, as index into its scenario's arms.
    pub(crate) fn arm(&self, case: usize, id: &Spanned<String>) -> Result<usize, Error> {
        let case = &self.cases[case];
        let run = || {
            case.arms
                .iter()
                .map(|a| (*a, case.scenario.arms[*a].id.as_str()))
        };
        let found = run().find(|(_, name)| name == id.get_ref()).map(|(a, _)| a);
        let unknown = || {
            let e = Error::unknown("arm", id.get_ref(), run().map(|(_, name)| name));
            let what = format!("{} of case `{}`", e.what, case.id);
            Error { what, ..e }
        };
        found.ok_or_else(unknown).at(self.source, id)
    }

    fn figure(&self, spanned: &Spanned<FigureFile>, targets: &[Goal]) -> Result<Picture, Error> {
        let (source, f) = (self.source, spanned.get_ref());
        crate::identifier::check(f.file.get_ref()).at(source, &f.file)?;
        let find = |id: &Spanned<String>| {
            let all = || targets.iter().map(|t| t.id.as_str());
            let found = all().position(|t| t == id.get_ref());
            found
                .ok_or_else(|| Error::unknown("target", id.get_ref(), all()))
                .at(source, id)
        };
        let shows = match (&f.curve, &f.case, &f.observable) {
            (Some(curve), None, None) => Shows::Curve(find(curve)?),
            (None, Some(case), Some(observable)) => {
                let case = self.find_case(case)?;
                let each = f.arms.iter().map(|a| self.arm(case, a));
                let mut arms: Vec<usize> = each.collect::<Result<_, _>>()?;
                if arms.is_empty() {
                    arms.clone_from(&self.cases[case].arms);
                }
                let relative_to = match &f.relative_to {
                    Some(id) => Some(self.arm(case, id)?),
                    None => None,
                };
                Shows::Time {
                    case,
                    arms,
                    observable: self
                        .model
                        .observable(observable.get_ref())
                        .at(source, observable)?,
                    relative_to,
                }
            }
            _ => {
                let help = "give `curve`, or `case` and `observable`";
                return Err(Error::new("the figure shows nothing, or two things").help(help))
                    .at(source, &f.file);
            }
        };
        Ok(Picture {
            file: f.file.get_ref().clone(),
            title: f.title.clone(),
            alt: f.alt.clone(),
            y_label: f.y_label.clone(),
            shows,
            x_range: f.x_range,
            targets: f.targets.iter().map(find).collect::<Result<_, _>>()?,
        })
    }
}

/// An observable by the rules of `model.toml`.
fn observable(
    source: &Source,
    ids: &Ids,
    file: &Spanned<ObservableFile>,
) -> Result<Observable, Error> {
    let o = file.get_ref();
    let what = format!("observable `{}`", o.id.get_ref());
    let scope = match o.reduce {
        Reduce::None => Scope {
            compartments: Some(&ids.compartments),
            ..ids.over_p()
        },
        _ => Scope {
            processes: Some(&ids.processes),
            ..ids.over_spag()
        },
    };
    let weight = match &o.weight {
        Some(w) => Some(source.expression(w, &scope, &format!("the weight of {what}"))?),
        None => None,
    };
    Ok(Observable {
        id: o.id.get_ref().clone(),
        label: o.label.clone(),
        unit: source.unit(&o.unit, file.span(), &what)?,
        expression: source.expression(
            &o.expression,
            &scope,
            &format!("the expression of {what}"),
        )?,
        weight,
        belongs_to: Vec::new(),
        reduce: o.reduce,
        plot: None,
        better: o.better.as_ref().map(|b| *b.get_ref()),
    })
}
