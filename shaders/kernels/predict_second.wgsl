// Between the stages: keep stage 1, and guess stage 2 on the line through the present and stage 1.
@group(0) @binding(1) var<uniform> tick: Step;
@group(0) @binding(20) var<storage, read> now: array<vec4f>;
@group(0) @binding(21) var<storage, read_write> guess: array<vec4f>;
@group(0) @binding(22) var<storage, read_write> stage_one: array<vec4f>;
@group(0) @binding(23) var<uniform> span: vec4u; // vec4f in all
//#import bind/step.wgsl

@compute @workgroup_size(64)
fn predict_second(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let stride = groups.x * 64u;
    for (var i = id.x; i < span.x; i += stride) {
        let one = guess[i];
        stage_one[i] = one;
        guess[i] = max(now[i] + tick.extrapolate * (one - now[i]), vec4f(0.0));
    }
}
