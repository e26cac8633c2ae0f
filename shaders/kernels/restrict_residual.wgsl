// rhs of the coarser level = volume-weighted average of the residual rhs - A src over each coarse cell.
//
// A thread walks down the rows of four coarse cells: two columns of four fine cells, in one plane or two.
//#import bind/solver.wgsl
//#import bind/transfer.wgsl
//#import lib/stencil.wgsl
//#import lib/average.wgsl

// One column of fine cells on its way down.
struct Walk {
    at: Place,
    x: Metric,
    edge: Edge,
    below: vec4f,
    here: vec4f,
}

fn walk_from(system: Place, column: u32, row: u32, plane: u32) -> Walk {
    var walk: Walk;
    walk.at = system;
    walk.at.column = column;
    walk.at.row = row;
    walk.at.plane = plane;
    walk.x = metric_at(walk.at);
    walk.edge = edge_below(walk.at);
    walk.below = src[system.block + index_in_block(column, wrap_low(row, level.ny), plane)];
    walk.here = src[system.block + index_in_block(column, row, plane)];
    return walk;
}

// The residual of the present row; then one row on.
fn next_residual(walk: ptr<function, Walk>) -> vec4f {
    let at = (*walk).at;
    let here = (*walk).here;
    let above = src[at.block + index_in_block(at.column, wrap_high(at.row, level.ny), at.plane)];
    let cell = at.block + index_in_block(at.column, at.row, at.plane);
    var edge = (*walk).edge;
    let a = stencil(at, (*walk).x, &edge, (*walk).below, here, above);
    (*walk).edge = edge;
    (*walk).below = here;
    (*walk).here = above;
    (*walk).at.row += 1u;
    return rhs[cell] - (tick.shift + loss[cell]) * here - a.flow;
}

@compute @workgroup_size(64)
fn restrict_residual(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x % coarse.columns;
    let chunk = id.x / coarse.columns;
    let plane = chunk / coarse.chunks;
    let first_row = (chunk % coarse.chunks) * coarse.march;
    var at: Place;
    at.info = systems[id.z];
    at.system = at.info.index;
    at.block = at.system * level.block;
    at.metric = at.info.signature * level.metric_stride;
    var rows = min(coarse.march, coarse.ny - min(first_row, coarse.ny));
    rows = select(rows, 0u, plane >= coarse.nz || at.info.done != 0u);
    if (rows == 0u) {
        return;
    }
    let first = 2u * column;
    let second = min(first + 1u, level.columns - 1u);
    let first_share = share_x(at, first);
    let second_share = share_x(at, first + 1u);
    // An axis that is coarse enough already is not halved.
    let fine_rows = select(1u, 2u, coarse.ny < level.ny);
    let two_planes = SOLID && coarse.nz < level.nz;
    let low_plane = select(plane, 2u * plane, two_planes);
    let high_plane = min(low_plane + 1u, level.nz - 1u);
    let low_share = share_z(at, low_plane);
    let high_share = share_z(at, low_plane + 1u);
    let start = fine_rows * first_row;
    var low_first = walk_from(at, first, start, low_plane);
    var low_second = walk_from(at, second, start, low_plane);
    var high_first: Walk;
    var high_second: Walk;
    if (two_planes) {
        high_first = walk_from(at, first, start, high_plane);
        high_second = walk_from(at, second, start, high_plane);
    }
    for (var row = first_row; row < first_row + rows; row++) {
        var sum = vec4f(0.0);
        // The last coarse row of an odd grid has a single fine one.
        let here = min(fine_rows, level.ny - fine_rows * row);
        for (var i = 0u; i < here; i++) {
            let share = share_y(at, fine_rows * row + i);
            let a = next_residual(&low_first);
            let b = next_residual(&low_second);
            sum += share * low_share * halve_row(a, b, first_share, second_share);
            if (two_planes) {
                let c = next_residual(&high_first);
                let d = next_residual(&high_second);
                sum += share * high_share * halve_row(c, d, first_share, second_share);
            }
        }
        coarse_out[at.system * coarse.block + (plane * coarse.ny + row) * coarse.columns + column] = sum;
    }
}
