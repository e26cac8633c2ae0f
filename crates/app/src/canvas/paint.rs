//! The device's side of the canvas: two pipelines, and a few small buffers and a texture per pane.
//!
//! # Theory
//! A pane is a triangle that covers its rectangle. The fragment shader `view/tissue.wgsl` finds the
//! cell under each pixel and reads the state where it lies. It costs as much as the tissue has detail,
//! and a window is drawn far more often than the tissue changes: so a pane is drawn into a texture of its
//! own, and only when the state, the view or the size changed. On the screen that texture is put pixel
//! by pixel.
//!
//! # Practice
//! [`register`] once; then one [`Pane`] per pane and frame, which egui carries to the device.

use std::borrow::Cow;
use std::num::NonZeroU64;

use eframe::egui;
use eframe::egui_wgpu::{CallbackResources, CallbackTrait, RenderState, ScreenDescriptor};

use super::uniform::Uniform;

const SHADER: &str = include_str!("../../../../shaders/view/tissue.wgsl");

/// Why the tissue cannot be drawn.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the tissue cannot be drawn on this device: {0}")]
pub struct CanvasError(String);

/// What a pane shows.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub state: wgpu::Buffer,
    pub uniform: Uniform,
    /// 256 colours, RGBA.
    pub colours: &'static [u8],
    /// Of the state: another number, another state.
    pub version: u64,
    /// Pixels.
    pub size: [u32; 2],
}

impl Job {
    fn same(&self, other: &Self) -> bool {
        self.version == other.version
            && self.size == other.size
            && self.uniform == other.uniform
            && self.colours == other.colours
    }
}

#[derive(Debug)]
struct Slot {
    uniform: wgpu::Buffer,
    colours: wgpu::Buffer,
    group: wgpu::BindGroup,
    /// The texture, what reads it, and what it shows.
    picture: Option<(wgpu::TextureView, wgpu::BindGroup, Job)>,
}

/// Pipelines and buffers, kept in egui's callback resources.
#[derive(Debug)]
pub(super) struct Tissue {
    format: wgpu::TextureFormat,
    tissue: wgpu::RenderPipeline,
    again: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    picture: wgpu::BindGroupLayout,
    /// State that the slots are bound to.
    state: Option<wgpu::Buffer>,
    slots: Vec<Option<Slot>>,
    /// Panes drawn so far, for tests.
    pub drawn: u64,
}

/// Puts the pipelines of the tissue where the paint callbacks find them. To be called once, when the
/// window opens; the renderer must have neither multisampling nor a depth buffer, as by default.
///
/// # Errors
/// [`CanvasError`] with what the driver says, if it does not accept the shader.
pub fn register(render_state: &RenderState) -> Result<(), CanvasError> {
    let tissue = Tissue::new(&render_state.device, render_state.target_format)?;
    let mut renderer = render_state.renderer.write();
    renderer.callback_resources.insert(tissue);
    Ok(())
}

fn entry(binding: u32, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty,
        count: None,
    }
}

fn buffer(ty: wgpu::BufferBindingType, bytes: u64) -> wgpu::BindingType {
    wgpu::BindingType::Buffer {
        ty,
        has_dynamic_offset: false,
        min_binding_size: NonZeroU64::new(bytes),
    }
}

/// A pipeline that covers its target with one of the shader's pairs of entry points.
fn pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    format: wgpu::TextureFormat,
    group: &wgpu::BindGroupLayout,
    [vertex, fragment]: [&str; 2],
) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(fragment),
        bind_group_layouts: &[Some(group)],
        immediate_size: 0,
    });
    let constants = [("LINEAR_TARGET", f64::from(u8::from(format.is_srgb())))];
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(fragment),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some(vertex),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &constants,
                ..Default::default()
            },
            targets: &[Some(format.into())],
        }),
        multiview_mask: None,
        cache: None,
    })
}

