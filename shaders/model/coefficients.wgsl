// Numbers that depend on parameters only: diffusion coefficients and speed limits of every arm.
//#import generated/model.wgsl
@group(0) @binding(8) var<storage, read_write> coefficients_out: array<f32>;
//#import generated/coefficients.wgsl

@compute @workgroup_size(1)
fn coefficients(@builtin(workgroup_id) group: vec3u) {
    write_coefficients(group.z, params[group.z]);
}
