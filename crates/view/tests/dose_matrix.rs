//! Figures of dose matrices: sizes, words that do not touch, colours of known values.

use warmfront_view::*;

fn side(label: &str, doses: &[f64]) -> DoseSide {
    DoseSide {
        label: label.to_owned(),
        unit: "mg".to_owned(),
        doses: doses.to_vec(),
    }
}

fn values(n: usize, m: usize, of: impl Fn(f64, f64) -> f64) -> Vec<Vec<Option<f64>>> {
    let row = |i: usize| (0..m).map(|j| Some(of(i as f64, j as f64))).collect();
    (0..n).map(row).collect()
}

fn doses(count: usize) -> Vec<f64> {
    let of = |k: usize| {
        if k == 0 {
            0.0
        } else {
            1e-3 * 3.2_f64.powi(k as i32)
        }
    };
    (0..count).map(of).collect()
}

fn heat(n: usize, m: usize, style: Style) -> Result<HeatMap> {
    Ok(HeatMap {
        title: "Synergy of two drugs: Bliss".to_owned(),
        subtitle: "day 21".to_owned(),
        x: side("dose of the first drug", &doses(n)),
        y: side("dose of the second drug", &doses(m)),
        values: values(n, m, |i, j| 0.02 * i * j - 0.1),
        value_label: "Bliss excess (share of the control's burden)".to_owned(),
        colours: ValueColours::Difference(None, Colormap::named("balance")?),
        marks: vec![HeatMark {
            cell: [n - 1, m - 1],
            label: "largest excess".to_owned(),
            marker: Marker::Disc,
        }],
        caption: "Bliss synergy: mean excess +0.141 over 20 dose pairs.".to_owned(),
        footer: "A model for teaching.".to_owned(),
        style,
        size: [800.0, 600.0],
    })
}

fn surface(n: usize, m: usize, style: Style) -> Result<Surface> {
    let h = heat(n, m, style)?;
    Ok(Surface {
        title: h.title,
        subtitle: h.subtitle,
        x: h.x,
        y: h.y,
        values: h.values,
        value_label: h.value_label,
        colours: h.colours,
        caption: h.caption,
        footer: h.footer,
        style,
        size: h.size,
    })
}

fn isobologram(style: Style) -> Isobologram {
    let level = |label: &str, a: f64| IsoboleLevel {
        label: label.to_owned(),
        lines: vec![vec![[0.0, a], [0.2 * a, 0.3 * a], [2.0 * a, 0.0]]],
        additive: Some([2.0 * a, a]),
    };
    Isobologram {
        title: "Doses with the same effect".to_owned(),
        subtitle: String::new(),
        x_label: "dose of the first drug (mg)".to_owned(),
        y_label: "dose of the second drug (mg)".to_owned(),
        levels: vec![level("25 % effect", 0.03), level("50 % effect", 0.11)],
        limits: None,
        caption: "A line below its dashed one needs less of both drugs.".to_owned(),
        footer: "A model for teaching.".to_owned(),
        style,
        size: [800.0, 600.0],
    }
}

fn is_clear(figure: &Figure, what: &str) {
    let (w, h) = figure.size();
    for (i, a) in figure.texts().iter().enumerate() {
        let r = a.area;
        assert!(
            r.x >= 0.0 && r.y >= 0.0 && r.right() <= w && r.bottom() <= h,
            "{what}: `{}` leaves the page: {r:?}",
            a.text
        );
        for b in &figure.texts()[i + 1..] {
            assert!(
                !r.overlaps(&b.area),
                "{what}: `{}` covers `{}`",
                a.text,
                b.text
            );
        }
    }
}

#[test]
fn figures_have_their_size_and_clear_words() -> Result<()> {
    for style in [Style::Print, Style::Dark] {
        for figure in [
            heat(6, 5, style)?.figure()?,
            surface(6, 5, style)?.figure()?,
            isobologram(style).figure()?,
        ] {
            is_clear(&figure, figure.title());
            assert_eq!(figure.size(), (800.0, 600.0));
            for (scale, wide, high) in [(1.0, 800, 600), (2.0, 1600, 1200)] {
                let image = figure.image(scale)?;
                assert_eq!((image.width(), image.height()), (wide, high));
            }
            assert!(figure.svg(&[], Some(180.0))?.contains("width=\"180.00mm\""));
            let info = pdf::PdfInfo {
                creator: "test",
                subject: "test",
                keywords: "",
            };
            assert!(figure.pdf(180.0, info)?.starts_with(b"%PDF"));
        }
    }
    Ok(())
}

