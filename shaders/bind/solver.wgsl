// Bindings of the linear solver: (s + L - div D grad + div u) c = rhs on one level of the grid hierarchy.
//
// A "system" is one field of one arm. Arrays hold one block of `level.block` vec4f per system; rows are padded
// to a multiple of four cells so that a thread loads vec4f.

//#import bind/level.wgsl
//#import bind/step.wgsl
//#import bind/system.wgsl

@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(1) var<uniform> tick: Step;
// Systems of one family, the stiffest first; those that need a level are the first ones.
@group(0) @binding(2) var<storage, read> systems: array<System>;
// Second differences and interpolation weights of all levels, see lib/stencil.wgsl and bind/transfer.wgsl.
@group(0) @binding(4) var<storage, read> grid_tables: array<vec4f>;
@group(0) @binding(5) var<storage, read> src: array<vec4f>;
@group(0) @binding(6) var<storage, read> rhs: array<vec4f>;
@group(0) @binding(7) var<storage, read> loss: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> dst: array<vec4f>;
@group(0) @binding(10) var<storage, read> faces: array<vec4f>;
