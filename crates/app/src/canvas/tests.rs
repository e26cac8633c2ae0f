//! The shader against the pictures that the processor draws.

use warmfront_engine::{Gpu, GpuOptions};
use warmfront_view::colour::{Rgb, to_linear};
use warmfront_view::{Channel, EYE, GROUND, Range, composite, field_image};

use super::paint::{Job, Tissue};
use super::scale::{Map, map};
use super::uniform::{ChannelUniform, Uniform, linear};

/// A row of 64 pixels is 256 bytes, as copies of textures want it.
pub(super) const WIDTH: u32 = 64;
pub(super) const HEIGHT: u32 = 40;
/// Longer than the cells of a row, as in the simulation.
const PITCH: u32 = 68;
/// Two rounding steps: the device's `pow` and `exp` may differ in the last digits from the
/// processor's, which moves a value over the edge between two bytes, and twice where a target
/// encodes sRGB itself.
pub(super) const TOLERANCE: u8 = 2;

pub(super) type Outcome = Result<(), Box<dyn std::error::Error>>;

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

/// Draws one pane of `WIDTH` by `HEIGHT` pixels.
pub(super) fn render(
    gpu: &Gpu,
    format: wgpu::TextureFormat,
    state: &[f32],
    uniform: &Uniform,
    map: &'static Map,
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
    let mut job = Job {
        state: buffer,
        uniform: *uniform,
        colours: &map.table,
        version: 1,
        size: [WIDTH, HEIGHT],
    };
    let view = texture.create_view(&Default::default());
    let mut encoder = gpu.device.create_command_encoder(&Default::default());
    // Twice the same is drawn once; another state of the same simulation is drawn again.
    for (version, drawn) in [(1, 1), (1, 1), (2, 2)] {
        job.version = version;
        tissue.prepare(&gpu.device, &gpu.queue, &mut encoder, 0, &job);
        assert_eq!(tissue.drawn, drawn);
    }
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

pub(super) fn furthest(a: &[u8], b: &[u8]) -> u8 {
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
        stride: [1, PITCH],
        ground: linear(GROUND),
        ..Uniform::default()
    };
    let magma = map("magma");
    for format in [
        wgpu::TextureFormat::Rgba8Unorm,
        wgpu::TextureFormat::Rgba8UnormSrgb,
    ] {
        let mut uniform = Uniform {
            count: 2,
            composite: 1,
            eye: EYE,
            ..base
        };
        for c in 0..2 {
            uniform.channels[c] = ChannelUniform {
                colour: colours[c].map(to_linear),
                full: full[c],
                start: (2 * c as u32 + 1) * block,
                ..ChannelUniform::default()
            };
        }
        let channels: Vec<Channel<'_>> = (0..2)
            .map(|c| Channel {
                values: &planes[c],
                colour: colours[c],
                full: full[c],
            })
            .collect();
        let wanted = composite(&channels, WIDTH, HEIGHT, GROUND)?;
        let found = render(&gpu, format, &state, &uniform, magma)?;
        let apart = furthest(&found, wanted.as_raw());
        assert!(apart <= TOLERANCE, "composite, {format:?}: {apart}");
        for range in [Range::linear(0.0, 18.0), Range::log(0.01, 20.0)] {
            let mut uniform = base;
            uniform.range = [range.low, range.high];
            uniform.logarithmic = u32::from(range.log);
            uniform.channels[0].start = 3 * block;
            let wanted = field_image(&planes[1], WIDTH, HEIGHT, range, &magma.colours)?;
            let found = render(&gpu, format, &state, &uniform, magma)?;
            let apart = furthest(&found, wanted.as_raw());
            assert!(apart <= TOLERANCE, "map, {format:?}, {range:?}: {apart}");
        }
    }
    Ok(())
}

#[test]
fn texture_keeps_the_light_and_the_place() -> Outcome {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let grey = map("grey");
    let state = vec![0.2_f32; (PITCH * HEIGHT) as usize];
    let mut uniform = Uniform {
        corner: [0.0, 8.0 * HEIGHT as f32 / WIDTH as f32],
        step: [8.0 / WIDTH as f32; 2],
        cells: [WIDTH, HEIGHT],
        lattice: [1.0, 1.0],
        stride: [1, PITCH],
        count: 1,
        composite: 1,
        eye: 1.0,
        ..Uniform::default()
    };
    uniform.channels[0] = ChannelUniform {
        colour: [1.0; 3],
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
        let picture = render(&gpu, format, &state, &uniform, grey)?;
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
    let again = render(&gpu, format, &state, &uniform, grey)?;
    assert_eq!(again, pictures[0], "nothing else does");
    // Half a lattice square to the right, everything moves left by half of 8 pixels.
    uniform.corner[0] = 0.5;
    let moved = render(&gpu, format, &state, &uniform, grey)?;
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
fn a_difference_is_value_minus_the_first_arm() -> Outcome {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let balance = map("balance");
    let mut state = state([1.0, 1.0]);
    let block = PITCH * HEIGHT;
    state[(2 * block + 7) as usize] = f32::NAN;
    let (control, other) = (plane(&state, 2), plane(&state, 3));
    let range = Range::linear(-1.0, 1.0);
    let mut uniform = Uniform {
        corner: [0.0, HEIGHT as f32],
        step: [1.0, 1.0],
        cells: [WIDTH, HEIGHT],
        stride: [1, PITCH],
        range: [range.low, range.high],
        ..Uniform::default()
    };
    uniform.channels[0] = ChannelUniform {
        start: 3 * block,
        minus: 2 * block,
        differs: 1,
        ..ChannelUniform::default()
    };
    let apart: Vec<f32> = other.iter().zip(&control).map(|(a, b)| a - b).collect();
    let wanted = field_image(&apart, WIDTH, HEIGHT, range, &balance.colours)?;
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let found = render(&gpu, format, &state, &uniform, balance)?;
    assert!(furthest(&found, wanted.as_raw()) <= TOLERANCE);
    Ok(())
}

#[test]
fn a_slice_may_have_any_strides() -> Outcome {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let magma = map("magma");
    // Planes of 3 by 40 cells, 64 of them, seen from the side: y is up, z across.
    let (row, layer) = (5, 5 * HEIGHT);
    let values = (0..layer * WIDTH).map(|i| (i * 7919 % 1000) as f32 / 1000.0);
    let state: Vec<f32> = values.collect();
    let seen: Vec<f32> = (0..HEIGHT)
        .flat_map(|y| (0..WIDTH).map(move |z| (2 + y * row + z * layer) as usize))
        .map(|i| state[i])
        .collect();
    let range = Range::linear(0.0, 1.0);
    let mut uniform = Uniform {
        corner: [0.0, HEIGHT as f32],
        step: [1.0, 1.0],
        cells: [WIDTH, HEIGHT],
        stride: [layer, row],
        range: [range.low, range.high],
        ..Uniform::default()
    };
    uniform.channels[0].start = 2;
    let wanted = field_image(&seen, WIDTH, HEIGHT, range, &magma.colours)?;
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let found = render(&gpu, format, &state, &uniform, magma)?;
    assert!(furthest(&found, wanted.as_raw()) <= TOLERANCE);
    Ok(())
}
