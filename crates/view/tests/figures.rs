//! Whole figures: size, well-formed SVG, no text over another text whatever the labels say.

use crate::synthetic;
use image::RgbaImage;
use warmfront_view::*;

fn texts_are_clear(figure: &Figure, what: &str) {
    let (w, h) = figure.size();
    let texts = figure.texts();
    for (i, a) in texts.iter().enumerate() {
        let r = a.area;
        assert!(
            r.x >= 0.0 && r.y >= 0.0 && r.right() <= w && r.bottom() <= h,
            "{what}: `{}` leaves the page of {w} x {h}: {r:?}",
            a.text
        );
        for b in &texts[i + 1..] {
            assert!(
                !r.overlaps(&b.area),
                "{what}: `{}` {r:?} covers `{}` {:?}",
                a.text,
                b.text,
                b.area
            );
        }
    }
}

#[test]
fn montage_and_plots_are_clear_in_both_styles() -> Result<()> {
    for style in [Style::Print, Style::Dark] {
        let figure = synthetic::montage(style)?.figure()?;
        texts_are_clear(&figure, "montage");
        let (w, h) = figure.size();
        assert!(w > 9.0 * 150.0 && h > 4.0 * 150.0);
        let image = figure.image(2.0)?;
        assert_eq!(
            (image.width(), image.height()),
            (2 * w as u32, 2 * h as u32)
        );
        assert!(figure.texts().iter().any(|t| t.text == "500 µm"));
        for columns in 1..=4 {
            texts_are_clear(&synthetic::plots(style, columns).figure()?, "plots");
        }
    }
    Ok(())
}

#[test]
fn any_label_length_is_clear() -> Result<()> {
    for times in [0, 1, 4, 30] {
        for word in ["label ", "Unbreakable", "Ω≥µ "] {
            let text = word.repeat(times);
            let mut m = synthetic::montage(Style::Print)?;
            m.title.clone_from(&text);
            m.subtitle.clone_from(&text);
            m.footer.clone_from(&text);
            m.composite_head.clone_from(&text);
            m.field_head.clone_from(&text);
            m.column_heads.iter_mut().for_each(|h| h.clone_from(&text));
            m.channels
                .iter_mut()
                .for_each(|c| c.label.clone_from(&text));
            for row in &mut m.rows {
                row.label.clone_from(&text);
                row.note.clone_from(&text);
                row.doses.iter_mut().for_each(|t| t.label.clone_from(&text));
            }
            for field in &mut m.fields {
                field.label.clone_from(&text);
                field.unit.clone_from(&text);
            }
            for extent in [[2560.0, 2560.0], [9000.0, 800.0], [300.0, 4000.0]] {
                m.extent = extent;
                texts_are_clear(&m.figure()?, &text);
            }
            let mut p = synthetic::plots(Style::Print, 2);
            p.title.clone_from(&text);
            for panel in &mut p.panels {
                panel.title.clone_from(&text);
                panel.x_label.clone_from(&text);
                panel.y_label.clone_from(&text);
                panel
                    .series
                    .iter_mut()
                    .for_each(|s| s.label.clone_from(&text));
                panel
                    .doses
                    .iter_mut()
                    .for_each(|t| t.label.clone_from(&text));
            }
            texts_are_clear(&p.figure()?, &text);
        }
    }
    Ok(())
}

#[test]
fn lengths_and_times_without_a_unit_are_drawn_without_one() -> Result<()> {
    let mut m = synthetic::montage(Style::Print)?;
    m.length_unit = number::LengthUnit::Named("length units".to_owned());
    m.time_unit.clear();
    for (extent, bar) in [
        ([2.5, 2.5], "0.5 length units"),
        ([500.0, 4.0], "100 length units"),
    ] {
        m.extent = extent;
        let figure = m.figure()?;
        let texts: Vec<&str> = figure.texts().iter().map(|t| t.text.as_str()).collect();
        assert!(texts.contains(&bar), "{texts:?}");
        assert!(texts.contains(&"28"), "{texts:?}");
        for unit in ["nm", "µm", "mm", "d"] {
            assert!(
                !texts.iter().any(|t| t.ends_with(&format!(" {unit}"))),
                "{unit}"
            );
        }
    }
    Ok(())
}

