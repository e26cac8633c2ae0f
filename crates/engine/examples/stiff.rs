use warmfront_engine::*; use warmfront_model::*;
fn main() {
    let a: Vec<f64> = std::env::args().skip(1).map(|v| v.parse().unwrap()).collect();
    let mut s = Library::embedded().scenario("stiff_reference").unwrap();
    s.time.step = a[0]; s.numerics.first_step = a[1] / a[0]; s.numerics.tolerance = a[2]; s.numerics.picard = a[3] as u32;
    let raw = std::fs::read("tests/data/stiff_reference.npy").unwrap();
    let refs: Vec<f32> = raw[raw.len() - 8 * 128 * 128 * 4..].chunks(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let gpu = Gpu::new(&GpuOptions::default()).unwrap();
    for round in 0..2 {
    let mut sim = Simulation::new(&gpu, Files::embedded(), &s, &[0]).unwrap();
    let t = std::time::Instant::now();
    let mut wall = 0.0;
    for (i, day) in [1.0, 2.0, 5.0, 10.0].iter().enumerate() {
        let t = std::time::Instant::now();
        sim.advance(day * 86400.0).unwrap();
        gpu.wait().unwrap();
        wall += t.elapsed().as_secs_f64();
        print!("day {day}:");
        for f in 0..2 { let v = sim.field(0, f).unwrap(); let r = &refs[(2 * i + f) * 16384..][..16384];
            let (mut e, mut n) = (0.0, 0.0);
            for y in 0..128 { for x in 0..128 { let (p, q) = (v[(2 * y) * 256 + 2 * x] as f64, r[y * 128 + x] as f64); e += (p - q) * (p - q); n += q * q; } }
            print!(" {:.4}", (e / n as f64).sqrt()); }
        println!();
    }
    println!("round {round} wall {wall:.3} ticks {} rejected {} {:?}", sim.diagnostics().ticks, sim.diagnostics().rejected, t.elapsed());
    for f in &sim.diagnostics().fields { println!("cyc {:.2}", f.cycles as f64 / f.solves.max(1) as f64); }
    }
}
