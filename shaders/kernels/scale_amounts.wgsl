// Multiplies the blocks of some fields by factors next to 1: takes back what roundings did to their amounts.
// One workgroup row a block.
//#import bind/level.wgsl

struct Amount {
    // The block of the field and arm.
    block: u32,
    factor: f32,
}

@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(20) var<storage, read_write> guess: array<vec4f>;
@group(0) @binding(21) var<storage, read> amounts: array<Amount>;

@compute @workgroup_size(64)
fn scale_amounts(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let amount = amounts[id.z];
    for (var i = id.x; i < level.block; i += groups.x * 64u) {
        guess[amount.block * level.block + i] *= amount.factor;
    }
}
