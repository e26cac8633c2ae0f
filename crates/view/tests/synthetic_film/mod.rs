//! A made-up film: smooth tissue of treated tumours, doses and curves, for pages that are to be looked at.

use warmfront_view::film::{Arrangement, Frame, Key, Page, PaneHead, Parts, PlotHead, Sheet};
use warmfront_view::number::LengthUnit;
use warmfront_view::tissue::{Lens, Light, Painter, Subject};
use warmfront_view::*;

const N: u32 = 192;
const NAMES: [&str; 4] = [
    "Control",
    "MEK inhibitor",
    "PD-L1 inhibitor",
    "PD-L1 inhibitor plus MEK inhibitor",
];
const CHANNELS: [(&str, Rgb, f32); 7] = [
    ("Tumour cells, sensitive", [47, 98, 184], 0.9),
    ("Tumour cells, resistant", [143, 201, 240], 0.9),
    ("Effector CD8 T cells", [20, 224, 160], 0.1),
    ("Exhausted CD8 T cells", [230, 159, 0], 0.06),
    ("Regulatory T cells", [204, 121, 167], 0.05),
    ("Myeloid cells", [160, 71, 0], 0.25),
    ("Dead cells", [119, 119, 119], 0.3),
];

/// What is varied.
#[derive(Debug, Clone, Copy)]
pub struct Show {
    pub size: [u32; 2],
    pub style: Style,
    pub arrangement: Arrangement,
    pub columns: Option<u32>,
    pub arms: usize,
    pub bar: bool,
    pub zoom: f64,
    pub parts: Parts,
}

impl Default for Show {
    fn default() -> Self {
        Self {
            size: [1920, 1080],
            style: Style::Dark,
            arrangement: Arrangement::Panes,
            columns: None,
            arms: 4,
            bar: false,
            zoom: 1.0,
            parts: Parts::default(),
        }
    }
}

fn burden(arm: usize, day: f64) -> f64 {
    let kill = [0.0, 0.035, 0.03, 0.10][arm % 4];
    (0.045 * day - kill * (day - 7.0).max(0.0)).exp()
}

fn t_cells(arm: usize, day: f64) -> f64 {
    let gain = [0.1, 0.25, 0.5, 1.0][arm % 4];
    0.05 + gain / (1.0 + (-(day - 15.0) / 3.0).exp())
}

fn ripple(x: f32, y: f32, k: f32) -> f32 {
    ((x * 9.1 * k + (y * 5.3 * k).sin() * 2.0).sin()
        + (y * 7.7 * k + (x * 6.1 * k).cos() * 1.7).cos())
        / 2.0
}

fn fields(arm: usize, day: f64) -> Vec<Vec<f32>> {
    let mut all = vec![Vec::new(); CHANNELS.len()];
    let size = 0.24 * (burden(arm, day) as f32).sqrt();
    let cells = t_cells(arm, day) as f32;
    for i in 0..N * N {
        let x = (i % N) as f32 / N as f32 - 0.5;
        let y = (i / N) as f32 / N as f32 - 0.46;
        let r = (x * x + 1.2 * y * y).sqrt() + 0.03 * ripple(x, y, 1.0);
        let tumour = 1.0 / (1.0 + ((r - size) / 0.02).exp()) * (0.8 + 0.2 * ripple(x, y, 3.0));
        let clone = 1.0 / (1.0 + ((ripple(x + 0.2, y, 1.4) - 0.3) / -0.08).exp());
        let rim = (-((r - size - 0.02) / 0.07).powi(2)).exp();
        let t = cells * (rim * (0.6 + 0.5 * ripple(x, y, 4.0)) + 0.25 * tumour).max(0.0);
        let stroma = (1.0 - tumour) * (0.5 + 0.5 * ripple(x, y, 6.0)).max(0.0).powi(2);
        let values = [
            tumour * (1.0 - clone),
            tumour * clone,
            0.16 * t,
            0.05 * t * tumour,
            0.03 * rim * (0.5 + 0.5 * ripple(x, y, 5.0)),
            0.14 * stroma + 0.1 * rim,
            0.25 * tumour * (1.0 - r / size).max(0.0),
        ];
        for (field, v) in all.iter_mut().zip(values) {
            field.push(v.max(0.0));
        }
    }
    all
}

fn doses(arm: usize) -> Vec<DoseTrack> {
    let mek = DoseTrack {
        label: "MEK inhibitor".to_owned(),
        colour: [230, 159, 0],
        marker: Marker::Triangle,
        times: (7..28).map(f64::from).collect(),
    };
    let pdl1 = DoseTrack {
        label: "PD-L1 inhibitor".to_owned(),
        colour: [86, 180, 233],
        marker: Marker::Diamond,
        times: vec![7.0, 10.0, 14.0, 17.0, 21.0, 24.0],
    };
    match arm % 4 {
        0 => Vec::new(),
        1 => vec![mek],
        2 => vec![pdl1],
        _ => vec![mek, pdl1],
    }
}

