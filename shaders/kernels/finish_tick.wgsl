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
// (Σ error², smallest value, number of bad values, Σ c), (largest value, Σ c², Σ clipped, first bad cell)
@group(0) @binding(24) var<storage, read_write> partial: array<vec4f>;

fn is_bad(v: f32) -> bool {
    return (bitcast<u32>(v) & 0x7f800000u) == 0x7f800000u;
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
    let left = level.nx - min(4u * column, level.nx);
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
        for (var lane = 0u; lane < min(left, 4u); lane++) {
            let v = value[lane];
            if (is_bad(v)) {
                sums.z += 1.0;
                more.w = min(more.w, f32(4u * in_block + lane));
            } else {
                sums.x += error[lane] * error[lane];
                sums.y = min(sums.y, v);
                sums.w += max(v, 0.0);
                more.x = max(more.x, v);
                more.y += v * v;
                more.z -= min(v, 0.0);
            }
        }
        new_slope[cell] = fresh;
        guess[cell] = max(value, vec4f(0.0));
    }
    let threads = groups.x * 64u;
    partial[2u * (id.z * threads + id.x)] = sums;
    partial[2u * (id.z * threads + id.x) + 1u] = more;
}
