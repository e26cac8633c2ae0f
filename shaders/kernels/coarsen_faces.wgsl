// Face values on a coarser level: along the face's axis the fine face that lies on the coarse one,
// across it the width-weighted mean. Keeps the flux through each coarse face.
//#import bind/solver.wgsl

@group(1) @binding(0) var<uniform> coarse: Level;
@group(1) @binding(1) var<storage, read_write> faces_out: array<f32>;
@group(1) @binding(2) var<storage, read> faces_in: array<f32>;
@group(1) @binding(3) var<uniform> counts: vec4u; // axes, blocks per map (axes × arms)

fn width_y(y: u32) -> f32 {
    return select(0.0, 1.0 / metric[level.metric_y + min(y, level.ny - 1u)].w, y < level.ny);
}
fn width_z(z: u32) -> f32 {
    return select(0.0, 1.0 / metric[level.metric_z + min(z, level.nz - 1u)].w, z < level.nz);
}
fn width_x(x: u32) -> f32 {
    let i = min(x, level.nx - 1u);
    return select(0.0, 1.0 / metric[level.metric_x + 4u * (i / 4u) + 3u][i % 4u], x < level.nx);
}

@compute @workgroup_size(64)
fn coarsen_faces(@builtin(global_invocation_id) id: vec3u) {
    let pitch = 4u * coarse.columns;
    let x = id.x % pitch;
    let y = (id.x / pitch) % coarse.ny;
    let z = id.x / (pitch * coarse.ny);
    if (z >= coarse.nz) {
        return;
    }
    let axis = (id.z % counts.y) / level.arms;
    let halved = vec3u(vec3u(coarse.nx, coarse.ny, coarse.nz) < vec3u(level.nx, level.ny, level.nz));
    let low = vec3u(x, y, z) * (vec3u(1u) + halved);
    // Along its own axis a coarse cell's high face is the high face of its last fine cell.
    let top = min(low + halved, vec3u(level.nx, level.ny, level.nz) - vec3u(1u));
    var sum = 0.0;
    var weight = 0.0;
    for (var k = 0u; k <= halved.z; k++) {
        for (var j = 0u; j <= halved.y; j++) {
            for (var i = 0u; i <= halved.x; i++) {
                let on_axis = select(select(k, j, axis == 1u), i, axis == 0u);
                if (on_axis > 0u) {
                    continue;
                }
                let at = vec3u(
                    select(min(low.x + i, level.nx - 1u), top.x, axis == 0u),
                    select(min(low.y + j, level.ny - 1u), top.y, axis == 1u),
                    select(min(low.z + k, level.nz - 1u), top.z, axis == 2u),
                );
                let w = select(width_x(low.x + i), 1.0, axis == 0u)
                    * select(width_y(low.y + j), 1.0, axis == 1u)
                    * select(width_z(low.z + k), 1.0, axis == 2u);
                sum += w * faces_in[4u * (id.z * level.block)
                    + (at.z * level.ny + at.y) * 4u * level.columns + at.x];
                weight += w;
            }
        }
    }
    faces_out[4u * (id.z * coarse.block) + id.x] =
        select(0.0, sum / max(weight, 1e-30), x < coarse.nx);
}
