//! Everything that can go wrong between a scenario and its numbers.

use warmfront_shaders::ShaderError;

/// Why the GPU cannot be used, or what failed while it was.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No driver offers an adapter.
    #[error(
        "no usable GPU adapter was found{found}\n  help: install a Vulkan driver; on Debian or Ubuntu a software one comes with\n        apt-get install -y mesa-vulkan-drivers"
    )]
    NoAdapter {
        /// What was found instead, or empty.
        found: String,
    },
    /// The adapter asked for is not there.
    #[error(
        "no adapter is called `{wanted}`\n  help: `--adapter` takes part of a name; there are: {available}"
    )]
    UnknownAdapter {
        /// What was asked for.
        wanted: String,
        /// What there is.
        available: String,
    },
    /// The adapter cannot do what the engine needs.
    #[error(
        "adapter `{adapter}` allows {limit} = {has}, but the engine needs {needs}\n  help: choose another adapter with `--adapter`, or see `warmfront doctor`"
    )]
    Limit {
        /// Adapter.
        adapter: String,
        /// Name of the limit.
        limit: &'static str,
        /// What it offers.
        has: u64,
        /// What is needed.
        needs: u64,
    },
    /// The adapter refused a device.
    #[error("adapter `{adapter}` gave no device: {reason}")]
    NoDevice {
        /// Adapter.
        adapter: String,
        /// The driver's words.
        reason: String,
    },
    /// The run does not fit.
    #[error(
        "this run needs {needed} in one buffer and {total} in all, but adapter `{adapter}` allows {allowed}\n  help: the largest grid of this shape that fits is about {largest}"
    )]
    TooLarge {
        /// Largest buffer.
        needed: String,
        /// All buffers.
        total: String,
        /// Adapter.
        adapter: String,
        /// What limits it.
        allowed: String,
        /// A grid that would fit.
        largest: String,
    },
    /// A shader did not compile.
    #[error(transparent)]
    Shader(#[from] ShaderError),
    /// The scenario's data are wrong.
    #[error(transparent)]
    Model(#[from] warmfront_model::Error),
    /// A diffusion coefficient that is not a number >= 0.
    #[error(
        "{place}: the diffusion coefficient of field `{field}` is {value} in arm `{arm}`; it must be a number >= 0"
    )]
    Diffusivity {
        /// Field.
        field: String,
        /// Arm.
        arm: String,
        /// What the expression gave.
        value: f32,
        /// File and line of the expression.
        place: String,
    },
    /// Values for a field that it cannot hold.
    #[error("field `{field}` {what}")]
    Values {
        /// Field.
        field: String,
        /// What is wrong, and what is allowed.
        what: String,
    },
    /// The driver reported an error.
    #[error("the GPU driver reported an error: {0}")]
    Gpu(String),
    /// The device is gone.
    #[error(
        "the GPU device was lost ({0})\n  help: results up to the last record are kept; run again, or choose another adapter with `--adapter`"
    )]
    DeviceLost(String),
    /// A field became NaN or infinite.
    #[error(
        "field `{field}` of arm `{arm}` became {what} at cell {cell:?} at time {time} (after {retries} shorter steps){cause}\n  help: look at the rates of `{field}` there; a smaller `time.step` or a bounded rate usually cures it"
    )]
    NotFinite {
        /// Field.
        field: String,
        /// Arm.
        arm: String,
        /// `NaN or infinite`.
        what: &'static str,
        /// x, y, z of the first such cell.
        cell: [u32; 3],
        /// Model time.
        time: f64,
        /// How often the step was halved before giving up.
        retries: u32,
        /// `: ` and which process is behind it, or empty.
        cause: String,
    },
    /// A rate was negative, which the scheme does not allow.
    #[error(
        "process `{process}` has a negative rate in arm `{arm}` at time {time}\n  help: rates must be >= 0; wrap the expression in max(0.0, ...) or turn it round ({place})"
    )]
    NegativeRate {
        /// Process.
        process: String,
        /// Arm.
        arm: String,
        /// Model time.
        time: f64,
        /// File and line of the rate.
        place: String,
    },
    /// The linear solver did not converge.
    #[error(
        "the linear solver left field `{field}` of arm `{arm}` with a residual {ratio:.1} times the allowed one after {cycles} V-cycles at time {time}\n  help: raise `numerics.max_cycles` or shorten `time.step`"
    )]
    NotSolved {
        /// Field.
        field: String,
        /// Arm.
        arm: String,
        /// Residual over the allowed one.
        ratio: f32,
        /// Cycles spent.
        cycles: u32,
        /// Model time.
        time: f64,
    },
    /// No step was short enough.
    #[error("no step down to {step:.3e} was accepted at time {time}: {why}")]
    StepTooSmall {
        /// Last step tried.
        step: f64,
        /// Model time.
        time: f64,
        /// What the last one violated.
        why: String,
    },
}
