// dst += coarse correction, interpolated linearly along each axis between the centres of coarse cells.
//#import bind/solver.wgsl
//#import bind/transfer.wgsl
//#import lib/stencil.wgsl

fn coarse_at(base: u32, i: u32, j: u32, k: u32) -> f32 {
    return coarse_in[base + (k * coarse.ny + j) * 4u * coarse.columns + i];
}

// The neighbour towards which a cell leans: below for even cells, above for odd ones, with wrapping.
fn lean(i: u32, n: u32, parent: u32) -> u32 {
    return select(wrap_low(parent, n), wrap_high(parent, n), (i & 1u) == 1u);
}

fn along_x(base: u32, column: u32, j: u32, k: u32, t: vec4f) -> vec4f {
    let n = coarse.nx;
    let i0 = min(2u * column, n - 1u);
    let i1 = min(2u * column + 1u, n - 1u);
    let low = coarse_at(base, wrap_low(i0, n), j, k);
    let a = coarse_at(base, i0, j, k);
    let b = coarse_at(base, i1, j, k);
    let high = coarse_at(base, wrap_high(i1, n), j, k);
    // A single coarse column wraps onto itself; its weights are 0.
    let to = select(b, coarse_at(base, wrap_high(i0, n), j, k), i1 == i0);
    return mix(vec4f(a, a, b, b), vec4f(low, to, a, high), t);
}

fn along_xy(base: u32, at: Place, k: u32, tx: vec4f, ty: f32) -> vec4f {
    let halved = coarse.ny < level.ny;
    let parent = select(at.row, at.row / 2u, halved);
    let here = along_x(base, at.column, parent, k, tx);
    let there = along_x(base, at.column, lean(at.row, coarse.ny, parent), k, tx);
    return mix(here, there, ty);
}

@compute @workgroup_size(64)
fn prolong_correct(@builtin(global_invocation_id) id: vec3u) {
    var at = place_of(id.x, id.z);
    // Systems that end on this level have no correction.
    let corrected = id.z < level.deeper;
    let rows = select(0u, walk_length(at), corrected);
    let tables = at.info.signature * table.stride;
    let base = 4u * (at.system * coarse.block);
    let tx = grid_tables[table.x + tables + 2u * at.column];
    let mask = inside(at.column);
    for (var i = 0u; i < rows; i++) {
        let ty = grid_tables[table.y + tables + at.row].x;
        var correction: vec4f;
        if (SOLID) {
            let tz = grid_tables[table.z + tables + at.plane].x;
            let parent = select(at.plane, at.plane / 2u, coarse.nz < level.nz);
            correction = mix(
                along_xy(base, at, parent, tx, ty),
                along_xy(base, at, lean(at.plane, coarse.nz, parent), tx, ty),
                tz,
            );
        } else {
            correction = along_xy(base, at, 0u, tx, ty);
        }
        let cell = at.block + index_in_block(at.column, at.row, at.plane);
        dst[cell] += mask * correction;
        at.row += 1u;
    }
}
