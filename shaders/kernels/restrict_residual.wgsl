// rhs of the coarser level = volume-weighted average of the residual rhs - A src over each coarse cell.
//
// A thread makes four coarse cells: eight cells of two rows (and two planes).
//#import bind/solver.wgsl
//#import bind/transfer.wgsl
//#import lib/stencil.wgsl

fn residual_at(place: Place, column: u32, row: u32, plane: u32) -> vec4f {
    var at = place;
    at.column = column;
    at.row = row;
    at.plane = plane;
    let base = at.block;
    let cell = base + index_in_block(column, row, plane);
    let here = src[cell];
    let below = src[base + index_in_block(column, wrap_low(row, level.ny), plane)];
    let above = src[base + index_in_block(column, wrap_high(row, level.ny), plane)];
    let a = stencil(at, across(at), below, here, above);
    return inside(column) * (rhs[cell] - a.off - (a.diagonal + tick.shift + loss[cell]) * here);
}

fn pair_sum(at: Place, column: u32, wanted_row: u32, wanted_plane: u32) -> vec4f {
    let real = wanted_row < level.ny && wanted_plane < level.nz;
    let row = min(wanted_row, level.ny - 1u);
    let plane = min(wanted_plane, level.nz - 1u);
    let first = 2u * column;
    let second = min(first + 1u, level.columns - 1u);
    let mx = level.metric_x + at.metric;
    let a = residual_at(at, first, row, plane) / metric[mx + 4u * first + 3u];
    var b = residual_at(at, second, row, plane) / metric[mx + 4u * second + 3u];
    b = select(vec4f(0.0), b, second != first);
    let weight = 1.0 / (metric[level.metric_y + at.metric + row].w * metric[level.metric_z + at.metric + plane].w);
    return select(vec4f(0.0), vec4f(a.x + a.y, a.z + a.w, b.x + b.y, b.z + b.w) * weight, real);
}

@compute @workgroup_size(64)
fn restrict_residual(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x % coarse.columns;
    let row = (id.x / coarse.columns) % coarse.ny;
    let plane = id.x / (coarse.columns * coarse.ny);
    var at: Place;
    at.system = systems_here[coarse.list + id.z];
    at.block = at.system * level.block;
    at.info = systems[at.system];
    at.metric = at.info.signature * level.metric_stride;
    // An axis that is coarse enough already is not halved.
    let low_row = select(row, 2u * row, coarse.ny < level.ny);
    let low_plane = select(plane, 2u * plane, coarse.nz < level.nz);
    let rows = select(1u, 2u, coarse.ny < level.ny);
    let planes = select(1u, 2u, SOLID && coarse.nz < level.nz);
    let work = select(rows * planes, 0u, plane >= coarse.nz || done[at.system] != 0u);
    var sum = vec4f(0.0);
    for (var i = 0u; i < work; i++) {
        sum += pair_sum(at, column, low_row + i % rows, low_plane + i / rows);
    }
    if (work > 0u) {
        let volume = metric[coarse.metric_x + at.metric + 4u * column + 3u]
            * (metric[coarse.metric_y + at.metric + row].w * metric[coarse.metric_z + at.metric + plane].w);
        coarse_out[at.system * coarse.block + (plane * coarse.ny + row) * coarse.columns + column] =
            sum * volume;
    }
}
