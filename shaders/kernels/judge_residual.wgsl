// One workgroup a system: adds up the partial sums of `smooth_measure` and decides whether it is solved.
//
// The residual r is measured as the change that it asks of the field, w r with w = 1 / (shift + loss): the
// operator is an M-matrix whose rows add up to at least shift + loss, so that |error| <= max |w r|. Of it counts
// the share m that the next step inherits. A system is solved when
// |m w r| <= tolerance (|guess - known| + |m w r of the guess|) + rounding |w diagonal c|:
// the bracket is the change that the stage makes, of which the error may be a small share. The absolute
// turnover of the field is no measure, because gain and loss may cancel. Unless the guess is in
// balance to the rounding of its values, it is corrected at least once.
//#import bind/step.wgsl
//#import bind/reduction.wgsl
//#import bind/system.wgsl

struct Solve {
    // Norm of m w r over what it may be: <= 1 is solved.
    ratio: f32,
    // What the norm of w r has beyond rounding: a bound of the error of the field that is left, in its unit times the
    // square root of the number of cells.
    left: f32,
    // V-cycles spent, as a number.
    cycles: f32,
    padding: f32,
}

@group(0) @binding(1) var<uniform> tick: Step;
@group(1) @binding(0) var<storage, read> partial: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> systems: array<System>;
@group(1) @binding(2) var<storage, read_write> report: array<Solve>;
@group(1) @binding(4) var<storage, read_write> scales: array<vec2f>; // what the residual may be, and its rounding; by system
@group(1) @binding(3) var<uniform> shape: Reduction;

var<workgroup> sums: array<vec4f, 64>;

// Half a unit in the last place of f32, with room for the sum of five terms.
const ROUNDING: f32 = 6e-8;

// A guess with a residual below this share of its values is in balance to rounding.
const BALANCED: f32 = 3e-8;

@compute @workgroup_size(64)
fn judge_residual(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
    let system = systems[group.z].index;
    var sum = vec4f(0.0);
    for (var i = t; i < shape.threads; i += 64u) {
        sum += partial[group.z * shape.threads + i];
    }
    sums[t] = sum;
    workgroupBarrier();
    if (t == 0u) {
        var total = vec4f(0.0);
        for (var i = 0u; i < 64u; i++) {
            total += sums[i];
        }
        let norms = sqrt(total);
        let first_look = shape.first_look != 0u;
        let was_done = !first_look && systems[group.z].done != 0u;
        if (first_look) {
            let rounding = ROUNDING * norms.z;
            scales[system] = vec2f(tick.tolerance * (norms.x + norms.y) + rounding, rounding);
        }
        let allowed = scales[system].x;
        let slot = shape.first + system;
        let finite = norms.x < 1e37;
        let solved = finite && norms.x <= select(allowed, BALANCED * norms.w, first_look);
        if (!was_done) {
            // An overflowed sum is never solved: 3e38 says so, whatever infinity / infinity is here.
            report[slot].ratio = select(select(3.0e38, 2.0, finite), norms.x / max(allowed, 1e-30), finite && allowed < 1e37);
            report[slot].left = select(max(norms.y - scales[system].y, 0.0), 0.0, first_look);
            report[slot].cycles = select(report[slot].cycles + 1.0, 0.0, first_look);
            systems[group.z].done = select(0u, 1u, solved);
        }
    }
}
