// The finite-volume operator A = s + L - div D grad + div(u ·) on four neighbouring cells.
//
// `grid_tables` holds, per axis, the coefficients of the second difference of each cell: towards the low
// and the high neighbour (0 at a wall), on the diagonal (these two plus what a fixed wall adds) and
// one over the cell's width. Along x four cells share an entry of four vec4f; along y and z each
// entry is (low, high, diagonal, 1/width).
//#import lib/wrap.wgsl

override MAPPED: bool = false;
override SOLID: bool = false;
// Whether any field wraps around along x. If not, neighbours beyond a wall are any finite value:
// their coefficient is 0.
override WRAPS: bool = true;

struct Place {
    system: u32,
    column: u32,
    row: u32,
    plane: u32,
    // First vec4f of the system's block.
    block: u32,
    metric: u32,
    info: System,
}

struct Operator {
    // (A - s - L) c as a sum of differences, so that what leaves one cell enters the next in every bit.
    flow: vec4f,
    // Diagonal of A - s - L.
    diagonal: vec4f,
}

fn index_in_block(column: u32, row: u32, plane: u32) -> u32 {
    return (plane * level.ny + row) * level.columns + column;
}

// Values of the cells to the left and to the right of each of the four.
fn low_neighbours(here: vec4f, base: u32, column: u32, line: u32) -> vec4f {
    if (!WRAPS) {
        return vec4f(src[base + line + max(column, 1u) - 1u].w, here.xyz);
    }
    let last = level.nx - 1u;
    let first = select(4u * column - 1u, last, column == 0u);
    return vec4f(src[base + line + first / 4u][first % 4u], here.xyz);
}

fn high_neighbours(here: vec4f, base: u32, column: u32, line: u32) -> vec4f {
    if (!WRAPS) {
        return vec4f(here.yzw, src[base + line + min(column + 1u, level.columns - 1u)].x);
    }
    let cell = 4u * column;
    let next = select(column + 1u, 0u, cell + 4u >= level.nx);
    let first = src[base + line + next].x;
    // The last cell of a row may stand inside the vec4f: it wraps to the first of the row.
    let is_last = vec4u(0u, 1u, 2u, 3u) == vec4u(level.nx - 1u - cell);
    return select(vec4f(here.yzw, first), vec4f(first), is_last);
}

fn face_low_x(base: u32, column: u32, line: u32, here: vec4f) -> vec4f {
    if (!WRAPS) {
        // Nothing crosses a wall.
        let low = faces[base + line + max(column, 1u) - 1u].w;
        return vec4f(select(low, 0.0, column == 0u), here.xyz);
    }
    let last = level.nx - 1u;
    let first = select(4u * column - 1u, last, column == 0u);
    return vec4f(faces[base + line + first / 4u][first % 4u], here.xyz);
}

// Entries of `metric` that a walk needs. Along y only the first and the last two rows differ from the
// others: there are the walls, and the last cell of a coarse grid may be narrower.
struct Metric {
    low: vec4f,
    high: vec4f,
    diagonal: vec4f,
    width: vec4f,
    row_first: vec4f,
    row_inner: vec4f,
    row_next_to_last: vec4f,
    row_last: vec4f,
    plane: vec4f,
}

fn metric_at(at: Place) -> Metric {
    var m: Metric;
    let mx = level.metric_x + at.metric + 4u * at.column;
    m.low = grid_tables[mx];
    m.high = grid_tables[mx + 1u];
    m.diagonal = grid_tables[mx + 2u];
    m.width = grid_tables[mx + 3u];
    let my = level.metric_y + at.metric;
    let last = level.ny - 1u;
    m.row_first = grid_tables[my];
    m.row_inner = grid_tables[my + min(1u, last)];
    m.row_next_to_last = grid_tables[my + max(last, 1u) - 1u];
    m.row_last = grid_tables[my + last];
    if (SOLID) {
        m.plane = grid_tables[level.metric_z + at.metric + at.plane];
    }
    return m;
}

fn metric_of_row(m: Metric, row: u32) -> vec4f {
    var entry = select(m.row_inner, m.row_next_to_last, row + 2u == level.ny);
    entry = select(entry, m.row_last, row + 1u == level.ny);
    return select(entry, m.row_first, row == 0u);
}

// Face values between a row and the one below it; a walk carries them along.
struct Edge {
    conductance: vec4f,
    drift: vec4f,
}

// The edge below the row at which a walk starts.
fn edge_below(at: Place) -> Edge {
    var edge: Edge;
    if (MAPPED) {
        let index = index_in_block(at.column, wrap_low(at.row, level.ny), at.plane);
        edge.conductance = faces[(u32(at.info.conductance) + level.arms) * level.block + index];
        if (at.info.drift >= 0) {
            edge.drift = faces[(u32(at.info.drift) + level.arms) * level.block + index];
        }
    }
    return edge;
}

// `below`, `here`, `above`: rows row-1, row, row+1 of the unknown at this column. `edge` holds the
// faces below the row and leaves with those above it.
fn stencil(at: Place, x: Metric, edge: ptr<function, Edge>, below: vec4f, here: vec4f, above: vec4f) -> Operator {
    let line = (at.plane * level.ny + at.row) * level.columns;
    let left = low_neighbours(here, at.block, at.column, line);
    let right = high_neighbours(here, at.block, at.column, line);
    return stencil_of(at, x, edge, left, right, below, here, above);
}

