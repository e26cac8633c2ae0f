//! The parts of a model, each from its table: texts, numbers and names checked, expressions in scope.

use std::ops::Range;

use toml::Spanned;

use crate::error::Error;
use crate::expression::Scope;
use crate::model::{
    Auxiliary, Channel, Compartment, Counterfactual, Expression, Field, Model, Parameter, Process,
    Source, Target, Transport, View,
};
use crate::model_ids::Ids;
use crate::number::plain;
use crate::schema::{
    AuxiliaryFile, Coefficient, CompartmentFile, CounterfactualFile, FieldFile, FieldKind,
    ModelHeader, ParameterFile, ProcessFile, TransportFile, ViewFile,
};
use crate::units::TimeUnit;

/// An expression that may be absent.
pub(crate) fn optional(
    source: &Source,
    text: Option<&Spanned<String>>,
    scope: &Scope<'_>,
    key: &str,
    what: &str,
) -> Result<Option<Expression>, Error> {
    text.map(|t| source.expression(t, scope, &format!("`{key}` of {what}")))
        .transpose()
}

pub(crate) fn check_header(source: &Source, h: &ModelHeader) -> Result<(), Error> {
    crate::identifier::check(h.id.get_ref()).map_err(|e| e.at(source.place(h.id.span())))?;
    for (key, text) in [
        ("label", &h.label),
        ("length_unit", &h.length_unit),
        ("default_scenario", &h.default_scenario),
    ] {
        let what = format!("`{key}` of the model");
        source.not_blank(text, h.id.span(), &what, "it is shown to people")?;
    }
    Ok(())
}

/// What the burden counts.
pub(crate) fn burden_of(source: &Source, h: &ModelHeader) -> Result<Option<String>, Error> {
    let Some(of) = &h.burden_of else {
        return Ok(None);
    };
    source.not_blank(
        of.get_ref(),
        of.span(),
        "`burden_of`",
        "it is shown to people",
    )?;
    if h.burden.is_none() {
        return Err(Error::new(
            "`burden_of` says what a burden counts, but the model names no `burden`",
        )
        .help("name the observable with `burden = \"…\"`, or leave out `burden_of`")
        .at(source.place(of.span())));
    }
    Ok(Some(of.get_ref().clone()))
}

/// The unit of time of the header.
pub(crate) fn time_unit(source: &Source, h: &ModelHeader) -> Result<&'static TimeUnit, Error> {
    TimeUnit::of(h.time_unit.get_ref()).map_err(|e| e.at(source.place(h.time_unit.span())))
}

pub(crate) fn field(
    source: &Source,
    ids: &Ids,
    f: &FieldFile,
    at: Range<usize>,
) -> Result<Field, Error> {
    let what = format!("field `{}`", f.id.get_ref());
    if f.kind == FieldKind::Static
        && let Some(e) = f.diffusion.as_ref().or(f.hindrance.as_ref())
    {
        return Err(
            Error::new(format!("{what} is static, so it cannot diffuse"))
                .help("leave out `diffusion` and `hindrance`, or change `kind`")
                .at(source.place(e.span())),
        );
    }
    let over_x = Scope {
        position: true,
        ..ids.over_p()
    };
    Ok(Field {
        id: f.id.get_ref().clone(),
        label: f.label.clone(),
        symbol: f.symbol.clone(),
        unit: source.unit(&f.unit, at, &what)?,
        kind: f.kind,
        diffusion: optional(
            source,
            f.diffusion.as_ref(),
            &ids.over_p(),
            "diffusion",
            &what,
        )?,
        hindrance: optional(
            source,
            f.hindrance.as_ref(),
            &ids.over_spa(),
            "hindrance",
            &what,
        )?,
        face_mean: f.face_mean,
        boundary: source.boundary(f.boundary.as_ref(), f.id.get_ref())?,
        scale: source.positive(&f.scale, &format!("`scale` of {what}"))?,
        display: source.range(&f.display, &format!("`display` of {what}"), false)?,
        colour: source.colour(&f.colour)?,
        initial: f
            .initial
            .as_ref()
            .map(|i| source.number_or_expression(i, &over_x, &format!("`initial` of {what}")))
            .transpose()?,
        transport: None,
        belongs_to: Vec::new(),
        cite: f.cite.clone(),
    })
}

