// Start values that the model gives as expressions of parameters and position.
//#import bind/model.wgsl
//#import generated/initial.wgsl

@compute @workgroup_size(64)
fn initial(@builtin(global_invocation_id) id: vec3u) {
    let arm = id.z;
    let p = params[arm];
    let cells = 4u * level.block;
    for (var cell = id.x; cell < cells; cell += geometry.threads) {
        if (cell % (4u * level.columns) < level.nx) {
            initial_cell(cell, arm, p, centre(cell));
        }
    }
}
