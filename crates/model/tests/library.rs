//! Names, paths and `extends`; and every model and scenario that ships.

use crate::common::{MODEL, SCENARIO, has, with};
use warmfront_model::{Library, Source};

fn library(files: &[(&str, &str)]) -> (tempfile::TempDir, Library) {
    let dir = tempfile::tempdir().expect("a folder for the test");
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        std::fs::write(path, text).expect("writable");
    }
    let library = Library::folder(dir.path());
    (dir, library)
}

fn two_models() -> (tempfile::TempDir, Library) {
    let other = with(MODEL, "id = \"toy\"", "id = \"other\"");
    let other_base = with(SCENARIO, "model = \"toy\"", "model = \"other\"");
    library(&[
        ("models/toy/model.toml", MODEL),
        (
            "models/toy/functions.wgsl",
            "fn f(x: f32) -> f32 { return x; }",
        ),
        ("models/toy/scenarios/base.toml", SCENARIO),
        (
            "models/toy/scenarios/denser.toml",
            "label = \"Denser\"\nextends = \"base\"\n[parameters]\nmotility = 20\n[initial.tumour]\nmean = 0.4\n[arms.mek.doses]\nmek = 2.0\n[time]\nduration = 20",
        ),
        (
            "models/toy/scenarios/a.toml",
            "label = \"A\"\nextends = \"b\"",
        ),
        (
            "models/toy/scenarios/b.toml",
            "label = \"B\"\nextends = \"a\"",
        ),
        (
            "models/toy/scenarios/self.toml",
            "label = \"S\"\nextends = \"self\"",
        ),
        (
            "models/toy/scenarios/lost.toml",
            "label = \"L\"\nextends = \"bse\"",
        ),
        (
            "models/toy/scenarios/foreign.toml",
            "label = \"F\"\nextends = \"other/base\"",
        ),
        ("models/other/model.toml", &other),
        ("models/other/scenarios/base.toml", &other_base),
        ("models/wrong/model.toml", MODEL),
        (
            "mine.toml",
            "label = \"Mine\"\nmodel = \"toy\"\nextends = \"denser\"\nseed = 5",
        ),
        ("yours.toml", "label = \"Yours\"\nextends = \"mine.toml\""),
        ("homeless.toml", "label = \"H\"\n"),
    ])
}

#[test]
fn names_and_paths_find_scenarios() {
    let (dir, library) = two_models();
    assert_eq!(library.models(), ["other", "toy", "wrong"]);
    let toy = library.model("toy").expect("known");
    assert!(toy.functions.text.contains("fn f"));
    assert!(library.scenarios(&toy).contains(&"denser".to_owned()));
    for (name, label) in [
        ("denser", "Denser"),
        ("toy", "Base"),
        ("other/base", "Base"),
    ] {
        assert_eq!(library.scenario(name).expect(name).label, label);
    }
    let path = dir.path().join("yours.toml");
    let s = library
        .scenario(&path.display().to_string())
        .expect("a file");
    assert_eq!(
        (s.label.as_str(), s.id.as_str(), s.seed),
        ("Yours", "yours", 5)
    );
    assert_eq!(s.parameters, [20.0, 0.5]);
    let inside = dir.path().join("models/toy/scenarios/denser.toml");
    let text = with(SCENARIO, "model = \"toy\"\n", "");
    std::fs::write(dir.path().join("models/toy/scenarios/plain.toml"), text).expect("writable");
    for path in [inside, dir.path().join("models/toy/scenarios/plain.toml")] {
        library
            .scenario(&path.display().to_string())
            .expect("a file inside a model");
    }
    let again = library.scenario_from_text(Source::new("again.toml", s.to_toml()));
    assert_eq!(again.expect("complete").arms, s.arms);
}

#[test]
fn tables_merge_key_by_key() {
    let (_dir, library) = two_models();
    let (base, s) = (
        library.scenario("toy/base").expect("known"),
        library.scenario("denser").expect("known"),
    );
    assert_eq!(s.parameters, [20.0, 0.5]);
    assert_eq!(s.arms[1].doses, [2.0]);
    assert_eq!(s.arms[1].label, "MEK inhibitor");
    let (a, b) = (base.initial[0].as_ref(), s.initial[0].as_ref());
    let (a, b) = (a.expect("given"), b.expect("given"));
    assert_eq!(a.shapes, b.shapes);
    assert_eq!(b.mean, Some(0.4));
    assert_eq!(s.time.snapshots, [0.0, 14.0], "later ones fall away");
    assert_eq!(s.description, base.description);
}

