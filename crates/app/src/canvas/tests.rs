//! The shader against the pictures that the processor draws.

use std::sync::Arc;

use eframe::egui;
use egui_kittest::{Harness, kittest::Queryable as _};
use warmfront_engine::{Gpu, GpuOptions, StateLayout};
use warmfront_model::Library;
use warmfront_view::colour::{Rgb, to_linear};
use warmfront_view::{Channel, Colormap, Range, composite, field_image};

use super::paint::{ChannelUniform, Tissue, Uniform};
use super::{Canvas, EYE, GROUND, Look, View, linear};
use crate::state::{Display, Snapshot};

/// A row of 64 pixels is 256 bytes, as copies of textures want it.
const WIDTH: u32 = 64;
const HEIGHT: u32 = 40;
/// Longer than the cells of a row, as in the simulation.
const PITCH: u32 = 68;
/// Two rounding steps: the device's `pow` and `exp` may differ in the last digits from the
/// processor's, which moves a value over the edge between two bytes, and twice where a target
/// encodes sRGB itself.
const TOLERANCE: u8 = 2;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[test]
fn the_shader_is_valid() -> Outcome {
    use wgpu::naga::{front::wgsl, valid};
    let text = include_str!("../../../../shaders/view/tissue.wgsl");
    let module = wgsl::parse_str(text).map_err(|e| e.emit_to_string(text))?;
    valid::Validator::new(valid::ValidationFlags::all(), valid::Capabilities::empty())
        .validate(&module)
        .map_err(|e| e.emit_to_string(text))?;
    Ok(())
}

/// Two fields of two arms in 0..1.5 times `full`; padding holds something else.
fn state(full: [f32; 2]) -> Vec<f32> {
    let mut seed = 7_u32;
    let mut random = move || {
        seed = seed.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        (seed >> 8) as f32 / 16_777_216.0
    };
    let block = (PITCH * HEIGHT) as usize;
    (0..4 * block)
        .map(|i| {
            let inside = (i as u32 % PITCH) < WIDTH;
            let value = (1.5 * random() - 0.1) * full[i / (2 * block)];
            if inside { value } else { 1e9 }
        })
        .collect()
}

fn plane(state: &[f32], block: u32) -> Vec<f32> {
    let from = (block * PITCH * HEIGHT) as usize;
    let rows = state[from..].chunks(PITCH as usize).take(HEIGHT as usize);
    rows.flat_map(|r| r[..WIDTH as usize].to_vec()).collect()
}

/// Draws one pane at one pixel per cell.
fn render(
    gpu: &Gpu,
    format: wgpu::TextureFormat,
    state: &[f32],
    uniform: &Uniform,
    map: &Colormap,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut tissue = Tissue::new(&gpu.device, format)?;
    let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("state"),
        size: size_of_val(state) as u64,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    gpu.queue
        .write_buffer(&buffer, 0, bytemuck::cast_slice(state));
    let size = wgpu::Extent3d {
        width: WIDTH,
        height: HEIGHT,
        depth_or_array_layers: 1,
    };
    let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("target"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let bytes = u64::from(WIDTH * HEIGHT * 4);
    let back = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("pixels"),
        size: bytes,
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    });
    let table = map.rgba_table();
    tissue.prepare(&gpu.device, &gpu.queue, 0, &buffer, uniform, &table);
    let view = texture.create_view(&Default::default());
    let mut encoder = gpu.device.create_command_encoder(&Default::default());
    {
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: wgpu::StoreOp::Store,
                },
            })],
            ..Default::default()
        });
        tissue.paint(&mut pass, 0);
    }
    encoder.copy_texture_to_buffer(
        texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo {
            buffer: &back,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(WIDTH * 4),
                rows_per_image: None,
            },
        },
        size,
    );
    gpu.queue.submit([encoder.finish()]);
    Ok(gpu.read(&back, 0, bytes)?)
}

fn furthest(a: &[u8], b: &[u8]) -> u8 {
    assert_eq!(a.len(), b.len());
    let apart = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b));
    apart.max().unwrap_or(0)
}