impl Show {
    // A single view shows the arm with most to see.
    fn arm(&self, pane: usize) -> usize {
        if self.arms == 1 { 3 } else { pane }
    }

    fn colour(&self, pane: usize) -> Rgb {
        arm_colour(self.arm(pane), self.style.is_dark())
    }

    pub fn page(&self) -> Result<Page> {
        let pane = |i| PaneHead {
            label: NAMES[self.arm(i) % 4].to_owned(),
            colour: self.colour(i),
            doses: doses(self.arm(i)),
        };
        let lines: Vec<(String, Rgb, Dash)> = (0..self.arms)
            .map(|i| {
                let name = NAMES[self.arm(i) % 4].to_owned();
                (name, self.colour(i), Dash::nth(self.arm(i)))
            })
            .collect();
        let plot = |title: &str, unit: &str| PlotHead {
            title: title.to_owned(),
            unit: unit.to_owned(),
            series: lines.clone(),
        };
        let entry = |(label, colour, _): (&str, Rgb, f32)| LegendEntry::swatch(label, colour);
        Ok(Page {
            size: self.size,
            style: self.style,
            parts: self.parts,
            arrangement: self.arrangement,
            columns: self.columns,
            title: "Four arms of a murine colon carcinoma under two inhibitors".to_owned(),
            panes: (0..self.arms).map(pane).collect(),
            extent: [1920.0, 1920.0],
            length_unit: LengthUnit::Micrometres,
            others: Vec::new(),
            key: if self.bar {
                Key::Bar {
                    label: "IFN-γ".to_owned(),
                    unit: "pg/mL".to_owned(),
                    range: Range::log(0.01, 20.0),
                    map: Box::new(Colormap::named("magma")?),
                }
            } else {
                Key::Channels(CHANNELS.map(entry).into())
            },
            plots: vec![
                plot("Tumour burden", "relative to day 0"),
                plot("Effector CD8 T cells", "10³ cells/mm²"),
                plot("IFN-γ", "pg/mL"),
            ],
            time: [0.0, 28.0],
            time_label: "time (days)".to_owned(),
            time_unit: "d".to_owned(),
            credit: "Warmfront 0.1 · Simulation of a mathematical model with recalled parameters; \
                     for teaching and research, not for clinical advice."
                .to_owned(),
        })
    }

    pub fn frame(&self, sheet: &Sheet, day: f64) -> Result<Frame> {
        let lens = Lens {
            zoom: self.zoom as f32,
            centre: [0.5, 0.5],
        };
        let mut painter = Painter::new([N, N], sheet.pane(), [10.0 / 14.0; 2]);
        let mut panes = Vec::new();
        for i in 0..self.arms {
            let fields = fields(self.arm(i), day);
            let light = |k: usize| Light {
                values: &fields[k],
                colour: CHANNELS[k].1,
                full: CHANNELS[k].2,
                seed: k as u32 + 1,
            };
            let lights: Vec<Light<'_>> = (0..CHANNELS.len()).map(light).collect();
            let map = Colormap::named("magma")?;
            let gamma: Vec<f32> = fields[2].iter().map(|v| 100.0 * v).collect();
            let subject = if self.bar {
                Subject::Map {
                    values: &gamma,
                    minus: None,
                    range: Range::log(0.01, 20.0),
                    map: &map,
                    cells: None,
                }
            } else {
                Subject::Lights {
                    lights: &lights,
                    ground: GROUND,
                }
            };
            panes.push(painter.paint(&lens, &subject, None)?);
        }
        let empty = Frame {
            panes,
            zoom: self.zoom,
            caption: Some("First dose: PD-L1 is blocked, and T cells begin to kill".to_owned()),
            ..Frame::default()
        };
        Ok(self.after(&empty, day))
    }

    /// The same panes at another time.
    pub fn after(&self, frame: &Frame, day: f64) -> Frame {
        let curve = |f: fn(usize, f64) -> f64| -> Vec<Vec<[f64; 2]>> {
            let points = |i| (0..=(day * 10.0) as u32).map(move |k| (i, f64::from(k) / 10.0));
            let line = |i| points(self.arm(i)).map(|(a, t)| [t, f(a, t)]).collect();
            (0..self.arms).map(line).collect()
        };
        Frame {
            time: day,
            clock: format!("day {day:.1}"),
            curves: vec![
                curve(burden),
                curve(|a, t| 9.0 * t_cells(a, t)),
                curve(|a, t| 14.0 * t_cells(a, t) * burden(a, t)),
            ],
            ..frame.clone()
        }
    }
}
