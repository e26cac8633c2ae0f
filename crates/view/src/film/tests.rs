//! Pages of every shape: nothing covers anything else, and the same input gives the same pixels.

use super::*;
use crate::error::Result;
use crate::legend::Marker;
use crate::svg::Rect;

const SIZES: [[u32; 2]; 7] = [
    [640, 360],
    [1280, 720],
    [1920, 1080],
    [1080, 1080],
    [1080, 1920],
    [3840, 2160],
    [1021, 577],
];

fn doses(arm: usize) -> Vec<DoseTrack> {
    let track = |label: &str, marker, times: Vec<f64>| DoseTrack {
        label: label.to_owned(),
        colour: [230, 159, 0],
        marker,
        times,
    };
    let daily = track(
        "MEK inhibitor",
        Marker::Triangle,
        (7..28).map(f64::from).collect(),
    );
    let weekly = track("PD-L1 inhibitor", Marker::Diamond, vec![7.0, 14.0, 21.0]);
    match arm % 4 {
        0 => Vec::new(),
        1 => vec![daily],
        2 => vec![weekly],
        _ => vec![daily, weekly],
    }
}

fn page(arms: usize, arrangement: Arrangement) -> Page {
    let names = [
        "Control",
        "MEK inhibitor",
        "PD-L1 inhibitor",
        "PD-L1 inhibitor plus MEK inhibitor",
    ];
    let label = |i: usize| names[i % 4].to_owned();
    let pane = |i| PaneHead {
        label: label(i),
        colour: crate::arm_colour(i, true),
        doses: doses(if arms == 1 { 3 } else { i }),
    };
    let lines: Vec<(String, Rgb, Dash)> = (0..arms)
        .map(|i| (label(i), crate::arm_colour(i, true), Dash::nth(i)))
        .collect();
    let plot = |title: &str, unit: &str| PlotHead {
        title: title.to_owned(),
        unit: unit.to_owned(),
        series: lines.clone(),
    };
    let channels = [
        "Tumour cells, sensitive",
        "Tumour cells, resistant",
        "Effector CD8 T cells",
        "Exhausted CD8 T cells",
        "Regulatory T cells",
        "Myeloid cells",
        "Dead cells",
    ];
    Page {
        size: [1280, 720],
        style: Style::Dark,
        parts: Parts::default(),
        arrangement,
        columns: None,
        title: "Four arms of a murine colon carcinoma under two inhibitors".to_owned(),
        panes: (0..arms).map(pane).collect(),
        extent: [1920.0, 1920.0],
        length_unit: LengthUnit::Micrometres,
        others: Vec::new(),
        key: Key::Channels(
            channels
                .map(|c| LegendEntry::swatch(c, [9, 99, 199]))
                .into(),
        ),
        plots: vec![
            plot("Tumour burden", "relative to day 0"),
            plot("Effector CD8 T cells in the tumour", "10³ cells/mm²"),
            plot("IFN-γ", "pg/mL"),
            plot("One too many", "1"),
        ],
        time: [0.0, 28.0],
        time_label: "time (days)".to_owned(),
        time_unit: "d".to_owned(),
        credit: "Simulation of a mathematical model with recalled parameters; for teaching and \
                 research, not for clinical advice."
            .to_owned(),
    }
}

fn frame(sheet: &Sheet, time: f64) -> Frame {
    let [w, h] = sheet.pane();
    let curve: Vec<[f64; 2]> = (0..=(10.0 * time) as u32)
        .map(|i| [f64::from(i) / 10.0, 1.0 + f64::from(i * i) / 900.0])
        .collect();
    Frame {
        panes: vec![
            RgbaImage::from_pixel(w, h, image::Rgba([40, 80, 120, 255]));
            sheet.corners().len()
        ],
        time,
        clock: format!("day {time:.1}"),
        caption: Some(
            "First dose of the antibody: PD-L1 is blocked, and T cells begin to kill tumour cells"
                .to_owned(),
        ),
        zoom: 1.0,
        curves: vec![vec![curve; 4]; 3],
    }
}

fn bar() -> Result<Key> {
    Ok(Key::Bar {
        label: "Interferon gamma".to_owned(),
        unit: "pg/mL".to_owned(),
        range: Range::log(0.01, 20.0),
        map: Box::new(Colormap::named("magma")?),
    })
}