#[test]
fn what_cannot_be_found_is_told() {
    let (dir, library) = two_models();
    let error = |name: &str| library.scenario(name).expect_err(name).to_string();
    has(
        &error("dense"),
        &[
            "unknown scenario `dense`",
            "did you mean `denser`?",
            "dense.toml",
        ],
    );
    has(
        &error("base"),
        &["2 models have a scenario `base`", "toy/base"],
    );
    has(
        &error("toys/base"),
        &["unknown model `toys`", "did you mean `toy`?"],
    );
    has(
        &error("toy/bsae"),
        &["unknown scenario `bsae` of model `toy`"],
    );
    has(&error("no/where.toml"), &["cannot read no/where.toml"]);
    has(
        &error("a"),
        &["b.toml:2: scenario `a` extends itself: a → b → a"],
    );
    has(
        &error("self"),
        &["scenario `self` extends itself: self → self"],
    );
    has(
        &error("lost"),
        &[
            "lost.toml:2: unknown scenario `bse`",
            "did you mean `base`?",
        ],
    );
    has(&error("foreign"), &["belongs to model `other`"]);
    // A circle by way of another spelling of the path.
    std::fs::create_dir(dir.path().join("sub")).expect("writable");
    let around = dir.path().join("around.toml");
    let text = "label = \"A\"\nmodel = \"toy\"\nextends = \"sub/../around.toml\"";
    std::fs::write(&around, text).expect("writable");
    has(
        &error(&around.display().to_string()),
        &["more than 32 scenarios extend one another", "circle"],
    );
    let homeless = dir.path().join("homeless.toml").display().to_string();
    has(
        &error(&homeless),
        &["does not name its model", "other, toy, wrong"],
    );
    let e = library
        .model("wrong")
        .expect_err("another folder")
        .to_string();
    has(
        &e,
        &["the model calls itself `toy`, but its folder is `wrong`"],
    );
    let e = library.model("tyo").expect_err("unknown").to_string();
    has(&e, &["unknown model `tyo`", "did you mean `toy`?"]);
    let e = library.scenario_from_text(Source::new("x", "model = \"tyo\"\nlabel = \"X\""));
    has(
        &e.expect_err("unknown").to_string(),
        &["x:1: unknown model `tyo`"],
    );
}

#[test]
fn a_missing_folder_is_empty() {
    let library = Library::folder("/nowhere/at/all");
    assert!(library.models().is_empty());
    let e = library.scenario("inflamed").expect_err("nothing there");
    has(
        &e.to_string(),
        &["unknown scenario `inflamed`", "there are none here"],
    );
}

/// Every model and scenario that ships is right, from the folder and from the binary, and each
/// scenario survives being written out.
#[test]
fn everything_that_ships_is_right() {
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets");
    let mut faults = Vec::new();
    for library in [Library::folder(assets), Library::embedded()] {
        let models = library.models();
        assert!(models.contains(&"tumour".to_owned()), "{models:?}");
        for id in models {
            let model = match library.model(&id) {
                Ok(model) => model,
                Err(e) => {
                    faults.push(e.to_string());
                    continue;
                }
            };
            let scenarios = library.scenarios(&model);
            if !scenarios.contains(&model.default_scenario) {
                faults.push(format!("{id}: no scenario `{}`", model.default_scenario));
            }
            for name in scenarios {
                let name = format!("{id}/{name}");
                let checked = library.scenario(&name).and_then(|s| {
                    s.initial_fields()?;
                    let mut again = library.scenario_from_text(Source::new(&*name, s.to_toml()))?;
                    again.id.clone_from(&s.id);
                    assert_eq!(again, s, "{name}");
                    Ok(())
                });
                faults.extend(checked.err().map(|e| format!("{name}: {e}")));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
