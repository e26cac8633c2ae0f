//! A batch that is split over several parts gives the bits of one part.

use warmfront_model::{Library, Overrides, Scenario, Scheme};

use crate::simulation::Simulation;
use crate::{Controls, Diagnostics, EngineError, Files, Gpu, GpuOptions, MemoryEstimate};

type Test = Result<(), Box<dyn std::error::Error>>;

// The default scenario of the model with several drugs, on a grid whose rows end in padding.
fn scenario(cells: [u32; 3]) -> Result<Scenario, EngineError> {
    let library = Library::embedded();
    let name = library
        .models()
        .into_iter()
        .find(|m| library.model(m).is_ok_and(|m| m.drugs.len() > 1));
    let grid = Overrides {
        grid: Some(cells),
        ..Overrides::default()
    };
    Ok(library.scenario(&name.unwrap_or_default())?.with(&grid)?)
}

fn in_parts(gpu: &Gpu, scenario: &Scenario, sizes: &[usize]) -> Result<Simulation, EngineError> {
    let arms: Vec<usize> = (0..sizes.iter().sum()).collect();
    let memory = MemoryEstimate::of(scenario, arms.len());
    Simulation::in_parts(gpu, Files::embedded(), scenario, &arms, sizes, memory)
}

#[derive(Debug, PartialEq)]
struct State {
    fields: Vec<Vec<u32>>,
    compartments: Vec<Vec<u32>>,
    observables: Vec<Vec<u64>>,
    diagnostics: Diagnostics,
    next_step: f64,
}

fn state(simulation: &Simulation, fields: usize) -> Result<State, EngineError> {
    let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
    let mut state = State {
        fields: Vec::new(),
        compartments: Vec::new(),
        observables: Vec::new(),
        diagnostics: simulation.diagnostics().clone(),
        next_step: simulation.clock.next_step,
    };
    for arm in 0..simulation.arms() {
        state.compartments.push(bits(simulation.compartments(arm)?));
        for field in 0..fields {
            state.fields.push(bits(simulation.field(arm, field)?));
        }
    }
    for arm in simulation.observe()? {
        state
            .observables
            .push(arm.into_iter().map(f64::to_bits).collect());
    }
    Ok(state)
}

// Ticks, doses of both drugs in some arms, a parameter that changes in one, a field that is edited in
// another.
fn treat(simulation: &mut Simulation, scenario: &Scenario) -> Result<State, EngineError> {
    let step = scenario.time.step;
    simulation.advance(2.0 * step)?;
    simulation.dose(1, 0, 1.0);
    simulation.dose(3, 0, 1.0);
    simulation.dose(2, 1, 2.0);
    simulation.dose(3, 1, 2.0);
    simulation.advance(4.0 * step)?;
    let mut parameters = scenario.arms[2].parameters.clone();
    parameters[0] *= 1.5;
    let controls = Controls {
        parameters,
        ..simulation.controls(2).clone()
    };
    simulation.control(2, &controls)?;
    let field: Vec<f32> = simulation.field(3, 0)?.iter().map(|v| 0.5 * v).collect();
    simulation.set_field(3, 0, &field)?;
    simulation.advance(6.0 * step)?;
    state(simulation, scenario.model.fields.len())
}

fn same_bits(scenario: &Scenario, splits: &[&[usize]]) -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let whole = treat(&mut in_parts(&gpu, scenario, &[4])?, scenario)?;
    assert!(whole.diagnostics.ticks >= 6, "{:?}", whole.diagnostics);
    for sizes in splits {
        let split = treat(&mut in_parts(&gpu, scenario, sizes)?, scenario)?;
        let differing = |a: &[Vec<u32>], b: &[Vec<u32>]| -> Vec<usize> {
            let pairs = a.iter().zip(b).enumerate();
            pairs.filter(|(_, (a, b))| a != b).map(|(i, _)| i).collect()
        };
        let none: Vec<usize> = Vec::new();
        let note = format!("in parts of {sizes:?} arms");
        assert_eq!(differing(&split.fields, &whole.fields), none, "{note}");
        assert_eq!(
            differing(&split.compartments, &whole.compartments),
            none,
            "{note}"
        );
        assert_eq!(split.diagnostics, whole.diagnostics, "{note}");
        assert!(
            split == whole,
            "parts of {sizes:?} arms differ from one part"
        );
    }
    Ok(())
}

#[test]
fn parts_give_the_bits_of_one_part() -> Test {
    let splits: [&[usize]; 4] = [&[4], &[2, 2], &[3, 1], &[1, 1, 1, 1]];
    same_bits(&scenario([18, 13, 1])?, &splits)
}

#[test]
fn parts_give_the_bits_of_one_part_with_adaptive_steps() -> Test {
    let mut scenario = scenario([16, 16, 1])?;
    scenario.numerics.adaptive = Some(1e-3);
    same_bits(&scenario, &[&[4], &[3, 1], &[2, 2]])
}

