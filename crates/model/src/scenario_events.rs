//! Timed events: order, names, and the keys that each action needs.

use toml::Spanned;

use crate::error::{Error, Written};
use crate::model::Source;
use crate::number::{plain, plain_list};
use crate::regimen::{LARGEST_DOSE, Regimen, check_amount};
use crate::scenario::{Action, Event, Scenario};
use crate::scenario_build::found;
use crate::scenario_schema::EventFile;

/// Checks and links the events of the last file that has any.
pub(crate) fn events(
    scenario: &Scenario,
    files: &[(Spanned<EventFile>, Source)],
) -> Result<Vec<Event>, Error> {
    let mut events: Vec<Event> = Vec::new();
    for (file, source) in files {
        let e = file.get_ref();
        let time = source.not_negative(&e.time, "`time` of an event")?;
        if let Some(last) = events.last().filter(|last| last.time > time) {
            return Err(Error::new(format!(
                "the events are not in time order: {} comes after {}",
                plain(time),
                plain(last.time)
            ))
            .help("sort the [[event]] tables by `time`")
            .at(source.place(e.time.span())));
        }
        let arms = match &e.arms {
            None => None,
            Some(names) => Some(
                names
                    .iter()
                    .map(|n| found(source, n, |n| scenario.arm(n)))
                    .collect::<Result<Vec<_>, _>>()?,
            ),
        };
        let action =
            action(scenario, e, source).map_err(|err| err.at(source.place(e.action.span())))?;
        events.push(Event {
            time,
            arms,
            after_doses: e.after_doses,
            action,
            place: Written(Some(source.place(e.time.span()))),
        });
    }
    Ok(events)
}

/// Largest magnification of a camera.
const CLOSEST: f64 = 64.0;

/// Keys that each action needs or may have; all others are refused.
const ACTIONS: [(&str, &[&str]); 10] = [
    ("set", &["parameters"]),
    ("dose", &["drug", "multiple"]),
    ("hold", &["drug", "level"]),
    ("release", &["drug"]),
    ("regimen", &["drug", "regimen"]),
    ("switch", &["process", "on"]),
    ("bolus", &["drug", "amount"]),
    ("brush", &["field", "centre", "radius", "amount"]),
    ("caption", &["text"]),
    ("camera", &["zoom", "centre", "over", "show"]),
];

