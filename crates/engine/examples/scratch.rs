use warmfront_engine::*;
use warmfront_model::*;
use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let lib = match std::env::var("ASSETS") { Ok(a) => Library::folder(a), _ => Library::embedded() };
    let mut s = match lib.scenario(&a[1]) { Ok(s) => s, Err(e) => { println!("{e}"); return } };
    let t = Instant::now();
    let p = Program::new(Files::embedded(), &s.model, s.arms.len() as u32, 65536);
    for e in p.check() { println!("{e}"); }
    println!("check {:?}", t.elapsed());
    if a.len() < 3 { return }
    let days: f64 = a[2].parse().unwrap();
    for kv in &a[3..] { let (k, v) = kv.split_once("=").unwrap_or((kv, "")); match k {
        "step" => s.time.step = v.parse().unwrap(),
        "n" => { let n: u32 = v.parse().unwrap(); let l = s.grid.extent(); s.grid.cells = [n, n, 1]; s.grid.spacing = [l[0]/n as f64, l[1]/n as f64, s.grid.spacing[2]]; },
        "tol" => s.numerics.tolerance = v.parse().unwrap(),
        "cyc" => s.numerics.max_cycles = v.parse().unwrap(),
        "picard" => s.numerics.picard = v.parse().unwrap(),
        "first" => s.numerics.first_step = v.parse().unwrap(),
        "up" => s.numerics.transport = TransportScheme::Upwind,
        "be" => s.numerics.scheme = Scheme::BackwardEuler,
        "ex" => s.numerics.scheme = Scheme::Explicit,
        _ => panic!() } }
    let t = Instant::now();
    let gpu = Gpu::new(&GpuOptions::default()).unwrap();
    println!("gpu {:?} {}", t.elapsed(), gpu.report.name);
    let t = Instant::now();
    let arms: Vec<usize> = (0..s.arms.len()).collect();
    let mut sim = match Simulation::new(&gpu, Files::embedded(), &s, &arms) { Ok(s) => s, Err(e) => { println!("{e}"); return } };
    println!("setup {:?}", t.elapsed());
    let show = |sim: &Simulation| { let o = sim.observe().unwrap(); for (i, arm) in o.iter().enumerate() { print!("  {}:", s.arms[i].id); for (q, v) in s.model.observables.iter().zip(arm).take(40) { print!(" {}={v:.5}", q.id); } println!(); } };
    show(&sim);
    let t = Instant::now();
    // doses
    let mut marks: Vec<(f64, usize, usize, f64)> = vec![];
    for (ai, arm) in s.arms.iter().enumerate() { for (d, r) in s.regimens.iter().enumerate() { if arm.doses[d] > 0.0 { for time in r.times(days) { marks.push((time, ai, d, r.dose * arm.doses[d])); } } } }
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut i = 0;
    while i < marks.len() { let now = marks[i].0; if let Err(e) = sim.advance(now) { println!("{e}"); break }
        while i < marks.len() && marks[i].0 == now { let m = marks[i]; sim.dose(m.1, m.2, m.3); i += 1; } }
    if let Err(e) = sim.advance(days) { println!("{e}"); }
    let w = t.elapsed();
    show(&sim);
    if let Ok(dir) = std::env::var("DUMP") { for (i, arm) in s.arms.iter().enumerate() { for (f, field) in s.model.fields.iter().enumerate() { let v = sim.field(i, f).unwrap(); std::fs::write(format!("{dir}/{}_{}.f32", arm.id, field.id), v.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>()).unwrap(); } } }
    let d = sim.diagnostics();
    println!("ticks {} rejected {} wall {:?} per tick {:?} steps {}..{}", d.ticks, d.rejected, w, w / d.ticks.max(1) as u32, d.smallest_step, d.largest_step);
    for (f, x) in s.model.fields.iter().zip(&d.fields) { println!("{:20} min {:.2e} max {:.3e} err {:.1e}/{:.1e} res {:.1e} mass {:.1e} clip {:.1e} cyc/solve {:.2}", f.id, x.smallest, x.largest, x.tick_error, x.time_error, x.residual, x.mass_residual, x.clipped, x.cycles as f64 / x.solves.max(1) as f64); }
}