impl Tissue {
    /// Builds the pipelines for a target format: one that encodes sRGB is given linear light.
    pub(super) fn new(
        device: &wgpu::Device,
        format: wgpu::TextureFormat,
    ) -> Result<Self, CanvasError> {
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = Self::build(device, format);
        #[expect(
            clippy::disallowed_methods,
            reason = "the pipelines are built once, before the first frame"
        )]
        match pollster::block_on(scope.pop()) {
            Some(e) => Err(CanvasError(e.to_string())),
            None => Ok(made),
        }
    }

    fn build(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("view/tissue.wgsl"),
            source: wgpu::ShaderSource::Wgsl(Cow::Borrowed(SHADER)),
        });
        let read = wgpu::BufferBindingType::Storage { read_only: true };
        let uniform = wgpu::BufferBindingType::Uniform;
        let texture = wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: false },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        };
        let group = |label, entries: &[wgpu::BindGroupLayoutEntry]| {
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(label),
                entries,
            })
        };
        let layout = group(
            "tissue",
            &[
                entry(0, buffer(uniform, size_of::<Uniform>() as u64)),
                entry(1, buffer(read, 4)),
                entry(2, buffer(read, 1024)),
            ],
        );
        let picture = group("picture", &[entry(3, texture)]);
        let make = |layout, entries| pipeline(device, &module, format, layout, entries);
        Self {
            format,
            tissue: make(&layout, ["cover", "tissue"]),
            again: make(&picture, ["spread", "again"]),
            layout,
            picture,
            state: None,
            slots: Vec::new(),
            drawn: 0,
        }
    }

    /// Draws pane `slot` into its texture, if it shows something else by now.
    pub(super) fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        encoder: &mut wgpu::CommandEncoder,
        slot: usize,
        job: &Job,
    ) {
        if self.state.as_ref() != Some(&job.state) {
            // Another simulation: no slot may keep the memory of the last one alive.
            self.slots.clear();
            self.state = Some(job.state.clone());
        }
        if self.slots.len() <= slot {
            self.slots.resize_with(slot + 1, || None);
        }
        let made =
            self.slots[slot].get_or_insert_with(|| slot_of(device, &self.layout, &job.state));
        let before = made.picture.take();
        let (view, group) = match before {
            Some((view, group, shown)) if shown.same(job) => {
                made.picture = Some((view, group, shown));
                return;
            }
            Some((view, group, shown)) if shown.size == job.size => (view, group),
            _ => picture_of(device, &self.picture, self.format, job.size),
        };
        queue.write_buffer(&made.uniform, 0, bytemuck::bytes_of(&job.uniform));
        queue.write_buffer(&made.colours, 0, job.colours);
        let [r, g, b, a] = job.uniform.ground.map(f64::from);
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("tissue"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a }),
                    store: wgpu::StoreOp::Store,
                },
            })],
            ..Default::default()
        });
        pass.set_pipeline(&self.tissue);
        pass.set_bind_group(0, &made.group, &[]);
        pass.draw(0..3, 0..1);
        drop(pass);
        self.drawn += 1;
        made.picture = Some((view, group, job.clone()));
    }

    /// Puts pane `slot` on the screen; nothing if it was not prepared.
    pub(super) fn paint(&self, pass: &mut wgpu::RenderPass<'_>, slot: usize) {
        let slot = self.slots.get(slot).and_then(Option::as_ref);
        if let Some((_, group, _)) = slot.and_then(|s| s.picture.as_ref()) {
            pass.set_pipeline(&self.again);
            pass.set_bind_group(0, group, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}

fn picture_of(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
    [width, height]: [u32; 2],
) -> (wgpu::TextureView, wgpu::BindGroup) {
    let most = device.limits().max_texture_dimension_2d;
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("pane"),
        size: wgpu::Extent3d {
            width: width.clamp(1, most),
            height: height.clamp(1, most),
            depth_or_array_layers: 1,
        },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    });
    let view = texture.create_view(&Default::default());
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("picture"),
        layout,
        entries: &[wgpu::BindGroupEntry {
            binding: 3,
            resource: wgpu::BindingResource::TextureView(&view),
        }],
    });
    (view, group)
}

fn slot_of(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, state: &wgpu::Buffer) -> Slot {
    let buffer = |label, size, usage| {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    };
    let uniform = buffer(
        "pane",
        size_of::<Uniform>() as u64,
        wgpu::BufferUsages::UNIFORM,
    );
    let colours = buffer("colour map", 1024, wgpu::BufferUsages::STORAGE);
    let bound = [&uniform, state, &colours];
    let entries: [wgpu::BindGroupEntry<'_>; 3] = std::array::from_fn(|i| wgpu::BindGroupEntry {
        binding: i as u32,
        resource: bound[i].as_entire_binding(),
    });
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("pane"),
        layout,
        entries: &entries,
    });
    Slot {
        uniform,
        colours,
        group,
        picture: None,
    }
}

/// One pane of one frame, as egui carries it from the layout to the device.
#[derive(Debug)]
pub(super) struct Pane {
    pub slot: usize,
    pub job: Job,
}

impl Pane {
    /// The paint callback that draws this pane in `rect`.
    pub(super) fn shape(self, rect: egui::Rect) -> egui::PaintCallback {
        eframe::egui_wgpu::Callback::new_paint_callback(rect, self)
    }
}

impl CallbackTrait for Pane {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(tissue) = resources.get_mut::<Tissue>() {
            tissue.prepare(device, queue, encoder, self.slot, &self.job);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(tissue) = resources.get::<Tissue>() {
            tissue.paint(pass, self.slot);
        }
    }
}
