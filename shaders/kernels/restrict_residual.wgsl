// rhs of the coarser level = volume-weighted average of the residual rhs - A src over each coarse cell.
//
// A thread makes four coarse cells: eight cells of two rows (and two planes).
//#import bind/solver.wgsl
//#import bind/transfer.wgsl
//#import lib/stencil.wgsl
//#import lib/average.wgsl

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
    var edge = edge_below(at);
    let a = stencil(at, across(at), &edge, below, here, above);
    return (rhs[cell] - (tick.shift + loss[cell]) * here - a.flow);
}

@compute @workgroup_size(64)
fn restrict_residual(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x % coarse.columns;
    let row = (id.x / coarse.columns) % coarse.ny;
    let plane = id.x / (coarse.columns * coarse.ny);
    var at: Place;
    at.system = systems_here[coarse.list + id.z] & 0x7fffffffu;
    at.block = at.system * level.block;
    at.info = systems[at.system];
    at.metric = at.info.signature * level.metric_stride;
    let first = 2u * column;
    let second = min(first + 1u, level.columns - 1u);
    let first_share = share_x(at, first);
    let second_share = share_x(at, first + 1u);
    // An axis that is coarse enough already is not halved.
    let low_row = select(row, 2u * row, coarse.ny < level.ny);
    let low_plane = select(plane, 2u * plane, coarse.nz < level.nz);
    let rows = select(1u, 2u, coarse.ny < level.ny);
    let planes = select(1u, 2u, SOLID && coarse.nz < level.nz);
    let work = select(rows * planes, 0u, plane >= coarse.nz || done[at.system] != 0u);
    var sum = vec4f(0.0);
    for (var i = 0u; i < work; i++) {
        let j = low_row + i % rows;
        let k = low_plane + i / rows;
        let weight = share_y(at, j) * share_z(at, k);
        let fine_row = min(j, level.ny - 1u);
        let fine_plane = min(k, level.nz - 1u);
        let a = residual_at(at, first, fine_row, fine_plane);
        let b = residual_at(at, second, fine_row, fine_plane);
        sum += weight * halve_row(a, b, first_share, second_share);
    }
    if (work > 0u) {
        coarse_out[at.system * coarse.block + (plane * coarse.ny + row) * coarse.columns + column] = sum;
    }
}
