//! Made-up tissue and curves, shaped like a treated tumour, for figures that are to be looked at.

use warmfront_view::*;

const N: u32 = 128;
const ARMS: [&str; 4] = ["Control", "MEK inhibitor", "PD-L1 inhibitor", "Combination"];
const DAYS: [f64; 5] = [0.0, 7.0, 14.0, 21.0, 28.0];

/// Cheap smooth noise in -1..1.
fn ripple(x: f32, y: f32, k: f32) -> f32 {
    ((x * 9.1 * k + (y * 5.3 * k).sin() * 2.0).sin()
        + (y * 7.7 * k + (x * 6.1 * k).cos() * 1.7).cos())
        / 2.0
}

fn burden(arm: usize, day: f64) -> f64 {
    let kill = [0.0, 0.035, 0.03, 0.10][arm];
    (0.045 * day - kill * (day - 7.0).max(0.0)).exp()
}

fn t_cells(arm: usize, day: f64) -> f64 {
    let gain = [0.1, 0.25, 0.5, 1.0][arm];
    0.05 + gain / (1.0 + (-(day - 15.0) / 3.0).exp())
}

/// Tumour, T cells, IFN-γ, PD-L1, occupancy, pERK.
fn fields(arm: usize, day: f64) -> [Vec<f32>; 6] {
    let mut all: [Vec<f32>; 6] = std::array::from_fn(|_| Vec::new());
    let size = 0.24 * (burden(arm, day) as f32).powf(0.5);
    let cells = t_cells(arm, day) as f32;
    for j in 0..N {
        for i in 0..N {
            let (x, y) = (i as f32 / 127.0 - 0.5, j as f32 / 127.0 - 0.46);
            let r = (x * x + 1.2 * y * y).sqrt() + 0.03 * ripple(x, y, 1.0);
            let tumour =
                1.0 / (1.0 + ((r - size) / 0.02).exp()) * (0.85 + 0.15 * ripple(x, y, 3.0));
            let rim = (-((r - size - 0.02) / 0.07).powi(2)).exp();
            let t = cells * (rim * (0.6 + 0.5 * ripple(x, y, 4.0)) + 0.3 * tumour).max(0.0);
            let gamma = (0.8 * t * (0.4 + tumour)).min(1.4);
            let drug = [0.0, 0.0, 0.9, 0.9][arm] * (0.5 + 0.5 * (r * 2.5).min(1.0));
            let perk = tumour * [1.0, 0.25, 1.0, 0.3][arm];
            for (k, v) in [tumour, t, gamma, 0.2 * tumour + 0.5 * gamma, drug, perk]
                .into_iter()
                .enumerate()
            {
                all[k].push(v);
            }
        }
    }
    all
}

fn doses(arm: usize) -> Vec<DoseTrack> {
    let mut tracks = Vec::new();
    if arm == 1 || arm == 3 {
        tracks.push(DoseTrack {
            label: "MEK inhibitor, daily".to_owned(),
            colour: [230, 159, 0],
            marker: Marker::Triangle,
            times: (7..28).map(f64::from).collect(),
        });
    }
    if arm >= 2 {
        tracks.push(DoseTrack {
            label: "PD-L1 inhibitor, weekly".to_owned(),
            colour: [86, 180, 233],
            marker: Marker::Diamond,
            times: vec![7.0, 14.0, 21.0],
        });
    }
    tracks
}