// The same, with the values to the left and to the right of each of the four cells.
fn stencil_of(
    at: Place,
    x: Metric,
    edge: ptr<function, Edge>,
    left: vec4f,
    right: vec4f,
    below: vec4f,
    here: vec4f,
    above: vec4f,
) -> Operator {
    let base = at.block;
    let line = (at.plane * level.ny + at.row) * level.columns;
    let x_low = x.low;
    let x_high = x.high;
    let x_diagonal = x.diagonal;
    let my = metric_of_row(x, at.row);
    let d = at.info.diffusivity;

    var result: Operator;
    let wall = d * (x_diagonal - x_low - x_high + (my.z - my.x - my.y));
    if (!MAPPED) {
        result.flow = d * (x_low * (here - left) + x_high * (here - right)
            + my.x * (here - below) + my.y * (here - above)) + wall * here;
        result.diagonal = d * (x_diagonal + my.z);
        if (SOLID) {
            let mz = x.plane;
            let under = src[base + index_in_block(at.column, at.row, wrap_low(at.plane, level.nz))];
            let over = src[base + index_in_block(at.column, at.row, wrap_high(at.plane, level.nz))];
            result.flow += d * (mz.x * (here - under) + mz.y * (here - over) + (mz.z - mz.x - mz.y) * here);
            result.diagonal += vec4f(d * mz.z);
        }
        return result;
    }

    // Space-dependent: conductance (diffusion coefficient) and drift (donor cell) on the faces.
    let zero = vec4f(0.0);
    let size = level.block;
    let here_index = line + at.column;
    let kx = u32(at.info.conductance) * size;
    let ky = kx + level.arms * size;
    let k_right = faces[kx + here_index];
    let k_above = faces[ky + here_index];
    let c_left = x_low * face_low_x(kx, at.column, line, k_right);
    let c_right = x_high * k_right;
    let c_below = my.x * (*edge).conductance;
    let c_above = my.y * k_above;
    (*edge).conductance = k_above;
    result.flow = c_left * (here - left) + c_right * (here - right)
        + c_below * (here - below) + c_above * (here - above) + wall * here;
    result.diagonal = c_left + c_right + c_below + c_above + wall;
    if (at.info.drift >= 0) {
        let ux = u32(at.info.drift) * size;
        let u_right = faces[ux + here_index];
        let u_left = face_low_x(ux, at.column, line, u_right);
        let u_above = faces[ux + level.arms * size + here_index];
        let u_below = (*edge).drift;
        (*edge).drift = u_above;
        result.flow += x.width * ((max(u_right, zero) * here + min(u_right, zero) * right)
            - (max(u_left, zero) * left + min(u_left, zero) * here));
        result.flow += my.w * ((max(u_above, zero) * here + min(u_above, zero) * above)
            - (max(u_below, zero) * below + min(u_below, zero) * here));
        result.diagonal += x.width * (max(u_right, zero) - min(u_left, zero))
            + my.w * (max(u_above, zero) - min(u_below, zero));
    }
    if (SOLID) {
        let mz = x.plane;
        let under_plane = wrap_low(at.plane, level.nz);
        let under_index = index_in_block(at.column, at.row, under_plane);
        let under = src[base + under_index];
        let over = src[base + index_in_block(at.column, at.row, wrap_high(at.plane, level.nz))];
        let kz = ky + level.arms * size;
        let c_under = mz.x * faces[kz + under_index];
        let c_over = mz.y * faces[kz + here_index];
        let wall_z = d * (mz.z - mz.x - mz.y);
        result.flow += c_under * (here - under) + c_over * (here - over) + wall_z * here;
        result.diagonal += c_under + c_over + wall_z;
        if (at.info.drift >= 0) {
            let uz = (u32(at.info.drift) + 2u * level.arms) * size;
            let u_over = faces[uz + here_index];
            let u_under = faces[uz + under_index];
            result.flow += mz.w * ((max(u_over, zero) * here + min(u_over, zero) * over)
                - (max(u_under, zero) * under + min(u_under, zero) * here));
            result.diagonal += mz.w * (max(u_over, zero) - min(u_under, zero));
        }
    }
    return result;
}

// 1 for cells of the grid, 0 for the padding at the end of a row.
fn inside(column: u32) -> vec4f {
    let cell = vec4u(4u * column) + vec4u(0u, 1u, 2u, 3u);
    return select(vec4f(0.0), vec4f(1.0), cell < vec4u(level.nx));
}

// The system and the first cell of thread `thread`: threads run over columns, then walks of
// `level.march` rows, then planes. `row` is past the end for surplus threads.
fn place_of(thread: u32, slot: u32) -> Place {
    var at: Place;
    at.info = systems[slot];
    at.system = at.info.index;
    at.column = thread % level.columns;
    let walk = thread / level.columns;
    at.plane = walk / level.chunks;
    at.row = (walk % level.chunks) * level.march;
    at.block = at.system * level.block;
    at.metric = at.info.signature * level.metric_stride;
    return at;
}

// Rows that this thread walks; none for surplus threads.
fn whole_walk(at: Place) -> u32 {
    let rows = min(level.march, level.ny - min(at.row, level.ny));
    return select(rows, 0u, at.plane >= level.nz);
}

// The same, and none for systems that are solved.
fn walk_length(at: Place) -> u32 {
    return select(whole_walk(at), 0u, at.info.done != 0u);
}
