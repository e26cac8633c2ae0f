// The first sweep of a cycle, dst = src + omega residual / diagonal(A), and on the way, per thread, the
// sums that tell how well `src` is solved. A solved system keeps `src`; what stands in `dst` is not used.
//
// partial[0] = (Σ residual², Σ (shift (c - known))², Σ (loss c)², Σ (diagonal c)²),
// partial[1] = (Σ residual, Σ (shift + loss) c, 0, 0).
//#import bind/solver.wgsl
//#import lib/stencil.wgsl

// The first look also measures what the residual is compared with; later ones leave these sums 0.
override FIRST: bool = true;

struct Sweep {
    omega: f32,
}
@group(1) @binding(0) var<uniform> sweep: Sweep;
@group(1) @binding(1) var<storage, read> now: array<vec4f>;
@group(1) @binding(2) var<storage, read> stage_one: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> partial: array<vec4f>;

@compute @workgroup_size(64)
fn smooth_measure(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
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
    let omega = select(sweep.omega, 1.0, level.single == 1u);
    var edge: Edge;
    if (rows > 0u) {
        edge = edge_below(at);
    }
    var sums = vec4f(0.0);
    var balance = vec2f(0.0);
    for (var i = 0u; i < rows; i++) {
        let above = src[base + index_in_block(at.column, wrap_high(at.row, level.ny), at.plane)];
        let a = stencil(at, x, &edge, below, here, above);
        let cell = base + index_in_block(at.column, at.row, at.plane);
        let local = loss[cell];
        let diagonal = a.diagonal + tick.shift + local;
        let residual = mask * (rhs[cell] - (tick.shift + local) * here - a.flow);
        dst[cell] = mask * here + omega * residual / diagonal;
        sums.x += dot(residual, residual);
        if (FIRST) {
            let known = now[cell] + tick.carry * (stage_one[cell] - now[cell]);
            let change = mask * tick.shift * (here - known);
            let lost = local * here;
            sums += vec4f(0.0, dot(change, change), dot(lost, lost), dot(diagonal * here, diagonal * here));
        }
        balance += vec2f(dot(residual, vec4f(1.0)), dot(mask * (tick.shift + local), here));
        below = here;
        here = above;
        at.row += 1u;
    }
    let threads = groups.x * 64u;
    partial[2u * (id.z * threads + id.x)] = sums;
    partial[2u * (id.z * threads + id.x) + 1u] = vec4f(balance, 0.0, 0.0);
}
