// Weight of one Jacobi sweep.

struct Sweep {
    omega: f32,
    padding_0: f32,
    padding_1: f32,
    padding_2: f32,
}
@group(1) @binding(5) var<uniform> sweep: Sweep;