#[test]
fn pixels_are_those_of_the_processor() -> Outcome {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let (full, colours) = ([0.9_f32, 15.0], [[47, 98, 184], [230, 159, 0]] as [Rgb; 2]);
    let mut state = state(full);
    let block = PITCH * HEIGHT;
    // Not finite in the second arm, which is the one shown.
    state[(block + 3) as usize] = f32::NAN;
    state[(3 * block + 5 * PITCH + 9) as usize] = f32::INFINITY;
    let planes = [plane(&state, 1), plane(&state, 3)];
    let base = Uniform {
        corner: [0.0, HEIGHT as f32],
        step: [1.0, 1.0],
        cells: [WIDTH, HEIGHT],
        pitch: PITCH,
        ground: linear(GROUND),
        ..Uniform::default()
    };
    let magma = Colormap::named("magma")?;
    for format in [
        wgpu::TextureFormat::Rgba8Unorm,
        wgpu::TextureFormat::Rgba8UnormSrgb,
    ] {
        for eye in [1.0, EYE] {
            let mut uniform = Uniform {
                count: 2,
                eye,
                ..base
            };
            for c in 0..2 {
                uniform.channels[c] = ChannelUniform {
                    light: colours[c].map(to_linear),
                    full: full[c],
                    start: (2 * c as u32 + 1) * block,
                    ..ChannelUniform::default()
                };
            }
            let seen: Vec<Vec<f32>> = (0..2)
                .map(|c| {
                    let lit = |v: &f32| match v.is_finite() {
                        true => full[c] * (v / full[c]).max(0.0).powf(eye),
                        false => *v,
                    };
                    planes[c].iter().map(lit).collect()
                })
                .collect();
            let channels: Vec<Channel<'_>> = (0..2)
                .map(|c| Channel {
                    values: &seen[c],
                    colour: colours[c],
                    full: full[c],
                })
                .collect();
            let wanted = composite(&channels, WIDTH, HEIGHT, GROUND)?;
            let found = render(&gpu, format, &state, &uniform, &magma)?;
            let apart = furthest(&found, wanted.as_raw());
            assert!(
                apart <= TOLERANCE,
                "composite, {format:?}, eye {eye}: {apart}"
            );
        }
        for range in [Range::linear(0.0, 18.0), Range::log(0.01, 20.0)] {
            let mut uniform = base;
            uniform.range = [range.low, range.high];
            uniform.logarithmic = u32::from(range.log);
            uniform.channels[0].start = 3 * block;
            let wanted = field_image(&planes[1], WIDTH, HEIGHT, range, &magma)?;
            let found = render(&gpu, format, &state, &uniform, &magma)?;
            let apart = furthest(&found, wanted.as_raw());
            assert!(apart <= TOLERANCE, "map, {format:?}, {range:?}: {apart}");
        }
    }
    Ok(())
}

#[test]
fn texture_keeps_the_light_and_the_place() -> Outcome {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let grey = Colormap::named("grey")?;
    let state = vec![0.2_f32; (PITCH * HEIGHT) as usize];
    let mut uniform = Uniform {
        corner: [0.0, 8.0 * HEIGHT as f32 / WIDTH as f32],
        step: [8.0 / WIDTH as f32; 2],
        cells: [WIDTH, HEIGHT],
        lattice: [1.0, 1.0],
        pitch: PITCH,
        count: 1,
        eye: 1.0,
        ..Uniform::default()
    };
    uniform.channels[0] = ChannelUniform {
        light: [1.0; 3],
        full: 1.0,
        seed: 11,
        ..ChannelUniform::default()
    };
    let format = wgpu::TextureFormat::Rgba8Unorm;
    // Sums over many stretches of lattice, since 8 by 5 nuclei are few.
    let (mut sum, mut count) = (0.0_f64, 0_u32);
    let mut pictures = Vec::new();
    for seed in 11..31 {
        uniform.channels[0].seed = seed;
        let picture = render(&gpu, format, &state, &uniform, &grey)?;
        for pixel in picture.chunks(4) {
            sum += f64::from(to_linear(pixel[0]));
            count += 1;
        }
        pictures.push(picture);
    }
    let mean = sum / f64::from(count);
    assert!(
        (mean / 0.2 - 1.0).abs() < 0.05,
        "mean light {mean}, without texture 0.2"
    );
    assert_ne!(pictures[0], pictures[1], "the seed moves nuclei");
    uniform.channels[0].seed = 11;
    let again = render(&gpu, format, &state, &uniform, &grey)?;
    assert_eq!(again, pictures[0], "nothing else does");
    // Half a lattice square to the right, everything moves left by half of 8 pixels.
    uniform.corner[0] = 0.5;
    let moved = render(&gpu, format, &state, &uniform, &grey)?;
    let shifted = (0..HEIGHT).all(|y| {
        let row = (y * WIDTH * 4) as usize;
        let length = ((WIDTH - 4) * 4) as usize;
        furthest(
            &moved[row..row + length],
            &again[row + 16..row + 16 + length],
        ) <= TOLERANCE
    });
    assert!(shifted, "texture must move with the tissue");
    Ok(())
}

