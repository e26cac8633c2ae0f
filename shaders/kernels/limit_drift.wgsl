// What the implicit operator leaves to the current iterate c*:
// rhs -= div( u (c*_face - c*_upwind) ), second-order drift with van Leer's limiter, and
// rhs -= div( K grad c* ), which takes back the stabilising diffusion K of crowding once c = c*.
//
// The implicit operator carries the donor-cell flux; this adds the difference to the limited linear
// reconstruction (deferred correction). Beside a wall, and where the solution has an extremum, the
// correction vanishes. A thread walks down four neighbouring cells.
//#import bind/solver.wgsl
//#import bind/geometry.wgsl

@group(1) @binding(0) var<storage, read> values: array<vec4f>;
@group(1) @binding(1) var<storage, read> face_values: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> rhs_out: array<vec4f>;
@group(1) @binding(4) var<uniform> geometry: Geometry;
@group(1) @binding(5) var<storage, read> maps: array<vec4f>;

override SOLID: bool = false;

// Flux correction through a face: `speed` from `low` to `high`, with the cells beyond both.
fn correction(speed: vec4f, behind: vec4f, low: vec4f, high: vec4f, ahead: vec4f) -> vec4f {
    let forward = speed > vec4f(0.0);
    let donor = select(high, low, forward);
    let a = donor - select(ahead, behind, forward);
    let b = select(low, high, forward) - donor;
    // van Leer: harmonic mean of the two slopes, 0 at an extremum.
    let product = a * b;
    let slope = select(vec4f(0.0), 2.0 * product / select(a + b, vec4f(1.0), a + b == vec4f(0.0)), product > vec4f(0.0));
    return 0.5 * speed * slope;
}

struct Flow {
    system_block: u32,
    drift: u32,
    stiffness: u32,
    stiff: bool,
}

// Six cells of a row around the four of `column`: two to the left, two to the right. A wall repeats
// the last cell, which makes the correction there vanish.
struct Row {
    left: vec2f,
    here: vec4f,
    right: vec2f,
}

fn cell_at(base: u32, i: u32) -> f32 {
    return values[base + i / 4u][i % 4u];
}

fn row_at(base: u32, column: u32, wraps: bool) -> Row {
    var r: Row;
    r.here = values[base + column];
    let n = level.nx;
    let first = 4u * column;
    let last = min(first + 3u, n - 1u);
    // Neighbours beyond the four, wrapped or repeated.
    let l1 = select(max(first, 1u) - 1u, (first + n - 1u) % n, wraps);
    let l2 = select(max(first, 2u) - 2u, (first + n - 2u) % n, wraps);
    let r1 = select(min(last + 1u, n - 1u), (last + 1u) % n, wraps);
    let r2 = select(min(last + 2u, n - 1u), (last + 2u) % n, wraps);
    r.left = vec2f(cell_at(base, l2), cell_at(base, l1));
    r.right = vec2f(cell_at(base, r1), cell_at(base, r2));
    // Padding after the last cell repeats what follows it.
    let inside = vec4u(first) + vec4u(0u, 1u, 2u, 3u) <= vec4u(last);
    let beyond = vec4u(first) + vec4u(0u, 1u, 2u, 3u) == vec4u(last + 1u);
    r.here = select(select(vec4f(r.right.y), vec4f(r.right.x), beyond), r.here, inside);
    return r;
}

