//! `validation.toml`, read and refused.

use crate::library::Library;
use crate::model::Source;
use crate::validation::{Accepted, Validation};

const GOOD: &str = r#"
[[observable]]
id = "double"
label = "Twice"
unit = "1"
expression = "2.0 * s.temperature"

[[case]]
id = "spot"
title = "A spot"
scenario = "gaussian_spot"
grid = [16, 16]

[[case]]
id = "own"
title = "Of its own"
fast = true
setup = '''
label = "Own"
[grid]
cells = [8, 8]
spacing = 1.0
[time]
duration = 1.0
[arms.a]
label = "A"
[arms.b]
label = "B"
'''

[[target]]
id = "warm"
number = "1"
group = "All"
label = "Warm"
quantity = "how warm"
unit = "K"
value = 2.0
relative = 0.1
source = "Known"
evidence = "definition"
measure = { case = "own", arm = "a", observable = "double", reduce = "at", at = 1.0, over = { arm = "b" } }
"#;

fn read(text: &str) -> Result<Validation, crate::Error> {
    let library = Library::embedded();
    let model = library.model("heat")?;
    Validation::parse(&library, &model, Source::new("validation.toml", text))
}

#[test]
fn a_good_file_is_linked() -> Result<(), crate::Error> {
    let field = Library::embedded().model("heat")?.fields[0].id.clone();
    let v = read(&GOOD.replace("temperature", &field))?;
    assert_eq!((v.cases.len(), v.targets.len()), (2, 1));
    let m = &v.targets[0].measure;
    assert_eq!(
        (m.case, m.arm, m.observable),
        (1, 0, v.model.observables.len() - 1)
    );
    let over = m.over.as_ref().map(|o| (o.case, o.arm, o.observable, o.at));
    assert_eq!(over, Some((1, 1, m.observable, 1.0)));
    assert_eq!(
        v.targets[0].accepted,
        Accepted {
            low: Some(1.8),
            high: Some(2.2)
        }
    );
    assert!(v.fast(0) && v.target("warm")? == 0);
    assert_eq!(v.cases[0].scenario.grid.cells, [16, 16, 1]);
    Ok(())
}

#[test]
fn what_is_wrong_is_said_with_its_line() -> Result<(), crate::Error> {
    let field = Library::embedded().model("heat")?.fields[0].id.clone();
    let good = GOOD.replace("temperature", &field);
    let line = |part: &str| 1 + good[..good.find(part).unwrap_or(0)].matches('\n').count();
    for (from, to, words) in [
        (
            "quantity = \"how",
            "quantty = \"how",
            "unknown key `quantty`",
        ),
        (
            "observable = \"double\"",
            "observable = \"doubel\"",
            "did you mean `double`?",
        ),
        (
            "arm = \"a\"",
            "arm = \"c\"",
            "unknown arm `c` of case `own`",
        ),
        (
            "over = { arm = \"b\" }",
            "over = { arm = \"bb\" }",
            "unknown arm `bb`",
        ),
        ("case = \"own\"", "case = \"owm\"", "did you mean `own`?"),
        ("reduce = \"at\"", "reduce = \"att\"", "unknown value `att`"),
        ("at = 1.0", "at = 1.0, times = nan", "`times` is NaN"),
        ("at = 1.0", "at = 5.0", "outside the run"),
        (
            "scenario = \"gaussian_spot\"",
            "scenario = \"gausian_spot\"",
            "did you mean `gaussian_spot`?",
        ),
        ("cells = [8, 8]", "cels = [8, 8]", "unknown key `cels`"),
        (
            "grid = [16, 16]",
            "grid = [1, 16]",
            "1 cells along x are too few",
        ),
        ("2.0 * s.", "2.0 * q.s.x * s.a", "unknown field"),
        (
            "relative = 0.1",
            "relative = 0.1\nwithin = 2.0",
            "exactly one way",
        ),
        ("source = \"Known\"", "source = \" \"", "`source`"),
        ("value = 2.0", "", "no `value`"),
        (
            "definition\"",
            "definition\"\nexpected = \"miss\"",
            "`needs` does not say why",
        ),
        ("id = \"own\"", "id = \"spot\"", "duplicate case `spot`"),
        (
            "reduce = \"at\", at",
            "reduce = \"order\", at",
            "the measure needs `arms`",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let Err(e) = read(&good.replacen(from, to, 1)) else {
            panic!("{to} was accepted");
        };
        let text = e.to_string();
        assert!(text.contains(words), "{to}: {text}");
        let place = e.place.as_ref().map(|p| p.line as usize);
        let there = line(from);
        // Some are told at the head of their table.
        assert!(
            place.is_some_and(|l| l <= there + 1 && l + 14 > there),
            "{to}: {text}"
        );
    }
    let cells = read(&good.replacen("cells = [8, 8]", "cels = [8, 8]", 1));
    assert_eq!(
        cells.err().and_then(|e| e.place).map(|p| p.line as usize),
        Some(line("cells = [8, 8]"))
    );
    Ok(())
}

#[test]
fn every_embedded_validation_is_whole() -> Result<(), crate::Error> {
    let library = Library::embedded();
    let v = library.validation("tumour")?;
    assert!(v.targets.len() > 40 && v.figures.len() == 4);
    let e = library.validation("heat").expect_err("heat has none");
    assert!(e.to_string().contains("models that have it: tumour"), "{e}");
    assert!(
        library
            .validation("tumor")
            .is_err_and(|e| e.to_string().contains("`tumour`"))
    );
    Ok(())
}

#[test]
fn tuned_parameters_say_what_to() -> Result<(), crate::Error> {
    let library = Library::embedded();
    for id in library.models() {
        for p in &library.model(&id)?.parameters {
            let tuned = p.confidence == crate::Confidence::Tuned;
            let says = p.cite.to_lowercase().contains("tuned to");
            assert!(
                !tuned || says,
                "`cite` of {id}: {} says \"{}\"",
                p.id,
                p.cite
            );
        }
    }
    Ok(())
}
