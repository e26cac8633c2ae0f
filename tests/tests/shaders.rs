//! Shaders without a GPU: every shipped model compiles, and errors point at the author's line.
//!
//! # Theory
//! A shader is composed of hand-written files and of text made from a model. Its author never sees the
//! composed text, so a message must name the file and the line that were written by hand.
//!
//! # Practice
//! naga parses and validates; no driver is asked. The models that are broken on purpose are inline.

use std::collections::{BTreeMap, BTreeSet};

use warmfront_engine::{Files, Program, ShaderError};
use warmfront_model::{Library, Model, Source};
use warmfront_shaders::Kernel;

/// Bytes of a uniform buffer that every device has.
const UNIFORM: u64 = 16384;

const IMPORT: &str = "//#import ";

/// Whole shaders that only `warmfront bench` runs: yardsticks, no part of a tick.
const YARDSTICKS: &str = "bench/";
/// What draws the window; it is embedded and checked where it is used.
const PICTURES: &str = "view/";

/// A field that diffuses, one parameter, one process with this rate.
fn model(rate: &str, functions: &str) -> Result<Model, warmfront_model::Error> {
    let text = format!(
        r##"[model]
id = "toy"
label = "Toy"
description = "A test."
time_unit = "day"
length_unit = "um"
default_scenario = "none"
time_step = 1.0

[[field]]
id = "c"
label = "c"
unit = "1"
kind = "molecule"
diffusion = "p.k"
scale = 1.0
display = [0.0, 1.0]
colour = "#000000"

[[parameter]]
id = "k"
label = "k"
unit = "1"
value = 1.0
range = [0.0, 2.0]
group = "g"
confidence = "assumed"
cite = "Assumed."

[[process]]
id = "decay"
label = "Decay"
rate = "{rate}"
consumes = "c"
cite = "Assumed."

[[observable]]
id = "mean"
label = "Mean"
unit = "1"
expression = "s.c"
"##
    );
    let functions = Source::new("toy/functions.wgsl", functions);
    Model::parse(Source::new("toy/model.toml", text), functions)
}

fn line_of(text: &str, part: &str) -> u32 {
    let lines = text.lines().zip(1..);
    let found = lines.filter(|(l, _)| l.contains(part)).map(|(_, n)| n);
    found.last().expect("the text has the line")
}

fn errors(model: &Model) -> Vec<ShaderError> {
    Program::new(Files::embedded(), model, 4, UNIFORM).check()
}

/// Every error names this line; there is at least one.
fn all_at(errors: &[ShaderError], file: &str, line: u32) {
    assert!(!errors.is_empty(), "the broken model passed");
    for e in errors {
        assert_eq!((e.file.as_str(), e.line), (file, line), "{e}");
        assert!(
            e.to_string().starts_with(&format!("{file}:{line}: ")),
            "{e}"
        );
    }
}

/// Shader files below `shaders/`: name and text.
fn shader_files() -> BTreeMap<String, String> {
    let names = Files::names().into_iter().filter(|n| n.ends_with(".wgsl"));
    let files = Files::embedded();
    names
        .map(|n| {
            let text = files.read(&n).expect("a listed file can be read");
            (n, text)
        })
        .collect()
}

fn imports(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|l| l.trim().strip_prefix(IMPORT))
        .map(str::trim)
}