#[test]
fn panes_are_named_and_steered() -> Outcome {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let scenario = Arc::new(Library::embedded().scenario("inflamed")?);
    let fields = scenario.model.fields.len() as u32;
    let cells = scenario.grid.cells;
    let (arms, block) = (scenario.arms.len() as u32, cells[0] * cells[1]);
    let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("state"),
        size: u64::from(4 * fields * arms * block),
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    });
    let snapshot = Snapshot {
        display: Some(Display {
            buffer,
            layout: StateLayout {
                place: (0..fields).collect(),
                arms,
                cells,
                pitch: cells[0],
                block,
            },
        }),
        scenario: Some(Arc::clone(&scenario)),
        time: 12.34,
        ..Snapshot::default()
    };
    let looks = [Look::Composite(0), Look::Field(5), Look::Composite(99)];
    for (look, panes) in looks.into_iter().zip([&[0, 1, 2, 3][..], &[2], &[0, 7]]) {
        let canvas = Canvas {
            look,
            ..Canvas::default()
        };
        let mut harness = Harness::builder()
            .with_size([640.0, 600.0])
            .with_step_dt(0.03)
            .with_max_steps(200)
            .build_ui_state(
                |ui, canvas: &mut Canvas| canvas.ui(ui, &snapshot, panes),
                canvas,
            );
        harness.run();
        let shown = panes.iter().filter(|&&a| a < arms as usize);
        for &arm in shown {
            let label = format!("Tissue: {}", scenario.arms[arm].label);
            assert!(harness.query_by_label(&label).is_some(), "{label}");
        }
        let first = format!("Tissue: {}", scenario.arms[panes[0]].label);
        let middle = harness.get_by_label(&first).rect().center();
        harness.event(egui::Event::PointerMoved(middle));
        harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            source: egui::MouseWheelSource::Unknown,
            delta: egui::vec2(0.0, 200.0),
            phase: egui::TouchPhase::Move,
            modifiers: egui::Modifiers::NONE,
        });
        harness.run();
        let view = harness.state().view;
        assert!(view.zoom > 1.5, "{view:?}");
        let centred = view.centre.iter().all(|c| (c - 0.5).abs() < 0.02);
        assert!(centred, "zoomed about the cursor: {view:?}");
        for _ in 0..2 {
            harness.event(egui::Event::PointerButton {
                pos: middle,
                button: egui::PointerButton::Primary,
                pressed: true,
                modifiers: egui::Modifiers::NONE,
            });
            harness.event(egui::Event::PointerButton {
                pos: middle,
                button: egui::PointerButton::Primary,
                pressed: false,
                modifiers: egui::Modifiers::NONE,
            });
        }
        harness.run();
        assert_eq!(harness.state().view, View::default());
    }
    // Nothing to show yet.
    let mut harness = Harness::new_ui(|ui| Canvas::default().ui(ui, &Snapshot::default(), &[0]));
    harness.run();
    Ok(())
}
