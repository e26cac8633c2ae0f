//! Everything that a user can make the simulation do.

/// A wish of the user, carried out by the worker between two ticks.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Starts or stops the clock.
    Play(bool),
    /// Takes one tick while paused.
    Step,
    /// Begins the scenario again, with the present dose multiples.
    Restart,
    /// Model time units (days) per second of wall time; infinity: as fast as the device can.
    Speed(f64),
    /// Multiple of a drug's standard dose, from now on, in every arm that the scenario gives it to.
    Dose {
        /// Index of the drug in the model.
        drug: usize,
        /// 0 gives none, 1 the regimen's dose.
        multiple: f64,
    },
    /// Another scenario of the library, by name.
    Load(String),
    /// Ends the worker.
    Quit,
}
