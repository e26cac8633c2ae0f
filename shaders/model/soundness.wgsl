// Whether the equations and the cells can carry the present state: per thread, the worst of what
// `generated/soundness.wgsl` looks at.
//#import bind/model.wgsl
// Per look: the smallest jump between neighbouring cells that counts; of drifts it is not used.
@group(0) @binding(8) var<storage, read> least_jump: array<f32>;
// Per arm, thread and look: a drift's sharpening or a front's jump; the front's reaction rate; its cell.
@group(0) @binding(9) var<storage, read_write> sound: array<vec4f>;
//#import generated/soundness.wgsl

// A front is pinned, or nearly so, where its reaction at the weaker of its two barriers is faster than this share
// of the diffusion from cell to cell, D/h². On a lattice u' = u (1 - u) (u - 0.4) loses 30 % of its speed at 0.4
// and all of it at 0.67; the patterns of Gray and Scott bear 0.54 and stop below 1.8.
const PINNING: f32 = 0.6;

// A cell's number in two halves that f32 holds exactly.
fn result(size: f32, rate: f32, cell: u32) -> vec4f {
    return vec4f(size, rate, f32(cell & 0xffffu), f32(cell >> 16u));
}

// above - below, unless that is rounding.
fn rise(below: f32, above: f32) -> f32 {
    return select(0.0, above - below, abs(above - below) > 1e-5 * max(abs(above), abs(below)));
}

// Ratio of two diffusion coefficients, at most a million.
fn share(sharpening: f32, spread: f32) -> f32 {
    return sharpening / max(spread, max(1e-6 * abs(sharpening), 1e-37));
}

fn pins(rate: f32, spread: f32, h: f32) -> bool {
    return spread > 0.0 && rate * h * h > PINNING * spread;
}

@compute @workgroup_size(64)
fn soundness(@builtin(global_invocation_id) id: vec3u) {
    let arm = id.z;
    if (id.x >= geometry.threads) {
        return;
    }
    let p = params[arm];
    let g = load_compartments(arm);
    var worst: array<vec4f, LOOKS>;
    let pitch = 4u * level.columns;
    let cells = 4u * level.block;
    for (var cell = id.x; cell < cells; cell += geometry.threads) {
        let at = coordinates(cell);
        if (at.x < level.nx && at.z < level.nz) {
            // Distance to the next cell along x, y, z; 0 behind the last one.
            var next: vec3u;
            next.x = select(0u, 1u, at.x + 1u < level.nx);
            next.y = select(0u, pitch, at.y + 1u < level.ny);
            next.z = select(0u, pitch * level.ny, at.z + 1u < level.nz);
            look_at_cell(cell, arm, p, g, next, &worst);
        }
    }
    for (var k = 0u; k < LOOKS; k++) {
        sound[(arm * geometry.threads + id.x) * LOOKS + k] = worst[k];
    }
}
