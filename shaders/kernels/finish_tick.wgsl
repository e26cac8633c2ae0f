// End of a tick, per thread: new slope, estimated error, and what the watchdog wants to know.
//
// slope = (c - known) / (gamma dt), the last stage's derivative. The error is a combination of the
// slopes at t, at stage 1 and at the end (see the engine's scheme module). Cells below 0 are set to 0
// and the amount counted.
//#import bind/level.wgsl
//#import bind/step.wgsl

@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(1) var<uniform> tick: Step;
@group(0) @binding(20) var<storage, read> now: array<vec4f>;
@group(0) @binding(21) var<storage, read_write> guess: array<vec4f>;
@group(0) @binding(22) var<storage, read> stage_one: array<vec4f>;
@group(0) @binding(23) var<storage, read> slope: array<vec4f>;
@group(0) @binding(25) var<storage, read_write> new_slope: array<vec4f>;
// (Σ error², smallest value, Σ slope², Σ c), (largest value, Σ c², Σ clipped, first bad cell)
@group(0) @binding(24) var<storage, read_write> partial: array<vec4f>;

fn is_bad(v: vec4f) -> vec4<bool> {
    return (bitcast<vec4u>(v) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}

fn least(v: vec4f) -> f32 {
    return min(min(v.x, v.y), min(v.z, v.w));
}

@compute @workgroup_size(64)
fn finish_tick(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let column = id.x % level.columns;
    let walk = id.x / level.columns;
    let plane = walk / level.chunks;
    let first_row = (walk % level.chunks) * level.march;
    var rows = min(level.march, level.ny - min(first_row, level.ny));
    if (plane >= level.nz) {
        rows = 0u;
    }
    let lanes = vec4u(0u, 1u, 2u, 3u);
    let real = 4u * vec4u(column) + lanes < vec4u(level.nx);
    let zero = vec4f(0.0);
    let one_each = vec4f(1.0);
    var sums = vec4f(0.0, 3.0e38, 0.0, 0.0);
    var more = vec4f(-3.0e38, 0.0, 0.0, 3.0e38);
    for (var r = 0u; r < rows; r++) {
        let in_block = (plane * level.ny + first_row + r) * level.columns + column;
        let cell = id.z * level.block + in_block;
        let before = now[cell];
        let one = stage_one[cell];
        var value = guess[cell];
        let known = before + tick.carry * (one - before);
        let fresh = (value - known) / tick.gamma_dt;
        let middle = (one - before) / tick.gamma_dt;
        let error = tick.weight_now * slope[cell] + tick.weight_one * middle + tick.weight_two * fresh;
        let bad = real & is_bad(value);
        let good = real & !bad;
        let v = select(zero, value, good);
        let e = select(zero, error, good);
        sums.x += dot(e, e);
        sums.y = min(sums.y, least(select(vec4f(3.0e38), value, good)));
        let rise = select(zero, fresh, good);
        sums.z += dot(rise, rise);
        sums.w += dot(max(v, zero), one_each);
        more.x = max(more.x, -least(select(vec4f(3.0e38), -value, good)));
        more.y += dot(v, v);
        more.z -= dot(min(v, zero), one_each);
        more.w = min(more.w, least(select(vec4f(3.0e38), vec4f(4u * vec4u(in_block) + lanes), bad)));
        new_slope[cell] = fresh;
        guess[cell] = max(value, vec4f(0.0));
    }
    let threads = groups.x * 64u;
    partial[2u * (id.z * threads + id.x)] = sums;
    partial[2u * (id.z * threads + id.x) + 1u] = more;
}
