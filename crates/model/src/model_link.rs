//! From the text of `model.toml` to a [`Model`]: parse, check each part, link the parts.
//!
//! Order matters only where one part names another: fields and compartments before processes,
//! processes before observables, observables before cycle steps. Identifiers of all parts are
//! gathered first, so that expressions can be checked wherever they stand.

use std::ops::Range;

use toml::Spanned;

use crate::error::{Error, Place};
use crate::expression::Scope;
use crate::model::{CycleStep, Drug, Model, Observable, Source, Transport};
use crate::model_ids::Ids;
use crate::model_parts::{
    auxiliary, burden_of, check_header, compartment, counterfactual, field, optional, parameter,
    process, time_unit, transport, view,
};
use crate::regimen::Regimen;
use crate::schema::{Better, ModelFile, Reduce, TransportFile, Wall};

impl Model {
    /// Reads and checks a model. `functions` may be empty.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line in `model.toml`.
    pub fn parse(model_toml: Source, functions: Source) -> Result<Self, Error> {
        check_functions(&functions)?;
        let source = &model_toml;
        let file: ModelFile = toml::from_str(&source.text).map_err(|e| source.parse_error(&e))?;
        let ids = Ids::gather(&file, source)?;
        let h = &file.model;
        check_header(source, h)?;
        if file.field.is_empty() && file.compartment.is_empty() {
            return Err(Error::new("the model has no field")
                .help("add a [[field]] table")
                .at(source.place(h.id.span())));
        }
        let mut model = Self {
            id: h.id.get_ref().clone(),
            label: h.label.clone(),
            description: h.description.clone(),
            time_unit: time_unit(source, h)?.symbol.to_owned(),
            length_unit: h.length_unit.clone(),
            default_scenario: h.default_scenario.clone(),
            time_step: source.positive(&h.time_step, "`time_step`")?,
            caveat: h.caveat.clone(),
            burden: None,
            burden_of: burden_of(source, h)?,
            outline: None,
            fields: each(&file.field, |f, at| field(source, &ids, f, at))?,
            parameters: each(&file.parameter, |p, at| parameter(source, p, at))?,
            compartments: each(&file.compartment, |c, at| compartment(source, c, at))?,
            auxiliaries: Vec::new(),
            processes: Vec::new(),
            transports: Vec::new(),
            drugs: Vec::new(),
            observables: Vec::new(),
            views: Vec::new(),
            cycle: Vec::new(),
            counterfactuals: Vec::new(),
            hash: fingerprint(&[&source.text, &functions.text]),
            functions,
            source: source.clone(),
        };
        for (i, a) in file.auxiliary.iter().enumerate() {
            let earlier = Scope {
                auxiliaries: Some(&ids.auxiliaries[..i]),
                ..ids.over_spag()
            };
            model
                .auxiliaries
                .push(auxiliary(source, &earlier, a.get_ref(), a.span())?);
        }
        model.link_observables(&file, &ids)?;
        model.link_cells(&file)?;
        model.link_cycle(&file)?;
        model.processes = each(&file.process, |p, at| process(source, &ids, &model, p, at))?;
        model.link_transports(&file, &ids)?;
        model.link_drugs(&file, &ids)?;
        model.views = each(&file.view, |v, _| view(source, &model, v))?;
        model.counterfactuals = each(&file.counterfactual, |c, at| {
            counterfactual(source, &model, c, at)
        })?;
        Ok(model)
    }

    fn link_observables(&mut self, file: &ModelFile, ids: &Ids) -> Result<(), Error> {
        let source = &self.source;
        self.observables = each(&file.observable, |o, at| {
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
            if let Some(w) = &o.weight
                && o.reduce != Reduce::Mean
            {
                return Err(Error::new(format!("{what} has a `weight` but is no mean"))
                    .help("write reduce = \"mean\", or leave out `weight`")
                    .at(source.place(w.span())));
            }
            Ok(Observable {
                id: o.id.get_ref().clone(),
                label: o.label.clone(),
                unit: source.unit(&o.unit, at, &what)?,
                expression: source.expression(
                    &o.expression,
                    &scope,
                    &format!("the expression of {what}"),
                )?,
                weight: optional(source, o.weight.as_ref(), &scope, "weight", &what)?,
                belongs_to: Vec::new(),
                reduce: o.reduce,
                plot: o.plot.clone(),
                better: o.better.as_ref().map(|b| *b.get_ref()),
            })
        })?;
        if let Some(burden) = &file.model.burden {
            let i = self
                .observable(burden.get_ref())
                .map_err(|e| e.at(source.place(burden.span())))?;
            if let Some(better) = &file.observable[i].get_ref().better
                && *better.get_ref() == Better::More
            {
                let id = burden.get_ref();
                return Err(Error::new(format!(
                    "`{id}` is the burden of the model, and of a burden less is better"
                ))
                .help("write better = \"less\", leave `better` out, or name another burden in [model]")
                .at(source.place(better.span())));
            }
            self.burden = Some(i);
            self.observables[i].better = Some(Better::Less);
        }
        Ok(())
    }

