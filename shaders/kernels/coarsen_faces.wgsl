// Face values on a coarser level: along the face's axis the fine face that lies on the coarse one,
// across it the width-weighted mean. Keeps the flux through each coarse face.
//#import bind/solver.wgsl

@group(1) @binding(0) var<uniform> coarse: Level;
@group(1) @binding(1) var<storage, read_write> faces_out: array<f32>;
@group(1) @binding(2) var<storage, read> faces_in: array<f32>;
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

fn share_x(x: u32) -> f32 {
    let i = min(x, level.nx - 1u);
    return select(0.0, interpolation[table.x + 2u * (i / 4u) + 1u][i % 4u], x < level.nx);
}

fn fine(block: u32, x: u32, y: u32, z: u32) -> f32 {
    let j = min(y, level.ny - 1u);
    let k = min(z, level.nz - 1u);
    return faces_in[4u * (block * level.block + (k * level.ny + j) * level.columns) + min(x, level.nx - 1u)];
}

@compute @workgroup_size(64)
fn coarsen_faces(@builtin(global_invocation_id) id: vec3u) {
    let pitch = 4u * coarse.columns;
    let x = id.x % pitch;
    let y = (id.x / pitch) % coarse.ny;
    let z = id.x / (pitch * coarse.ny);
    if (z >= coarse.nz || x >= coarse.nx) {
        return;
    }
    let axis = (id.z % counts.y) / level.arms;
    // 1 along axes that are halved.
    let hx = u32(coarse.nx < level.nx);
    let hy = u32(coarse.ny < level.ny);
    let hz = u32(coarse.nz < level.nz);
    let i = x << hx;
    let j = y << hy;
    let k = z << hz;
    var value = 0.0;
    for (var b = 0u; b <= hz; b++) {
        let z_weight = select(share_z(k + b), 1.0, hz == 0u);
        if (axis == 0u) {
            let low = fine(id.z, i + hx, j, k + b) * select(share_y(j), 1.0, hy == 0u);
            let high = fine(id.z, i + hx, j + hy, k + b) * select(share_y(j + hy), 0.0, hy == 0u);
            value += z_weight * (low + high);
        } else if (axis == 1u) {
            let low = fine(id.z, i, j + hy, k + b) * select(share_x(i), 1.0, hx == 0u);
            let high = fine(id.z, i + hx, j + hy, k + b) * select(share_x(i + hx), 0.0, hx == 0u);
            value += z_weight * (low + high);
        } else if (b == hz) {
            for (var a = 0u; a <= hy; a++) {
                let low = fine(id.z, i, j + a, k + hz) * select(share_x(i), 1.0, hx == 0u);
                let high = fine(id.z, i + hx, j + a, k + hz) * select(share_x(i + hx), 0.0, hx == 0u);
                value += select(share_y(j + a), 1.0, hy == 0u) * (low + high);
            }
        }
    }
    faces_out[4u * (id.z * coarse.block) + id.x] = value;
}