pub(crate) fn parameter(
    source: &Source,
    p: &ParameterFile,
    at: Range<usize>,
) -> Result<Parameter, Error> {
    let what = format!("parameter `{}`", p.id.get_ref());
    let parameter = Parameter {
        id: p.id.get_ref().clone(),
        label: p.label.clone(),
        symbol: p.symbol.clone(),
        unit: source.unit(&p.unit, at, &what)?,
        value: *p.value.get_ref(),
        range: source.range(&p.range, &format!("`range` of {what}"), true)?,
        log: p.log,
        group: p.group.clone(),
        cite: source.citation(&p.cite, &what)?,
        confidence: p.confidence,
    };
    parameter.check(parameter.value).map_err(|mut e| {
        e.help = Some("change `value` or widen `range`".to_owned());
        e.at(source.place(p.value.span()))
    })?;
    if p.log && parameter.range[0] <= 0.0 {
        return Err(Error::new(format!(
            "`range` of {what} starts at {}, but a slider in decades needs > 0",
            plain(parameter.range[0])
        ))
        .help("leave out `log`, or start above 0")
        .at(source.place(p.range.span())));
    }
    Ok(parameter)
}

pub(crate) fn compartment(
    source: &Source,
    c: &CompartmentFile,
    at: Range<usize>,
) -> Result<Compartment, Error> {
    let what = format!("compartment `{}`", c.id.get_ref());
    Ok(Compartment {
        id: c.id.get_ref().clone(),
        label: c.label.clone(),
        symbol: c.symbol.clone(),
        unit: source.unit(&c.unit, at, &what)?,
        initial: source.not_negative(&c.initial, &format!("`initial` of {what}"))?,
        scale: source.positive(&c.scale, &format!("`scale` of {what}"))?,
        cite: c.cite.clone(),
    })
}

pub(crate) fn auxiliary(
    source: &Source,
    scope: &Scope<'_>,
    a: &AuxiliaryFile,
    at: Range<usize>,
) -> Result<Auxiliary, Error> {
    let what = format!("auxiliary `{}`", a.id.get_ref());
    Ok(Auxiliary {
        id: a.id.get_ref().clone(),
        label: a.label.clone(),
        unit: source.unit(&a.unit, at, &what)?,
        expression: source.expression(&a.expression, scope, &what)?,
        display: source.range(&a.display, &format!("`display` of {what}"), false)?,
        belongs_to: Vec::new(),
        cite: a.cite.clone(),
    })
}

pub(crate) fn process(
    source: &Source,
    ids: &Ids,
    model: &Model,
    p: &ProcessFile,
    at: Range<usize>,
) -> Result<Process, Error> {
    let what = format!("process `{}`", p.id.get_ref());
    let target = |name: &Spanned<String>, verb: &str| {
        let place = source.place(name.span());
        let target = model
            .target(name.get_ref())
            .map_err(|e| e.at(place.clone()))?;
        if let Target::Field(f) = target
            && model.fields[f].kind == FieldKind::Static
        {
            return Err(Error::new(format!(
                "{what} {verb} `{}`, which is a static field",
                name.get_ref()
            ))
            .help("a static map has no equation: change its `kind`, or name another field")
            .at(place));
        }
        Ok(target)
    };
    let consumes = p
        .consumes
        .as_ref()
        .map(|c| target(c, "consumes"))
        .transpose()?;
    let mut produces = Vec::new();
    for (name, coefficient) in &p.produces {
        let key = format!("the coefficient of `{}` in {what}", name.get_ref());
        // The rate of a consumed quantity is taken implicitly, so a loss must not hide here.
        let written = match coefficient.get_ref() {
            Coefficient::Number(n) => Some(*n),
            Coefficient::Expression(text) => text.trim().parse().ok(),
        };
        if let Some(n) = written
            && !(n.is_finite() && n > 0.0)
        {
            return Err(Error::new(format!(
                "{key} is {}: what `produces` lists needs a finite number > 0",
                plain(n)
            ))
            .help(format!(
                "for a loss use `consumes = \"{}\"`",
                name.get_ref()
            ))
            .at(source.place(coefficient.span())));
        }
        produces.push((
            target(name, "produces")?,
            source.number_or_expression(coefficient, &ids.over_p(), &key)?,
        ));
    }
    if consumes.is_none() && produces.is_empty() {
        return Err(
            Error::new(format!("{what} neither consumes nor produces anything"))
                .help("add `consumes = \"…\"` or `produces = { … = 1.0 }`")
                .at(source.place(at)),
        );
    }
    let spatial = consumes
        .iter()
        .chain(produces.iter().map(|(t, _)| t))
        .any(|t| matches!(t, Target::Field(_)));
    let (scope, rate_of) = if spatial {
        (ids.over_spag(), format!("the rate of {what}"))
    } else {
        let scope = Scope {
            compartments: Some(&ids.compartments),
            ..ids.over_p()
        };
        (
            scope,
            format!("the rate of {what}, which is between compartments only,"),
        )
    };
    Ok(Process {
        id: p.id.get_ref().clone(),
        label: p.label.clone(),
        rate: source.expression(&p.rate, &scope, &rate_of)?,
        consumes,
        produces,
        step: p
            .step
            .as_ref()
            .map(|s| {
                model
                    .cycle_step(s.get_ref())
                    .map_err(|e| e.at(source.place(s.span())))
            })
            .transpose()?,
        cite: source.citation(&p.cite, &what)?,
        spatial,
    })
}

