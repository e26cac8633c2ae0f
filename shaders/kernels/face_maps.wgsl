// Face values from the cell maps that the reactions made:
// conductance = D · mean of the hindrance + mean of the stabilising diffusion, and drift velocity
// u = mean of the hindrance · clamp(difference of potential / distance, ±limit).
//
// Face i of an axis lies between cell i and cell i + 1; on walls the drift is 0: what drifts through a
// wall that holds a value is a gain or a loss of the cell beside it (`generated/react.wgsl`). A thread walks
// down four neighbouring cells.
//#import bind/solver.wgsl
//#import bind/geometry.wgsl
//#import generated/constants.wgsl

struct MapInfo {
    // Block of `maps`: hindrance of a conductance (NO_BLOCK: 1), potential of a drift.
    source: u32,
    // Block of `maps`: stabilising diffusion of a conductance (NO_BLOCK: 0), hindrance of a drift (NO_BLOCK: 1).
    other: u32,
    // MAP_ARITHMETIC or MAP_HARMONIC: conductance with this mean; MAP_DRIFT.
    kind: u32,
    // Boundary signature of the fields that use it.
    signature: u32,
    // First block of `faces_out` (x faces); y, z follow after `level.arms` blocks each.
    first_block: u32,
    // Entry of `coefficients`: diffusion coefficient, or speed limit.
    coefficient: u32,
}

@group(1) @binding(0) var<storage, read> map_infos: array<MapInfo>;
@group(1) @binding(1) var<storage, read> maps: array<vec4f>;
@group(1) @binding(2) var<storage, read> coefficients: array<f32>;
@group(1) @binding(3) var<storage, read_write> faces_out: array<vec4f>;
@group(1) @binding(4) var<uniform> geometry: Geometry;

override SOLID: bool = false;

// `a`, `b`: the map `source` on both sides; `p`, `q`: the map `other`.
fn face(info: MapInfo, a: vec4f, b: vec4f, p: vec4f, q: vec4f, distance: f32, open: vec4f) -> vec4f {
    let coefficient = coefficients[info.coefficient];
    if (info.kind == MAP_DRIFT) {
        let limit = vec4f(coefficient);
        return open * clamp((b - a) / distance, -limit, limit) * (0.5 * (p + q));
    }
    let mean = select(0.5 * (a + b), 2.0 * a * b / max(a + b, vec4f(1e-30)), info.kind == MAP_HARMONIC);
    return coefficient * mean + 0.5 * (p + q);
}

// The four cells to the right of those of `column`.
fn right_of(base: u32, column: u32, line: u32, here: vec4f) -> vec4f {
    let cell = 4u * column;
    let next = select(column + 1u, 0u, cell + 4u >= level.nx);
    let first = maps[base + line + next].x;
    var right = vec4f(here.yzw, first);
    let left_over = level.nx - cell;
    right = select(right, vec4f(first), vec4u(0u, 1u, 2u, 3u) == vec4u(left_over - 1u));
    return right;
}

@compute @workgroup_size(64)
fn face_maps(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x % level.columns;
    let walk = id.x / level.columns;
    let plane = walk / level.chunks;
    let first_row = (walk % level.chunks) * level.march;
    let rows = select(min(level.march, level.ny - min(first_row, level.ny)), 0u, plane >= level.nz);
    let info = map_infos[id.z];
    let has_source = info.source != NO_BLOCK;
    let has_other = info.other != NO_BLOCK;
    let base = select(0u, info.source, has_source) * level.block;
    let other_base = select(0u, info.other, has_other) * level.block;
    let no_source = vec4f(1.0);
    let no_other = vec4f(select(0.0, 1.0, info.kind == MAP_DRIFT));
    let out = info.first_block * level.block;
    let stride = level.arms * level.block;
    // A wall shows as a zero coefficient towards the high neighbour.
    let m = info.signature * level.metric_stride;
    let one = vec4f(1.0);
    let zero = vec4f(0.0);
    let open_x = select(zero, one, grid_tables[level.metric_x + m + 4u * column + 1u] > zero);
    var line = (plane * level.ny + first_row) * level.columns;
    var a = zero;
    var p = zero;
    if (rows > 0u) {
        a = select(no_source, maps[base + line + column], has_source);
        p = select(no_other, maps[other_base + line + column], has_other);
    }
    for (var i = 0u; i < rows; i++) {
        let row = first_row + i;
        let b = select(no_source, right_of(base, column, line, a), has_source);
        let q = select(no_other, right_of(other_base, column, line, p), has_other);
        faces_out[out + line + column] = face(info, a, b, p, q, geometry.spacing.x, open_x);
        let next = (plane * level.ny + select(row + 1u, 0u, row + 1u == level.ny)) * level.columns;
        let a_next = select(no_source, maps[base + next + column], has_source);
        let p_next = select(no_other, maps[other_base + next + column], has_other);
        let open_y = select(zero, one, grid_tables[level.metric_y + m + row].y > 0.0);
        faces_out[out + stride + line + column] = face(info, a, a_next, p, p_next, geometry.spacing.y, open_y);
        if (SOLID) {
            let over = (select(plane + 1u, 0u, plane + 1u == level.nz) * level.ny + row) * level.columns + column;
            let a_over = select(no_source, maps[base + over], has_source);
            let p_over = select(no_other, maps[other_base + over], has_other);
            let open_z = select(zero, one, grid_tables[level.metric_z + m + plane].y > 0.0);
            faces_out[out + 2u * stride + line + column] = face(info, a, a_over, p, p_over, geometry.spacing.z, open_z);
        }
        a = a_next;
        p = p_next;
        line = next;
    }
}