#[test]
fn any_size_and_any_words_are_clear() -> Result<()> {
    let long = "a very long name of a drug and what it does ".repeat(4);
    for (n, m) in [(2, 2), (2, 12), (12, 3), (30, 30), (64, 64)] {
        for size in [[800.0, 600.0], [560.0, 900.0], [1600.0, 560.0]] {
            for words in [None, Some(long.as_str()), Some("")] {
                let (mut h, mut s) = (heat(n, m, Style::Print)?, surface(n, m, Style::Print)?);
                let mut b = isobologram(Style::Print);
                (h.size, s.size, b.size) = (size, size, size);
                if let Some(words) = words {
                    for text in [
                        &mut h.title,
                        &mut h.subtitle,
                        &mut h.x.label,
                        &mut h.y.label,
                        &mut h.value_label,
                        &mut h.caption,
                        &mut h.footer,
                        &mut h.marks[0].label,
                        &mut s.title,
                        &mut s.subtitle,
                        &mut s.x.label,
                        &mut s.y.label,
                        &mut s.value_label,
                        &mut s.caption,
                        &mut s.footer,
                        &mut b.title,
                        &mut b.subtitle,
                        &mut b.x_label,
                        &mut b.y_label,
                        &mut b.caption,
                        &mut b.footer,
                        &mut b.levels[0].label,
                    ] {
                        words.clone_into(text);
                    }
                }
                is_clear(&h.figure()?, "heat map");
                is_clear(&s.figure()?, "surface");
                is_clear(&b.figure()?, "isobologram");
            }
        }
    }
    Ok(())
}

#[test]
fn cells_say_their_number_and_gaps_say_so() -> Result<()> {
    let mut h = heat(6, 5, Style::Print)?;
    h.values[1][1] = None;
    h.values[2][2] = Some(f64::NAN);
    h.values[3][3] = Some(-0.004);
    let figure = h.figure()?;
    let count = |text: &str| figure.texts().iter().filter(|t| t.text == text).count();
    // Strokes in the corners tell an empty cell from one with a pale colour.
    let lines = |f: &Figure| Ok::<_, ViewError>(f.svg(&[], None)?.matches("<polyline").count());
    let full = heat(6, 5, Style::Print)?.figure()?;
    assert_eq!(lines(&figure)?, lines(&full)? + 2 * 4);
    assert_eq!((count("n/a"), count("+0.30"), count("0.000")), (2, 1, 0));
    assert!(count("−0.10") >= 10); // where a dose is 0
    // The largest value has the last colour of the map; the largest mark has its cell.
    let image = figure.image(1.0)?;
    let red = Colormap::named("balance")?.colour(1.0);
    let cells = image.pixels().filter(|p| p.0[..3] == red).count();
    assert!(cells > 1000, "{cells}");
    let mut s = surface(6, 5, Style::Print)?;
    s.values[5][4] = None;
    is_clear(&s.figure()?, "open surface");
    Ok(())
}

#[test]
fn a_surface_shows_its_colours() -> Result<()> {
    let mut s = surface(5, 5, Style::Print)?;
    s.colours = ValueColours::Amount(Range::linear(0.0, 1.0), Colormap::named("viridis")?);
    s.values = values(5, 5, |_, _| 1.0);
    let level = s.figure()?.image(1.0)?;
    // A level surface is lit evenly: one colour, as yellow as the end of the map.
    let yellow = |p: &image::Rgba<u8>| p.0[0] > 200 && p.0[1] > 180 && p.0[2] < 90;
    let count = level.pixels().filter(|p| yellow(p)).count();
    assert!(count > 15_000, "{count}");
    s.values = vec![vec![None; 5]; 5];
    assert!(s.figure().is_err());
    Ok(())
}

#[test]
fn what_does_not_fit_is_an_error() -> Result<()> {
    let error = |h: HeatMap| h.figure().expect_err("refused").to_string();
    let mut h = heat(6, 5, Style::Print)?;
    h.values.pop();
    assert!(error(h).contains("6 rows of 5"));
    let mut h = heat(6, 5, Style::Print)?;
    h.marks[0].cell = [6, 0];
    assert!(error(h).contains("outside"));
    let mut h = heat(6, 5, Style::Print)?;
    h.size = [100.0, 100.0];
    assert!(error(h).contains("320 to 4000"));
    let mut h = heat(6, 5, Style::Print)?;
    h.colours = ValueColours::Difference(None, Colormap::named("viridis")?);
    assert!(error(h).contains("diverging"));
    let mut h = heat(6, 5, Style::Print)?;
    h.x.doses.reverse();
    assert!(error(h).contains("rise"));
    let mut b = isobologram(Style::Print);
    b.levels.clear();
    assert!(b.figure().is_err());
    Ok(())
}
