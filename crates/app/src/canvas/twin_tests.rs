//! The shader against the painter of films: any size, zoom, texture, difference, and what is not finite.

use warmfront_engine::{Gpu, GpuOptions};
use warmfront_view::EYE;
use warmfront_view::GROUND;
use warmfront_view::colour::{Rgb, to_linear};
use warmfront_view::raster::Range;
use warmfront_view::tissue::{Lens, Light, Outline, Painter, Subject};

use super::scale::map;
use super::tests::{HEIGHT, Outcome, TOLERANCE, WIDTH, furthest, render};
use super::uniform::{CellsUniform, ChannelUniform, Uniform, linear};

const COLOURS: [Rgb; 3] = [[47, 98, 184], [230, 159, 0], [20, 224, 160]];
const FULL: [f32; 3] = [0.9, 15.0, 0.1];
const SEEDS: [u32; 3] = [65, 0, 4_000_000_003];

/// Three rough fields, from a little below 0 to far above full light.
fn fields(cells: [u32; 2]) -> Vec<Vec<f32>> {
    let mut seed = 3_u32;
    let mut random = move || {
        seed = seed.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        (seed >> 8) as f32 / 16_777_216.0
    };
    let count = (cells[0] * cells[1]) as usize;
    let field = |full: f32| (0..count).map(|_| (1.7 * random() - 0.1) * full).collect();
    FULL.map(field).into()
}

/// Cells in a few smooth heaps, from 0 to 1.
fn density(cells: [u32; 2], broken: bool) -> Vec<f32> {
    let turn = |i: u32, of: u32| (7.0 * i as f32 / of as f32).sin();
    let value = |i: u32| {
        let (x, y) = (turn(i % cells[0], cells[0]), turn(i / cells[0], cells[1]));
        (0.5 + 0.6 * x * y).clamp(0.0, 1.0)
    };
    let mut all: Vec<f32> = (0..cells[0] * cells[1]).map(value).collect();
    if broken {
        all[3] = f32::NAN; // Counts as no cells.
    }
    all
}

struct Case {
    cells: [u32; 2],
    lens: Lens,
    lattice: [f32; 2],
}

impl Case {
    fn uniform(&self) -> Uniform {
        let size = [WIDTH, HEIGHT];
        let half = 0.5 / self.lens.zoom;
        let [x, y] = self.lens.centre;
        let along = |i: usize| self.cells[i] as f32;
        Uniform {
            corner: [(x - half) * along(0), (y + half) * along(1)],
            step: [0, 1].map(|i| along(i) / (self.lens.zoom * size[i] as f32)),
            cells: self.cells,
            stride: [1, self.cells[0]],
            ground: linear(GROUND),
            lattice: self.lattice,
            eye: EYE,
            ..Uniform::default()
        }
    }
}

#[test]
fn films_show_what_the_window_shows() -> Outcome {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let lens = |zoom, x, y| Lens {
        zoom,
        centre: [x, y],
    };
    // Finer and coarser than the picture, and with pixels that cover up to nine cells a side.
    let cases = [
        ([24, 17], lens(1.0, 0.5, 0.5), [0.5, 0.4]),
        ([24, 17], lens(3.3, 0.37, 0.61), [0.9, 0.9]),
        ([90, 64], lens(1.0, 0.5, 0.5), [0.1, 0.1]),
        ([150, 130], lens(1.0, 0.5, 0.5), [0.05, 0.05]),
        ([150, 130], lens(7.1, 0.12, 0.9), [0.4, 0.5]),
        ([600, 160], lens(1.0, 0.5, 0.5), [0.0, 0.0]),
    ];
    for (cells, lens, lattice) in cases {
        let case = Case {
            cells,
            lens,
            lattice,
        };
        let block = cells[0] * cells[1];
        let mut painter = Painter::new(cells, [WIDTH, HEIGHT], lattice);
        let mut fields = fields(cells);
        for broken in [false, true] {
            if broken {
                let middle = (block / 2 + cells[0] / 2) as usize;
                fields[1][middle] = f32::NAN;
                fields[2][middle + 2] = f32::NEG_INFINITY;
            }
            let dense = density(cells, broken);
            // Three fifths of the cells in the arm that is subtracted.
            let fewer: Vec<f32> = dense.iter().map(|v| 0.6 * v).collect();
            let mut state = fields.concat();
            state.extend(&dense);
            state.extend(&fewer);
            let outline = Outline {
                values: &dense,
                at: 0.45,
                width: 1.5,
            };
            let carriers: Vec<f32> = fewer.iter().map(|v| 0.5 * v).collect();
            let lined = |mut uniform: Uniform| {
                let part = |minus: u32, weight| CellsUniform {
                    start: 3 * block,
                    minus: minus * block,
                    weight,
                    spare: 0,
                };
                uniform.edge = [outline.at, outline.width];
                (uniform.outlined, uniform.outline[0]) = (1, part(3, 1.0));
                (uniform.carried, uniform.carriers[0]) = (1, part(4, 0.5));
                uniform
            };
            let lights: Vec<Light<'_>> = (0..3)
                .map(|k| Light {
                    values: &fields[k],
                    colour: COLOURS[k],
                    full: FULL[k],
                    seed: SEEDS[k],
                })
                .collect();
            let mut uniform = lined(case.uniform());
            uniform.count = 3;
            uniform.composite = 1;
            for k in 0..3 {
                uniform.channels[k] = ChannelUniform {
                    colour: COLOURS[k].map(to_linear),
                    full: FULL[k],
                    start: k as u32 * block,
                    seed: SEEDS[k],
                    ..ChannelUniform::default()
                };
            }
            let subject = Subject::Lights {
                lights: &lights,
                ground: GROUND,
            };
            let wanted = painter.paint(&lens, &subject, Some(&outline))?;
            let found = render(&gpu, format, &state, &uniform, map("grey"))?;
            let apart = furthest(&found, wanted.as_raw());
            assert!(apart <= TOLERANCE, "lights {cells:?} {lens:?}: {apart}");

            let ranges = [
                (Range::linear(-8.0, 9.0), "balance", Some(&fields[2])),
                (Range::log(0.3, 30.0), "magma", None),
            ];
            for (range, name, minus) in ranges {
                let map = map(name);
                let mut uniform = lined(case.uniform());
                uniform.range = [range.low, range.high];
                uniform.logarithmic = u32::from(range.log);
                uniform.channels[0] = ChannelUniform {
                    start: block,
                    minus: 2 * block,
                    differs: u32::from(minus.is_some()),
                    ..ChannelUniform::default()
                };
                let subject = Subject::Map {
                    values: &fields[1],
                    minus: minus.map(Vec::as_slice),
                    range,
                    map: &map.colours,
                    cells: Some(&carriers),
                };
                let wanted = painter.paint(&lens, &subject, Some(&outline))?;
                let found = render(&gpu, format, &state, &uniform, map)?;
                let apart = furthest(&found, wanted.as_raw());
                assert!(apart <= TOLERANCE, "{range:?} {cells:?} {lens:?}: {apart}");
            }
        }
    }
    Ok(())
}
