// Observables: per thread, sums over its cells; see `sum_observables`.
//#import bind/model.wgsl
@group(0) @binding(8) var<storage, read_write> observed: array<vec4f>;
//#import generated/observe.wgsl

// Whether rows end in padding.
override PADDED: bool = true;

@compute @workgroup_size(64)
fn observe(@builtin(global_invocation_id) id: vec3u) {
    let arm = id.z;
    let p = params[arm];
    let g = load_compartments(arm);
    var sums = no_observations();
    let cells = 4u * level.block;
    for (var cell = id.x; cell < cells; cell += geometry.threads) {
        if (!PADDED || cell % (4u * level.columns) < level.nx) {
            observe_cell(cell, arm, p, g, &sums);
        }
    }
    for (var k = 0u; k < OBSERVABLES; k++) {
        observed[(arm * OBSERVABLES + k) * geometry.threads + id.x] = sums[k];
    }
}