fn action(scenario: &Scenario, e: &EventFile, source: &Source) -> Result<Action, Error> {
    let model = &scenario.model;
    let name = e.action.get_ref().as_str();
    let Some((_, keys)) = ACTIONS.iter().find(|(a, _)| *a == name) else {
        return Err(Error::unknown("action", name, ACTIONS.map(|(a, _)| a)));
    };
    let present = [
        ("drug", e.drug.is_some()),
        ("multiple", e.multiple.is_some()),
        ("level", e.level.is_some()),
        ("regimen", e.regimen.is_some()),
        ("process", e.process.is_some()),
        ("on", e.on.is_some()),
        ("amount", e.amount.is_some()),
        ("field", e.field.is_some()),
        ("centre", e.centre.is_some()),
        ("radius", e.radius.is_some()),
        ("text", e.text.is_some()),
        ("zoom", e.zoom.is_some()),
        ("over", e.over.is_some()),
        ("show", e.show.is_some()),
        ("parameters", e.parameters.is_some()),
    ];
    if let Some((key, _)) = present.iter().find(|(k, on)| *on && !keys.contains(k)) {
        return Err(Error::new(format!(
            "an event with action \"{name}\" has no key `{key}`"
        ))
        .help(format!("its keys are {}", keys.join(", "))));
    }
    let needs = |key: &str| {
        Error::new(format!(
            "an event with action \"{name}\" needs the key `{key}`"
        ))
        .help(format!("its keys are {}", keys.join(", ")))
    };
    let drug = || {
        let drug = e.drug.as_ref().ok_or_else(|| needs("drug"))?;
        found(source, drug, |n| model.drug(n))
    };
    Ok(match name {
        "set" => {
            let list = e.parameters.as_ref().ok_or_else(|| needs("parameters"))?;
            let mut parameters = Vec::new();
            for (name, value) in list {
                let p = found(source, name, |n| model.parameter(n))?;
                model.parameters[p]
                    .check(*value.get_ref())
                    .map_err(|e| e.at(source.place(value.span())))?;
                parameters.push((p, *value.get_ref()));
            }
            Action::Set { parameters }
        }
        "dose" => {
            let multiple = e.multiple.as_ref().ok_or_else(|| needs("multiple"))?;
            let value = source.not_negative(multiple, "`multiple`")?;
            if value > LARGEST_DOSE {
                return Err(Error::new(format!(
                    "`multiple` is {}: at most {} is allowed",
                    plain(value),
                    plain(LARGEST_DOSE)
                ))
                .at(source.place(multiple.span())));
            }
            Action::Dose {
                drug: drug()?,
                multiple: value,
            }
        }
        "hold" => {
            let level = e.level.as_ref().ok_or_else(|| needs("level"))?;
            let (drug, value) = (drug()?, source.not_negative(level, "`level`")?);
            // A level has the unit of its compartment; a number so far above that of a dose is a slip.
            let most = LARGEST_DOSE * model.drugs[drug].regimen.dose;
            if value > most {
                return Err(Error::new(format!(
                    "`level` is {}; at most {} is allowed: {} times the number of a dose",
                    plain(value),
                    plain(most),
                    plain(LARGEST_DOSE)
                ))
                .at(source.place(level.span())));
            }
            Action::Hold {
                drug,
                level: Some(value),
            }
        }
        "release" => Action::Hold {
            drug: drug()?,
            level: None,
        },
        "regimen" => {
            let written = e.regimen.as_ref().ok_or_else(|| needs("regimen"))?;
            let regimen = Regimen::from(written.get_ref());
            let drug = drug()?;
            regimen
                .check()
                .and_then(|()| regimen.check_count(scenario.time.duration))
                .and_then(|()| regimen.check_size(model.drugs[drug].regimen.dose, 1.0))
                .map_err(|err| err.at(source.place(written.span())))?;
            Action::Regimen { drug, regimen }
        }
        "switch" => {
            let id = e.process.as_ref().ok_or_else(|| needs("process"))?;
            Action::Switch {
                what: found(source, id, |n| model.switchable(n))?,
                on: e.on.ok_or_else(|| needs("on"))?,
            }
        }
        "bolus" => {
            let amount = e.amount.as_ref().ok_or_else(|| needs("amount"))?;
            let drug = drug()?;
            let value = source.not_negative(amount, "`amount`")?;
            check_amount(value, model.drugs[drug].regimen.dose).map_err(|mut err| {
                err.what = format!("`amount` is {}", err.what);
                err.at(source.place(amount.span()))
            })?;
            Action::Bolus {
                drug,
                amount: value,
            }
        }
        "brush" => {
            let field = e.field.as_ref().ok_or_else(|| needs("field"))?;
            let centre = e.centre.as_ref().ok_or_else(|| needs("centre"))?;
            let radius = e.radius.as_ref().ok_or_else(|| needs("radius"))?;
            let amount = e.amount.as_ref().ok_or_else(|| needs("amount"))?;
            let index = found(source, field, |n| model.field(n))?;
            Action::Brush {
                field: index,
                centre: place(scenario, centre, source)?,
                radius: source.positive(radius, "`radius`")?,
                amount: source.finite(amount, "`amount`")?,
            }
        }
        "camera" => camera(scenario, e, source)?,
        _ => Action::Caption {
            text: e
                .text
                .as_ref()
                .ok_or_else(|| needs("text"))?
                .get_ref()
                .clone(),
        },
    })
}

// Two or three numbers; without the third the middle of the tissue's height.
fn place(
    scenario: &Scenario,
    written: &Spanned<Vec<f64>>,
    source: &Source,
) -> Result<[f64; 3], Error> {
    let c = written.get_ref();
    if !(2..=3).contains(&c.len()) || c.iter().any(|v| !v.is_finite()) {
        return Err(Error::new(format!(
            "`centre` is {}, which is not two or three finite numbers",
            plain_list(c)
        ))
        .at(source.place(written.span())));
    }
    let middle = scenario.grid.extent()[2] / 2.0;
    Ok([c[0], c[1], c.get(2).copied().unwrap_or(middle)])
}

fn camera(scenario: &Scenario, e: &EventFile, source: &Source) -> Result<Action, Error> {
    let model = &scenario.model;
    let zoom = match &e.zoom {
        None => None,
        Some(zoom) if (1.0..=CLOSEST).contains(zoom.get_ref()) => Some(*zoom.get_ref()),
        Some(zoom) => {
            return Err(Error::new(format!(
                "`zoom` is {}: 1 (the whole tissue) to {CLOSEST} is allowed",
                plain(*zoom.get_ref())
            ))
            .at(source.place(zoom.span())));
        }
    };
    let centre = e.centre.as_ref().map(|c| place(scenario, c, source));
    let over = e.over.as_ref().map(|t| source.not_negative(t, "`over`"));
    let show = match &e.show {
        None => None,
        Some(name) => Some(found(source, name, |n| model.shown(n))?),
    };
    Ok(Action::Camera {
        zoom,
        centre: centre.transpose()?,
        over: over.transpose()?.unwrap_or(0.0),
        show,
    })
}
