//! What is allowed in a scenario but probably not meant, as every command and the window tell it.

use warmfront_model::{Action, Scenario};
use warmfront_view::text::missing_letter;

/// Everything about a run of the arms `arms`: what the scenario says of itself, and letters that cannot be
/// drawn.
pub fn warnings(scenario: &Scenario, arms: &[usize]) -> Vec<String> {
    let mut warnings = scenario.warnings(arms);
    warnings.extend(missing_letters(scenario));
    warnings
}

/// What concerns the data rather than the run: images that may not be meant as they were read, and letters
/// that cannot be drawn.
pub fn data_warnings(scenario: &Scenario) -> Vec<String> {
    let mut warnings = scenario.image_warnings();
    warnings.extend(missing_letters(scenario));
    warnings
}

/// One line about the first text of figures, films and the window with a letter that the fonts lack.
fn missing_letters(scenario: &Scenario) -> Option<String> {
    let found: Vec<(&str, char)> = drawn(scenario)
        .into_iter()
        .filter_map(|text| missing_letter(text).map(|c| (text, c)))
        .collect();
    let (text, letter) = *found.first()?;
    let others = match found.len() {
        1 => String::new(),
        2 => " (and in one text more)".to_owned(),
        n => format!(" (and in {} texts more)", n - 1),
    };
    Some(format!(
        "the fonts of figures, films and the window lack the character `{letter}` (U+{:04X}) of \"{text}\"{others}: a box stands in its place there; tables keep it",
        u32::from(letter)
    ))
}

/// Texts that stand in figures, films and the window.
fn drawn(scenario: &Scenario) -> Vec<&str> {
    let model = &scenario.model;
    let mut texts = vec![scenario.label.as_str(), model.label.as_str()];
    texts.extend(scenario.arms.iter().map(|a| a.label.as_str()));
    texts.extend(scenario.events.iter().filter_map(|e| match &e.action {
        Action::Caption { text } => Some(text.as_str()),
        _ => None,
    }));
    let pairs = (model.fields.iter().map(|f| (&f.label, &f.unit)))
        .chain(model.compartments.iter().map(|c| (&c.label, &c.unit)))
        .chain(model.auxiliaries.iter().map(|a| (&a.label, &a.unit)))
        .chain(model.observables.iter().map(|o| (&o.label, &o.unit)))
        .chain(model.parameters.iter().map(|p| (&p.label, &p.unit)))
        .chain(model.drugs.iter().map(|d| (&d.label, &d.unit)));
    texts.extend(pairs.flat_map(|(label, unit)| [label.as_str(), unit.as_str()]));
    texts.extend(model.processes.iter().map(|p| p.label.as_str()));
    texts.extend(model.transports.iter().map(|t| t.label.as_str()));
    texts.extend(model.views.iter().map(|v| v.label.as_str()));
    texts
}

#[cfg(test)]
mod tests {
    use warmfront_model::{Library, Source};

    use super::*;

    #[test]
    fn letters_that_no_font_has_are_told_once_with_their_text() {
        let library = Library::embedded();
        let told = |label: &str, arm: &str| {
            let text = format!(
                "model = \"heat\"\nextends = \"heat/cosine_mode\"\nlabel = \"{label}\"\n[arms.a]\nlabel = \"{arm}\"\n"
            );
            let scenario = library
                .scenario_from_text(Source::new("x.toml", text))
                .expect("a scenario");
            missing_letters(&scenario)
        };
        assert_eq!(told("Größe µ → ∞", "Контроль ελ"), None);
        let one = told("肿瘤", "control").expect("no such letter");
        assert!(one.contains("`肿` (U+80BF) of \"肿瘤\": a box"), "{one}");
        let two = told("heat", "対照").expect("no such letter");
        assert!(two.contains("`対` (U+5BFE) of \"対照\": a box"), "{two}");
        let both = told("肿瘤", "対照").expect("no such letter");
        assert!(
            both.contains("of \"肿瘤\" (and in one text more)"),
            "{both}"
        );
        for model in library.models() {
            let model = library.model(&model).expect("it is valid");
            for name in library.scenarios(&model) {
                let scenario = library.scenario(&format!("{}/{name}", model.id));
                assert_eq!(missing_letters(&scenario.expect("it is valid")), None);
            }
        }
    }
}
