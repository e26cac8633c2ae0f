// One level of the grid hierarchy.

struct Level {
    // Cells along x, y, z.
    nx: u32,
    ny: u32,
    nz: u32,
    // vec4f per row, and per block.
    columns: u32,
    block: u32,
    // Rows that one thread walks down, and walks per plane.
    march: u32,
    chunks: u32,
    // Systems of the family that go on to the next coarser level: the first ones of `systems`.
    deeper: u32,
    // First entry of this level in `grid_tables` by axis, for boundary signature 0.
    metric_x: u32,
    metric_y: u32,
    metric_z: u32,
    // Entries from one boundary signature to the next.
    metric_stride: u32,
    // Number of arms.
    arms: u32,
    // 1 when the grid has a single cell: one Jacobi sweep solves it.
    single: u32,
    padding_0: u32,
    padding_1: u32,
}
