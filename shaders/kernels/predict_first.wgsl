// Start of a tick: take over the last accepted result, and guess the first stage from its slope.
@group(0) @binding(1) var<uniform> tick: Step;
@group(0) @binding(20) var<storage, read_write> now: array<vec4f>;
@group(0) @binding(21) var<storage, read_write> guess: array<vec4f>;
@group(0) @binding(22) var<storage, read_write> slope: array<vec4f>;
@group(0) @binding(24) var<storage, read> new_slope: array<vec4f>;
@group(0) @binding(23) var<uniform> span: vec4u; // vec4f in all
//#import bind/step.wgsl

@compute @workgroup_size(64)
fn predict_first(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let stride = groups.x * 64u;
    for (var i = id.x; i < span.x; i += stride) {
        var here = now[i];
        if (tick.accept != 0u) {
            here = guess[i];
            now[i] = here;
            slope[i] = new_slope[i];
        }
        guess[i] = max(here + tick.extrapolate * slope[i], vec4f(0.0));
    }
}
