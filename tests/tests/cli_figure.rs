//! `warmfront figure`: every kind and format, sizes on paper, and what is refused.

use crate::cli_support::{fail, succeed, warmfront};

/// A short run of all arms on a coarse grid.
const SHORT: &str = "--grid 16x16 --quiet";

fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

#[test]
fn every_kind_is_drawn_in_every_format() {
    let dir = tempfile::tempdir().expect("a folder");
    let make = |options: &str, name: &str| -> Vec<u8> {
        let path = dir.path().join(name);
        let done = succeed(warmfront(&format!("figure {options} {SHORT} -o")).arg(&path));
        assert_eq!(done.out, "");
        std::fs::read(path).expect("written")
    };
    let png = make("--days 0,0.5,1 --width 90 --dpi 150", "montage.png");
    let picture = warmfront_view::read_png_text(&png).expect("a PNG");
    assert!(picture.iter().any(|(k, _)| k == "Software"));
    // 90 mm at 150 per inch, and the file says so.
    let width = u32::from_be_bytes([png[16], png[17], png[18], png[19]]);
    assert_eq!(width, 531);
    let at = png
        .windows(4)
        .position(|w| w == b"pHYs")
        .expect("a size on paper");
    assert_eq!(png[at + 4..at + 8], 5906_u32.to_be_bytes());

    let pdf = make("--kind curves --days 1", "curves.pdf");
    assert!(pdf.starts_with(b"%PDF-") && has(&pdf, b"/FontFile"));
    // 180 mm are 510 points.
    assert!(has(&pdf, b"/MediaBox[0 0 510.2"), "another width");

    let svg = make("--kind burden --days 1 --style dark", "burden.svg");
    let svg = String::from_utf8(svg).expect("text");
    assert!(svg.contains("width=\"180.00mm\"") && !svg.contains("<text"));
    assert!(svg.contains("aria-label=\"Tumour burden\"") && svg.contains("fill=\"#101217\""));

    let svg = make("--drug mek --doses 0.5,2 --days 1", "dose.svg");
    let svg = String::from_utf8(svg).expect("text");
    for words in ["with PD-L1 inhibitor", "0 mg", "30 mg", "2 ×", "(Bliss)"] {
        assert!(svg.contains(words), "{words}");
    }
    let svg = make("--field ifng --days 0,1 --arm control,combo", "field.svg");
    let svg = String::from_utf8(svg).expect("text");
    for words in ["IFN-gamma", "pM", "day 1", "Combination"] {
        assert!(svg.contains(&format!("aria-label=\"{words}\"")), "{words}");
    }
    let left = std::fs::read_dir(dir.path()).expect("a folder").count();
    assert_eq!(left, 5, "nothing half-written is left");
}

#[test]
fn wrong_options_are_told_in_a_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let there = dir.path().join("there.png");
    std::fs::write(&there, "mine").expect("writable");
    let refuse = |options: &str, name: &str, code: i32, parts: &[&str]| {
        let path = dir.path().join(name);
        fail(
            warmfront(&format!("figure {options} {SHORT} -o")).arg(path),
            code,
            parts,
        );
    };
    refuse("", "there.png", 5, &["there.png", "--force"]);
    refuse("", "a.gif", 2, &[".gif", ".png, .svg or .pdf"]);
    refuse("", "nowhere/a.png", 5, &["cannot write"]);
    refuse("--days -1", "a.png", 2, &["--days", "-1"]);
    refuse("--kind burden --days 0", "a.png", 2, &["--days"]);
    refuse("--view nothing", "a.png", 2, &["--view", "nothing"]);
    refuse("--field ifn", "a.png", 2, &["--field", "ifng"]);
    refuse(
        "--kind curves --field ifng",
        "a.png",
        2,
        &["--kind montage"],
    );
    refuse("--kind burden --drug mek", "a.png", 2, &["dose-response"]);
    refuse("--drug aspirin", "a.png", 2, &["--drug", "aspirin"]);
    refuse("--doses -1", "a.png", 2, &["dose"]);
    refuse("--width 0", "a.png", 2, &["30 to 1200"]);
    refuse("--dpi 1e9", "a.png", 2, &["30 to 2400"]);
    refuse("heat --kind burden", "a.png", 2, &["no burden"]);
    refuse("heat --kind dose-response", "a.png", 2, &["no arm"]);
    assert_eq!(std::fs::read_to_string(&there).expect("kept"), "mine");
    assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1);
}
