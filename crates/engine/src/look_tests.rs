//! Kept moments, looks, switches and held levels.

use warmfront_model::{FieldKind, Library, Local, Overrides, Scenario};

use crate::simulation::Simulation;
use crate::{EngineError, Files, Gpu, GpuOptions, Planes, Probe, ProbeError};

fn gpu() -> Result<Gpu, EngineError> {
    Gpu::new(&GpuOptions::default())
}

// The tumour on a small grid with padding at the ends of rows, in 2D or 3D.
fn small(grid: [u32; 3]) -> Scenario {
    let scenario = Library::embedded().scenario("inflamed");
    let overrides = Overrides {
        grid: Some(grid),
        ..Overrides::default()
    };
    scenario
        .and_then(|s| s.with(overrides))
        .expect("the default scenario is valid on any grid")
}

fn simulation(gpu: &Gpu, scenario: &Scenario) -> Result<Simulation, EngineError> {
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    Simulation::new(gpu, Files::embedded(), scenario, &arms)
}

fn bits(simulation: &Simulation) -> Result<Vec<u32>, EngineError> {
    let mut all = Vec::new();
    for arm in 0..simulation.arms() {
        for field in 0..simulation.state_layout().place.len() {
            let values = simulation.field(arm, field)?;
            all.extend(values.iter().map(|v| v.to_bits()));
        }
        all.extend(simulation.compartments(arm)?.iter().map(|v| v.to_bits()));
    }
    Ok(all)
}

#[test]
fn a_kept_moment_goes_on_with_the_same_bits_and_looking_changes_none() -> Result<(), ProbeError> {
    let gpu = gpu()?;
    for grid in [[18, 13, 1], [9, 8, 8]] {
        let scenario = small(grid);
        let model = scenario.model.clone();
        let mut simulation = simulation(&gpu, &scenario)?;
        for arm in 0..simulation.arms() {
            simulation.dose(arm, 0, 100.0);
        }
        simulation.advance(2.0)?;
        let moment = simulation.checkpoint();
        let mut changed = simulation.controls(1).clone();
        simulation.advance(4.0)?;
        let expected = bits(&simulation)?;

        // Back, and forth again, looking all the time.
        changed.off[0] = true;
        simulation.control(1, &changed)?;
        simulation.go_to(&moment)?;
        assert_eq!((simulation.time(), moment.time()), (2.0, 2.0));
        let probe = Probe::new(&simulation, &model)?;
        let layout = simulation.state_layout();
        let bytes = layout.bytes() + u64::from(layout.arms * layout.block) * 4;
        let display = crate::buffers::storage(&gpu, "display", bytes);
        while simulation.time() < 4.0 - 1e-9 {
            simulation.tick(4.0)?;
            probe.at(&simulation, &[(0, [3, 4, 0]), (3, [8, 7, 5])])?;
            probe.map(&simulation, Local::Transport(0), &display)?;
        }
        assert!(bits(&simulation)? == expected, "{grid:?}");
    }
    Ok(())
}

