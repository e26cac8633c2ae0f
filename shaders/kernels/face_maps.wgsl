// Face values of the maps that the reactions made: hindrance, and drift velocity
// u = hindrance · clamp(difference of potential / distance, ±limit).
//
// Face i of an axis lies between cell i and cell i + 1; on walls the drift is 0. A thread walks down
// four neighbouring cells.
//#import bind/solver.wgsl

struct MapInfo {
    // Block of `maps` with the cell values: hindrance factor, or potential.
    source: u32,
    // Block of `maps` with the factor on the velocity; 0xffffffff: none.
    factor: u32,
    // 0: hindrance, arithmetic mean; 1: hindrance, harmonic mean; 2: drift.
    kind: u32,
    // Boundary signature of the fields that use it.
    signature: u32,
    // First block of `faces_out` (x faces); y, z follow after `level.arms` blocks each.
    target_: u32,
    // Index of the arm's limits.
    limit: u32,
}

@group(1) @binding(0) var<storage, read> map_infos: array<MapInfo>;
@group(1) @binding(1) var<storage, read> maps: array<vec4f>;
@group(1) @binding(2) var<storage, read> limits: array<f32>;
@group(1) @binding(3) var<storage, read_write> faces_out: array<vec4f>;
@group(1) @binding(4) var<uniform> axes: vec4f; // distance between cell centres along x, y, z; number of axes

fn face(info: MapInfo, a: vec4f, b: vec4f, fa: vec4f, fb: vec4f, distance: f32, open: vec4f) -> vec4f {
    if (info.kind == 0u) {
        return 0.5 * (a + b);
    }
    if (info.kind == 1u) {
        return 2.0 * a * b / max(a + b, vec4f(1e-30));
    }
    let limit = vec4f(limits[info.limit]);
    return open * clamp((b - a) / distance, -limit, limit) * (0.5 * (fa + fb));
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
    let base = info.source * level.block;
    let has_factor = info.factor != 0xffffffffu;
    let factor_base = select(info.factor, info.source, !has_factor) * level.block;
    let out = info.target_ * level.block;
    let stride = level.arms * level.block;
    // A wall shows as a zero coefficient towards the high neighbour.
    let m = info.signature * level.metric_stride;
    let one = vec4f(1.0);
    let open_x = select(vec4f(0.0), one, metric[level.metric_x + m + 4u * column + 1u] > vec4f(0.0));
    for (var i = 0u; i < rows; i++) {
        let row = first_row + i;
        let line = (plane * level.ny + row) * level.columns;
        let here = maps[base + line + column];
        let factor = select(one, maps[factor_base + line + column], has_factor);
        let factor_right = select(one, right_of(factor_base, column, line, factor), has_factor);
        faces_out[out + line + column] =
            face(info, here, right_of(base, column, line, here), factor, factor_right, axes.x, open_x);
        let up = (plane * level.ny + select(row + 1u, 0u, row + 1u == level.ny)) * level.columns + column;
        let open_y = select(vec4f(0.0), one, metric[level.metric_y + m + row].y > 0.0);
        faces_out[out + stride + line + column] =
            face(info, here, maps[base + up], factor, select(one, maps[factor_base + up], has_factor), axes.y, open_y);
        if (axes.w > 2.5) {
            let over = (select(plane + 1u, 0u, plane + 1u == level.nz) * level.ny + row) * level.columns + column;
            let open_z = select(vec4f(0.0), one, metric[level.metric_z + m + plane].y > 0.0);
            faces_out[out + 2u * stride + line + column] =
                face(info, here, maps[base + over], factor, select(one, maps[factor_base + over], has_factor), axes.z, open_z);
        }
    }
}
