// The first sweep after the coarse correction, in two dimensions: dst = x + omega residual(x) / diagonal(A),
// where x = src + correction is interpolated on the way and never stored. See prolong_correct.
//#import bind/solver.wgsl
//#import bind/sweep.wgsl
//#import bind/transfer.wgsl
//#import lib/stencil.wgsl


// The four coarse cells from which one row of the fine ones is interpolated: the two below them and
// one neighbour on each side.
fn coarse_line(base: u32, column: u32, row: u32) -> vec4f {
    let n = coarse.nx;
    let line = base + row * 4u * coarse.columns;
    let a = min(2u * column, n - 1u);
    let b = min(2u * column + 1u, n - 1u);
    let next = coarse_in[line + wrap_high(b, n)];
    // A single coarse column wraps onto itself; its weights are 0.
    let inner = select(coarse_in[line + b], coarse_in[line + wrap_high(a, n)], a == b);
    return vec4f(coarse_in[line + wrap_low(a, n)], coarse_in[line + a], inner, next);
}

// Coarse rows that a fine row lies between.
struct Lines {
    parent: vec4f,
    other: vec4f,
}

fn lines_of(base: u32, column: u32, row: u32) -> Lines {
    let halved = coarse.ny < level.ny;
    let parent = select(row, row / 2u, halved);
    let other = select(wrap_low(parent, coarse.ny), wrap_high(parent, coarse.ny), (row & 1u) == 1u);
    return Lines(coarse_line(base, column, parent), coarse_line(base, column, other));
}

// Weights along x of the cell to the left, of the four cells, and of the one to the right.
struct Across {
    left: f32,
    here: vec4f,
    right: f32,
}

// A row of x: four cells and their neighbours.
struct Row {
    left: f32,
    here: vec4f,
    right: f32,
}

@compute @workgroup_size(64)
fn smooth_corrected(@builtin(global_invocation_id) id: vec3u) {
    var at = place_of(id.x, id.z);
    let rows = walk_length(at);
    if (rows == 0u) {
        return;
    }
    // Systems that end on this level have no correction.
    let corrected = id.z < level.deeper;
    let base = at.block;
    let coarse_base = 4u * at.system * coarse.block;
    let tables = at.info.signature * table.stride;
    let last = level.columns - 1u;
    // Neighbours around a periodic edge; beyond a wall any finite value serves.
    let left_column = select(at.column, level.columns, at.column == 0u) - 1u;
    let right_column = select(at.column + 1u, 0u, at.column == last);
    let along = table.x + tables;
    let t = Across(
        grid_tables[along + 2u * left_column].w,
        grid_tables[along + 2u * at.column],
        grid_tables[along + 2u * right_column].x,
    );
    let mask = inside(at.column);
    let m = metric_at(at);
    var edge = edge_below(at);

    var lines = lines_of(coarse_base, at.column, wrap_low(at.row, level.ny));
    let low = wrap_low(at.row, level.ny);
    var below = row_at(base, at.column, left_column, right_column, low, lines, t, tables, mask, corrected).here;
    lines = lines_of(coarse_base, at.column, at.row);
    var here = row_at(base, at.column, left_column, right_column, at.row, lines, t, tables, mask, corrected);
    for (var i = 0u; i < rows; i++) {
        let next = wrap_high(at.row, level.ny);
        lines = lines_of(coarse_base, at.column, next);
        let above = row_at(base, at.column, left_column, right_column, next, lines, t, tables, mask, corrected);
        let left = vec4f(here.left, here.here.xyz);
        let right = vec4f(here.here.yzw, here.right);
        let a = stencil_of(at, m, &edge, left, right, below, here.here, above.here);
        let cell = base + index_in_block(at.column, at.row, at.plane);
        let diagonal = a.diagonal + tick.shift + loss[cell];
        let residual = rhs[cell] - (tick.shift + loss[cell]) * here.here - a.flow;
        let omega = select(sweep.omega, 1.0, level.single == 1u);
        dst[cell] = mask * (here.here + omega * residual / diagonal);
        below = here.here;
        here = above;
        at.row += 1u;
    }
}

fn row_at(
    base: u32,
    column: u32,
    left_column: u32,
    right_column: u32,
    row: u32,
    lines: Lines,
    t: Across,
    tables: u32,
    mask: vec4f,
    corrected: bool,
) -> Row {
    let line = base + row * level.columns;
    let ty = grid_tables[table.y + tables + row].x;
    // Without a correction the coarse values may be anything.
    let c = select(vec4f(0.0), mix(lines.parent, lines.other, ty), corrected);
    let four = mix(vec4f(c.y, c.y, c.z, c.z), vec4f(c.x, c.z, c.y, c.w), t.here);
    return Row(
        src[line + left_column].w + mix(c.x, c.y, t.left),
        src[line + column] + mask * four,
        src[line + right_column].x + mix(c.w, c.z, t.right),
    );
}
