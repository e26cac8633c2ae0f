//! The table of buffers says what is allocated, and which kernels use it, for every model that is shipped.

use std::collections::BTreeSet;

use warmfront_model::{Library, Model, Overrides, Scenario, Scheme, Wall};
use warmfront_shaders::{Kernel, Layout, ParameterBlock, exchange_sums};

use crate::buffers::{Buffers, Shape, TABLE};
use crate::compiled::boundaries;
use crate::hierarchy::Hierarchy;
use crate::simulation::Simulation;
use crate::{Files, Gpu, GpuOptions, MemoryEstimate};

type Test = Result<(), Box<dyn std::error::Error>>;

fn scenario(model: &str, grid: [u32; 3]) -> Result<Scenario, warmfront_model::Error> {
    let over = Overrides {
        grid: Some(grid),
        ..Overrides::default()
    };
    Library::embedded().scenario(model)?.with(&over)
}

// Bytes that a part of `arms` arms allocates.
fn allocated(gpu: &Gpu, scenario: &Scenario, arms: usize) -> u64 {
    let layout = Layout::of(&scenario.model);
    let boundaries = boundaries(scenario, &layout);
    let shape = Shape {
        hierarchy: &Hierarchy::new(&scenario.grid, &boundaries, arms as u32),
        layout: &layout,
        model: &scenario.model,
        parameters: &ParameterBlock::of(&scenario.model, arms as u32, 65_536),
        exchanges: exchange_sums(&scenario.model),
    };
    Buffers::new(gpu, &shape).bytes()
}

#[test]
fn the_estimate_is_what_is_allocated() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    for model in Library::embedded().models() {
        for grid in [[18, 9, 1], [64, 48, 1], [9, 8, 12]] {
            let scenario = scenario(&model, grid)?;
            let arms = scenario.arms.len();
            for parts in BTreeSet::from([1, arms]) {
                let memory = MemoryEstimate::split(&scenario, arms, parts);
                let sizes = memory.part_sizes().into_iter();
                let bytes = sizes.map(|size| allocated(&gpu, &scenario, size));
                let what = format!("{model} on {grid:?}, {parts} parts");
                assert_eq!(memory.total, bytes.sum::<u64>(), "{what}");
            }
        }
    }
    Ok(())
}

#[test]
fn the_table_names_who_writes_and_who_reads() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    // Together they have every pass: drift, compartments, three axes, and both kinds of explicit steps.
    let mut scenarios = Vec::new();
    for (model, grid, scheme) in [
        ("tumour", [18, 9, 1], Scheme::Sdirk2),
        ("tumour", [9, 8, 8], Scheme::Explicit),
        ("gray_scott", [16, 8, 1], Scheme::Explicit),
        ("fisher_kpp", [16, 8, 1], Scheme::Sdirk2),
    ] {
        let mut scenario = scenario(model, grid)?;
        scenario.numerics.scheme = scheme;
        // And a wall that holds a value.
        let mut model = Model::clone(&scenario.model);
        if scheme == Scheme::Sdirk2 {
            model.fields[0].boundary.x_low = Wall::Fixed(1.0);
        }
        scenario.model = model.into();
        scenarios.push(scenario);
    }
    let mut seen = BTreeSet::new();
    for scenario in &scenarios {
        let simulation = Simulation::new(&gpu, Files::embedded(), scenario, &[0])?;
        for part in &simulation.parts {
            seen.extend(part.buffers.uses());
        }
    }
    let mut wrong = Vec::new();
    for row in TABLE {
        let users = seen.iter().filter(|(name, ..)| *name == row.name);
        let users: BTreeSet<Kernel> = users.map(|(_, kernel, _)| *kernel).collect();
        let writes = |kernel: &Kernel| seen.contains(&(row.name, *kernel, true));
        let (writers, readers): (BTreeSet<_>, BTreeSet<_>) = users.into_iter().partition(writes);
        let said = |list: &[Kernel]| list.iter().copied().collect::<BTreeSet<_>>();
        if said(row.writers) != writers || said(row.readers) != readers {
            let name = row.name;
            wrong.push(format!(
                "{name:?}: writers {writers:?}, readers {readers:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "the table should say\n{}",
        wrong.join("\n")
    );
    Ok(())
}
