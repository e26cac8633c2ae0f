//! Every struct that the host writes or reads and a kernel sees, in one place.
//!
//! WGSL and Rust lay them out alike. The tests below ask naga for the layout of each struct of the composed
//! shaders, and fail where a field has another name, another offset, or is used by nobody.

use bytemuck::{Pod, Zeroable};

macro_rules! shared {
    ($(
        $(#[$doc:meta])*
        struct $name:ident = $wgsl:literal {
            $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
        }
    )*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Debug, Clone, Copy, Default, PartialEq, Pod, Zeroable)]
            pub(crate) struct $name {
                $($(#[$field_doc])* pub $field: $type,)*
            }
        )*

        /// Name in WGSL, bytes, and (name, offset) of every field.
        #[cfg(test)]
        fn layouts() -> Vec<(&'static str, usize, Vec<(&'static str, usize)>)> {
            vec![$((
                $wgsl,
                size_of::<$name>(),
                vec![$((stringify!($field), std::mem::offset_of!($name, $field))),*],
            )),*]
        }
    };
}

shared! {
    /// One level of the grid hierarchy, as one family of linear systems sees it.
    struct LevelData = "Level" {
        /// Cells along x, y, z.
        nx: u32,
        ny: u32,
        nz: u32,
        /// `vec4f` per row.
        columns: u32,
        /// `vec4f` per field and arm.
        block: u32,
        /// Rows that one thread walks down.
        march: u32,
        /// Walks per plane.
        chunks: u32,
        /// Systems of the family that go on to the next coarser level: the first of its list.
        deeper: u32,
        /// First entry in the grid tables of the second differences along x, y, z.
        metric_x: u32,
        metric_y: u32,
        metric_z: u32,
        /// Entries from one boundary signature to the next.
        metric_stride: u32,
        /// Arms of the part.
        arms: u32,
        /// 1 on a grid of a single cell.
        single: u32,
        padding_0: u32,
        padding_1: u32,
    }

    /// Numbers of one stage of one tick.
    struct StepData = "Step" {
        /// 1/(γΔt), 1/time.
        shift: f32,
        /// Weight of (stage 1 − present) in what the stage starts from.
        carry: f32,
        /// Length of the tick, time.
        dt: f32,
        /// γΔt, time.
        gamma_dt: f32,
        /// Weight of the extrapolation that gives the stage's first guess.
        extrapolate: f32,
        /// 1: the last tick counts, and its result becomes the present state.
        accept: u32,
        /// Relative tolerance of a linear solve.
        tolerance: f32,
        /// Weights of the slopes at the start, at stage 1 and at stage 2 in the error estimate, time.
        weight_now: f32,
        weight_one: f32,
        weight_two: f32,
        /// Length of the tick up to this stage, time.
        span: f32,
        /// Sub-steps of the compartments.
        substeps: u32,
        /// 0: measurement before a first tick; 1, 2: implicit stages; 3: explicit.
        stage: u32,
        /// 1: drift is of second order with van Leer's limiter.
        limited: u32,
        padding_0: u32,
        padding_1: u32,
    }

    /// One linear system: a field of an arm. A list of them is sorted by diffusivity, the stiffest first.
    struct SystemData = "System" {
        /// Its number: storage index × arms + arm.
        index: u32,
        /// Diffusion coefficient, length²/time.
        diffusivity: f32,
        /// Block of the face maps with its conductance on x faces; −1: constant diffusion.
        conductance: i32,
        /// Block of the face maps with its drift velocity on x faces; −1: none.
        drift: i32,
        /// Block of the cell maps with the diffusion that keeps crowding stable; −1: none.
        stiffness: i32,
        /// Boundary signature.
        signature: u32,
        /// Not 0: solved in the present solve.
        done: u32,
        padding_0: u32,
    }

    /// What one solve left behind.
    struct SolveReport = "Solve" {
        /// Residual over the allowed one.
        ratio: f32,
        /// What the norm of the residual over (1/(γΔt) + L) has beyond rounding: a bound of the error of the
        /// field that is left, in its unit, times the square root of the number of cells.
        left: f32,
        /// V-cycles spent.
        cycles: f32,
        padding: f32,
    }

    /// Edges of a cell, and how many threads share the cells of an arm.
    struct Geometry = "Geometry" {
        /// Length units along x, y, z.
        spacing: [f32; 3],
        threads: u32,
    }

    /// What `face_maps` makes one map on faces from.
    struct MapInfo = "MapInfo" {
        /// Block of the cell maps: hindrance of a conductance, potential of a drift.
        source: u32,
        /// Block of the cell maps: stabilising diffusion of a conductance, hindrance of a drift.
        other: u32,
        /// A map kind of [`warmfront_shaders::constants`].
        kind: u32,
        /// Boundary signature.
        signature: u32,
        /// First block of the face maps (x faces).
        first_block: u32,
        /// Entry of the coefficients: diffusion coefficient, or speed limit.
        coefficient: u32,
    }

    /// What one workgroup adds up.
    struct Reduction = "Reduction" {
        /// Sums of single threads to add up.
        threads: u32,
        /// First entry of the results.
        first: u32,
        /// 1 at the first look at a linear system.
        first_look: u32,
        padding_0: u32,
    }

    /// What the compartments are to do.
    struct CompartmentTask = "Task" {
        /// A task of [`warmfront_shaders::constants`].
        mode: u32,
        /// Threads of an arm that measure the exchange.
        threads: u32,
        /// Cells of the grid.
        cells: u32,
        padding_0: u32,
    }

    /// Where the interpolation from the next coarser level stands in the grid tables.
    struct InterpolationData = "Interpolation" {
        /// First entry along x, y, z.
        x: u32,
        y: u32,
        z: u32,
        /// Entries from one boundary signature to the next.
        stride: u32,
    }

    /// Weight of one Jacobi sweep.
    struct Sweep = "Sweep" {
        omega: f32,
        padding_0: f32,
        padding_1: f32,
        padding_2: f32,
    }

    /// A factor for a block of the state.
    struct Amount = "Amount" {
        block: u32,
        factor: f32,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use warmfront_model::Library;
    use warmfront_shaders::{Files, Kernel, Program};

    use super::layouts;

    // Every kernel of every model that is shipped.
    fn sources() -> Vec<String> {
        let library = Library::embedded();
        let mut sources = Vec::new();
        for name in library.models() {
            let model = library.model(&name).expect("shipped models are valid");
            let program = Program::new(Files::embedded(), &model, 2, 65_536);
            let shaders = Kernel::ALL.iter().map(|&kernel| program.shader(kernel));
            sources.extend(shaders.map(|s| s.expect("kernels are valid").source));
        }
        sources
    }

    // By struct: bytes, and (name, offset) of its members.
    fn seen_by_naga() -> BTreeMap<String, (u32, Vec<(String, u32)>)> {
        let mut seen = BTreeMap::new();
        for source in sources() {
            let module = naga::front::wgsl::parse_str(&source).expect("kernels are valid");
            for (_, t) in module.types.iter() {
                if let (Some(name), naga::TypeInner::Struct { members, span }) = (&t.name, &t.inner)
                {
                    let member =
                        |m: &naga::StructMember| (m.name.clone().unwrap_or_default(), m.offset);
                    let layout = (*span, members.iter().map(member).collect());
                    seen.insert(name.clone(), layout);
                }
            }
        }
        seen
    }

    #[test]
    fn host_and_kernels_agree_on_every_shared_struct() {
        let seen = seen_by_naga();
        for (name, bytes, fields) in layouts() {
            let Some((span, members)) = seen.get(name) else {
                panic!("no kernel has a struct `{name}`");
            };
            let fields: Vec<(String, u32)> = fields
                .iter()
                .map(|&(field, offset)| (field.to_owned(), offset as u32))
                .collect();
            assert_eq!(&fields, members, "fields of `{name}`");
            assert_eq!(bytes, *span as usize, "bytes of `{name}`");
        }
    }

    #[test]
    fn every_shared_field_is_used() {
        let all = sources().concat();
        for (name, _, fields) in layouts() {
            let fields = fields.iter().map(|(field, _)| *field);
            for field in fields.filter(|f| !f.starts_with("padding")) {
                let used = all.contains(&format!(".{field}"));
                assert!(used, "`{field}` of `{name}` is read by nobody");
            }
        }
    }
}
