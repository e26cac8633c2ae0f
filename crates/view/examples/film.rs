//! Draws pages of films from made-up tissue, to look at.
//!
//! `cargo run -p warmfront-view --example film -- DIR` writes PNG into `DIR`, or into `warmfront-film` in the
//! system's folder for temporary files, and prints how long a frame took.

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use warmfront_view::film::Arrangement;
use warmfront_view::{Style, encode_png};

#[path = "../tests/synthetic_film/mod.rs"]
mod synthetic_film;

use synthetic_film::Show;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(
        || std::env::temp_dir().join("warmfront-film"),
        PathBuf::from,
    );
    std::fs::create_dir_all(&folder)?;
    let base = Show::default();
    let plots = Show {
        arrangement: Arrangement::Plots,
        ..base
    };
    let doses = Show {
        arrangement: Arrangement::Doses,
        ..base
    };
    let one = Show {
        arms: 1,
        size: [1280, 720],
        ..base
    };
    let shows = [
        ("four_dark", base),
        ("four_plots_dark", plots),
        (
            "four_plots_light",
            Show {
                style: Style::Light,
                ..plots
            },
        ),
        (
            "four_print",
            Show {
                style: Style::Print,
                ..base
            },
        ),
        (
            "four_row",
            Show {
                columns: Some(4),
                ..base
            },
        ),
        ("four_doses", doses),
        ("single", one),
        (
            "single_plots",
            Show {
                arrangement: Arrangement::Plots,
                ..one
            },
        ),
        (
            "single_doses",
            Show {
                arrangement: Arrangement::Doses,
                ..one
            },
        ),
        (
            "single_bar",
            Show {
                bar: true,
                zoom: 2.5,
                ..one
            },
        ),
        (
            "portrait_plots",
            Show {
                size: [1080, 1920],
                ..plots
            },
        ),
        (
            "portrait",
            Show {
                size: [1080, 1920],
                ..base
            },
        ),
        (
            "square",
            Show {
                size: [1080, 1080],
                ..base
            },
        ),
        (
            "square_plots",
            Show {
                size: [1080, 1080],
                ..plots
            },
        ),
        (
            "small_plots",
            Show {
                size: [640, 360],
                ..plots
            },
        ),
        (
            "small",
            Show {
                size: [640, 360],
                ..base
            },
        ),
        ("eight_plots", Show { arms: 8, ..plots }),
        ("two", Show { arms: 2, ..base }),
        (
            "four_k",
            Show {
                size: [3840, 2160],
                bar: true,
                ..plots
            },
        ),
    ];
    for (name, show) in shows {
        let start = Instant::now();
        let mut sheet = show.page()?.compose()?;
        let composed = start.elapsed();
        let frame = show.frame(&sheet, 17.3)?;
        let start = Instant::now();
        sheet.draw(&frame)?;
        let first = start.elapsed();
        let next = show.after(&frame, 17.5);
        let start = Instant::now();
        let picture = sheet.draw(&next)?;
        println!(
            "{name}: pane {:?}, composed in {composed:?}, first frame {first:?}, next {:?}",
            sheet.pane(),
            start.elapsed()
        );
        std::fs::write(
            folder.join(format!("{name}.png")),
            encode_png(&picture, &[])?,
        )?;
    }
    Ok(())
}
