//! WGSL files and a model become complete, validated shaders with a line map back to the author's files.
//!
//! # Theory
//! Three kinds of text make one shader: hand-written kernels (`shaders/kernels`, `shaders/model`),
//! hand-written parts that they share (`shaders/bind`, `shaders/lib`), and text generated from a
//! model: structs, auxiliaries, rates. A line `//#import bind/solver.wgsl` takes a part in, once.
//! WGSL does not care about the order of declarations, so imports may stand anywhere.
//!
//! # Practice
//! [`Program::new`] derives all generated text from a model and the number of arms.
//! [`Program::shader`] composes one [`Kernel`], has naga check it and returns the text with the
//! bindings that it uses. An error names the author's file and line, not a line of the composed text.

mod check;
mod compose;
pub mod constants;
mod files;
mod generate;
mod kernel;
mod layout;
mod text;

pub use check::Binding;
pub use compose::Shader;
pub use files::Files;
pub use generate::{Controls, Looks, ParameterBlock, exchange_sums};
pub use kernel::Kernel;
pub use layout::{HindranceMap, Layout, Slot};
pub use text::{Origin, Text};

use std::collections::BTreeMap;

use warmfront_model::Model;

/// What is wrong with a shader, and where its author wrote it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{file}:{line}: {message}{}", context.as_ref().map(|c| format!("\n  {c}")).unwrap_or_default())]
pub struct ShaderError {
    /// File as the author knows it.
    pub file: String,
    /// Line in that file, from 1.
    pub line: u32,
    /// What naga said, or what is missing.
    pub message: String,
    /// The offending line and what could be done.
    pub context: Option<String>,
}

/// All shader text of one model for a batch of a given number of arms.
#[derive(Debug, Clone)]
pub struct Program {
    files: Files,
    generated: BTreeMap<String, Text>,
    /// Where each field is stored.
    pub layout: Layout,
    /// How the parameters of an arm are packed.
    pub parameters: ParameterBlock,
    /// Sums per arm of what tissue and compartments exchange, at least one.
    pub exchanges: usize,
    /// Whether tissue and compartments exchange anything.
    pub exchanging: bool,
    /// Model time over which [`Kernel::Probe`] wants movement alone to have been applied.
    pub movement_span: f32,
    /// Whether [`Kernel::ExplicitPair`] can advance this model.
    pub pairs: bool,
    /// What [`Kernel::Soundness`] looks at.
    pub looks: Looks,
}

impl Program {
    /// Derives the generated text of `model` for `arms` arms. Parameters go into a uniform buffer
    /// when they fit into `max_uniform` bytes, otherwise into a storage buffer.
    pub fn new(files: Files, model: &Model, arms: u32, max_uniform: u64) -> Self {
        let layout = Layout::of(model);
        let parameters = ParameterBlock::of(model, arms, max_uniform);
        let generated = generate::all(model, &layout, &parameters, arms);
        Self {
            files,
            generated,
            pairs: generate::pairs(model, &layout),
            looks: Looks::of(model, &layout),
            movement_span: generate::MOVEMENT_SPAN,
            layout,
            parameters,
            exchanges: exchange_sums(model),
            exchanging: generate::exchange_count(model) > 0,
        }
    }

    /// Composes and validates one kernel.
    ///
    /// # Errors
    /// Text that does not parse or type-check, with the author's file and line; a missing file.
    pub fn shader(&self, kernel: Kernel) -> Result<Shader, ShaderError> {
        compose::compose(&self.files, &self.generated, kernel)
    }

    /// Composes and validates every kernel; the first error of each broken one.
    pub fn check(&self) -> Vec<ShaderError> {
        Kernel::ALL
            .iter()
            .filter_map(|&kernel| self.shader(kernel).err())
            .collect()
    }
}
