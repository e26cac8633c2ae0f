// One linear system: a field of an arm.

struct System {
    // Its number: which block of the arrays is its own.
    index: u32,
    // Diffusion coefficient, length²/time.
    diffusivity: f32,
    // Block of `faces` with the conductance on x faces; y and z follow. -1: constant diffusion.
    conductance: i32,
    // Block of `faces` with the drift velocity on x faces; y and z follow. -1: none.
    drift: i32,
    // Block of the cell maps with the diffusion that keeps crowding stable. -1: none.
    stiffness: i32,
    // Boundary signature: which rows of `grid_tables` apply.
    signature: u32,
    // Not 0: solved in the present solve.
    done: u32,
    padding_0: u32,
}
