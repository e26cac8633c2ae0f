// Local quantities (fields, auxiliaries, observables before they are averaged, terms, movement): all of
// them at chosen cells, or one of them in every cell.
//#import bind/model.wgsl
@group(0) @binding(8) var<storage, read_write> probed: array<f32>;
// Fields that move, after SPAN of movement alone.
@group(0) @binding(9) var<storage, read> moved: array<f32>;
// Arm and cell.
@group(0) @binding(10) var<storage, read> points: array<vec2u>;
// Number of points, 0: every cell; then which quantity.
@group(0) @binding(11) var<uniform> task: vec4u;
// Least and greatest finite value, per arm and thread.
@group(0) @binding(12) var<storage, read_write> extremes: array<vec2f>;
//#import generated/probe.wgsl

@compute @workgroup_size(64)
fn probe(@builtin(global_invocation_id) id: vec3u) {
    var all: array<f32, LOCALS>;
    if (task.x > 0u) {
        if (id.x >= task.x || id.z > 0u) {
            return;
        }
        let at = points[id.x];
        local_quantities(at.y, at.x, params[at.x], load_compartments(at.x), &all);
        for (var k = 0u; k < LOCALS; k++) {
            probed[id.x * LOCALS + k] = all[k];
        }
        return;
    }
    let arm = id.z;
    if (id.x >= geometry.threads) {
        return;
    }
    let p = params[arm];
    let g = load_compartments(arm);
    var least = 3.0e38;
    var greatest = -3.0e38;
    let cells = 4u * level.block;
    for (var cell = id.x; cell < cells; cell += geometry.threads) {
        if (cell % (4u * level.columns) < level.nx) {
            local_quantities(cell, arm, p, g, &all);
            let value = all[task.y];
            probed[arm * cells + cell] = value;
            if ((bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u) {
                least = min(least, value);
                greatest = max(greatest, value);
            }
        }
    }
    extremes[arm * geometry.threads + id.x] = vec2f(least, greatest);
}
