// Well-mixed variables of one arm: adds up the exchange with the tissue, then integrates.
//
// A sub-step of dy/dt = G - L y takes G and L as they are at the mean of the values over it, which is
// itself estimated with G and L of its beginning: second order, never negative, exact for constant G and L.
// What a chain hands on is then what was lost, however fast it is. Two sub-steps and one of double length
// give Richardson's extrapolation (4 fine - coarse) / 3, which takes away the leading error; where it
// would be negative the fine value stays. The exchange is taken linear in time between the last two
// evaluations.
//#import bind/level.wgsl
//#import bind/step.wgsl
//#import generated/constants.wgsl
//#import generated/model.wgsl

struct Task {
    // TASK_BEGIN, TASK_BETWEEN, …
    mode: u32,
    // Threads of an arm that measure the exchange.
    threads: u32,
    // Cells of the grid.
    cells: u32,
    padding_0: u32,
}

@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(1) var<uniform> tick: Step;
@group(0) @binding(30) var<storage, read_write> memory: array<f32>;
@group(0) @binding(31) var<storage, read> exchange_partials: array<f32>;
@group(0) @binding(32) var<uniform> task: Task;
@group(0) @binding(33) var<storage, read_write> doses: array<f32>;
//#import generated/compartments.wgsl

var<workgroup> scratch: array<f32, 64>;

fn phi(rate: f32, dt: f32) -> f32 {
    // (1 - exp(-rate dt)) / rate without cancellation.
    let x = rate * dt;
    return select((1.0 - exp(-x)) / max(rate, 1e-30), dt * (1.0 - x * (0.5 - x / 6.0)), x < 0.02);
}

// Mean over 0..dt of (1 - exp(-rate t)) / rate, without cancellation.
fn mean_phi(rate: f32, dt: f32) -> f32 {
    let x = rate * dt;
    return select((dt - phi(rate, dt)) / max(x, 1e-30), dt * (0.5 - x * (1.0 / 6.0 - x / 24.0)), x < 0.1);
}

// One sub-step from `time` on. The terms are written once, in a loop: each copy of them would be compiled.
fn advance(
    y: array<f32, COMPARTMENTS>, start: array<f32, EXCHANGES>, rise: array<f32, EXCHANGES>,
    time: f32, dt: f32, p: Params,
) -> array<f32, COMPARTMENTS> {
    var gain: array<f32, COMPARTMENTS>;
    var loss: array<f32, COMPARTMENTS>;
    var next = y;
    for (var look = 0u; look < 2u; look++) {
        terms(next, start, rise, time + 0.5 * dt * f32(look), p, &gain, &loss);
        for (var k = 0u; k < COMPARTMENTS; k++) {
            let mean = y[k] * phi(loss[k], dt) / dt + gain[k] * mean_phi(loss[k], dt);
            let end = y[k] * exp(-dt * loss[k]) + gain[k] * phi(loss[k], dt);
            next[k] = held(k, p, select(end, mean, look == 0u));
        }
    }
    return next;
}

@compute @workgroup_size(64)
fn compartments(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
    let arm = group.z;
    let base = arm * MEMORY;
    var measured: array<f32, EXCHANGES>;
    if (task.mode == TASK_BETWEEN || task.mode == TASK_END || task.mode == TASK_MEASURE) {
        for (var k = 0u; k < EXCHANGES; k++) {
            var sum = 0.0;
            for (var i = t; i < task.threads; i += 64u) {
                sum += exchange_partials[(arm * EXCHANGES + k) * task.threads + i];
            }
            scratch[t] = sum;
            workgroupBarrier();
            var whole = 0.0;
            for (var i = 0u; i < 64u; i++) {
                whole += scratch[i];
            }
            measured[k] = whole / f32(task.cells);
            workgroupBarrier();
        }
    }
    if (t != 0u) {
        return;
    }
    let p = params[arm];
    if (task.mode == TASK_RESTORE) {
        for (var k = 0u; k < COMPARTMENTS; k++) {
            memory[base + NEW + k] = memory[base + NOW + k];
            memory[base + STAGE + k] = memory[base + NOW + k];
        }
        for (var k = 0u; k < EXCHANGES; k++) {
            memory[base + EXCHANGE_NEW + k] = memory[base + EXCHANGE_NOW + k];
        }
        return;
    }
    if (task.mode == TASK_DOSE) {
        add_doses(arm, base, p);
        for (var k = 0u; k < COMPARTMENTS; k++) {
            memory[base + STAGE + k] = memory[base + NEW + k];
        }
        return;
    }
    if (task.mode == TASK_MEASURE) {
        for (var k = 0u; k < EXCHANGES; k++) {
            memory[base + EXCHANGE_NEW + k] = measured[k];
        }
        return;
    }
    if (task.mode == TASK_BEGIN && tick.accept != 0u) {
        for (var k = 0u; k < COMPARTMENTS; k++) {
            memory[base + NOW + k] = memory[base + NEW + k];
        }
        for (var k = 0u; k < EXCHANGES; k++) {
            memory[base + EXCHANGE_NOW + k] = memory[base + EXCHANGE_NEW + k];
        }
    }
    var start: array<f32, EXCHANGES>;
    var rise: array<f32, EXCHANGES>;
    let known_at = select(tick.span, tick.gamma_dt, task.mode == TASK_BETWEEN);
    for (var k = 0u; k < EXCHANGES; k++) {
        start[k] = memory[base + EXCHANGE_NOW + k];
        rise[k] = select((measured[k] - start[k]) / known_at, 0.0, task.mode == TASK_BEGIN);
        if (task.mode == TASK_END) {
            memory[base + EXCHANGE_NEW + k] = measured[k];
        }
    }
    var y: array<f32, COMPARTMENTS>;
    for (var k = 0u; k < COMPARTMENTS; k++) {
        y[k] = held(k, p, memory[base + NOW + k]);
    }
    let pairs = (tick.substeps + 1u) / 2u;
    let dt = tick.span / f32(2u * pairs);
    // Of three sub-steps the first is of double length, and the others are its two halves.
    var half_way = y;
    var coarse: array<f32, COMPARTMENTS>;
    for (var i = 0u; i < 3u * pairs; i++) {
        let part = i % 3u;
        let time = 2.0 * dt * f32(i / 3u);
        let next = advance(
            half_way, start, rise,
            select(time, time + dt, part == 2u), select(dt, 2.0 * dt, part == 0u), p,
        );
        if (part == 0u) {
            coarse = next;
        } else if (part == 1u) {
            half_way = next;
        } else {
            for (var k = 0u; k < COMPARTMENTS; k++) {
                y[k] = select(next[k], (4.0 * next[k] - coarse[k]) / 3.0, coarse[k] <= 4.0 * next[k]);
            }
            half_way = y;
        }
    }
    for (var k = 0u; k < COMPARTMENTS; k++) {
        memory[base + STAGE + k] = y[k];
        if (task.mode == TASK_END) {
            memory[base + NEW + k] = y[k];
        }
    }
}
