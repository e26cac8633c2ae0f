//! Which observables show what a drug does, read off the equations.
//!
//! # Theory
//! The equations are a directed graph: a process leads from what it consumes to what it produces, and an
//! expression leads from every variable it names to what it defines. The nearest observables to the
//! compartment that a dose enters are the drug's own: its amount in plasma and in tissue, then its target.
//! An expression of `n` variables says less about each, so its edges have length `n`.
//!
//! # Practice
//! Relaxation over all edges until nothing changes (Bellman-Ford); models have some hundred edges.

use std::collections::BTreeMap;

use warmfront_model::{Model, Target};

/// Observables that the model plots, at most `most`: first those that no other drug leads to, the nearest
/// first, then those that are nearer to this drug than to any other, by how much.
pub fn related_observables(model: &Model, drug: usize, most: usize) -> Vec<usize> {
    let edges = edges(model);
    let own = distances(model, &edges, drug);
    let drugs = (0..model.drugs.len()).filter(|d| *d != drug);
    let others: Vec<_> = drugs.map(|d| distances(model, &edges, d)).collect();
    let none_plotted = model.observables.iter().all(|o| o.plot.is_none());
    let observables = model.observables.iter().enumerate();
    let mut found: Vec<(Option<usize>, usize, usize)> = observables
        .filter(|(i, o)| (o.plot.is_some() || none_plotted) && model.burden != Some(*i))
        .filter_map(|(i, o)| {
            let name = format!("o.{}", o.id);
            let near = *own.get(&name)?;
            let other = others.iter().filter_map(|d| d.get(&name)).min();
            match other {
                // Greater leads come first.
                Some(other) => Some((Some(usize::MAX - other.checked_sub(near)?), near, i)),
                None => Some((None, near, i)),
            }
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(most).map(|(.., i)| i).collect()
}

/// Length of the shortest path from the compartment that a dose enters to everything that it leads to.
fn distances(model: &Model, edges: &[Edge], drug: usize) -> BTreeMap<String, usize> {
    let mut distance: BTreeMap<String, usize> = BTreeMap::new();
    distance.insert(name(model, Target::Compartment(model.drugs[drug].into)), 0);
    loop {
        let mut changed = false;
        for (from, to, length) in edges {
            let Some(d) = distance.get(from).map(|d| d + length) else {
                continue;
            };
            if distance.get(to).is_none_or(|old| d < *old) {
                distance.insert(to.clone(), d);
                changed = true;
            }
        }
        if !changed {
            return distance;
        }
    }
}

type Edge = (String, String, usize);

fn edges(model: &Model) -> Vec<Edge> {
    let mut edges = Vec::new();
    for p in &model.processes {
        for (target, _) in &p.produces {
            let to = name(model, *target);
            match p.consumes {
                Some(from) => edges.push((name(model, from), to, 1)),
                None => refer(&mut edges, &p.rate.text, &to),
            }
        }
    }
    for a in &model.auxiliaries {
        refer(&mut edges, &a.expression.text, &format!("a.{}", a.id));
    }
    for o in &model.observables {
        refer(&mut edges, &o.expression.text, &format!("o.{}", o.id));
    }
    edges
}

fn name(model: &Model, target: Target) -> String {
    match target {
        Target::Field(i) => format!("s.{}", model.fields[i].id),
        Target::Compartment(i) => format!("g.{}", model.compartments[i].id),
    }
}

fn refer(edges: &mut Vec<Edge>, expression: &str, to: &str) {
    let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
    let mut names: Vec<&str> = words
        .filter(|w| ["s.", "g.", "a."].iter().any(|p| w.starts_with(p)))
        .collect();
    names.sort_unstable();
    names.dedup();
    let length = names.len();
    let new = names
        .into_iter()
        .map(|n| (n.to_owned(), to.to_owned(), length));
    edges.extend(new);
}

#[cfg(test)]
mod tests {
    use warmfront_model::Library;

    use super::*;

    #[test]
    fn a_drug_is_measured_near_where_it_goes() {
        let library = Library::embedded();
        let model = library.model("tumour").expect("it is valid");
        for drug in 0..model.drugs.len() {
            let found = related_observables(&model, drug, 4);
            assert_eq!(found.len(), 4);
            // The amount where the dose goes comes first: an average over nothing, so no field.
            let first = &model.observables[found[0]];
            assert!(first.expression.text.contains("g."), "{}", first.id);
        }
        let [a, b] = [0, 1].map(|drug| related_observables(&model, drug, 4));
        assert!(a.iter().all(|o| !b.contains(o)), "{a:?} {b:?}");
        // What the MEK inhibitor raises on tumour cells belongs to it.
        let mhc1 = model.observable("mhc1_tumour").expect("it is there");
        assert!(b.contains(&mhc1), "{b:?}");
    }
}
