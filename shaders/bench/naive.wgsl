// The plainest five-point pass: one thread a cell, clamped neighbours. A yardstick for `bench`.
@group(0) @binding(0) var<storage, read> src: array<f32>;
@group(0) @binding(1) var<storage, read_write> dst: array<f32>;

override N: u32 = 512u;

@compute @workgroup_size(16, 16)
fn naive(@builtin(global_invocation_id) id: vec3u) {
    let x = id.x;
    let y = id.y;
    if (x >= N || y >= N) {
        return;
    }
    let i = y * N + x;
    let c = src[i];
    let left = src[y * N + max(x, 1u) - 1u];
    let right = src[y * N + min(x + 1u, N - 1u)];
    let below = src[(max(y, 1u) - 1u) * N + x];
    let above = src[min(y + 1u, N - 1u) * N + x];
    dst[i] = c + 0.2 * (left + right + below + above - 4.0 * c);
}
