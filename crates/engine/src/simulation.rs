//! A batch of arms on the device, in one part or in several.
//!
//! A shader sees only so much of one buffer. A batch whose largest buffer exceeds that is cut between
//! arms into parts of nearly equal size, each with buffers of its own; see
//! [`MemoryEstimate`] for how many. Nothing that an arm computes depends on it.

use warmfront_model::Scenario;
use warmfront_shaders::{Controls, Files};

use crate::buffers::Name;
use crate::compiled::Compiled;
use crate::diagnostics::Diagnostics;
use crate::lockstep::Clock;
use crate::memory::MemoryEstimate;
use crate::part::Part;
use crate::profile::KernelTime;
use crate::{EngineError, Gpu};

/// Places of values in a copied state: blocks of fields in storage order, arms within a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateLayout {
    /// By field of the model: its place in storage order.
    pub place: Vec<u32>,
    /// Arms in the batch.
    pub arms: u32,
    /// Cells along x, y, z.
    pub cells: [u32; 3],
    /// f32 values from one row to the next.
    pub pitch: u32,
    /// f32 values of one field of one arm.
    pub block: u32,
}

impl StateLayout {
    /// Bytes of a whole state.
    pub fn bytes(&self) -> u64 {
        u64::from(self.block) * u64::from(self.arms) * self.place.len() as u64 * 4
    }
}

/// A batch of arms of one scenario, advancing in lockstep.
///
/// All arms share grid, model and time; each has its own parameters, state and doses.
pub struct Simulation {
    /// At least one.
    pub(crate) parts: Vec<Part>,
    /// By arm: its part, and its place in it.
    pub(crate) places: Vec<(usize, usize)>,
    pub(crate) clock: Clock,
    pub(crate) diagnostics: Diagnostics,
    /// Whether the process behind a field that becomes infinite is looked for.
    pub(crate) finds_causes: bool,
    memory: MemoryEstimate,
}

impl Simulation {
    /// From now on a field that becomes infinite is told without the process behind it. Finding that compiles and
    /// runs one more kernel, which is too much for each of many simulations that fail alike.
    pub fn without_causes(&mut self) {
        self.finds_causes = false;
    }

    /// Allocates and fills the arms `arms` (indices into `scenario.arms`) of a scenario.
    ///
    /// # Errors
    /// A run of which not even one arm fits, a shader of the model that does not compile, initial data
    /// that are wrong, driver errors.
    pub fn new(
        gpu: &Gpu,
        files: Files,
        scenario: &Scenario,
        arms: &[usize],
    ) -> Result<Self, EngineError> {
        let memory = MemoryEstimate::on(&gpu.report, scenario, arms.len());
        memory.check(&gpu.report, scenario)?;
        Self::in_parts(gpu, files, scenario, arms, &memory.part_sizes(), memory)
    }

    /// As [`Simulation::new`], in parts of `sizes` arms, whether they fit or not.
    pub(crate) fn in_parts(
        gpu: &Gpu,
        files: Files,
        scenario: &Scenario,
        arms: &[usize],
        sizes: &[usize],
        memory: MemoryEstimate,
    ) -> Result<Self, EngineError> {
        let mut compiled = Compiled::new(gpu, files.clone(), scenario, sizes[0])?;
        let initial = scenario.initial_fields()?;
        let mut parts = Vec::with_capacity(sizes.len());
        let mut places = Vec::with_capacity(arms.len());
        let mut rest = arms;
        for &size in sizes {
            if size != compiled.arms {
                compiled = Compiled::new(gpu, files.clone(), scenario, size)?;
            }
            let (here, others) = rest.split_at(size);
            rest = others;
            places.extend((0..size).map(|arm| (parts.len(), arm)));
            parts.push(Part::new(gpu, &compiled, scenario, here, &initial)?);
        }
        Ok(Self {
            parts,
            places,
            clock: Clock::new(
                scenario.time.step.min(scenario.time.duration),
                scenario.numerics.first_step,
            ),
            finds_causes: true,
            diagnostics: Diagnostics::new(scenario.model.fields.len()),
            memory,
        })
    }

    pub(crate) fn part(&self, arm: usize) -> (&Part, usize) {
        let (part, place) = self.places[arm];
        (&self.parts[part], place)
    }

    fn part_mut(&mut self, arm: usize) -> (&mut Part, usize) {
        let (part, place) = self.places[arm];
        (&mut self.parts[part], place)
    }

    /// Present model time.
    pub fn time(&self) -> f64 {
        self.clock.time
    }

    /// Largest diffusion coefficient of any field and arm, length²/time.
    pub fn largest_diffusivity(&self) -> f32 {
        let all = self.parts.iter().flat_map(|p| &p.diffusivity);
        all.copied().fold(0.0, f32::max)
    }

    /// Number of arms in the batch.
    pub fn arms(&self) -> usize {
        self.places.len()
    }

    /// Device memory of the simulation.
    pub fn memory(&self) -> MemoryEstimate {
        self.memory
    }

