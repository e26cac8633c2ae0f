// One workgroup a system: adds up the partial sums of `smooth_measure` and decides whether it is solved:
// |residual| <= tolerance (|shift (c - known)| + |loss c|) + rounding |diagonal c|,
// where a first residual that is far larger than these counts with a tenth: a field that is empty before its
// first gain has nothing else to be compared with.
//#import bind/level.wgsl
//#import bind/step.wgsl

struct Solve {
    // Norm of the residual over what it may be: <= 1 is solved.
    ratio: f32,
    // Norm of the residual relative to |shift (c - known)| + |loss c|, or to 1e-4 |diagonal c| where
    // that is more: near a steady state nothing changes.
    relative: f32,
    // Sum of the residual over the sum of (shift + loss) c: the share of the field's turnover in one
    // tick that the balance lacks.
    balance: f32,
    // V-cycles spent, as a number.
    cycles: f32,
}

@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(1) var<uniform> tick: Step;
@group(0) @binding(3) var<storage, read> systems_here: array<u32>;
@group(1) @binding(0) var<storage, read> partial: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> done_out: array<u32>;
@group(1) @binding(2) var<storage, read_write> report: array<Solve>;
@group(1) @binding(4) var<storage, read_write> scales: array<vec2f>; // allowed residual, scale; by system
@group(1) @binding(3) var<uniform> shape: vec4u; // threads a system, stage (0 or 1), systems in all, 1 for the first look

var<workgroup> sums: array<vec4f, 64>;
var<workgroup> balances: array<vec2f, 64>;

// Half a unit in the last place of f32, with room for the sum of five terms.
const ROUNDING: f32 = 6e-8;

@compute @workgroup_size(64)
fn judge_residual(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
    let system = systems_here[level.list + group.z] & 0x7fffffffu;
    var sum = vec4f(0.0);
    var balance = vec2f(0.0);
    for (var i = t; i < shape.x; i += 64u) {
        sum += partial[2u * (group.z * shape.x + i)];
        balance += partial[2u * (group.z * shape.x + i) + 1u].xy;
    }
    sums[t] = sum;
    balances[t] = balance;
    workgroupBarrier();
    if (t == 0u) {
        var total = vec4f(0.0);
        var whole = vec2f(0.0);
        for (var i = 0u; i < 64u; i++) {
            total += sums[i];
            whole += balances[i];
        }
        let was_done = done_out[system] != 0u;
        let norms = sqrt(total);
        if (shape.w != 0u) {
            let scale = max(norms.y + norms.z, 0.1 * norms.x);
            let rounding = ROUNDING * max(norms.w, norms.x);
            scales[system] = vec2f(tick.tolerance * scale + rounding, max(scale, 1e-4 * norms.w));
        }
        let allowed = scales[system].x;
        let slot = shape.y * shape.z + system;
        let solved = norms.x <= allowed && norms.x < 1e37;
        if (!was_done) {
            // An overflowed sum is never solved: 3e38 says so, whatever infinity / infinity is here.
            report[slot].ratio = select(select(3.0e38, 2.0, norms.x < 1e37), norms.x / max(allowed, 1e-30), norms.x < 1e37 && allowed < 1e37);
            report[slot].relative = norms.x / max(scales[system].y, 1e-30);
            report[slot].balance = whole.x / max(whole.y, 1e-30);
            if (shape.w != 0u) {
                report[slot].cycles = 0.0;
            } else {
                report[slot].cycles += 1.0;
            }
            done_out[system] = select(0u, 1u, solved);
        }
    }
}