#[test]
fn missing_pictures_and_data_are_said() -> Result<()> {
    let mut m = synthetic::montage(Style::Print)?;
    m.rows[1].pictures[2] = None;
    m.fields[0].slices[3] = None;
    let figure = m.figure()?;
    texts_are_clear(&figure, "gaps");
    assert_eq!(
        figure
            .texts()
            .iter()
            .filter(|t| t.text.starts_with("not"))
            .count(),
        2
    );
    let mut p = synthetic::plots(Style::Print, 2);
    p.panels[0].series.clear();
    p.panels[1]
        .series
        .iter_mut()
        .for_each(|s| s.points = vec![[1.0, f64::NAN]]);
    let figure = p.figure()?;
    texts_are_clear(&figure, "no data");
    assert_eq!(
        figure
            .texts()
            .iter()
            .filter(|t| t.text == "no data")
            .count(),
        2
    );
    Ok(())
}

#[test]
fn parts_that_do_not_fit_are_errors() -> Result<()> {
    let message = |m: &Montage| m.figure().expect_err("does not fit").to_string();
    let whole = synthetic::montage(Style::Print)?;
    let mut m = whole.clone();
    m.rows[2].pictures.pop();
    assert!(message(&m).contains("PD-L1 inhibitor"));
    let mut m = whole.clone();
    m.fields[1].slices.pop();
    assert!(message(&m).contains("IFN-γ"));
    let mut m = whole.clone();
    m.fields[0].range = Range::linear(1.0, 0.0);
    assert!(message(&m).contains("lower limit"));
    let mut m = whole.clone();
    m.extent = [0.0, 10.0];
    assert!(message(&m).contains("must be above 0"));
    let mut m = whole;
    m.rows.clear();
    m.fields.clear();
    assert!(message(&m).contains("at least one row"));
    let mut p = synthetic::plots(Style::Print, 2);
    p.panels[2].y_range = Some([0.0, 1.0]);
    assert!(
        p.figure()
            .expect_err("log from 0")
            .to_string()
            .contains("above 0 on a log axis")
    );
    p.panels.clear();
    assert!(p.figure().is_err());
    Ok(())
}

#[test]
fn a_field_is_drawn_the_right_way_up() -> Result<()> {
    let mut m = synthetic::montage(Style::Print)?;
    // Bright where y is high.
    let values: Vec<f32> = (0..16).map(|i| if i >= 8 { 1.0 } else { 0.0 }).collect();
    m.fields.truncate(1);
    m.fields[0].map = Colormap::named("grey")?;
    m.fields[0].range = Range::linear(0.0, 1.0);
    m.fields[0].slices = vec![Some(FieldSlice {
        values,
        width: 4,
        height: 4,
    })];
    m.rows.truncate(1);
    m.rows[0].pictures.clear();
    m.column_heads.clear();
    m.smooth = false;
    let figure = m.figure()?;
    let image: RgbaImage = figure.image(1.0)?;
    // The picture is the only place with pure black and pure white columns of 75 pixels.
    let x = 194 + 75;
    let first_black = (0..image.height() - 40)
        .find(|&y| (0..40).all(|k| image.get_pixel(x, y + k).0[..3] == [0, 0, 0]));
    let y = first_black.expect("the dark half is drawn");
    assert!(
        (1..40).all(|k| image.get_pixel(x, y - k).0[..3] == [255, 255, 255]),
        "white lies above"
    );
    Ok(())
}

#[test]
fn the_png_carries_its_scenario() -> Result<()> {
    let figure = synthetic::plots(Style::Print, 2).figure()?;
    let scenario = "extends = \"melanoma\"\n# µm\n";
    let bytes = figure.png(1.0, &[("warmfront", scenario)])?;
    let texts = read_png_text(&bytes)?;
    assert_eq!(texts, [("warmfront".to_owned(), scenario.to_owned())]);
    Ok(())
}
