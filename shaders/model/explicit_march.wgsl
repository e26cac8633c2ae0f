// Explicit Euler step of all fields at once: rates and diffusion in one pass.
//
// A thread walks down four neighbouring cells of every field, with their rows in registers. For models
// without hindrance, drift, static maps, held walls and exchange with compartments; others take one
// pass per field (explicit_step).
//#import bind/level.wgsl
//#import bind/step.wgsl
//#import lib/wrap.wgsl
//#import generated/model.wgsl

@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(1) var<uniform> tick: Step;
@group(0) @binding(4) var<storage, read> compartment_values: array<f32>;
@group(0) @binding(5) var<storage, read> grid_tables: array<vec4f>;
@group(0) @binding(6) var<storage, read> state_in: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> state_out: array<vec4f>;
@group(0) @binding(8) var<storage, read> diffusivity: array<f32>;

override SOLID: bool = false;
override WRAPS: bool = true;
// Whether rows end in padding: then the last cell of a row may stand anywhere in its vec4f.
override PADDED: bool = true;

struct Across {
    low: vec4f,
    high: vec4f,
    diagonal: vec4f,
}

fn left_of(base: u32, column: u32, here: vec4f) -> vec4f {
    if (!WRAPS) {
        return vec4f(state_in[base + max(column, 1u) - 1u].w, here.xyz);
    }
    if (!PADDED) {
        return vec4f(state_in[base + select(column, level.columns, column == 0u) - 1u].w, here.xyz);
    }
    let last = level.nx - 1u;
    let first = select(4u * column - 1u, last, column == 0u);
    return vec4f(state_in[base + first / 4u][first % 4u], here.xyz);
}

fn right_of(base: u32, column: u32, here: vec4f) -> vec4f {
    if (!WRAPS) {
        return vec4f(here.yzw, state_in[base + min(column + 1u, level.columns - 1u)].x);
    }
    let next = select(column + 1u, 0u, 4u * column + 4u >= level.nx);
    let first = state_in[base + next].x;
    let right = vec4f(here.yzw, first);
    if (!PADDED) {
        return right;
    }
    return select(right, vec4f(first), vec4u(0u, 1u, 2u, 3u) == vec4u(level.nx - 1u - 4u * column));
}
//#import generated/explicit.wgsl

@compute @workgroup_size(64)
fn explicit_march(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x % level.columns;
    let walk = id.x / level.columns;
    let plane = walk / level.chunks;
    let first_row = (walk % level.chunks) * level.march;
    if (plane >= level.nz) {
        return;
    }
    let rows = min(level.march, level.ny - min(first_row, level.ny));
    let mx = level.metric_x + 4u * column;
    let x = Across(grid_tables[mx], grid_tables[mx + 1u], grid_tables[mx + 2u]);
    explicit_walk(id.z, column, plane, first_row, rows, x, params[id.z]);
}