/// All texts lie on the page, apart from each other; panes lie apart from each other, and texts around them
/// stay off them.
fn assert_apart(sheet: &mut Sheet, what: &str) -> Result<()> {
    let size = sheet.page.size.map(|v| v as f32);
    let [w, h] = sheet.pane().map(|v| v as f32);
    let frame = frame(sheet, 17.3);
    sheet.draw(&frame)?;
    let texts = sheet.texts();
    for (i, a) in texts.iter().enumerate() {
        let r = a.area;
        let inside =
            r.x >= -0.5 && r.y >= -0.5 && r.right() <= size[0] + 0.5 && r.bottom() <= size[1] + 0.5;
        assert!(inside, "{what}: {a:?} is not on the page");
        for b in &texts[i + 1..] {
            assert!(!r.overlaps(&b.area), "{what}: {a:?} covers {b:?}");
        }
    }
    let panes: Vec<Rect> = sheet
        .corners()
        .iter()
        .map(|c| Rect::new(c[0] as f32, c[1] as f32, w, h))
        .collect();
    for (i, a) in panes.iter().enumerate() {
        assert!(
            a.right() <= size[0] && a.bottom() <= size[1],
            "{what}: {a:?}"
        );
        assert!(
            panes[i + 1..].iter().all(|b| !a.overlaps(b)),
            "{what}: panes"
        );
        for text in &sheet.base.texts {
            assert!(!a.overlaps(&text.area), "{what}: {text:?} on a pane");
        }
        for (plot, _) in &sheet.plots {
            let s = sheet.layout.scale;
            let r = plot.area;
            let r = Rect::new(r.x * s, r.y * s, r.w * s, r.h * s);
            assert!(!a.overlaps(&r), "{what}: a plot on a pane");
        }
    }
    Ok(())
}

const ALL: [Arrangement; 3] = [Arrangement::Panes, Arrangement::Plots, Arrangement::Doses];

#[test]
fn nothing_covers_anything_at_any_size() -> Result<()> {
    for size in SIZES {
        for arrangement in ALL {
            for arms in [1, 2, 4] {
                for colour_bar in [false, true] {
                    // Large pages take long to draw.
                    if size[0] > 2000 && (arms != 4 || colour_bar) {
                        continue;
                    }
                    let mut page = page(arms, arrangement);
                    page.size = size;
                    if colour_bar {
                        page.key = bar()?;
                    }
                    let what = format!("{size:?} {arrangement:?} {arms} bar {colour_bar}");
                    assert_apart(&mut page.compose()?, &what)?;
                }
            }
        }
    }
    Ok(())
}

#[test]
fn any_number_of_panes_and_plots_has_a_place() -> Result<()> {
    for (arms, plots) in [(2, 1), (3, 2), (6, 3), (8, 1)] {
        for arrangement in ALL {
            let mut page = page(arms, arrangement);
            page.size = [1920, 1080];
            page.plots.truncate(plots);
            if arms == 3 {
                page.panes.iter_mut().for_each(|p| p.doses.clear());
            }
            let what = format!("{arms} {plots} {arrangement:?}");
            assert_apart(&mut page.compose()?, &what)?;
        }
    }
    Ok(())
}

#[test]
fn parts_that_are_off_give_their_room_to_the_panes() -> Result<()> {
    for arrangement in ALL {
        for size in [[640, 360], [1080, 1920]] {
            let mut whole = page(4, arrangement);
            whole.size = size;
            let least = whole.clone().compose()?.pane()[0];
            for mask in 0..256_u32 {
                let on = |bit: u32| mask & (1 << bit) != 0;
                let mut page = whole.clone();
                page.parts = Parts {
                    title: on(0),
                    labels: on(1),
                    legend: on(2),
                    outline: false,
                    scale_bar: on(3),
                    clock: on(4),
                    doses: on(5),
                    captions: on(6),
                    credit: on(7),
                };
                let layout = super::layout::arrange(&page).expect("room for less");
                assert!(layout.pane[0] >= least, "{mask:b} {arrangement:?} {size:?}");
                if mask % 9 == 0 {
                    assert_apart(
                        &mut page.compose()?,
                        &format!("{mask:b} {arrangement:?} {size:?}"),
                    )?;
                }
            }
        }
    }
    Ok(())
}

