//! What files give back, and that no file does harm.

use super::*;
use image::RgbaImage;

fn told() -> Provenance {
    let scenario = Library::embedded()
        .scenario("inflamed")
        .expect("it is valid");
    Provenance::new(&scenario, &[0, 1], "an adapter", None)
}

fn written(dir: &Path) -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    let told = told();
    let texts = told.texts();
    let pairs = texts.each_ref().map(|(k, t)| (*k, t.as_str()));
    let put = |name: &str, bytes: &[u8]| -> std::io::Result<PathBuf> {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(dir))?;
        std::fs::write(&path, bytes)?;
        Ok(path)
    };
    let theme = warmfront_view::Style::Print.theme();
    let mut d = warmfront_view::svg::Drawing::default();
    d.text(
        5.0,
        20.0,
        "x",
        warmfront_view::svg::Type::new(12.0, theme.ink),
    );
    let figure = warmfront_view::Figure::new(40.0, 40.0, "t", &theme, d)?;
    let info = warmfront_view::PdfInfo {
        creator: "w",
        subject: "s",
        keywords: pairs[1].1,
    };
    let png = warmfront_view::encode_png(&RgbaImage::new(2, 2), &pairs)?;
    let json = format!("{{\"fps\": 25, \"provenance\": {}}}", told.to_json());
    put("frames/film.json", json.as_bytes())?;
    put("bare/frame_00001.png", &png)?;
    let all = vec![
        // No ending: what counts is what is in it.
        put("png_without_ending", &png)?,
        put("a.svg", figure.svg(&pairs, None)?.as_bytes())?,
        put("a.pdf", &figure.pdf(40.0, info)?)?,
        put("a.toml", told.scenario.as_bytes())?,
        dir.join("frames"),
        dir.join("bare"),
    ];
    Ok(all)
}

#[test]
fn every_format_gives_the_same_scenario() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let told = told();
    for path in written(dir.path())? {
        let found = reopen(&path)?;
        assert_eq!(found.scenario_text, told.scenario, "{}", path.display());
        if found.how != "scenario" {
            assert_eq!(found.provenance.as_ref(), Some(&told), "{}", path.display());
        }
        let scenario = found.scenario(&Library::embedded(), "again")?;
        assert!(found.differences(&scenario).is_empty());
    }
    Ok(())
}

#[test]
fn other_models_are_named() -> Result<(), SessionError> {
    let mut old = told();
    old.model_hash = "0123456789abcdef0123".to_owned();
    old.warmfront = "0.0.1".to_owned();
    let found = Reopened {
        scenario_text: old.scenario.clone(),
        provenance: Some(old),
        how: String::new(),
    };
    let lines = found.differences(&found.scenario(&Library::embedded(), "x")?);
    assert!(
        lines[0].contains("0123456789abcdef") && lines[1].contains("0.0.1"),
        "{lines:?}"
    );
    Ok(())
}

#[test]
fn foreign_and_damaged_files_are_told_apart() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let put = |name: &str, bytes: &[u8]| -> std::io::Result<PathBuf> {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes)?;
        Ok(path)
    };
    let png = warmfront_view::encode_png(&RgbaImage::new(2, 2), &[("Software", "x")])?;
    let cases: [(&str, &[u8], &str); 12] = [
        ("a.png", &png, "PNG picture, but does not say"),
        ("b.png", &png[..40], "PNG picture is damaged"),
        (
            "c.svg",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "an SVG drawing, but",
        ),
        ("d.svg", b"<svg", "damaged"),
        ("e.pdf", b"%PDF-1.4 nothing", "PDF document, but"),
        ("f.xml", b"<?xml version=\"1.0\"?><a/>", "XML file"),
        (
            "g.json",
            b"{\"a\": [1, {\"warmfront\": 2}]}",
            "JSON file, but",
        ),
        ("h.json", b"{\"a\": ", "damaged"),
        ("i.csv", b"a,b\n1,2\n", "-metadata.json"),
        ("j", b"", "it is empty"),
        ("k.bin", b"\x00\x01\x02", "no known format"),
        ("l.txt", b"dear diary", "no scenario"),
    ];
    for (name, bytes, part) in cases {
        let e = reopen(&put(name, bytes)?).expect_err(name).to_string();
        assert!(e.contains(part) && e.contains(name), "{name}: {e}");
    }
    for path in [dir.path().join("nothing"), dir.path().to_owned()] {
        assert!(reopen(&path).is_err());
    }
    Ok(())
}

#[test]
fn nothing_makes_it_panic() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let victim = dir.path().join("victim");
    let mut seed = 1_u32;
    for path in written(dir.path())? {
        if path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(&path)?;
        for _ in 0..60 {
            let mut cut = bytes.clone();
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            cut.truncate(seed as usize % bytes.len() + 1);
            for _ in 0..4 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = (seed >> 8) as usize % cut.len();
                cut[at] = seed as u8;
            }
            std::fs::write(&victim, &cut)?;
            // Whatever it says, it says something.
            let _ = reopen(&victim);
        }
    }
    Ok(())
}

#[test]
fn a_file_does_not_make_others_be_read() {
    let library = Library::embedded();
    let plain = library.scenario("inflamed").expect("it is valid");
    let mut told = Provenance::new(&plain, &[0], "GPU \u{1b}[31m", None);
    told.scenario = "extends = \"/etc/other.toml\"".to_owned();
    let told = Provenance::from_json(&told.to_json(), "x".as_ref()).expect("its own JSON");
    assert_eq!(told.adapter, "GPU [31m", "nothing that a terminal obeys");
    let found = Reopened {
        scenario_text: told.scenario.clone(),
        provenance: Some(told),
        how: "PNG picture".to_owned(),
    };
    let refused = found.scenario(&library, "a.png").expect_err("refused");
    assert!(
        refused.to_string().contains("extends another file"),
        "{refused}"
    );
}
