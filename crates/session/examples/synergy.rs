//! Draws the figures of a dose matrix: heat maps, surfaces and an isobologram.
//!
//! `cargo run -p warmfront-session --example synergy -- DIR` writes PNG (scale 1 and 2), SVG and PDF of
//! the matrix in `tests/data/synergy/tumour.json` into `DIR`.

use std::error::Error;
use std::path::{Path, PathBuf};

use warmfront_session::synergy::picture::{Page, Shown, heat_map, isobologram, surface};
use warmfront_session::synergy::{Doses, Inverse, Matrix, Metric};
use warmfront_view::{Figure, PdfInfo, Style};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(
        || std::env::temp_dir().join("warmfront-synergy"),
        PathBuf::from,
    );
    std::fs::create_dir_all(&folder)?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/synergy/tumour.json");
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let list = |key: &str| serde_json::from_value::<Vec<f64>>(json[key].clone());
    let drug = |name: &str, key: &str| {
        Ok::<_, serde_json::Error>(Doses {
            name: name.to_owned(),
            unit: "× label dose".to_owned(),
            values: list(key)?,
        })
    };
    let drugs = [
        drug("MEK inhibitor", "doses1")?,
        drug("PD-L1 inhibitor", "doses2")?,
    ];
    let effects = serde_json::from_value(json["effects"].clone())?;
    let matrix = Matrix::from_effects(drugs, effects)?;
    let bliss = Shown::Excess(Metric::Bliss);
    let loewe = Shown::Excess(Metric::Loewe(Inverse::Interpolated));
    for (style, name) in [(Style::Print, "print"), (Style::Dark, "dark")] {
        let page = Page {
            title: String::new(),
            subtitle: "inflamed tumour, well-mixed model, day 21".to_owned(),
            footer: "A model for teaching and exploration; not a clinical tool.".to_owned(),
            style,
            size: [800.0, 600.0],
        };
        let label = Some(([3, 4], "label doses"));
        let zip = Shown::Excess(Metric::Zip);
        let levels = [0.25, 0.5, 0.75];
        for (kind, figure) in [
            (
                "heat_bliss",
                heat_map(&matrix, bliss, label, None, &page)?.figure()?,
            ),
            (
                "heat_loewe",
                heat_map(&matrix, loewe, label, None, &page)?.figure()?,
            ),
            (
                "heat_zip",
                heat_map(&matrix, zip, label, None, &page)?.figure()?,
            ),
            (
                "heat_burden",
                heat_map(&matrix, Shown::Burden, label, None, &page)?.figure()?,
            ),
            (
                "surface_bliss",
                surface(&matrix, bliss, None, &page)?.figure()?,
            ),
            (
                "surface_effect",
                surface(&matrix, Shown::Effect, None, &page)?.figure()?,
            ),
            (
                "surface_burden",
                surface(&matrix, Shown::Burden, None, &page)?.figure()?,
            ),
            (
                "isobologram",
                isobologram(&matrix, &levels, &page).figure()?,
            ),
        ] {
            write(&folder.join(format!("{kind}_{name}")), &figure)?;
        }
    }
    println!("wrote {}", folder.display());
    Ok(())
}

fn write(stem: &Path, figure: &Figure) -> Result<(), Box<dyn Error>> {
    std::fs::write(stem.with_extension("png"), figure.png(1.0, &[])?)?;
    let name = stem.file_name().unwrap_or_default().to_string_lossy();
    let twice = stem.with_file_name(format!("{name}_2x.png"));
    std::fs::write(twice, figure.png(2.0, &[])?)?;
    std::fs::write(stem.with_extension("svg"), figure.svg(&[], Some(180.0))?)?;
    let info = PdfInfo {
        creator: "warmfront",
        subject: figure.title(),
        keywords: "",
    };
    std::fs::write(stem.with_extension("pdf"), figure.pdf(180.0, info)?)?;
    Ok(())
}
