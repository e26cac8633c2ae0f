// The first sweep of a cycle, dst = src + omega residual / diagonal(A), and on the way, per thread, the
// sums that tell how well `src` is solved. A solved system keeps `src`; what stands in `dst` is not used.
//
// With w = 1 / (shift + loss), which turns a residual into a change of the field, and with the memory
// m = max(w shift, LEAST_MEMORY), the share of an error that the next step inherits:
// partial = (Σ (m w residual)², Σ (c - known)², Σ (w diagonal c)², Σ c²) at the first look,
// partial = (Σ (m w residual)², Σ (w residual)², 0, 0) later.
//#import bind/solver.wgsl
//#import bind/sweep.wgsl
//#import lib/stencil.wgsl

// The first look also measures what the residual is compared with.
override FIRST: bool = true;

@group(1) @binding(1) var<storage, read> now: array<vec4f>;
@group(1) @binding(2) var<storage, read> stage_one: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> partial: array<vec4f>;

// Fields that decay fast forget an error within a step, so that it does not add up over the steps.
const LEAST_MEMORY: f32 = 0.03;

@compute @workgroup_size(64)
fn smooth_measure(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    var at = place_of(id.x, id.z);
    // At the first look nothing is solved yet.
    let rows = select(walk_length(at), whole_walk(at), FIRST);
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
    for (var i = 0u; i < rows; i++) {
        let above = src[base + index_in_block(at.column, wrap_high(at.row, level.ny), at.plane)];
        let a = stencil(at, x, &edge, below, here, above);
        let cell = base + index_in_block(at.column, at.row, at.plane);
        let local = loss[cell];
        let diagonal = a.diagonal + tick.shift + local;
        let residual = mask * (rhs[cell] - (tick.shift + local) * here - a.flow);
        dst[cell] = mask * here + omega * residual / diagonal;
        let weight = 1.0 / (tick.shift + local);
        let error = weight * residual;
        let kept = max(weight * tick.shift, vec4f(LEAST_MEMORY)) * error;
        sums.x += dot(kept, kept);
        if (FIRST) {
            let known = now[cell] + tick.carry * (stage_one[cell] - now[cell]);
            let change = mask * (here - known);
            let value = mask * here;
            let terms = weight * diagonal * value;
            sums += vec4f(0.0, dot(change, change), dot(terms, terms), dot(value, value));
        } else {
            sums.y += dot(error, error);
        }
        below = here;
        here = above;
        at.row += 1u;
    }
    let threads = groups.x * 64u;
    partial[id.z * threads + id.x] = sums;
}
