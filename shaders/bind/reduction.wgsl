// What one workgroup adds up.

struct Reduction {
    // Sums of single threads to add up.
    threads: u32,
    // First entry of the results.
    first: u32,
    // 1 at the first look at a linear system.
    first_look: u32,
    padding_0: u32,
}