    /// What the solver and the watchdog saw so far.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// Values of a field, x fastest, then y, then z; waits for the device.
    ///
    /// # Errors
    /// Driver errors.
    pub fn field(&self, arm: usize, field: usize) -> Result<Vec<f32>, EngineError> {
        let (part, place) = self.part(arm);
        part.field(place, field)
    }

    /// Replaces a field of one arm; `values` as from [`Simulation::field`].
    ///
    /// # Errors
    /// A wrong number of values, or one that is negative or not finite.
    pub fn set_field(
        &mut self,
        arm: usize,
        field: usize,
        values: &[f32],
    ) -> Result<(), EngineError> {
        let (part, place) = self.part_mut(arm);
        part.set_field(place, field, values)?;
        self.restart();
        Ok(())
    }

    /// Where the values of all fields stand in a copy made by [`Simulation::copy_state`].
    pub fn state_layout(&self) -> StateLayout {
        let part = &self.parts[0];
        let level = &part.hierarchy.levels[0].data;
        let fields = part.model.fields.len();
        let mut place = vec![0; fields];
        for (storage, &field) in part.layout.fields.iter().enumerate() {
            place[field] = storage as u32;
        }
        StateLayout {
            place,
            arms: self.arms() as u32,
            cells: part.grid.cells,
            pitch: 4 * level.columns,
            block: 4 * level.block,
        }
    }

    /// Copies the present state of all arms into `buffer` (a copy destination of at least
    /// [`StateLayout::bytes`]), on the device and in the order of submission: who reads the buffer sees
    /// whole states only.
    pub fn copy_state(&self, buffer: &wgpu::Buffer) {
        let layout = self.state_layout();
        let block = u64::from(layout.block) * 4;
        let first = &self.parts[0];
        let mut encoder = first.gpu.device.create_command_encoder(&Default::default());
        let mut first_arm = 0;
        for part in &self.parts {
            let arms = part.arms.len() as u64;
            for storage in 0..layout.place.len() as u64 {
                encoder.copy_buffer_to_buffer(
                    part.buffers.get(Name::Guess),
                    storage * arms * block,
                    buffer,
                    (storage * u64::from(layout.arms) + first_arm) * block,
                    arms * block,
                );
            }
            first_arm += arms;
        }
        first.gpu.queue.submit([encoder.finish()]);
    }

    /// Values of the compartments of one arm, in model order; waits for the device.
    ///
    /// # Errors
    /// Driver errors.
    pub fn compartments(&self, arm: usize) -> Result<Vec<f32>, EngineError> {
        let (part, place) = self.part(arm);
        part.compartments(place)
    }

    /// Gives `amount` (in the drug's unit) of a drug to one arm, now.
    pub fn dose(&mut self, arm: usize, drug: usize, amount: f64) {
        let (part, place) = self.part_mut(arm);
        part.dose(place, drug, amount);
        self.restart();
    }

    /// Parameters, switches and held levels of one arm.
    pub fn controls(&self, arm: usize) -> &Controls {
        let (part, place) = self.part(arm);
        &part.arms[place].controls
    }

    /// Changes parameters, switches and held levels of one arm, from now on.
    ///
    /// # Errors
    /// A diffusion coefficient that becomes negative or not finite, which changes nothing; driver errors.
    pub fn control(&mut self, arm: usize, controls: &Controls) -> Result<(), EngineError> {
        let (part, place) = self.part_mut(arm);
        part.control(place, controls)?;
        // The levels of all parts are planned anew at the same time.
        for part in &mut self.parts {
            part.progress.planned = 0.0;
        }
        self.restart();
        Ok(())
    }

    /// Starts the step ladder again: the state or the rates changed abruptly.
    ///
    /// Call it at the same times in every run that is to give the same bits, also for arms in which
    /// nothing happens.
    pub fn restart(&mut self) {
        let first_step = self.parts[0].numerics.first_step;
        let clock = &mut self.clock;
        clock.next_step = clock.next_step.min(clock.step * first_step);
        clock.fresh = true;
    }

    /// Present values of all observables: `[arm][observable]`; waits for the device.
    ///
    /// A weighted mean with zero total weight is NaN: there is nothing to average over.
    ///
    /// # Errors
    /// Driver errors.
    pub fn observe(&self) -> Result<Vec<Vec<f64>>, EngineError> {
        let mut all = Vec::with_capacity(self.arms());
        for part in &self.parts {
            all.extend(part.observe()?);
        }
        Ok(all)
    }

    /// Times every kernel on the present state, median of `repeats` submissions, summed over the parts
    /// of the batch. The simulation is used up: its buffers hold nonsense afterwards.
    ///
    /// # Errors
    /// Driver errors.
    pub fn kernel_times(self, repeats: usize) -> Result<Vec<KernelTime>, EngineError> {
        let mut all: Vec<KernelTime> = Vec::new();
        for part in self.parts {
            let plan = self.clock.plan(&part.numerics, self.clock.step);
            for time in part.kernel_times(&plan, repeats)? {
                match all.iter_mut().find(|t| t.name == time.name) {
                    Some(sum) => sum.milliseconds += time.milliseconds,
                    None => all.push(time),
                }
            }
        }
        Ok(all)
    }
}
