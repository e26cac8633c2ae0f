// What the kernels made from the model see: state, parameters, compartments.
//
// `guess` is the current iterate of every field; field blocks follow each other in storage order,
// arms within a field.
//#import bind/level.wgsl
//#import bind/step.wgsl
//#import bind/geometry.wgsl
//#import generated/constants.wgsl
//#import generated/model.wgsl


@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(1) var<uniform> tick: Step;
@group(0) @binding(2) var<uniform> geometry: Geometry;
@group(0) @binding(4) var<storage, read> compartment_values: array<f32>;
@group(0) @binding(5) var<storage, read_write> guess: array<f32>;

// First f32 of a field's block.
fn block_of(field: u32, arm: u32) -> u32 {
    return (field * level.arms + arm) * 4u * level.block;
}

// x, y, z of a cell; x may lie in the padding.
fn coordinates(cell: u32) -> vec3u {
    let pitch = 4u * level.columns;
    return vec3u(cell % pitch, (cell / pitch) % level.ny, cell / (pitch * level.ny));
}

fn centre(cell: u32) -> vec3f {
    return (vec3f(coordinates(cell)) + 0.5) * geometry.spacing;
}