pub(crate) fn transport(
    source: &Source,
    ids: &Ids,
    model: &Model,
    t: &TransportFile,
    at: Range<usize>,
) -> Result<Transport, Error> {
    let what = format!("transport `{}`", t.id.get_ref());
    if t.moves.is_empty() {
        return Err(Error::new(format!("{what} moves nothing"))
            .help("name at least one field in `moves`")
            .at(source.place(at)));
    }
    let moves = t.moves.iter().map(|name| {
        let place = source.place(name.span());
        let f = model
            .field(name.get_ref())
            .map_err(|e| e.at(place.clone()))?;
        if model.fields[f].kind == FieldKind::Static {
            return Err(Error::new(format!(
                "{what} moves `{}`, which is a static field",
                name.get_ref()
            ))
            .help("a static map has no equation: change its `kind`, or leave it out")
            .at(place));
        }
        Ok(f)
    });
    let over_spa = ids.over_spa();
    Ok(Transport {
        id: t.id.get_ref().clone(),
        label: t.label.clone(),
        moves: moves.collect::<Result<_, Error>>()?,
        potential: source.expression(&t.potential, &over_spa, &format!("`potential` of {what}"))?,
        speed_limit: optional(
            source,
            t.speed_limit.as_ref(),
            &ids.over_p(),
            "speed_limit",
            &what,
        )?,
        hindrance: optional(source, t.hindrance.as_ref(), &over_spa, "hindrance", &what)?,
        cite: source.citation(&t.cite, &what)?,
    })
}

pub(crate) fn view(source: &Source, model: &Model, v: &ViewFile) -> Result<View, Error> {
    let channels = v.channels.iter().map(|c| {
        let field = model
            .field(c.field.get_ref())
            .map_err(|e| e.at(source.place(c.field.span())))?;
        Ok(Channel {
            field,
            colour: match &c.colour {
                Some(colour) => source.colour(colour)?,
                None => model.fields[field].colour,
            },
            full: match &c.full {
                Some(full) => source.positive(full, "`full` of a channel")?,
                None => model.fields[field].display[1],
            },
        })
    });
    Ok(View {
        id: v.id.get_ref().clone(),
        label: v.label.clone(),
        channels: channels.collect::<Result<_, Error>>()?,
    })
}

pub(crate) fn counterfactual(
    source: &Source,
    model: &Model,
    c: &CounterfactualFile,
    at: Range<usize>,
) -> Result<Counterfactual, Error> {
    let what = format!("counterfactual `{}`", c.id.get_ref());
    for (key, text) in [("label", &c.label), ("explanation", &c.explanation)] {
        let what = format!("`{key}` of {what}");
        source.not_blank(text, at.clone(), &what, "it is shown to people")?;
    }
    if c.parameters.is_empty() && c.off.is_empty() {
        return Err(Error::new(format!("{what} changes nothing"))
            .help("add `parameters = { … = 0.0 }` or `off = [\"…\"]`")
            .at(source.place(at)));
    }
    let parameters = c.parameters.iter().map(|(name, value)| {
        let p = model
            .parameter(name.get_ref())
            .map_err(|e| e.at(source.place(name.span())))?;
        model.parameters[p]
            .check(*value.get_ref())
            .map_err(|e| e.at(source.place(value.span())))?;
        Ok((p, *value.get_ref()))
    });
    let off = c.off.iter().map(|name| {
        model
            .switchable(name.get_ref())
            .map_err(|e| e.at(source.place(name.span())))
    });
    Ok(Counterfactual {
        id: c.id.get_ref().clone(),
        label: c.label.clone(),
        parameters: parameters.collect::<Result<_, Error>>()?,
        off: off.collect::<Result<_, Error>>()?,
        explanation: c.explanation.clone(),
        cite: source.citation(&c.cite, &what)?,
    })
}
