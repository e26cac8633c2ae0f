//! Values of options: one of a few names.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// A parser of values that have a name, the value and a help text each.
pub fn one_of<T: Copy + Send + Sync + 'static>(
    named: &'static [(&'static str, T, &'static str)],
) -> impl TypedValueParser<Value = T> {
    let names = named
        .iter()
        .map(|(name, _, help)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(names).try_map(|text| {
        let found = named.iter().find(|(name, ..)| *name == text);
        found
            .map(|(_, value, _)| *value)
            .ok_or_else(|| format!("there is no `{text}`"))
    })
}