#[test]
fn panes_keep_the_shape_of_the_tissue_and_columns_are_obeyed() -> Result<()> {
    for extent in [[1000.0, 1000.0], [3000.0, 1000.0], [1000.0, 2200.0]] {
        let mut page = page(4, Arrangement::Panes);
        page.extent = extent;
        let mut sheet = page.clone().compose()?;
        let [w, h] = sheet.pane().map(f64::from);
        assert!(
            (w / h / (extent[0] / extent[1]) - 1.0).abs() < 0.02,
            "{w} x {h}"
        );
        assert_apart(&mut sheet, &format!("{extent:?}"))?;
        for columns in [1, 2, 4] {
            page.columns = Some(columns);
            let Ok(sheet) = page.clone().compose() else {
                continue;
            };
            let first = sheet.corners()[0][1];
            let row = sheet.corners().iter().filter(|c| c[1] == first).count();
            assert_eq!(row as u32, columns);
            assert!(
                f64::from(sheet.pane()[0]) <= w,
                "the best is chosen unasked"
            );
        }
    }
    Ok(())
}

#[test]
fn the_same_frames_give_the_same_pixels() -> Result<()> {
    let film = || -> Result<Vec<RgbaImage>> {
        let mut sheet = page(4, Arrangement::Plots).compose()?;
        let times = [0.0, 9.5, 20.0];
        times
            .map(|t| sheet.draw(&frame(&sheet, t)))
            .into_iter()
            .collect()
    };
    let (a, b) = (film()?, film()?);
    assert_eq!(a, b);
    assert_ne!(a[0], a[1]);
    assert!(a[2].pixels().all(|p| p.0[3] == 255), "frames are opaque");
    Ok(())
}

#[test]
fn panes_are_shown_as_they_are() -> Result<()> {
    let mut bare = page(4, Arrangement::Panes);
    bare.parts = Parts {
        title: false,
        labels: false,
        legend: false,
        outline: false,
        scale_bar: false,
        clock: false,
        doses: false,
        captions: false,
        credit: false,
    };
    let mut sheet = bare.compose()?;
    let [w, h] = sheet.pane();
    let mut frame = frame(&sheet, 1.0);
    for (i, pane) in frame.panes.iter_mut().enumerate() {
        *pane = RgbaImage::from_fn(w, h, |x, y| image::Rgba([x as u8, y as u8, i as u8, 255]));
    }
    let drawn = sheet.draw(&frame)?;
    for (pane, corner) in frame.panes.iter().zip(sheet.corners()) {
        for (x, y) in [
            (0, 0),
            (w - 1, 0),
            (0, h - 1),
            (w - 1, h - 1),
            (w / 2, h / 3),
        ] {
            assert_eq!(
                drawn.get_pixel(corner[0] + x, corner[1] + y),
                pane.get_pixel(x, y)
            );
        }
    }
    Ok(())
}

#[test]
fn errors_teach() -> Result<()> {
    let mut small = page(4, Arrangement::Plots);
    small.size = [320, 180];
    let text = small
        .clone()
        .compose()
        .err()
        .expect("too small")
        .to_string();
    let (_, tail) = text.split_once("about ").expect("a size is named");
    let mut numbers = tail.split([' ', ';']).filter_map(|w| w.parse::<u32>().ok());
    small.size = [
        numbers.next().expect("width"),
        numbers.next().expect("height"),
    ];
    assert!(small.compose().is_ok(), "{text}");
    assert!(page(0, Arrangement::Panes).compose().is_err());
    let changes: [fn(&mut Page); 5] = [
        |p| p.size = [0, 720],
        |p| p.size = [1280, 40_000],
        |p| p.extent = [0.0, 1.0],
        |p| p.time = [5.0, 5.0],
        |p| p.time = [0.0, f64::NAN],
    ];
    for change in changes {
        let mut page = page(1, Arrangement::Panes);
        change(&mut page);
        assert!(page.compose().is_err());
    }
    let mut sheet = page(2, Arrangement::Panes).compose()?;
    let good = frame(&sheet, 1.0);
    let mut bad = good.clone();
    bad.panes.pop();
    assert!(sheet.draw(&bad).is_err());
    bad.panes.push(RgbaImage::new(3, 3));
    let text = sheet.draw(&bad).expect_err("too small").to_string();
    assert!(text.contains("pane 2") && text.contains("3 x 3"), "{text}");
    assert!(sheet.draw(&good).is_ok());
    Ok(())
}

#[test]
fn nothing_moves_when_the_key_changes() -> Result<()> {
    for size in [[1280, 720], [720, 1280], [640, 480]] {
        let mut composite = page(2, Arrangement::Plots);
        composite.size = size;
        let mut single = composite.clone();
        single.key = bar()?;
        single.others = vec![composite.key.clone()];
        composite.others = vec![single.key.clone()];
        let (composite, single) = (composite.compose()?, single.compose()?);
        assert_eq!(composite.pane(), single.pane(), "{size:?}");
        assert_eq!(composite.corners(), single.corners(), "{size:?}");
    }
    Ok(())
}
