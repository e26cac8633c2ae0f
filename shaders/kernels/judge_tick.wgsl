// One workgroup a field and arm: adds up the partial sums of `finish_tick`.
//#import bind/reduction.wgsl

@group(0) @binding(24) var<storage, read> partial: array<vec4f>;
@group(0) @binding(25) var<storage, read_write> verdict: array<vec4f>;
@group(0) @binding(26) var<uniform> shape: Reduction;

var<workgroup> first: array<vec4f, 64>;
var<workgroup> second: array<vec4f, 64>;

fn merge_first(a: vec4f, b: vec4f) -> vec4f {
    return vec4f(a.x + b.x, min(a.y, b.y), a.z + b.z, a.w + b.w);
}
fn merge_second(a: vec4f, b: vec4f) -> vec4f {
    return vec4f(max(a.x, b.x), a.y + b.y, a.z + b.z, min(a.w, b.w));
}

@compute @workgroup_size(64)
fn judge_tick(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
    var a = vec4f(0.0, 3.0e38, 0.0, 0.0);
    var b = vec4f(-3.0e38, 0.0, 0.0, 3.0e38);
    for (var i = t; i < shape.threads; i += 64u) {
        a = merge_first(a, partial[2u * (group.z * shape.threads + i)]);
        b = merge_second(b, partial[2u * (group.z * shape.threads + i) + 1u]);
    }
    first[t] = a;
    second[t] = b;
    workgroupBarrier();
    if (t == 0u) {
        for (var i = 1u; i < 64u; i++) {
            a = merge_first(a, first[i]);
            b = merge_second(b, second[i]);
        }
        verdict[2u * group.z] = a;
        verdict[2u * group.z + 1u] = b;
    }
}