    fn link_cycle(&mut self, file: &ModelFile) -> Result<(), Error> {
        let source = &self.source;
        self.cycle = each(&file.cycle, |c, _| {
            let what = format!("cycle step `{}`", c.id.get_ref());
            Ok(CycleStep {
                id: c.id.get_ref().clone(),
                label: c.label.clone(),
                rate: self
                    .observable(c.rate.get_ref())
                    .map_err(|e| e.at(source.place(c.rate.span())))?,
                explanation: c.explanation.clone(),
                cite: source.citation(&c.cite, &what)?,
            })
        })?;
        Ok(())
    }

    fn link_transports(&mut self, file: &ModelFile, ids: &Ids) -> Result<(), Error> {
        for (i, t) in file.transport.iter().enumerate() {
            let transport = transport(&self.source, ids, self, t.get_ref(), t.span())?;
            for (&f, id) in transport.moves.iter().zip(&t.get_ref().moves) {
                if let Some(first) = self.fields[f].transport.replace(i) {
                    let first = &file.transport[first].get_ref().id;
                    return Err(Error::new(format!(
                        "field `{}` is moved twice, by `{}` and by `{}`",
                        id.get_ref(),
                        first.get_ref(),
                        transport.id
                    ))
                    .help("a field may be in one transport only: add the potentials up")
                    .at(self.source.place(id.span())));
                }
            }
            self.wraps_alike(&transport, t.get_ref())?;
            self.transports.push(transport);
        }
        Ok(())
    }

    // One drift moves all fields of a transport, so an axis wraps around for all of them or for none.
    fn wraps_alike(&self, transport: &Transport, file: &TransportFile) -> Result<(), Error> {
        let Some((&first, others)) = transport.moves.split_first() else {
            return Ok(());
        };
        let wraps =
            |f: usize, axis: usize| self.fields[f].boundary.axes()[axis].contains(&Wall::Periodic);
        for (&f, id) in others.iter().zip(&file.moves[1..]) {
            let Some(axis) = (0..3).find(|&axis| wraps(f, axis) != wraps(first, axis)) else {
                continue;
            };
            let (around, walled) = if wraps(f, axis) {
                (f, first)
            } else {
                (first, f)
            };
            return Err(Error::new(format!(
                "transport `{}` moves `{}`, which is periodic along {}, together with `{}`, which has walls there",
                transport.id,
                self.fields[around].id,
                ["x", "y", "z"][axis],
                self.fields[walled].id
            ))
            .help("give both the same `boundary` along this axis, or move them by two transports")
            .at(self.source.place(id.span())));
        }
        Ok(())
    }

    fn link_drugs(&mut self, file: &ModelFile, ids: &Ids) -> Result<(), Error> {
        let source = &self.source;
        self.drugs = each(&file.drug, |d, at| {
            let what = format!("drug `{}`", d.id.get_ref());
            let regimen = Regimen::from(d.regimen.get_ref());
            regimen
                .check()
                .map_err(|e| e.at(source.place(d.regimen.span())))?;
            Ok(Drug {
                id: d.id.get_ref().clone(),
                label: d.label.clone(),
                unit: source.unit(&d.unit, at, &what)?,
                into: self
                    .compartment(d.into.get_ref())
                    .map_err(|e| e.at(source.place(d.into.span())))?,
                measured_in: {
                    let named = d.measured_in.as_ref().unwrap_or(&d.into);
                    self.compartment(named.get_ref())
                        .map_err(|e| e.at(source.place(named.span())))?
                },
                per_dose: source.expression(
                    &d.per_dose,
                    &ids.over_p(),
                    &format!("`per_dose` of {what}"),
                )?,
                colour: source.colour(&d.colour)?,
                regimen,
                cite: source.citation(&d.cite, &what)?,
            })
        })?;
        Ok(())
    }
}

/// Converts each item of a list, with its span.
fn each<A, B>(
    items: &[Spanned<A>],
    mut convert: impl FnMut(&A, Range<usize>) -> Result<B, Error>,
) -> Result<Vec<B>, Error> {
    items
        .iter()
        .map(|x| convert(x.get_ref(), x.span()))
        .collect()
}

/// A short name for texts that changes when one of them does, 16 hexadecimal digits: FNV-1a, 64 bit, of the
/// texts with a separator (Fowler, Noll, Vo; parameters of the reference implementation).
pub fn fingerprint(texts: &[&str]) -> String {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for text in texts {
        for byte in text.bytes().chain([0]) {
            h = (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{h:016x}")
}

/// `functions.wgsl` holds pure functions and constants: no bindings and no entry points.
fn check_functions(functions: &Source) -> Result<(), Error> {
    functions.plain_code()?;
    for (line, text) in (1..).zip(functions.text.lines()) {
        let code = text.split("//").next().unwrap_or_default();
        let marks = ["@group", "@binding", "@compute", "@vertex", "@fragment"];
        if let Some(mark) = marks.iter().find(|m| code.contains(**m)) {
            return Err(Error::new(format!("`{mark}` is not allowed here"))
                .help("functions.wgsl holds pure functions and constants; state comes as arguments")
                .at(Place {
                    file: functions.path.clone(),
                    line,
                    column: 1,
                }));
        }
    }
    Ok(())
}
