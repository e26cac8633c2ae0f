//! Draws a montage and a plot figure from made-up numbers, to look at.
//!
//! `cargo run -p warmfront-view --example gallery -- DIR` writes PNG (scale 1 and 2) and SVG into
//! `DIR`, or into `warmfront-gallery` in the system's folder for temporary files.

use std::error::Error;
use std::path::PathBuf;

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

use warmfront_view::Style;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(
        || std::env::temp_dir().join("warmfront-gallery"),
        PathBuf::from,
    );
    std::fs::create_dir_all(&folder)?;
    for (style, name) in [(Style::Print, "print"), (Style::Dark, "dark")] {
        for (kind, figure) in [
            ("montage", synthetic::montage(style)?.figure()?),
            ("plots", synthetic::plots(style, 2).figure()?),
            ("plots_wide", synthetic::plots(style, 4).figure()?),
        ] {
            let metadata = [
                ("Software", "warmfront"),
                ("scenario", "name = \"made up\"\n"),
            ];
            let stem = folder.join(format!("{kind}_{name}"));
            std::fs::write(stem.with_extension("svg"), figure.svg(&metadata, None)?)?;
            std::fs::write(stem.with_extension("png"), figure.png(1.0, &metadata)?)?;
            let twice = folder.join(format!("{kind}_{name}_2x.png"));
            std::fs::write(twice, figure.png(2.0, &metadata)?)?;
        }
    }
    println!("wrote {}", folder.display());
    Ok(())
}
