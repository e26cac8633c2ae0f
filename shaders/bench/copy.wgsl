// Copies vec4f. A yardstick for `bench`.
@group(0) @binding(0) var<storage, read> src: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4f>;

override N: u32 = 512u;

@compute @workgroup_size(64)
fn copy(@builtin(global_invocation_id) id: vec3u) {
    if (id.x < N * N / 4u) {
        dst[id.x] = src[id.x];
    }
}