/// Four arms, five days, four fields.
pub fn montage(style: Style) -> Result<Montage> {
    let stain = [[70, 110, 255], [255, 70, 60], [60, 230, 90]];
    let mut rows = Vec::new();
    for (arm, label) in ARMS.into_iter().enumerate() {
        let mut pictures = Vec::new();
        for day in DAYS {
            let f = fields(arm, day);
            let channels: Vec<Channel<'_>> = [0, 1, 3]
                .into_iter()
                .zip(stain)
                .map(|(k, colour)| Channel {
                    values: &f[k],
                    colour,
                    full: 1.0,
                })
                .collect();
            pictures.push(Some(composite(&channels, N, N, [6, 6, 10])?));
        }
        rows.push(MontageRow {
            label: label.to_owned(),
            note: if arm == 0 {
                "burden 1 (reference)".to_owned()
            } else {
                format!(
                    "burden {} × control",
                    number::format_number(burden(arm, 28.0) / burden(0, 28.0))
                )
            },
            colour: arm_colour(arm, style.is_dark()),
            pictures,
            doses: doses(arm),
        });
    }
    let column =
        |label: &str, unit: &str, k: usize, range: Range, map: &str| -> Result<FieldColumn> {
            Ok(FieldColumn {
                label: label.to_owned(),
                unit: unit.to_owned(),
                range,
                map: Colormap::named(map)?,
                cells: Vec::new(),
                slices: (0..4)
                    .map(|arm| {
                        Some(FieldSlice {
                            values: fields(arm, 28.0)[k].clone(),
                            width: N,
                            height: N,
                        })
                    })
                    .collect(),
            })
        };
    let unit = Range::linear(0.0, 1.0);
    Ok(Montage {
        title: "Two inhibitors open and arm the tumour rim".to_owned(),
        subtitle:
            "Simulated section, 28 days; treatment from day 7. All arms start from the same tissue."
                .to_owned(),
        composite_head: "Virtual multiplex stain".to_owned(),
        column_heads: DAYS.iter().map(|d| format!("day {d}")).collect(),
        field_head: "Fields on day 28, one colour scale for all arms".to_owned(),
        rows,
        fields: vec![
            column(
                "Effector CD8⁺ T cells",
                "10⁵ cells/mm³",
                1,
                Range::linear(0.0, 1.2),
                "viridis",
            )?,
            column("IFN-γ", "nmol/L", 2, Range::log(1e-3, 1.0), "magma")?,
            column(
                "PD-L1 occupancy by the antibody",
                "fraction",
                4,
                unit,
                "cividis",
            )?,
            column("pERK", "fraction of untreated", 5, unit, "inferno")?,
        ],
        channels: vec![
            LegendEntry::swatch("Tumour cells", stain[0]),
            LegendEntry::swatch("CD8⁺ T cells", stain[1]),
            LegendEntry::swatch("PD-L1", stain[2]),
        ],
        colours: None,
        extent: [2560.0, 2560.0],
        length_unit: number::LengthUnit::Micrometres,
        duration: 28.0,
        time_unit: "d".to_owned(),
        footer: "Teaches mechanisms. Not for clinical use. Made-up numbers.".to_owned(),
        style,
        panel: 150.0,
        smooth: true,
    })
}

/// Four quantities of four arms.
pub fn plots(style: Style, columns: usize) -> PlotFigure {
    let panel =
        |title: &str, y_label: &str, log_y: bool, f: &dyn Fn(usize, f64) -> f64| PlotPanel {
            title: title.to_owned(),
            x_label: "time (days)".to_owned(),
            y_label: y_label.to_owned(),
            log_y,
            weeks: true,
            x_range: Some([0.0, 28.0]),
            series: (0..4)
                .map(|arm| Series {
                    label: ARMS[arm].to_owned(),
                    colour: arm_colour(arm, style.is_dark()),
                    dash: Dash::nth(arm),
                    points: (0..=280)
                        .map(|i| f64::from(i) / 10.0)
                        .map(|t| [t, f(arm, t)])
                        .collect(),
                })
                .collect(),
            doses: doses(3),
            ..PlotPanel::default()
        };
    PlotFigure {
        title: "Burden falls only when T cells enter".to_owned(),
        subtitle: "Averages over the section.".to_owned(),
        panels: vec![
            panel("Tumour burden", "relative to day 0", false, &burden),
            panel("Effector CD8⁺ T cells", "10⁵ cells/mm³", false, &t_cells),
            panel("IFN-γ", "nmol/L (log scale)", true, &|a, t| {
                1e-3 * (t_cells(a, t) * 6.0).exp()
            }),
            panel(
                "PD-L1 occupancy by the antibody",
                "fraction of receptors",
                false,
                &|a, t| {
                    if a >= 2 && t >= 7.0 {
                        0.95 * (-((t - 7.0) % 7.0) / 18.0).exp()
                    } else {
                        0.0
                    }
                },
            ),
        ],
        columns,
        panel: if columns > 2 {
            [270.0, 230.0]
        } else {
            [440.0, 260.0]
        },
        footer: "Teaches mechanisms. Not for clinical use. Made-up numbers.".to_owned(),
        style,
    }
}
