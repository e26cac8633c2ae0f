// Bindings of the linear solver: (s + L - div D grad + div u) c = rhs on one level of the grid hierarchy.
//
// A "system" is one field of one arm. Arrays hold one block of `level.cells` values per system,
// rows padded to a multiple of four cells so that a thread loads vec4f.

//#import bind/level.wgsl
//#import bind/step.wgsl

struct System {
    // Diffusion coefficient, length²/time.
    diffusivity: f32,
    // Block of `faces` with the conductance on x faces; y and z follow. -1: constant diffusion.
    conductance: i32,
    // Block of `faces` with the drift velocity on x faces; y and z follow. -1: none.
    drift: i32,
    // Block of the cell maps with the diffusion that keeps crowding stable. -1: none.
    stiffness: i32,
    // Boundary signature: which rows of `metric` apply.
    signature: u32,
    padding_0: u32,
    padding_1: u32,
    padding_2: u32,
}

@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(1) var<uniform> tick: Step;
@group(0) @binding(2) var<storage, read> systems: array<System>;
// Systems on this level; the highest bit is set for those that go on to the next coarser one.
@group(0) @binding(3) var<storage, read> systems_here: array<u32>;
@group(0) @binding(4) var<storage, read> metric: array<vec4f>;
@group(0) @binding(5) var<storage, read> src: array<vec4f>;
@group(0) @binding(6) var<storage, read> rhs: array<vec4f>;
@group(0) @binding(7) var<storage, read> loss: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> dst: array<vec4f>;
@group(0) @binding(9) var<storage, read> done: array<u32>;
@group(0) @binding(10) var<storage, read> faces: array<vec4f>;
