// Neighbours along an axis of n cells that closes on itself.

fn wrap_low(i: u32, n: u32) -> u32 {
    return select(i, n, i == 0u) - 1u;
}

fn wrap_high(i: u32, n: u32) -> u32 {
    return select(i + 1u, 0u, i + 1u == n);
}
