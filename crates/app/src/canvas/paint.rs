//! The device's side of the canvas: one pipeline, and a few small buffers per pane.
//!
//! A pane is a triangle that covers its rectangle. The fragment shader `view/tissue.wgsl` finds the
//! cell under each pixel and reads the state where it lies; nothing is copied.

use std::borrow::Cow;
use std::num::NonZeroU64;

use eframe::egui;
use eframe::egui_wgpu::{CallbackResources, CallbackTrait, RenderState, ScreenDescriptor};

const SHADER: &str = include_str!("../../../../shaders/view/tissue.wgsl");
/// Channels that a pane can add; [`Uniform`] and the shader agree on it.
pub(super) const MOST_CHANNELS: usize = 8;

/// Why the tissue cannot be drawn.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the tissue cannot be drawn on this device: {0}")]
pub struct CanvasError(String);

/// A field of a pane, as the shader reads it.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct ChannelUniform {
    /// Linear RGB.
    pub light: [f32; 3],
    /// Value of full light.
    pub full: f32,
    /// First value of the plane.
    pub start: u32,
    /// Seed of its texture; 0: none.
    pub seed: u32,
    pub spare: [u32; 2],
}

/// A pane, as the shader reads it.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Uniform {
    /// Upper left corner, pixels of the target; until [`CallbackTrait::prepare`] in points.
    pub origin: [f32; 2],
    /// Cells from the lower left corner of the tissue to `origin`.
    pub corner: [f32; 2],
    /// Cells per pixel; until `prepare` per point.
    pub step: [f32; 2],
    pub cells: [u32; 2],
    /// Nuclei per cell edge; 0: no texture.
    pub lattice: [f32; 2],
    /// Limits of the colour scale.
    pub range: [f32; 2],
    /// Linear RGB under all light.
    pub ground: [f32; 4],
    pub pitch: u32,
    /// Channels of a composite; 0: a map of channel 0.
    pub count: u32,
    pub logarithmic: u32,
    /// Exponent from value to light.
    pub eye: f32,
    pub channels: [ChannelUniform; MOST_CHANNELS],
}

#[derive(Debug)]
struct Slot {
    uniform: wgpu::Buffer,
    colours: wgpu::Buffer,
    group: wgpu::BindGroup,
}

/// Pipeline and buffers, kept in egui's callback resources.
#[derive(Debug)]
pub(super) struct Tissue {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    /// State that the slots are bound to.
    state: Option<wgpu::Buffer>,
    slots: Vec<Option<Slot>>,
}

/// Puts the pipeline of the tissue where the paint callbacks find it. To be called once, when the
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

fn entry(binding: u32, ty: wgpu::BufferBindingType, bytes: u64) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: false,
            min_binding_size: NonZeroU64::new(bytes),
        },
        count: None,
    }
}

impl Tissue {
    /// Builds the pipeline for a target format: one that encodes sRGB is given linear light.
    pub(super) fn new(
        device: &wgpu::Device,
        format: wgpu::TextureFormat,
    ) -> Result<Self, CanvasError> {
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = Self::build(device, format);
        #[expect(
            clippy::disallowed_methods,
            reason = "the pipeline is built once, before the first frame"
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
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("tissue"),
            entries: &[
                entry(
                    0,
                    wgpu::BufferBindingType::Uniform,
                    size_of::<Uniform>() as u64,
                ),
                entry(1, read, 4),
                entry(2, read, 1024),
            ],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("tissue"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let constants = [("LINEAR_TARGET", f64::from(u8::from(format.is_srgb())))];
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("tissue"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("cover"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("tissue"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &constants,
                    ..Default::default()
                },
                targets: &[Some(format.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        Self {
            pipeline,
            layout,
            state: None,
            slots: Vec::new(),
        }
    }

    /// Fills the buffers of pane `slot`.
    pub(super) fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        slot: usize,
        state: &wgpu::Buffer,
        uniform: &Uniform,
        colours: &[u8],
    ) {
        if self.state.as_ref() != Some(state) {
            // Another simulation: no slot may keep the memory of the last one alive.
            self.slots.clear();
            self.state = Some(state.clone());
        }
        if self.slots.len() <= slot {
            self.slots.resize_with(slot + 1, || None);
        }
        let made = self.slots[slot].get_or_insert_with(|| slot_of(device, &self.layout, state));
        queue.write_buffer(&made.uniform, 0, bytemuck::bytes_of(uniform));
        queue.write_buffer(&made.colours, 0, colours);
    }

    /// Draws pane `slot`; nothing if it was not prepared.
    pub(super) fn paint(&self, pass: &mut wgpu::RenderPass<'_>, slot: usize) {
        if let Some(Some(slot)) = self.slots.get(slot) {
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &slot.group, &[]);
            pass.draw(0..3, 0..1);
        }
    }
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
    }
}

/// One pane of one frame, as egui carries it from the layout to the device.
#[derive(Debug)]
pub(super) struct Pane {
    pub slot: usize,
    pub state: wgpu::Buffer,
    pub uniform: Uniform,
    /// 256 colours, RGBA.
    pub colours: Vec<u8>,
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
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let mut uniform = self.uniform;
        uniform.origin = uniform.origin.map(|v| v * screen.pixels_per_point);
        uniform.step = uniform.step.map(|v| v / screen.pixels_per_point);
        if let Some(tissue) = resources.get_mut::<Tissue>() {
            tissue.prepare(
                device,
                queue,
                self.slot,
                &self.state,
                &uniform,
                &self.colours,
            );
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
