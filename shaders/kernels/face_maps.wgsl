// Face values of the maps that the reactions made: hindrance, and drift velocity
// u = hindrance · clamp(difference of potential / distance, ±limit).
//
// Face i of an axis lies between cell i and cell i + 1; on walls the drift is 0.
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
@group(1) @binding(1) var<storage, read> maps: array<f32>;
@group(1) @binding(2) var<storage, read> limits: array<f32>;
@group(1) @binding(3) var<storage, read_write> faces_out: array<f32>;
@group(1) @binding(4) var<uniform> axes: vec4f; // distance between cell centres along x, y, z; number of axes

fn face(info: MapInfo, here: u32, next: u32, distance: f32, wall: bool) -> f32 {
    let size = 4u * level.block;
    let a = maps[info.source * size + here];
    let b = maps[info.source * size + next];
    if (info.kind == 0u) {
        return 0.5 * (a + b);
    }
    if (info.kind == 1u) {
        return 2.0 * a * b / max(a + b, 1e-30);
    }
    var factor = 1.0;
    if (info.factor != 0xffffffffu) {
        factor = 0.5 * (maps[info.factor * size + here] + maps[info.factor * size + next]);
    }
    let limit = limits[info.limit];
    let speed = clamp((b - a) / distance, -limit, limit) * factor;
    return select(speed, 0.0, wall);
}

@compute @workgroup_size(64)
fn face_maps(@builtin(global_invocation_id) id: vec3u) {
    let pitch = 4u * level.columns;
    let x = id.x % pitch;
    let y = (id.x / pitch) % level.ny;
    let z = id.x / (pitch * level.ny);
    if (z >= level.nz) {
        return;
    }
    let info = map_infos[id.z];
    let size = 4u * level.block;
    let out = info.target_ * size + id.x;
    let stride = level.arms * size;
    // A wall shows as a zero coefficient towards the high neighbour of the last cell.
    let m = info.signature * level.metric_stride;
    let last_x = level.nx - 1u;
    let wall_x = metric[level.metric_x + m + 4u * (last_x / 4u) + 1u][last_x % 4u] == 0.0;
    let wall_y = metric[level.metric_y + m + level.ny - 1u].y == 0.0;
    let wall_z = metric[level.metric_z + m + level.nz - 1u].y == 0.0;
    let real = x < level.nx;
    let right = select(id.x + 1u, id.x - x, x + 1u >= level.nx);
    faces_out[out] = select(0.0, face(info, id.x, right, axes.x, wall_x && x == last_x), real);
    let above = select(id.x + pitch, id.x - y * pitch, y + 1u == level.ny);
    faces_out[out + stride] = select(0.0, face(info, id.x, above, axes.y, wall_y && y + 1u == level.ny), real);
    if (axes.w > 2.5) {
        let plane = pitch * level.ny;
        let over = select(id.x + plane, id.x - z * plane, z + 1u == level.nz);
        faces_out[out + 2u * stride] = select(0.0, face(info, id.x, over, axes.z, wall_z && z + 1u == level.nz), real);
    }
}
