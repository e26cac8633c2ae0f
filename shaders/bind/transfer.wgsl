// What the transfers between a level and the next coarser one add to the solver's bindings.
//
// `grid_tables` holds per fine cell the interpolation weight towards the adjacent coarse cell (the lower one for
// even cells, the upper one for odd; 0 at a wall), and the cell's share of the coarse cell's width. Along x two
// vec4f per four cells; along y and z (weight, share, 0, 0) per cell.
struct Interpolation {
    // First entry of x, y, z in `grid_tables`.
    x: u32,
    y: u32,
    z: u32,
    // Entries from one boundary signature to the next.
    stride: u32,
}

@group(1) @binding(0) var<uniform> coarse: Level;
@group(1) @binding(1) var<storage, read_write> coarse_out: array<vec4f>;
@group(1) @binding(2) var<storage, read> coarse_in: array<f32>;
@group(1) @binding(4) var<uniform> table: Interpolation;
