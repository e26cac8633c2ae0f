// A bare Jacobi sweep in the solver's shape: vec4f, walking down eight rows, with unknown, right-hand
// side and loss from memory and constant coefficients. A yardstick for `bench`.
@group(0) @binding(0) var<storage, read> src: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4f>;
@group(0) @binding(2) var<storage, read> rhs: array<vec4f>;
@group(0) @binding(3) var<storage, read> loss: array<vec4f>;

override N: u32 = 512u;

@compute @workgroup_size(64)
fn jacobi(@builtin(global_invocation_id) id: vec3u) {
    let columns = N / 4u;
    let column = id.x % columns;
    let first = (id.x / columns) * 8u;
    if (first >= N) {
        return;
    }
    var below = src[(max(first, 1u) - 1u) * columns + column];
    var here = src[first * columns + column];
    for (var row = first; row < first + 8u; row++) {
        let line = row * columns;
        let above = src[min(row + 1u, N - 1u) * columns + column];
        let left = src[line + max(column, 1u) - 1u].w;
        let right = src[line + min(column + 1u, columns - 1u)].x;
        let sides = vec4f(left, here.xyz) + vec4f(here.yzw, right);
        let diagonal = 1.8 + loss[line + column];
        let residual = rhs[line + column] + 0.2 * (sides + below + above) - diagonal * here;
        dst[line + column] = here + 0.8 * residual / diagonal;
        below = here;
        here = above;
    }
}
