//! Runs whose equations or cells cannot carry what they compute say so, and the others say nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Library, Model, Overrides, Scenario, Source};
use warmfront_session::{Run, RunOptions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const HEAD: &str = "[model]\nid = \"toy\"\nlabel = \"Toy\"\ndescription = \"A test.\"\ntime_unit = \"1\"\n\
    length_unit = \"1\"\ndefault_scenario = \"none\"\ntime_step = 0.1\n";

fn field(id: &str, diffusion: &str) -> String {
    format!(
        "\n[[field]]\nid = \"{id}\"\nlabel = \"{id}\"\nunit = \"1\"\nkind = \"molecule\"\nscale = 1.0\n\
         display = [0.0, 1.0]\ncolour = \"#000000\"\n{diffusion}\n"
    )
}

fn drift(of: &str, potential: &str) -> String {
    format!(
        "\n[[transport]]\nid = \"drift\"\nlabel = \"Drift\"\nmoves = [\"{of}\"]\npotential = \"{potential}\"\n\
         cite = \"Assumed.\"\n"
    )
}

fn process(id: &str, rate: &str, rest: &str) -> String {
    format!(
        "\n[[process]]\nid = \"{id}\"\nlabel = \"{id}\"\nrate = \"{rate}\"\n{rest}\ncite = \"Assumed.\"\n"
    )
}

// Two equal arms, so that a place in the second one would be found, too.
fn scenario(model: &str, rest: &str) -> Result<Scenario> {
    let functions = Source::new("functions.wgsl", "");
    let model = Model::parse(
        Source::new("model.toml", format!("{HEAD}{model}")),
        functions,
    )?;
    let text = format!("label = \"Test\"\n{rest}");
    Ok(Scenario::parse(
        Arc::new(model),
        "test",
        Source::new("test.toml", text),
    )?)
}

fn warnings(scenario: Scenario) -> Result<Vec<String>> {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let options = RunOptions {
        lookout: true,
        ..RunOptions::default()
    };
    let mut run = Run::new(&gpu, Files::embedded(), scenario, &[0], options)?;
    Ok(run
        .run(&AtomicBool::new(false), &mut |_| {})
        .warnings
        .clone())
}

const SHORT: &str = "[grid]\ncells = [16, 8]\nspacing = 1.0\n[time]\nduration = 0.5\nrecord_every = 0.1\n\
    [initial.c]\nconstant = 0.5\nnoise_add = 0.01\n";

#[test]
fn a_potential_that_sharpens_is_ill_posed_unless_diffusion_is_stronger() -> Result<()> {
    // Up its own density with strength 1: at c = 0.5 the drift is a diffusion of -0.5.
    for (diffusion, potential, ill_posed) in [
        ("", "s.c", true),
        ("diffusion = \"0.4\"", "s.c", true),
        ("diffusion = \"0.7\"", "s.c", false),
        ("", "-s.c", false),
        ("", "0.0 * s.c", false),
        // Falls below 0.6 and rises above it: the state at 0.5 is safe.
        ("", "(s.c - 0.6) * (s.c - 0.6)", false),
        ("", "-(s.c - 0.6) * (s.c - 0.6)", true),
    ] {
        let model = field("c", diffusion) + &drift("c", potential);
        let found = warnings(scenario(&model, SHORT)?)?;
        let of_that: Vec<&String> = found.iter().filter(|w| w.contains("ill-posed")).collect();
        assert_eq!(
            of_that.len(),
            usize::from(ill_posed),
            "{potential}: {found:?}"
        );
        for text in of_that {
            for part in ["model.toml:", "`drift`", "`c`", "cell [", "time 0"] {
                assert!(text.contains(part), "{text}");
            }
        }
    }
    Ok(())
}

#[test]
fn cells_that_climb_what_they_secrete_are_well_posed() -> Result<()> {
    let model = field("c", "diffusion = \"1.0\"")
        + &field("m", "diffusion = \"1.0\"")
        + &process("release", "s.c", "produces = { m = 1.0 }")
        + &process("decay", "1.0", "consumes = \"m\"")
        + &drift("c", "20.0 * s.m");
    assert_eq!(warnings(scenario(&model, SHORT)?)?, Vec::<String>::new());
    Ok(())
}

// u' = D u'' + u (1 - u) (u - 0.4) on a strip 80 long.
fn front(cells: u32, growth: &str) -> Result<Vec<String>> {
    let model = field("u", "diffusion = \"1.0\"")
        + &process("gain", growth, "produces = { u = 1.0 }")
        + &process("loss", "0.4 + s.u * s.u", "consumes = \"u\"");
    let rest = format!(
        "[grid]\ncells = [{cells}, 8]\nspacing = {:?}\n[time]\nduration = 40.0\nrecord_every = 10.0\n\
         [initial.u]\nshapes = [{{ shape = \"box\", amplitude = 1.0, low = [0.0, 0.0], high = [0.4, 1.0] }}]\n",
        80.0 / f64::from(cells)
    );
    warnings(scenario(&model, &rest)?)
}

#[test]
fn a_front_that_the_cells_pin_is_named_with_cells_that_carry_it() -> Result<()> {
    let bistable = "1.4 * s.u * s.u";
    let found = front(20, bistable)?;
    let [text] = &found[..] else {
        return Err(format!("one warning is expected: {found:?}").into());
    };
    for part in [
        "model.toml:",
        "`u`",
        "cells of 4 cannot carry it",
        "--grid ",
    ] {
        assert!(text.contains(part), "{text}");
    }
    // What it asks for is enough.
    let after = text.split("--grid ").nth(1).unwrap_or_default();
    let cells: u32 = after.split('x').next().unwrap_or_default().parse()?;
    assert!((40..160).contains(&cells), "{text}");
    assert_eq!(front(cells, bistable)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_front_into_an_unstable_state_is_not_pinned() -> Result<()> {
    // Growth is faster than the loss at any density up to 1.
    assert_eq!(front(20, "1.4 * s.u")?, Vec::<String>::new());
    Ok(())
}

#[test]
fn shipped_patterns_are_carried_by_the_coarsest_cells_that_they_allow() -> Result<()> {
    for (cells, warned) in [(128, false), (64, true)] {
        let overrides = Overrides {
            grid: Some([cells, cells, 1]),
            days: Some(300.0),
            ..Overrides::default()
        };
        let scenario = Library::embedded().scenario("mitosis")?.with(overrides)?;
        let found = warnings(scenario)?;
        let pinned = found.iter().any(|w| w.contains("cannot carry it"));
        assert_eq!(pinned, warned, "{cells} cells: {found:?}");
    }
    Ok(())
}
