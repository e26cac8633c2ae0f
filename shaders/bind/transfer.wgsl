// What the transfers between a level and the next coarser one add to the solver's bindings.
@group(1) @binding(0) var<uniform> coarse: Level;
@group(1) @binding(1) var<storage, read_write> coarse_out: array<vec4f>;
@group(1) @binding(2) var<storage, read> coarse_in: array<f32>;
// Per fine cell: how far its centre leans from its coarse cell's centre towards the coarse neighbour
// (the lower one for even cells, the upper one for odd; 0 at a wall), and its share of the coarse
// cell's width. Along x two vec4f per four cells; along y and z (lean, share, 0, 0) per cell.
@group(1) @binding(3) var<storage, read> interpolation: array<vec4f>;
@group(1) @binding(4) var<uniform> table: vec4u; // first entry of x, y, z in `interpolation`; stride
