// What the implicit operator leaves to the current iterate c*:
// rhs -= div( u (c*_face - c*_upwind) ), second-order drift with van Leer's limiter, and
// rhs -= div( K grad c* ), which takes back the stabilising diffusion K of crowding once c = c*.
//
// The implicit operator carries the donor-cell flux; this adds the difference to the limited linear
// reconstruction, taken at the current iterate (deferred correction). Beside a wall, and where the
// solution has an extremum, the correction vanishes.
//#import bind/solver.wgsl

@group(1) @binding(0) var<storage, read> values: array<f32>;
@group(1) @binding(1) var<storage, read> face_values: array<f32>;
@group(1) @binding(2) var<storage, read_write> rhs_out: array<f32>;
@group(1) @binding(3) var<storage, read> drifting: array<u32>;
@group(1) @binding(4) var<uniform> axes: vec4f; // spacing along x, y, z; number of axes

fn step_to(i: u32, n: u32, up: bool) -> u32 {
    if (up) {
        return select(i + 1u, 0u, i + 1u >= n);
    }
    return select(i - 1u, n - 1u, i == 0u);
}

fn correction(speed: f32, behind: f32, low: f32, high: f32, ahead: f32) -> f32 {
    // Flux from `low` to `high` when speed > 0.
    let donor = select(high, low, speed > 0.0);
    let acceptor = select(low, high, speed > 0.0);
    let upstream = select(ahead, behind, speed > 0.0);
    let a = donor - upstream;
    let b = acceptor - donor;
    // van Leer: harmonic mean of the two slopes, 0 at an extremum.
    let slope = select(0.0, 2.0 * a * b / (a + b), a * b > 0.0);
    return 0.5 * speed * slope;
}

@compute @workgroup_size(64)
fn limit_drift(@builtin(global_invocation_id) id: vec3u) {
    let pitch = 4u * level.columns;
    let cell = vec3u(id.x % pitch, (id.x / pitch) % level.ny, id.x / (pitch * level.ny));
    if (cell.z >= level.nz || cell.x >= level.nx) {
        return;
    }
    let system = drifting[id.z];
    let info = systems[system];
    let n = vec3u(level.nx, level.ny, level.nz);
    let strides = vec3u(1u, pitch, pitch * level.ny);
    let base = system * 4u * level.block;
    var sum = 0.0;
    let limited = f32(tick.limited);
    let count = u32(axes.w);
    for (var axis = 0u; axis < count; axis++) {
        let faces_base = (u32(info.drift) + axis * level.arms) * 4u * level.block;
        let i = cell[axis];
        let s = strides[axis];
        let origin = base + id.x - i * s;
        let lower = step_to(i, n[axis], false);
        let upper = step_to(i, n[axis], true);
        let lowest = step_to(lower, n[axis], false);
        let uppermost = step_to(upper, n[axis], true);
        let c = values[base + id.x];
        let l = values[origin + lower * s];
        let u = values[origin + upper * s];
        // The reconstruction needs the cell behind the donor; past a wall it has none.
        let wraps = face_values[faces_base + id.x - i * s + (n[axis] - 1u) * s] != 0.0;
        let ll = select(l, values[origin + lowest * s], wraps || i > 1u);
        let uu = select(u, values[origin + uppermost * s], wraps || i + 2u < n[axis]);
        let left = select(l, c, !wraps && i == 0u);
        let right = select(u, c, !wraps && i + 1u == n[axis]);
        let out = correction(face_values[faces_base + id.x], left, c, right, uu);
        let in_ = correction(face_values[faces_base + id.x - i * s + lower * s], ll, left, c, right);
        let open = wraps || i > 0u;
        sum += limited * (out - select(0.0, in_, open)) / axes[axis];
        if (info.stiffness >= 0) {
            let k_base = (u32(info.stiffness) + axis * level.arms) * 4u * level.block;
            let k_out = face_values[k_base + id.x];
            let k_in = face_values[k_base + id.x - i * s + lower * s];
            sum += (k_out * (right - c) - k_in * (c - left)) / (axes[axis] * axes[axis]);
        }
    }
    rhs_out[base + id.x] -= sum;
}
