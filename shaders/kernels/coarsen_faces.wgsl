// Face values on a coarser level: along the face's axis the fine face that lies on the coarse one,
// across it the width-weighted mean. Keeps the flux through each coarse face. A thread makes four.
//#import bind/solver.wgsl

@group(1) @binding(0) var<uniform> coarse: Level;
@group(1) @binding(1) var<storage, read_write> faces_out: array<vec4f>;
@group(1) @binding(2) var<storage, read> faces_in: array<vec4f>;
// See bind/transfer.wgsl; the shares do not depend on the walls.
@group(1) @binding(3) var<storage, read> interpolation: array<vec4f>;
@group(1) @binding(4) var<uniform> table: vec4u;
@group(1) @binding(5) var<uniform> counts: vec4u; // axes, blocks per map (axes × arms)

fn share_y(y: u32) -> f32 {
    return select(0.0, interpolation[table.y + min(y, level.ny - 1u)].y, y < level.ny);
}

fn share_z(z: u32) -> f32 {
    return select(0.0, interpolation[table.z + min(z, level.nz - 1u)].y, z < level.nz);
}

@compute @workgroup_size(64)
fn coarsen_faces(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x % coarse.columns;
    let y = (id.x / coarse.columns) % coarse.ny;
    let z = id.x / (coarse.columns * coarse.ny);
    if (z >= coarse.nz) {
        return;
    }
    let axis = (id.z % counts.y) / level.arms;
    let last = level.columns - 1u;
    let first = min(2u * column, last);
    let second = min(2u * column + 1u, last);
    let share_first = interpolation[table.x + 2u * first + 1u];
    let share_second = interpolation[table.x + 2u * second + 1u] * f32(second != first);
    // 1 along axes that are halved.
    let hy = u32(coarse.ny < level.ny);
    let hz = u32(coarse.nz < level.nz);
    let j0 = y << hy;
    let k0 = z << hz;
    // Along its own axis a face has one row (plane): the last of the coarse cell.
    let rows = select(hy + 1u, 1u, axis == 1u);
    let planes = select(hz + 1u, 1u, axis == 2u);
    // The last coarse cell of an odd axis has one fine cell, whose face is its own.
    let odd = 8u * column + vec4u(1u, 3u, 5u, 7u);
    let whole = odd < vec4u(level.nx);
    var value = vec4f(0.0);
    for (var i = 0u; i < rows * planes; i++) {
        let j = select(j0 + i % rows, min(j0 + hy, level.ny - 1u), axis == 1u);
        let k = select(k0 + i / rows, min(k0 + hz, level.nz - 1u), axis == 2u);
        let weight_y = select(share_y(j), 1.0, axis == 1u);
        let weight_z = select(share_z(k), 1.0, axis == 2u);
        let line = id.z * level.block
            + (min(k, level.nz - 1u) * level.ny + min(j, level.ny - 1u)) * level.columns;
        let a = faces_in[line + first];
        let b = faces_in[line + second];
        let along = select(vec4f(a.x, a.z, b.x, b.z), vec4f(a.y, a.w, b.y, b.w), whole);
        let p = a * share_first;
        let q = b * share_second;
        let across = vec4f(p.x + p.y, p.z + p.w, q.x + q.y, q.z + q.w);
        value += weight_y * weight_z * select(across, along, axis == 0u);
    }
    faces_out[id.z * coarse.block + (z * coarse.ny + y) * coarse.columns + column] = value;
}
