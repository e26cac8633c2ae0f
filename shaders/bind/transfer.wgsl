// What the transfers between a level and the next coarser one add to the solver's bindings.
@group(1) @binding(0) var<uniform> coarse: Level;
@group(1) @binding(1) var<storage, read_write> coarse_out: array<vec4f>;
@group(1) @binding(2) var<storage, read> coarse_in: array<f32>;
