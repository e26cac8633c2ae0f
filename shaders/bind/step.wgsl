// Numbers of one stage of one tick.

struct Step {
    // 1 / (gamma dt): weight of the identity in the implicit operator.
    shift: f32,
    // Weight of (stage - now) in the stage's known part: 0 for the first stage.
    carry: f32,
    // Length of the tick.
    dt: f32,
    // gamma dt
    gamma_dt: f32,
    // Extrapolation weight used by `predict`.
    extrapolate: f32,
    // 1: the last tick was accepted and its result becomes the present state.
    accept: u32,
    // Linear solver: relative tolerance.
    tolerance: f32,
    // Error estimate: weights of the slopes at t, at stage 1 and at stage 2, times dt.
    weight_now: f32,
    weight_one: f32,
    weight_two: f32,
    // Length of the tick that the compartments integrate over, up to this stage.
    span: f32,
    // Sub-steps of the compartments.
    substeps: u32,
    // STAGE_MEASURE: measurement before a first tick; 1, 2: implicit stages; STAGE_EXPLICIT.
    stage: u32,
    // 1: drift is of second order with van Leer's limiter.
    limited: u32,
    padding_0: u32,
    padding_1: u32,
}
