// Loss rate on a coarser level: volume-weighted average over each coarse cell.
//#import bind/solver.wgsl
//#import bind/transfer.wgsl
//#import lib/stencil.wgsl
//#import lib/average.wgsl

@compute @workgroup_size(64)
fn coarsen_loss(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x % coarse.columns;
    let row = (id.x / coarse.columns) % coarse.ny;
    let plane = id.x / (coarse.columns * coarse.ny);
    if (plane >= coarse.nz) {
        return;
    }
    var at: Place;
    at.info = systems[id.z];
    at.system = at.info.index;
    at.block = at.system * level.block;
    let first = 2u * column;
    let second = min(first + 1u, level.columns - 1u);
    let first_share = share_x(at, first);
    let second_share = share_x(at, first + 1u);
    // An axis that is coarse enough already is not halved.
    let low_row = select(row, 2u * row, coarse.ny < level.ny);
    let low_plane = select(plane, 2u * plane, coarse.nz < level.nz);
    let rows = select(1u, 2u, coarse.ny < level.ny);
    let planes = select(1u, 2u, SOLID && coarse.nz < level.nz);
    var sum = vec4f(0.0);
    for (var k = 0u; k < planes; k++) {
        for (var j = 0u; j < rows; j++) {
            let weight = share_y(at, low_row + j) * share_z(at, low_plane + k);
            let line = at.block
                + index_in_block(0u, min(low_row + j, level.ny - 1u), min(low_plane + k, level.nz - 1u));
            sum += weight * halve_row(loss[line + first], loss[line + second], first_share, second_share);
        }
    }
    coarse_out[at.system * coarse.block + (plane * coarse.ny + row) * coarse.columns + column] = sum;
}
