//! The list of kernels. One file = one entry point = one variant.

macro_rules! kernels {
    ($($(#[$doc:meta])* $variant:ident = $folder:literal / $name:literal),* $(,)?) => {
        /// A compute kernel; its file and entry point carry the same name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kernel { $($(#[$doc])* $variant),* }

        impl Kernel {
            /// Every kernel.
            pub const ALL: &[Kernel] = &[$(Kernel::$variant),*];

            /// Name of the entry point.
            pub fn name(self) -> &'static str {
                match self { $(Kernel::$variant => $name),* }
            }

            /// File below `shaders/`.
            pub fn file(self) -> &'static str {
                match self { $(Kernel::$variant => concat!($folder, "/", $name, ".wgsl")),* }
            }
        }
    };
}

kernels! {
    /// Local chemistry of a stage.
    React = "model" / "react",
    /// 0-D variables.
    Compartments = "model" / "compartments",
    /// Observables, per thread.
    Observe = "model" / "observe",
    /// Observables, per arm.
    SumObservables = "model" / "sum_observables",
    /// Local quantities at chosen cells, or one of them in every cell.
    Probe = "model" / "probe",
    /// Whether the equations and the cells can carry the present state.
    Soundness = "model" / "soundness",
    /// Start values given as expressions.
    Initial = "model" / "initial",
    /// Diffusion coefficients and speed limits.
    Coefficients = "model" / "coefficients",
    /// Accept the last tick, guess stage 1.
    PredictFirst = "kernels" / "predict_first",
    /// Keep stage 1, guess stage 2.
    PredictSecond = "kernels" / "predict_second",
    /// One damped Jacobi sweep.
    SmoothSweep = "kernels" / "smooth_sweep",
    /// First sweep on a coarse level.
    SmoothFirst = "kernels" / "smooth_first",
    /// Residual to the coarser level.
    RestrictResidual = "kernels" / "restrict_residual",
    /// Correction from the coarser level and the sweep after it, in 2D.
    SmoothCorrected = "kernels" / "smooth_corrected",
    /// Correction from the coarser level.
    ProlongCorrect = "kernels" / "prolong_correct",
    /// Loss rate to the coarser level.
    CoarsenLoss = "kernels" / "coarsen_loss",
    /// Hindrance and drift on faces.
    FaceMaps = "kernels" / "face_maps",
    /// Face values to the coarser level.
    CoarsenFaces = "kernels" / "coarsen_faces",
    /// Second-order correction of the drift.
    LimitDrift = "kernels" / "limit_drift",
    /// First sweep of a cycle on the finest level, and the residual before it, per thread.
    SmoothMeasure = "kernels" / "smooth_measure",
    /// Residual norms, per system; decides what is solved.
    JudgeResidual = "kernels" / "judge_residual",
    /// Imbalance and turnover of a stage, per field and arm.
    SumBalance = "kernels" / "sum_balance",
    /// Takes back what roundings did to the amounts of fields that only move.
    ScaleAmounts = "kernels" / "scale_amounts",
    /// Explicit Euler step of all fields in one pass.
    ExplicitMarch = "model" / "explicit_march",
    /// Two explicit Euler steps of all fields in one pass.
    ExplicitPair = "model" / "explicit_pair",
    /// Explicit Euler step of the transport.
    ExplicitStep = "kernels" / "explicit_step",
    /// Slope, error, watchdog, per thread.
    FinishTick = "kernels" / "finish_tick",
    /// Slope, error, watchdog, per field and arm.
    JudgeTick = "kernels" / "judge_tick",
}
