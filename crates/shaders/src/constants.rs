//! Numbers with a meaning that the host and the kernels share. `generated/constants.wgsl` declares all of them
//! under the same names.

macro_rules! shared_constants {
    ($($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
        $($(#[$doc])* pub const $name: u32 = $value;)*

        /// The declarations in WGSL.
        pub(crate) fn wgsl() -> String {
            let all: &[(&str, u32)] = &[$((stringify!($name), $name)),*];
            all.iter()
                .map(|(name, value)| format!("const {name}: u32 = {value}u;\n"))
                .collect()
        }
    };
}

shared_constants! {
    /// Compartments: take over the accepted values, integrate to the first stage.
    TASK_BEGIN = 0;
    /// Compartments: the exchange at stage 1 is known; integrate to the end of the tick.
    TASK_BETWEEN = 1;
    /// Compartments: the exchange at the end is known; integrate again, this is the result.
    TASK_END = 2;
    /// Compartments: the exchange at the present is known; keep it.
    TASK_MEASURE = 3;
    /// Compartments: add the doses, start from the present.
    TASK_DOSE = 4;
    /// Compartments: back to the accepted values.
    TASK_RESTORE = 5;
    /// Stage of the measurement before a first tick.
    STAGE_MEASURE = 0;
    /// Stage of an explicit step.
    STAGE_EXPLICIT = 3;
    /// A conductance with the arithmetic mean of the cells on both sides.
    MAP_ARITHMETIC = 0;
    /// A conductance with their harmonic mean.
    MAP_HARMONIC = 1;
    /// A drift velocity.
    MAP_DRIFT = 2;
    /// No block of a map.
    NO_BLOCK = u32::MAX;
}
