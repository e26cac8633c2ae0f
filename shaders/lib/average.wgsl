// Volume-weighted average over the fine cells of four coarse cells: two columns, two rows (and planes).

// Adds the neighbours of eight cells of one row, weighted by their share along x.
fn halve_row(first: vec4f, second: vec4f, first_share: vec4f, second_share: vec4f) -> vec4f {
    let a = first * first_share;
    let b = second * second_share;
    return vec4f(a.x + a.y, a.z + a.w, b.x + b.y, b.z + b.w);
}

fn share_x(at: Place, column: u32) -> vec4f {
    let last = level.columns - 1u;
    let share = grid_tables[table.x + at.info.signature * table.stride + 2u * min(column, last) + 1u];
    return select(vec4f(0.0), share, column <= last);
}

fn share_y(at: Place, row: u32) -> f32 {
    let share = grid_tables[table.y + at.info.signature * table.stride + min(row, level.ny - 1u)].y;
    return select(0.0, share, row < level.ny);
}

fn share_z(at: Place, plane: u32) -> f32 {
    let share = grid_tables[table.z + at.info.signature * table.stride + min(plane, level.nz - 1u)].y;
    return select(0.0, share, plane < level.nz);
}