#[test]
fn every_shipped_model_compiles() {
    let library = Library::embedded();
    let names = library.models();
    assert!(names.len() >= 6, "models are missing: {names:?}");
    let mut problems = Vec::new();
    for name in &names {
        let model = match library.model(name) {
            Ok(model) => model,
            Err(e) => {
                problems.push(format!("{name}: {e}"));
                continue;
            }
        };
        // Parameters in a uniform buffer, and in a storage buffer where they do not fit.
        for (arms, uniform) in [(1, UNIFORM), (4, UNIFORM), (1, 0), (4, 0)] {
            let program = Program::new(Files::embedded(), &model, arms, uniform);
            let found = program.check().into_iter();
            problems.extend(found.map(|e| format!("{name}, {arms} arms, {uniform} bytes: {e}")));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_file_is_part_of_a_kernel() {
    let files = shader_files();
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = Kernel::ALL.iter().map(|k| k.file()).collect();
    while let Some(name) = open.pop() {
        // What is made from a model has no file.
        if name.starts_with("generated/") || !reached.insert(name) {
            continue;
        }
        let text = files
            .get(name)
            .unwrap_or_else(|| panic!("there is no shaders/{name}"));
        open.extend(imports(text));
    }
    let lost: Vec<&String> = files
        .keys()
        .filter(|n| !reached.contains(n.as_str()))
        .filter(|n| {
            ![YARDSTICKS, PICTURES]
                .iter()
                .any(|folder| n.starts_with(folder))
        })
        .collect();
    assert!(
        lost.is_empty(),
        "no kernel uses {lost:?}: remove them, or add a variant to `Kernel`"
    );
}

#[test]
fn one_file_is_one_entry_point_of_the_same_name() {
    let mut problems = Vec::new();
    let kernels: BTreeSet<&str> = Kernel::ALL.iter().map(|k| k.file()).collect();
    assert_eq!(kernels.len(), Kernel::ALL.len(), "two kernels share a file");
    for (name, text) in shader_files() {
        let code: Vec<&str> = text
            .lines()
            .map(|l| l.split("//").next().unwrap_or_default())
            .collect();
        let code = code.join("\n");
        let found: Vec<&str> = code
            .split("@compute")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once("fn ")?.1.split_once('(')?.0.trim()))
            .collect();
        let stem = name
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".wgsl");
        let runs = kernels.contains(name.as_str()) || name.starts_with(YARDSTICKS);
        let expected = if runs { vec![stem] } else { vec![] };
        if found != expected {
            problems.push(format!(
                "shaders/{name}: entry points {found:?}, expected {expected:?}"
            ));
        }
    }
    for kernel in Kernel::ALL {
        if !kernel.file().ends_with(&format!("/{}.wgsl", kernel.name())) {
            problems.push(format!(
                "{kernel:?} is `{}` in {}",
                kernel.name(),
                kernel.file()
            ));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_inline_model_is_sound() -> Result<(), warmfront_model::Error> {
    let found = errors(&model(
        "twice(p.k)",
        "fn twice(x: f32) -> f32 {\n    return 2.0 * x;\n}\n",
    )?);
    assert!(found.is_empty(), "{found:?}");
    Ok(())
}

#[test]
fn a_broken_rate_is_reported_at_its_line() -> Result<(), warmfront_model::Error> {
    for (rate, says) in [
        // Fails to parse, to resolve, to type-check, and to validate.
        ("p.k * / 2.0", "expected"),
        ("thrice(p.k)", "thrice"),
        ("p.k * (s.c > 0.5)", ""),
        ("twice(p.k, 1.0)", ""),
        ("vec2f(p.k)", ""),
    ] {
        let functions = "fn twice(x: f32) -> f32 {\n    return 2.0 * x;\n}\n";
        let model = match model(rate, functions) {
            Ok(model) => model,
            // What the reader of the file already finds, it reports at the same line.
            Err(e) => {
                let text = e.to_string();
                assert!(text.contains("toy/model.toml:"), "`{rate}`: {text}");
                continue;
            }
        };
        let line = line_of(&model.source.text, &format!("rate = \"{rate}\""));
        let found = errors(&model);
        println!(
            "{rate}\n  {}",
            found.first().map_or(String::new(), ToString::to_string)
        );
        all_at(&found, "toy/model.toml", line);
        assert!(found[0].message.contains(says), "`{rate}`: {}", found[0]);
    }
    Ok(())
}

#[test]
fn a_broken_function_is_reported_at_its_line() -> Result<(), warmfront_model::Error> {
    let good = "// Pure functions.\n\nfn twice(x: f32) -> f32 {\n    return 2.0 * x;\n}\n\nfn half(x: f32) -> f32 {\n";
    for bad in [
        "    return 0.5 * y;",
        "    return 0.5 * x",
        "    return x > 0.5;",
        "    return 0.5 * vec2f(x);",
    ] {
        let functions = format!("{good}{bad}\n}}\n");
        let found = errors(&model("twice(p.k)", &functions)?);
        println!(
            "{bad}\n  {}",
            found.first().map_or(String::new(), ToString::to_string)
        );
        let line = line_of(&functions, bad);
        // A missing semicolon is only noticed at the next token.
        let line = if bad.ends_with('x') { line + 1 } else { line };
        all_at(&found, "toy/functions.wgsl", line);
    }
    Ok(())
}

#[test]
fn a_broken_shader_file_is_reported_at_its_line() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let name = Kernel::FinishTick.file();
    let text = Files::embedded().read(name).expect("the kernel has a file");
    let broken = format!("{text}\nfn extra() -> f32 {{\n    return nothing;\n}}\n");
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().expect("the kernel is in a folder"))?;
    std::fs::write(path, &broken)?;
    let model = model("p.k", "")?;
    let found = Program::new(Files::folder(folder.path()), &model, 1, UNIFORM).check();
    // Only this kernel is broken: all other files come from the program.
    assert_eq!(found.len(), 1, "{found:?}");
    all_at(
        &found,
        &format!("shaders/{name}"),
        line_of(&broken, "return nothing"),
    );
    Ok(())
}