#[test]
fn planes_that_arrive_later_are_those_of_their_moment() -> Result<(), ProbeError> {
    let gpu = gpu()?;
    let cases = [
        ([18, 13, 1], 2, 7),
        ([9, 8, 10], 2, 3),
        ([9, 8, 10], 1, 5),
        ([9, 8, 10], 0, 2),
    ];
    for (grid, normal, index) in cases {
        let scenario = small(grid);
        let model = scenario.model.clone();
        let mut simulation = simulation(&gpu, &scenario)?;
        simulation.advance(1.0)?;
        let wanted = [Local::Field(1), Local::Auxiliary(0), Local::Field(0)];
        let mut planes = Planes::new(&gpu, &simulation, &model, &wanted, normal)?;
        let probe = Probe::new(&simulation, &model)?;
        let which = probe.locals().iter().position(|l| *l == wanted[1]);
        let (mut expected, mut arrived) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            arrived.extend(planes.request(&simulation, index)?);
            let slice = index.min(grid[normal] - 1);
            let all = (0..grid.iter().product::<u32>()).map(|i| {
                let [nx, ny, _] = grid;
                [i % nx, i / nx % ny, i / (nx * ny)]
            });
            let cells: Vec<[u32; 3]> = all.filter(|c| c[normal] == slice).collect();
            let mut moment = vec![Vec::new(); 3];
            for arm in 0..simulation.arms() {
                for (k, field) in [(0, 1), (2, 0)] {
                    let all = simulation.field(arm, field)?;
                    let value =
                        |[x, y, z]: &[u32; 3]| all[((z * grid[1] + y) * grid[0] + x) as usize];
                    moment[k].push(cells.iter().map(value).collect::<Vec<f32>>());
                }
                let places: Vec<(usize, [u32; 3])> = cells.iter().map(|c| (arm, *c)).collect();
                let rows = probe.at(&simulation, &places)?;
                let which = which.expect("the model has it");
                moment[1].push(rows.iter().map(|r| r[which]).collect());
            }
            expected.push((simulation.time(), moment));
            let to = simulation.time() + 0.5;
            simulation.tick(to)?;
        }
        while let Some(set) = planes.take(true)? {
            arrived.push(set);
        }
        assert_eq!(arrived.len(), 5);
        for (set, (time, moment)) in arrived.iter().zip(&expected) {
            assert_eq!(set.time, *time);
            assert!(set.values == *moment, "{grid:?} at {time}");
        }
    }
    let scenario = small([18, 13, 1]);
    let simulation = simulation(&gpu, &scenario)?;
    let unknown = Planes::new(&gpu, &simulation, &scenario.model, &[Local::Field(999)], 2);
    assert!(matches!(unknown.err(), Some(ProbeError::Unknown(_))));
    Ok(())
}

// The equation: what all terms and movement add up to is how fast the field changes.
#[test]
fn terms_and_movement_are_the_rate_of_change() -> Result<(), ProbeError> {
    let gpu = gpu()?;
    for grid in [[20, 14, 1], [10, 9, 8]] {
        let scenario = small(grid);
        let model = scenario.model.clone();
        let mut simulation = simulation(&gpu, &scenario)?;
        for arm in 0..simulation.arms() {
            simulation.dose(arm, 1, 60.0);
        }
        simulation.advance(1.0)?;
        let probe = Probe::new(&simulation, &model)?;
        let terms = model.terms();
        let cells: Vec<[u32; 3]> = (0..grid[2])
            .flat_map(|z| (0..grid[1]).flat_map(move |y| (0..grid[0]).map(move |x| [x, y, z])))
            .collect();
        let points: Vec<(usize, [u32; 3])> = cells.iter().map(|&c| (3, c)).collect();
        let looked = probe.at(&simulation, &points)?;
        let before: Vec<Vec<f32>> = (0..model.fields.len())
            .map(|f| simulation.field(3, f))
            .collect::<Result<_, _>>()?;
        // Short against every rate of the slow fields, long against rounding.
        let dt = 1e-3;
        simulation.tick(simulation.time() + dt)?;
        let mut compared = 0;
        for (f, field) in model.fields.iter().enumerate() {
            let at = |local| probe.locals().iter().position(|l| *l == local);
            if field.kind == FieldKind::Static {
                continue;
            }
            let after = simulation.field(3, f)?;
            let place = at(Local::Field(f)).expect("every field is local");
            let moved = at(Local::Transport(f)).expect("every field with an equation moves");
            let (mut error, mut size, mut turnover) = (0.0_f64, 0.0_f64, 0.0_f64);
            let (mut net, mut gross) = (0.0_f64, 0.0_f64);
            for (i, row) in looked.iter().enumerate() {
                assert_eq!(row[place].to_bits(), before[f][i].to_bits());
                let mut rate = f64::from(row[moved]);
                net += rate;
                gross += rate.abs();
                turnover += rate.abs();
                for (t, term) in terms.iter().enumerate() {
                    if term.field == f {
                        let value = at(Local::Term(t)).map_or(0.0, |k| f64::from(row[k]));
                        assert!(term.product.is_some() || value <= 0.0, "{}", field.id);
                        rate += value;
                        turnover += value.abs();
                    }
                }
                let measured = f64::from(after[i] - before[f][i]) / dt;
                error += (rate - measured).abs();
                size += measured.abs();
            }
            // Nothing crosses the walls: movement only moves.
            assert!(
                net.abs() <= 2e-5 * gross.max(1e-9),
                "{}: {net} of {gross}",
                field.id
            );
            // A field that turns over within the step is at its steady state, where rates cancel.
            let amount: f64 = before[f].iter().map(|v| f64::from(*v)).sum();
            let slow = turnover * dt < 0.01 * amount;
            let rounding = 2e-7 * amount / dt;
            if slow && size > 50.0 * rounding {
                assert!(
                    error < 0.05 * size,
                    "{} in {grid:?}: {error} of {size}",
                    field.id
                );
                compared += 1;
            }
        }
        assert!(
            compared >= 4,
            "only {compared} fields could be compared in {grid:?}"
        );
    }
    Ok(())
}