@compute @workgroup_size(64)
fn limit_drift(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x % level.columns;
    let walk = id.x / level.columns;
    let plane = walk / level.chunks;
    let first_row = (walk % level.chunks) * level.march;
    let rows = select(min(level.march, level.ny - min(first_row, level.ny)), 0u, plane >= level.nz);
    let info = systems[id.z];
    let system = info.index;
    let m = info.signature * level.metric_stride;
    let size = level.block;
    let block = system * size;
    let ux = u32(info.drift) * size;
    let uy = ux + level.arms * size;
    let uz = uy + level.arms * size;
    let stiff = info.stiffness >= 0;
    let map = u32(max(info.stiffness, 0)) * size;
    let limited = f32(tick.limited);
    let zero = vec4f(0.0);
    // A wall shows as a zero coefficient towards the neighbour.
    let wraps_x = grid_tables[level.metric_x + m].x > 0.0;
    let wraps_y = grid_tables[level.metric_y + m].x > 0.0;
    let open_left = select(zero, vec4f(1.0), grid_tables[level.metric_x + m + 4u * column] > zero);
    let open_right = select(zero, vec4f(1.0), grid_tables[level.metric_x + m + 4u * column + 1u] > zero);
    let n = level.ny;
    for (var i = 0u; i < rows; i++) {
        let row = first_row + i;
        let line = (plane * n + row) * level.columns;
        let at = line + column;
        let r = row_at(block + line, column, wraps_x);
        let left = vec4f(r.left.y, r.here.xyz);
        let left_left = vec4f(r.left, r.here.xy);
        let right = vec4f(r.here.yzw, r.right.x);
        let right_right = vec4f(r.here.zw, r.right);
        let u_right = face_values[ux + at];
        let before = select(column + level.columns - 1u, column - 1u, column > 0u) % level.columns;
        let last_cell = level.nx - 1u;
        let u_first = select(face_values[ux + line + before].w, face_values[ux + line + last_cell / 4u][last_cell % 4u], column == 0u);
        let u_left = vec4f(u_first, u_right.xyz);
        var sum = limited * (correction(u_right, left, r.here, right, right_right)
            - correction(u_left, left_left, left, r.here, right)) / geometry.spacing.x;

        // Rows below and above, wrapped or repeated.
        let b1 = select(max(row, 1u) - 1u, (row + n - 1u) % n, wraps_y);
        let b2 = select(max(row, 2u) - 2u, (row + n - 2u) % n, wraps_y);
        let a1 = select(min(row + 1u, n - 1u), (row + 1u) % n, wraps_y);
        let a2 = select(min(row + 2u, n - 1u), (row + 2u) % n, wraps_y);
        let plane_base = block + plane * n * level.columns + column;
        let below = values[plane_base + b1 * level.columns];
        let below_below = values[plane_base + b2 * level.columns];
        let above = values[plane_base + a1 * level.columns];
        let above_above = values[plane_base + a2 * level.columns];
        let u_above = face_values[uy + at];
        let lower = (plane * n + (row + n - 1u) % n) * level.columns + column;
        let u_below = face_values[uy + lower];
        sum += limited * (correction(u_above, below, r.here, above, above_above)
            - correction(u_below, below_below, below, r.here, above)) / geometry.spacing.y;

        if (stiff) {
            let k = maps[map + at];
            let k_before = select(maps[map + line + before].w, maps[map + line + last_cell / 4u][last_cell % 4u], column == 0u);
            let next = select(column + 1u, 0u, 4u * column + 4u >= level.nx);
            let k_first_next = maps[map + line + next].x;
            let k_left = 0.5 * (k + vec4f(k_before, k.xyz)) * open_left;
            var k_next = vec4f(k.yzw, k_first_next);
            k_next = select(k_next, vec4f(k_first_next), vec4u(0u, 1u, 2u, 3u) == vec4u(level.nx - 1u - 4u * column));
            let k_right = 0.5 * (k + k_next) * open_right;
            sum += (k_right * (right - r.here) - k_left * (r.here - left)) / (geometry.spacing.x * geometry.spacing.x);
            let my = grid_tables[level.metric_y + m + row];
            let k_above = 0.5 * (k + maps[map + (plane * n + a1) * level.columns + column]);
            let k_below = 0.5 * (k + maps[map + (plane * n + b1) * level.columns + column]);
            let up = select(0.0, 1.0, my.y > 0.0);
            let down = select(0.0, 1.0, my.x > 0.0);
            sum += (up * k_above * (above - r.here) - down * k_below * (r.here - below)) / (geometry.spacing.y * geometry.spacing.y);
        }

        if (SOLID) {
            let nz = level.nz;
            let wraps_z = grid_tables[level.metric_z + m].x > 0.0;
            let d1 = select(max(plane, 1u) - 1u, (plane + nz - 1u) % nz, wraps_z);
            let d2 = select(max(plane, 2u) - 2u, (plane + nz - 2u) % nz, wraps_z);
            let o1 = select(min(plane + 1u, nz - 1u), (plane + 1u) % nz, wraps_z);
            let o2 = select(min(plane + 2u, nz - 1u), (plane + 2u) % nz, wraps_z);
            let layer = n * level.columns;
            let in_layer = row * level.columns + column;
            let under = values[block + d1 * layer + in_layer];
            let under_under = values[block + d2 * layer + in_layer];
            let over = values[block + o1 * layer + in_layer];
            let over_over = values[block + o2 * layer + in_layer];
            let u_over = face_values[uz + at];
            let u_under = face_values[uz + ((plane + nz - 1u) % nz) * layer + in_layer];
            sum += limited * (correction(u_over, under, r.here, over, over_over)
                - correction(u_under, under_under, under, r.here, over)) / geometry.spacing.z;
            if (stiff) {
                let mz = grid_tables[level.metric_z + m + plane];
                let k = maps[map + at];
                let k_over = 0.5 * (k + maps[map + o1 * layer + in_layer]);
                let k_under = 0.5 * (k + maps[map + d1 * layer + in_layer]);
                let up = select(0.0, 1.0, mz.y > 0.0);
                let down = select(0.0, 1.0, mz.x > 0.0);
                sum += (up * k_over * (over - r.here) - down * k_under * (r.here - under)) / (geometry.spacing.z * geometry.spacing.z);
            }
        }
        rhs_out[block + at] -= sum;
    }
}
