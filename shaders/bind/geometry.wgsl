struct Geometry {
    // Edge of a cell along x, y, z.
    spacing: vec3f,
    // Threads that share the cells of one arm.
    threads: u32,
}
