// A bare Gray-Scott step, both species in one pass: vec4f, walking down eight rows, constant
// coefficients. A yardstick for `bench`. U fills the first half of a buffer and V the second.
@group(0) @binding(0) var<storage, read> src: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4f>;

override N: u32 = 512u;

fn spread(base: u32, column: u32, columns: u32, below: vec4f, here: vec4f, above: vec4f) -> vec4f {
    let left = src[base + max(column, 1u) - 1u].w;
    let right = src[base + min(column + 1u, columns - 1u)].x;
    return vec4f(left, here.xyz) + vec4f(here.yzw, right) + below + above - 4.0 * here;
}

@compute @workgroup_size(64)
fn gray_scott(@builtin(global_invocation_id) id: vec3u) {
    let columns = N / 4u;
    let block = N * columns;
    let column = id.x % columns;
    let first = (id.x / columns) * 8u;
    if (first >= N) {
        return;
    }
    let start = (max(first, 1u) - 1u) * columns + column;
    var u_below = src[start];
    var v_below = src[block + start];
    var u = src[first * columns + column];
    var v = src[block + first * columns + column];
    for (var row = first; row < first + 8u; row++) {
        let line = row * columns;
        let next = min(row + 1u, N - 1u) * columns + column;
        let u_above = src[next];
        let v_above = src[block + next];
        let made = u * v * v;
        let u_spread = spread(line, column, columns, u_below, u, u_above);
        let v_spread = spread(block + line, column, columns, v_below, v, v_above);
        dst[line + column] = u + 0.2 * u_spread + 0.037 * (1.0 - u) - made;
        dst[block + line + column] = v + 0.1 * v_spread + made - 0.097 * v;
        u_below = u;
        v_below = v;
        u = u_above;
        v = v_above;
    }
}