#[test]
fn a_tick_that_fails_in_one_part_is_taken_back_in_all() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    for scheme in [Scheme::Sdirk2, Scheme::BackwardEuler] {
        let mut scenario = scenario([16, 16, 1])?;
        scenario.numerics.scheme = scheme;
        let fields = scenario.model.fields.len();
        let end = 2.0 * scenario.time.step;
        let mut simulation = in_parts(&gpu, &scenario, &[3, 1])?;
        simulation.advance(end)?;
        let before = state(&simulation, fields)?;
        // Too much for single precision, in the second part only.
        let field = simulation.field(3, 0)?;
        simulation.set_field(3, 0, &vec![1e38; scenario.grid.len()])?;
        assert!(simulation.tick(2.0 * end).is_err());
        assert_eq!(simulation.time(), end);
        simulation.set_field(3, 0, &field)?;
        let after = state(&simulation, fields)?;
        assert!(after.fields == before.fields && after.compartments == before.compartments);
        // Nothing of the failure is left.
        simulation.advance(2.0 * end)?;
    }
    Ok(())
}

#[test]
fn a_batch_is_split_where_it_does_not_fit_and_refused_where_one_arm_does_not() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let scenario = scenario([16, 16, 1])?;
    let one = MemoryEstimate::of(&scenario, 1).largest;
    for (allowed, sizes) in [
        (4 * one, vec![4]),
        (4 * one - 1, vec![2, 2]),
        (2 * one, vec![2, 2]),
        (2 * one - 1, vec![1; 4]),
        (one, vec![1; 4]),
    ] {
        let low = gpu.clone().with_largest_binding(allowed);
        let simulation = Simulation::new(&low, Files::embedded(), &scenario, &[0, 1, 2, 3])?;
        let parts: Vec<usize> = simulation.parts.iter().map(|p| p.arms.len()).collect();
        assert_eq!(parts, sizes);
        let memory = simulation.memory();
        assert_eq!(memory.part_sizes(), sizes);
        assert!(memory.largest <= allowed);
        assert_eq!(memory.values, MemoryEstimate::of(&scenario, 4).values);
    }
    let low = gpu.with_largest_binding(one - 1);
    let refused = Simulation::new(&low, Files::embedded(), &scenario, &[0, 1, 2, 3]);
    let message = refused.err().map(|e| e.to_string()).unwrap_or_default();
    assert!(
        message.contains("the largest grid of this shape that fits"),
        "{message}"
    );
    Ok(())
}

#[test]
fn parts_are_as_equal_as_they_can_be() -> Test {
    let scenario = scenario([16, 16, 1])?;
    for (arms, parts, sizes, text) in [
        (4, 1, vec![4], None),
        (4, 2, vec![2, 2], Some("2 parts of 2 arms")),
        (5, 2, vec![3, 2], Some("2 parts of 3 or 2 arms")),
        (7, 3, vec![3, 2, 2], Some("3 parts of 3 or 2 arms")),
        (3, 3, vec![1, 1, 1], Some("3 parts of 1 arm")),
    ] {
        let memory = MemoryEstimate::split(&scenario, arms, parts);
        assert_eq!(memory.part_sizes(), sizes);
        assert_eq!(memory.split_text().as_deref(), text);
    }
    Ok(())
}

#[test]
fn pieces_give_the_bits_of_one_submission() -> Test {
    let scenario = scenario([18, 13, 1])?;
    let gpu = Gpu::new(&GpuOptions::default())?;
    let whole = treat(&mut in_parts(&gpu, &scenario, &[4])?, &scenario)?;
    let pieces = treat(
        &mut in_parts(&gpu.clone().in_pieces(), &scenario, &[4])?,
        &scenario,
    )?;
    assert!(whole == pieces, "pieces differ from one submission");
    Ok(())
}

// A copied state holds every field of every arm where its layout says, whatever the parts.
#[test]
fn a_copied_state_holds_every_field() -> Test {
    let scenario = scenario([18, 13, 1])?;
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut simulation = in_parts(&gpu, &scenario, &[3, 1])?;
    simulation.advance(scenario.time.step)?;
    let layout = simulation.state_layout();
    let copy = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: layout.bytes(),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    });
    simulation.copy_state(&copy);
    let all: Vec<f32> = bytemuck::pod_collect_to_vec(&gpu.read(&copy, 0, layout.bytes())?);
    let [nx, ny, _] = layout.cells.map(|n| n as usize);
    for arm in 0..4 {
        for field in 0..scenario.model.fields.len() {
            let place = layout.place[field] as usize * 4 + arm;
            let block = &all[place * layout.block as usize..];
            let values: Vec<f32> = (0..ny)
                .flat_map(|y| block[y * layout.pitch as usize..][..nx].iter().copied())
                .collect();
            assert_eq!(values, simulation.field(arm, field)?, "{arm} {field}");
        }
    }
    Ok(())
}
