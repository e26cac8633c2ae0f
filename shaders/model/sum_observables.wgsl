// One workgroup per observable and arm: (Σ value·weight, Σ weight, largest, smallest).
//#import bind/reduction.wgsl

@group(0) @binding(8) var<storage, read> observed: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> totals: array<vec4f>;
@group(0) @binding(10) var<uniform> shape: Reduction;

var<workgroup> scratch: array<vec4f, 64>;

fn merge(a: vec4f, b: vec4f) -> vec4f {
    return vec4f(a.x + b.x, a.y + b.y, max(a.z, b.z), min(a.w, b.w));
}

@compute @workgroup_size(64)
fn sum_observables(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
    var sum = vec4f(0.0, 0.0, -3.0e38, 3.0e38);
    for (var i = t; i < shape.threads; i += 64u) {
        sum = merge(sum, observed[group.z * shape.threads + i]);
    }
    scratch[t] = sum;
    workgroupBarrier();
    if (t == 0u) {
        for (var i = 1u; i < 64u; i++) {
            sum = merge(sum, scratch[i]);
        }
        totals[group.z] = sum;
    }
}
