// One damped Jacobi sweep: dst = src + omega (rhs - A src) / diagonal(A).
//
// Two sweeps with the Chebyshev weights of the interval that a coarser grid cannot see damp the
// oscillating error by five; the walk down the rows keeps the unknown's rows in registers.
//#import bind/solver.wgsl
//#import bind/sweep.wgsl
//#import lib/stencil.wgsl


@compute @workgroup_size(64)
fn smooth_sweep(@builtin(global_invocation_id) id: vec3u) {
    var at = place_of(id.x, id.z);
    let rows = walk_length(at);
    let base = at.block;
    var below = vec4f(0.0);
    var here = vec4f(0.0);
    if (rows > 0u) {
        below = src[base + index_in_block(at.column, wrap_low(at.row, level.ny), at.plane)];
        here = src[base + index_in_block(at.column, at.row, at.plane)];
    }
    let mask = inside(at.column);
    let x = metric_at(at);
    var edge: Edge;
    if (rows > 0u) {
        edge = edge_below(at);
    }
    for (var i = 0u; i < rows; i++) {
        let above = src[base + index_in_block(at.column, wrap_high(at.row, level.ny), at.plane)];
        let a = stencil(at, x, &edge, below, here, above);
        let cell = base + index_in_block(at.column, at.row, at.plane);
        let diagonal = a.diagonal + tick.shift + loss[cell];
        let residual = rhs[cell] - (tick.shift + loss[cell]) * here - a.flow;
        let omega = select(sweep.omega, 1.0, level.single == 1u);
        dst[cell] = mask * (here + omega * residual / diagonal);
        below = here;
        here = above;
        at.row += 1u;
    }
}
