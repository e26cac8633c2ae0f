// First sweep on a coarse grid, where the unknown starts at 0: dst = omega rhs / diagonal(A).
//#import bind/solver.wgsl
//#import bind/sweep.wgsl
//#import lib/stencil.wgsl


@compute @workgroup_size(64)
fn smooth_first(@builtin(global_invocation_id) id: vec3u) {
    var at = place_of(id.x, id.z);
    let rows = walk_length(at);
    let mask = inside(at.column);
    let x = metric_at(at);
    var edge: Edge;
    if (rows > 0u) {
        edge = edge_below(at);
    }
    for (var i = 0u; i < rows; i++) {
        // Only the diagonal of the stencil is used; the unknown is 0 everywhere.
        let a = stencil(at, x, &edge, vec4f(0.0), vec4f(0.0), vec4f(0.0));
        let cell = at.block + index_in_block(at.column, at.row, at.plane);
        let omega = select(sweep.omega, 1.0, level.single == 1u);
        dst[cell] = mask * omega * rhs[cell] / (a.diagonal + tick.shift + loss[cell]);
        at.row += 1u;
    }
}
