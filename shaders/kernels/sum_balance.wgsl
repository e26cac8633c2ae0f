// One workgroup a field and arm: adds up, over threads, what the audit of a stage left (see `react`).
//#import bind/reduction.wgsl

@group(0) @binding(0) var<storage, read> partial: array<f32>;
// (imbalance, turnover, squares of what stale rates did, 0) by stage, field and arm.
@group(0) @binding(1) var<storage, read_write> balance: array<vec4f>;
@group(0) @binding(2) var<uniform> shape: Reduction;

var<workgroup> sums: array<vec3f, 64>;

@compute @workgroup_size(64)
fn sum_balance(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
    let first = 3u * group.z * shape.threads;
    var sum = vec3f(0.0);
    for (var i = t; i < shape.threads; i += 64u) {
        sum += vec3f(partial[first + i], partial[first + shape.threads + i], partial[first + 2u * shape.threads + i]);
    }
    sums[t] = sum;
    workgroupBarrier();
    if (t == 0u) {
        var total = vec3f(0.0);
        for (var i = 0u; i < 64u; i++) {
            total += sums[i];
        }
        balance[shape.first + group.z] = vec4f(total, 0.0);
    }
}
