//! Warmfront command line.
fn main() {}
