// Explicit Euler step of the fields that move: dst = src + dt (rhs - (loss + A) src).
//#import bind/solver.wgsl
//#import lib/stencil.wgsl

@compute @workgroup_size(64)
fn explicit_step(@builtin(global_invocation_id) id: vec3u) {
    var at = place_of(id.x, id.z);
    let rows = whole_walk(at);
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
        dst[cell] = mask * (here + tick.dt * (rhs[cell] - loss[cell] * here - a.flow));
        below = here;
        here = above;
        at.row += 1u;
    }
}
