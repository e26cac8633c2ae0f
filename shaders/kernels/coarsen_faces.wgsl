// Face values on a coarser level: along the face's axis the fine face that lies on the coarse one,
// across it the width-weighted mean. Keeps the flux through each coarse face. A thread makes four.
//
// A correction crosses from one coarse centre to the next: half a fine cell to the inner face, one to the
// face between, half to the outer one. Where the medium jumps, that resistance in series is the better
// conductance along the face's axis, and the fine face alone makes the correction too small; but at the
// corners of a chequered medium the series lets too little through. So the first coarse level takes the
// middle of both, a little below (`SOFTEN`), for conductances. Deeper ones only average: twice the
// softening would overshoot.
//#import bind/solver.wgsl
//#import bind/transfer.wgsl

@group(1) @binding(6) var<storage, read_write> faces_out: array<vec4f>;
@group(1) @binding(7) var<storage, read> faces_in: array<vec4f>;
// The shares along an axis do not depend on the walls.
@group(1) @binding(8) var<uniform> counts: vec4u; // axes, blocks per map (axes × arms), conductance blocks to soften

const SOFTEN: f32 = 0.95;

// `share`: 1 where the outer face exists, 0 where the neighbour has one fine cell only.
fn soften(on: vec4f, inner: vec4f, outer: vec4f, share: vec4f) -> vec4f {
    let none = vec4f(1e-30);
    let resistance = 1.0 / max(on, none) + 0.5 / max(inner, none) + 0.5 * share / max(outer, none);
    return 0.5 * SOFTEN * (on + (1.5 + 0.5 * share) / resistance);
}

fn share_y(y: u32) -> f32 {
    return select(0.0, grid_tables[table.y + min(y, level.ny - 1u)].y, y < level.ny);
}

fn share_z(z: u32) -> f32 {
    return select(0.0, grid_tables[table.z + min(z, level.nz - 1u)].y, z < level.nz);
}

fn line_of(block: u32, row: u32, plane: u32) -> u32 {
    return block * level.block + (plane * level.ny + row) * level.columns;
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
    let share_first = grid_tables[table.x + 2u * first + 1u];
    let share_second = grid_tables[table.x + 2u * second + 1u] * f32(second != first);
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
    let softened = id.z < counts.z;
    let wraps = odd + 1u == vec4u(level.nx);
    let following = select(second + 1u, 0u, second == last);
    let outer_x = select(vec4f(0.0), vec4f(1.0), (odd + 2u < vec4u(level.nx)) | wraps);
    let outer_y = f32(2u * y + 3u < level.ny || 2u * y + 2u == level.ny);
    let outer_z = f32(2u * z + 3u < level.nz || 2u * z + 2u == level.nz);
    var value = vec4f(0.0);
    for (var i = 0u; i < rows * planes; i++) {
        let j = select(j0 + i % rows, min(j0 + hy, level.ny - 1u), axis == 1u);
        let k = select(k0 + i / rows, min(k0 + hz, level.nz - 1u), axis == 2u);
        let weight_y = select(share_y(j), 1.0, axis == 1u);
        let weight_z = select(share_z(k), 1.0, axis == 2u);
        let row = min(j, level.ny - 1u);
        let plane = min(k, level.nz - 1u);
        let line = line_of(id.z, row, plane);
        var a = faces_in[line + first];
        var b = faces_in[line + second];
        var along = select(vec4f(a.x, a.z, b.x, b.z), vec4f(a.y, a.w, b.y, b.w), whole);
        if (softened && axis == 0u) {
            let right = vec4f(a.z, b.x, b.z, faces_in[line + following].x);
            let outer = select(right, vec4f(faces_in[line].x), wraps);
            let both = soften(along, vec4f(a.x, a.z, b.x, b.z), outer, outer_x);
            along = select(SOFTEN * along, both, whole);
        } else if (softened && ((axis == 1u && hy == 1u && row == j0 + 1u) || (axis == 2u && hz == 1u && plane == k0 + 1u))) {
            let next_row = select(row + 1u, 0u, row + 1u == level.ny);
            let next_plane = select(plane + 1u, 0u, plane + 1u == level.nz);
            let low = select(line_of(id.z, row, k0), line_of(id.z, j0, plane), axis == 1u);
            let high = select(line_of(id.z, row, next_plane), line_of(id.z, next_row, plane), axis == 1u);
            let share = vec4f(select(outer_z, outer_y, axis == 1u));
            a = soften(a, faces_in[low + first], faces_in[high + first], share);
            b = soften(b, faces_in[low + second], faces_in[high + second], share);
        } else if (softened) {
            a *= SOFTEN;
            b *= SOFTEN;
        }
        let p = a * share_first;
        let q = b * share_second;
        let across = vec4f(p.x + p.y, p.z + p.w, q.x + q.y, q.z + q.w);
        value += weight_y * weight_z * select(across, along, axis == 0u);
    }
    faces_out[id.z * coarse.block + (z * coarse.ny + y) * coarse.columns + column] = value;
}