#[test]
fn a_map_is_what_the_points_say() -> Result<(), ProbeError> {
    let gpu = gpu()?;
    let scenario = small([18, 13, 1]);
    let mut simulation = simulation(&gpu, &scenario)?;
    simulation.advance(0.5)?;
    let probe = Probe::new(&simulation, &scenario.model)?;
    let layout = simulation.state_layout();
    let bytes = layout.bytes() + u64::from(layout.arms * layout.block) * 4;
    let display = crate::buffers::storage(&gpu, "display", bytes);
    let auxiliary = Local::Auxiliary(0);
    for local in [auxiliary, Local::Term(3), Local::Transport(0)] {
        let which = probe.locals().iter().position(|l| *l == local);
        let which = which.expect("the model has it");
        let range = probe.map(&simulation, local, &display)?.expect("finite");
        let raw = gpu.read(&display, 0, bytes)?;
        let all: Vec<f32> = bytemuck::pod_collect_to_vec(&raw);
        let first = (layout.bytes() / 4) as usize;
        let (mut least, mut greatest) = (f32::INFINITY, f32::NEG_INFINITY);
        for arm in 0..4 {
            for (x, y) in [(0, 0), (17, 12), (5, 7)] {
                let row = &probe.at(&simulation, &[(arm, [x, y, 0])])?[0];
                let at = arm * layout.block as usize + (y * layout.pitch + x) as usize;
                assert_eq!(all[first + at].to_bits(), row[which].to_bits());
            }
            for y in 0..13 {
                let line = first + arm * layout.block as usize + y * layout.pitch as usize;
                for v in &all[line..line + 18] {
                    least = least.min(*v);
                    greatest = greatest.max(*v);
                }
            }
        }
        assert_eq!(range, [least, greatest]);
    }
    assert!(matches!(
        probe.map(&simulation, Local::Term(100_000), &display),
        Err(ProbeError::Unknown(_))
    ));
    Ok(())
}

#[test]
fn a_level_is_held_and_let_go_and_a_process_is_switched_off() -> Result<(), EngineError> {
    let gpu = gpu()?;
    let scenario = small([18, 13, 1]);
    let model = &scenario.model;
    let mut simulation = simulation(&gpu, &scenario)?;
    simulation.advance(0.5)?;
    let drug = 1;
    let place = model.drugs[drug].measured_in;
    let mut controls = simulation.controls(2).clone();
    controls.holds[drug] = Some(0.25);
    simulation.control(2, &controls)?;
    // At once, and for good; nobody else notices.
    assert_eq!(simulation.compartments(2)?[place], 0.25);
    simulation.advance(3.0)?;
    assert_eq!(simulation.compartments(2)?[place], 0.25);
    assert_eq!(simulation.compartments(0)?[place], 0.0);
    controls.holds[drug] = None;
    simulation.control(2, &controls)?;
    simulation.advance(4.0)?;
    let level = simulation.compartments(2)?[place];
    assert!(level > 0.0 && level < 0.25, "{level}");

    // Without its processes a field stays as it is where nothing moves it.
    let still = (0..model.fields.len())
        .find(|f| {
            let field = &model.fields[*f];
            field.kind == FieldKind::Internal && field.diffusion.is_none()
        })
        .expect("the model has a field that does not move");
    for (process, off) in model.processes.iter().zip(&mut controls.off) {
        let target = warmfront_model::Target::Field(still);
        let made = process.produces.iter().any(|(t, _)| *t == target);
        *off = made || process.consumes == Some(target);
    }
    simulation.control(2, &controls)?;
    let before = simulation.field(2, still)?;
    simulation.advance(5.0)?;
    assert_eq!(simulation.field(2, still)?, before);
    Ok(())
}
