// Two explicit Euler steps of all fields at once, for two-dimensional grids with unpadded rows.
//
// A thread walks down eight neighbouring cells of every field. It loads a row with two cells more on
// either side, makes the first step for eight cells and one more on either side, and the second step
// for the eight; three rows of each state stay in registers. So two steps cost little more memory
// traffic than one. Every cell gets the same operations in the same order as from explicit_march.
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

// Cells -2 to 9 of a walk: the present state.
struct Wide {
    before: vec2f,
    near: vec4f,
    far: vec4f,
    after: vec2f,
}

// Cells -1 to 8: the state after one step.
struct Narrow {
    before: f32,
    near: vec4f,
    far: vec4f,
    after: f32,
}

// What a thread walks down: vec4f of the row that it works on, and those that it reads on either side.
struct Walk {
    left: u32,
    near: u32,
    right: u32,
    first_row: u32,
    rows: u32,
}

// Coefficients of the second difference: as in `grid_tables`, towards low and high and on the diagonal.
// Spacing is uniform, so only the cells beside a wall differ from the others.
struct Coefficients {
    low: vec4f,
    high: vec4f,
    diagonal: vec4f,
}

struct Spread {
    near: Coefficients,
    far: Coefficients,
    // Of the cells beyond the eight; these have neighbours on both sides, or are not used.
    inner: vec3f,
    bottom: vec3f,
    middle: vec3f,
    top: vec3f,
}

fn coefficients_of(at: Walk) -> Spread {
    let first = level.metric_x;
    let last = first + 4u * (level.columns - 1u);
    let inner = vec3f(grid_tables[first].y, grid_tables[first + 1u].y, grid_tables[first + 2u].y);
    var spread: Spread;
    spread.inner = inner;
    spread.near = Coefficients(vec4f(inner.x), vec4f(inner.y), vec4f(inner.z));
    spread.far = spread.near;
    let starts = at.near == 0u;
    let ends = at.near + 2u == level.columns;
    spread.near.low.x = select(inner.x, grid_tables[first].x, starts);
    spread.near.diagonal.x = select(inner.z, grid_tables[first + 2u].x, starts);
    spread.far.high.w = select(inner.y, grid_tables[last + 1u].w, ends);
    spread.far.diagonal.w = select(inner.z, grid_tables[last + 2u].w, ends);
    spread.bottom = grid_tables[level.metric_y].xyz;
    spread.middle = grid_tables[level.metric_y + min(1u, level.ny - 1u)].xyz;
    spread.top = grid_tables[level.metric_y + level.ny - 1u].xyz;
    return spread;
}

// Coefficients along y of a row.
fn row_coefficients(spread: Spread, row: u32) -> vec3f {
    let low = select(spread.middle, spread.bottom, row == 0u);
    return select(low, spread.top, row + 1u == level.ny);
}

fn wide_row(at: Walk, block: u32, row: u32) -> Wide {
    let line = block + row * level.columns;
    let left = line + at.left;
    let near = line + at.near;
    let right = line + at.right;
    return Wide(
        vec2f(state_in[left].z, state_in[left].w),
        state_in[near],
        state_in[near + 1u],
        vec2f(state_in[right].x, state_in[right].y),
    );
}

fn second_difference(c: Coefficients, y: vec3f, left: vec4f, right: vec4f, below: vec4f, above: vec4f, here: vec4f) -> vec4f {
    return c.low * left + c.high * right + y.x * below + y.y * above - (c.diagonal + y.z) * here;
}

fn inner_difference(c: vec3f, y: vec3f, left: f32, right: f32, below: f32, above: f32, here: f32) -> f32 {
    return c.x * left + c.y * right + y.x * below + y.y * above - (c.z + y.z) * here;
}

// D ∇²c of a row after no step, and after one.
fn spread_wide(c: Spread, y: vec3f, d: f32, below: Wide, here: Wide, above: Wide) -> Narrow {
    return Narrow(
        d * inner_difference(c.inner, y, here.before.x, here.near.x, below.before.y, above.before.y, here.before.y),
        d * second_difference(c.near, y, vec4f(here.before.y, here.near.xyz), vec4f(here.near.yzw, here.far.x), below.near, above.near, here.near),
        d * second_difference(c.far, y, vec4f(here.near.w, here.far.xyz), vec4f(here.far.yzw, here.after.x), below.far, above.far, here.far),
        d * inner_difference(c.inner, y, here.far.w, here.after.y, below.after.x, above.after.x, here.after.x),
    );
}

fn spread_near(c: Spread, y: vec3f, d: f32, below: Narrow, here: Narrow, above: Narrow) -> vec4f {
    return d * second_difference(c.near, y, vec4f(here.before, here.near.xyz), vec4f(here.near.yzw, here.far.x), below.near, above.near, here.near);
}

fn spread_far(c: Spread, y: vec3f, d: f32, below: Narrow, here: Narrow, above: Narrow) -> vec4f {
    return d * second_difference(c.far, y, vec4f(here.near.w, here.far.xyz), vec4f(here.far.yzw, here.after), below.far, above.far, here.far);
}

fn narrow_step(here: Wide, rate: Narrow) -> Narrow {
    return Narrow(
        here.before.y + tick.dt * rate.before,
        here.near + tick.dt * rate.near,
        here.far + tick.dt * rate.far,
        here.after.x + tick.dt * rate.after,
    );
}
//#import generated/explicit_pair.wgsl

@compute @workgroup_size(64)
fn explicit_pair(@builtin(global_invocation_id) id: vec3u) {
    let wide = (level.columns + 1u) / 2u;
    let place = id.x % wide;
    let first_row = (id.x / wide) * level.march;
    if (first_row >= level.ny) {
        return;
    }
    var at: Walk;
    // The last walk of an odd number of vec4f overlaps the one before it, which writes what they share.
    at.near = min(2u * place, level.columns - 2u);
    at.left = wrap_low(at.near, level.columns);
    at.right = wrap_high(at.near + 1u, level.columns);
    at.first_row = first_row;
    at.rows = min(level.march, level.ny - first_row);
    pair_walk(id.z, at, at.near == 2u * place, params[id.z]);
}
