// Local chemistry of one stage: gains and losses of every field from the current iterate.
//
// Fields that move get the right-hand side and the loss rate of their linear system; fields that do
// not are solved here, cell by cell. Per thread it also adds up what tissue and compartments exchange.
//#import bind/model.wgsl
//#import generated/react.wgsl

// Whether rows end in padding.
override PADDED: bool = true;

@compute @workgroup_size(64)
fn react(@builtin(global_invocation_id) id: vec3u) {
    let arm = id.z;
    let p = params[arm];
    let g = load_compartments(arm);
    var exchange = no_exchange();
    let cells = 4u * level.block;
    for (var cell = id.x; cell < cells; cell += geometry.threads) {
        let real = !PADDED || cell % (4u * level.columns) < level.nx;
        react_cell(cell, arm, real, p, g, &exchange);
    }
    store_exchange(arm, id.x, exchange);
}
