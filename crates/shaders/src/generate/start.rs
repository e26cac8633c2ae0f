//! `generated/initial.wgsl` and `generated/coefficients.wgsl`: what is evaluated before the first tick.

use crate::text::Text;

use super::Writer;

impl Writer<'_> {
    pub(super) fn initial(&mut self) -> Text {
        self.line("fn initial_cell(cell: u32, arm: u32, p: Params, x: vec3f) {");
        for (storage, &f) in self.layout.fields.iter().enumerate() {
            if let Some(e) = &self.model.fields[f].initial {
                let before = format!("    guess[block_of({storage}u, arm) + cell] = f32(");
                self.expression(&before, e, ");");
            }
        }
        self.line("}\n");
        self.finish()
    }

    pub(super) fn coefficients(&mut self) -> Text {
        let solved = self.layout.solved();
        let n = (solved + self.model.transports.len()).max(1);
        self.line(format!("const COEFFICIENTS: u32 = {n}u;"));
        self.line("fn write_coefficients(arm: u32, p: Params) {\n    coefficients_out[arm * COEFFICIENTS] = 0.0;");
        for storage in 0..solved {
            let before = format!("    coefficients_out[arm * COEFFICIENTS + {storage}u] = f32(");
            match &self.model.fields[self.layout.fields[storage]].diffusion {
                Some(e) => self.expression(&before, e, ");"),
                None => self.line(format!("{before}0.0);")),
            }
        }
        for (t, transport) in self.model.transports.iter().enumerate() {
            let before = format!(
                "    coefficients_out[arm * COEFFICIENTS + {}u] = f32(",
                solved + t
            );
            match &transport.speed_limit {
                Some(e) => self.expression(&before, e, ");"),
                None => self.line(format!("{before}1.0e30);")),
            }
        }
        self.line("}\n");
        self.finish()
    }
}
