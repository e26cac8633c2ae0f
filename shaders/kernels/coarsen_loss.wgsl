// Loss rate on a coarser level: volume-weighted average over each coarse cell.
//#import bind/solver.wgsl
//#import bind/transfer.wgsl
//#import lib/stencil.wgsl

fn pair_sum(at: Place, column: u32, row: u32, plane: u32) -> vec4f {
    let real = row < level.ny && plane < level.nz;
    let line = at.block + index_in_block(0u, min(row, level.ny - 1u), min(plane, level.nz - 1u));
    let first = 2u * column;
    let second = min(first + 1u, level.columns - 1u);
    let mx = level.metric_x + at.metric;
    let a = inside(first) * loss[line + first] / metric[mx + 4u * first + 3u];
    var b = inside(second) * loss[line + second] / metric[mx + 4u * second + 3u];
    b = select(vec4f(0.0), b, second != first);
    let weight = 1.0 / (metric[level.metric_y + at.metric + min(row, level.ny - 1u)].w
        * metric[level.metric_z + at.metric + min(plane, level.nz - 1u)].w);
    return select(vec4f(0.0), vec4f(a.x + a.y, a.z + a.w, b.x + b.y, b.z + b.w) * weight, real);
}

@compute @workgroup_size(64)
fn coarsen_loss(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x % coarse.columns;
    let row = (id.x / coarse.columns) % coarse.ny;
    let plane = id.x / (coarse.columns * coarse.ny);
    if (plane >= coarse.nz) {
        return;
    }
    var at: Place;
    at.system = systems_here[coarse.list + id.z];
    at.block = at.system * level.block;
    at.info = systems[at.system];
    at.metric = at.info.signature * level.metric_stride;
    // An axis that is coarse enough already is not halved.
    let low_row = select(row, 2u * row, coarse.ny < level.ny);
    let low_plane = select(plane, 2u * plane, coarse.nz < level.nz);
    var sum = pair_sum(at, column, low_row, low_plane);
    if (coarse.ny < level.ny) {
        sum += pair_sum(at, column, low_row + 1u, low_plane);
    }
    if (coarse.nz < level.nz) {
        sum += pair_sum(at, column, low_row, low_plane + 1u);
        if (coarse.ny < level.ny) {
            sum += pair_sum(at, column, low_row + 1u, low_plane + 1u);
        }
    }
    let volume = metric[coarse.metric_x + at.metric + 4u * column + 3u]
        * (metric[coarse.metric_y + at.metric + row].w * metric[coarse.metric_z + at.metric + plane].w);
    coarse_out[at.system * coarse.block + (plane * coarse.ny + row) * coarse.columns + column] =
        sum * volume;
}
