//! A dose matrix as a surface in three dimensions.
//!
//! # Theory
//! Isometric projection: the two dose axes run to the lower left and the lower right, values go up, and
//! equal lengths stay equal wherever they are. Patches are painted from back to front (Newell, Newell &
//! Sancha 1972), so no patch shows through a nearer one. Colour shows the value; a light from the upper
//! left makes slopes visible on top of it.
//!
//! # Practice
//! Doses stand at even distances, as in [`crate::HeatMap`]. The corner without drugs is in front if the
//! surface rises from there, at the back if it falls, so that little is hidden. Lines on the surface
//! are the doses; between them it is bilinear.

use crate::colormap::Colormap;
use crate::colour::Rgb;
use crate::error::{Result, ViewError};
use crate::figure::{Figure, MARGIN, heading};
use crate::heat_map::{DoseSide, ValueColours, check_matrix, foot};
use crate::number::{nice_step, nice_ticks, tick_labels};
use crate::raster::Range;
use crate::style::{Style, Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::wrap;

/// Most patches, so that files stay small.
const MOST_PATCHES: usize = 1600;
/// Cosine of 30 degrees: an isometric axis is as wide as that and half as high.
const WIDE: f32 = 0.866;

/// The figure.
#[derive(Clone, Debug)]
pub struct Surface {
    /// What is to be seen.
    pub title: String,
    /// One line below it; may be empty.
    pub subtitle: String,
    /// Drug 1.
    pub x: DoseSide,
    /// Drug 2.
    pub y: DoseSide,
    /// `values[i][j]` at dose i of drug 1 and dose j of drug 2. A square of which a corner has no number
    /// is left open.
    pub values: Vec<Vec<Option<f64>>>,
    /// What the values are, with their unit.
    pub value_label: String,
    /// Colours of the values.
    pub colours: ValueColours,
    /// The line that says the result; may be empty.
    pub caption: String,
    /// Closing line; may be empty.
    pub footer: String,
    /// Page.
    pub style: Style,
    /// Width and height of the figure, pixels at scale 1.
    pub size: [f32; 2],
}

/// From shares of the axes (0..1, 0 at the back) and of the height to the page.
struct View {
    centre: [f32; 2],
    side: f32,
    high: f32,
    /// Whether dose 0 of both drugs is in front.
    zero_in_front: bool,
}

impl View {
    fn at(&self, u: f32, v: f32, z: f32) -> [f32; 2] {
        [
            self.centre[0] + (u - v) * self.side * WIDE,
            self.centre[1] + (u + v - 1.0) * self.side * 0.5 - z * self.high,
        ]
    }

    /// Share of an axis from the back of dose `k` (may lie between two) of `count`.
    fn share(&self, k: f32, count: usize) -> f32 {
        let t = k / (count - 1) as f32;
        if self.zero_in_front { 1.0 - t } else { t }
    }
}

impl Surface {
    /// Composes the figure.
    ///
    /// # Errors
    /// As [`crate::HeatMap::figure`], and values of which none is a number.
    pub fn figure(&self) -> Result<Figure> {
        check_matrix([&self.x, &self.y], &self.values, self.size)?;
        let (range, map) = self.colours.scale(&self.values)?;
        let numbers = || {
            self.values
                .iter()
                .flatten()
                .flatten()
                .filter(|v| v.is_finite())
        };
        if numbers().next().is_none() {
            let text = "a surface needs at least one number";
            return Err(ViewError::Figure(text.to_owned()));
        }
        let theme = self.style.theme();
        let [width, height] = self.size;
        let mut d = Drawing::default();
        let top = heading(&mut d, &theme, width, &self.title, &self.subtitle);
        let caption = self.full_caption();
        let words = [caption.as_str(), self.footer.as_str()];
        let bar = (range, map, self.value_label.as_str());
        let tall = foot(&mut Drawing::default(), &theme, [width, 0.0], bar, words)?;
        let area = Rect::new(
            MARGIN,
            top,
            width - 2.0 * MARGIN,
            height - tall - 10.0 - top,
        );
        if area.h < 200.0 || area.w < 280.0 {
            let text = "the words leave no room for the surface; make the figure larger";
            return Err(ViewError::Figure(text.to_owned()));
        }
        let limits = self.limits(range, numbers());
        self.draw(&mut d, &theme, area, limits, (range, map));
        foot(&mut d, &theme, [width, height - tall], bar, words)?;
        Figure::new(width, height, &self.title, &theme, d)
    }

    /// The caption, which also says so where distances on the page are not those of the doses.
    fn full_caption(&self) -> String {
        let even = |side: &DoseSide| {
            let steps = || side.doses.windows(2).map(|w| w[1] - w[0]);
            let first = steps().next().unwrap_or(0.0);
            steps().all(|s| (s - first).abs() <= 1e-6 * first.abs())
        };
        match even(&self.x) && even(&self.y) {
            true => self.caption.clone(),
            false => format!("{} Doses not to scale.", self.caption)
                .trim_start()
                .to_owned(),
        }
    }

    /// Limits of the upright axis: round, with 0 inside.
    fn limits<'a>(&self, range: Range, values: impl Iterator<Item = &'a f64>) -> [f64; 2] {
        let (low, high) = values.fold((0.0_f64, 0.0_f64), |(a, b), v| (a.min(*v), b.max(*v)));
        let (low, high) = match self.colours.signed() || high <= low {
            true => (low, high.max(low + 1e-6)),
            false => (
                f64::from(range.low).min(0.0).min(low),
                f64::from(range.high).max(high),
            ),
        };
        let step = nice_step(high - low, 5);
        [
            (low / step + 1e-6).floor() * step,
            (high / step - 1e-6).ceil() * step,
        ]
    }

    fn view(&self, area: Rect, gutter: [f32; 2]) -> View {
        let corner = |i: usize, j: usize| self.values[i][j].unwrap_or(0.0);
        let (n, m) = (self.x.doses.len(), self.y.doses.len());
        // Below the floor: dose labels and two lines of titles.
        let below = 50.0;
        let room = [area.w - gutter[0] - gutter[1], area.h - below - 10.0];
        // The picture is as wide as 2 · WIDE sides and as high as one side and the height.
        let side = (room[0] / (2.0 * WIDE)).min(room[1] / 1.56);
        let high = (room[1] - side).min(0.9 * side);
        let spare = room[1] - side - high;
        View {
            centre: [
                area.x + gutter[0] + room[0] / 2.0,
                area.bottom() - below - side / 2.0 - spare / 2.0,
            ],
            side,
            high,
            zero_in_front: corner(0, 0) < corner(n - 1, m - 1),
        }
    }

    fn draw(
        &self,
        d: &mut Drawing,
        theme: &Theme,
        area: Rect,
        [low, high]: [f64; 2],
        (range, map): (Range, &Colormap),
    ) {
        let tick = Type::new(size::SMALL, theme.ink);
        let ticks = nice_ticks(low, high, 5);
        let labels = tick_labels(&ticks);
        let wide = |words: &[String]| words.iter().map(|l| tick.width(l)).fold(0.0, f32::max);
        let sides = [self.x.words(), self.y.words()];
        let gutter = [
            wide(&labels).max(wide(&sides[0]) * 0.6) + 14.0,
            wide(&sides[1]) * 0.6 + 14.0,
        ];
        let view = self.view(area, gutter);
        let z = |v: f64| ((v - low) / (high - low)) as f32;
        walls(
            d,
            theme,
            &view,
            &ticks.iter().map(|v| z(*v)).collect::<Vec<_>>(),
        );
        self.floor(d, theme, &view);
        for (value, label) in ticks.iter().zip(&labels) {
            let [x, y] = view.at(0.0, 1.0, z(*value));
            d.line([x - 4.0, y], [x, y], theme.muted, 1.0);
            d.text(
                x - 7.0,
                y + tick.size * 0.36,
                label,
                tick.anchor(Anchor::End),
            );
        }
        self.patches(d, theme, &view, z, (range, map));
        self.dose_axes(d, theme, &view, area, &sides);
        // The name of the upright axis stands above it.
        let note = Type::new(size::BODY, theme.muted);
        let [x, y] = view.at(0.0, 1.0, 1.0);
        let room = x + 4.0 - area.x;
        if room >= 90.0 {
            // Where it has no room, the words at the colour bar say the same.
            let lines = wrap(&self.value_label, note.size, false, room, 3);
            let up = note.line() * lines.len() as f32 + 10.0;
            let top = (y - up).max(area.y);
            d.lines(x + 4.0, top, &lines, note.anchor(Anchor::End));
        }
    }

    fn floor(&self, d: &mut Drawing, theme: &Theme, view: &View) {
        let (n, m) = (self.x.doses.len(), self.y.doses.len());
        for i in 0..n {
            let u = view.share(i as f32, n);
            d.line(view.at(u, 0.0, 0.0), view.at(u, 1.0, 0.0), theme.line, 1.0);
        }
        for j in 0..m {
            let v = view.share(j as f32, m);
            d.line(view.at(0.0, v, 0.0), view.at(1.0, v, 0.0), theme.line, 1.0);
        }
        let front = [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]].map(|[u, v]| view.at(u, v, 0.0));
        d.polyline(&front, theme.muted, 1.0, "");
    }

    /// All patches of one square after the other, squares from back to front.
    fn patches(
        &self,
        d: &mut Drawing,
        theme: &Theme,
        view: &View,
        z: impl Fn(f64) -> f32,
        (range, map): (Range, &Colormap),
    ) {
        let (n, m) = (self.x.doses.len(), self.y.doses.len());
        let squares = (n - 1) * (m - 1);
        let parts = ((MOST_PATCHES as f32 / squares as f32).sqrt() as usize).clamp(1, 6);
        let value = |i: usize, j: usize| self.values[i][j].filter(|v| v.is_finite());
        let mut order: Vec<(usize, usize)> = (0..n - 1)
            .flat_map(|i| (0..m - 1).map(move |j| (i, j)))
            .collect();
        let depth = |k: usize, count: usize| view.share(k as f32 + 0.5, count);
        order.sort_by(|a, b| {
            let of = |(i, j): (usize, usize)| depth(i, n) + depth(j, m);
            of(*a).total_cmp(&of(*b))
        });
        let outline = mix(theme.ink, theme.page, 0.35);
        for (i, j) in order {
            let corners = [
                value(i, j),
                value(i + 1, j),
                value(i, j + 1),
                value(i + 1, j + 1),
            ];
            let [Some(a), Some(b), Some(c), Some(e)] = corners else {
                continue;
            };
            let at = |s: f32, t: f32| {
                let (s64, t64) = (f64::from(s), f64::from(t));
                (a * (1.0 - s64) + b * s64) * (1.0 - t64) + (c * (1.0 - s64) + e * s64) * t64
            };
            let place = |s: f32, t: f32| {
                let (u, v) = (view.share(i as f32 + s, n), view.share(j as f32 + t, m));
                view.at(u, v, z(at(s, t)))
            };
            let slope = |s: f32, t: f32| {
                let h = 0.01;
                let sign = if view.zero_in_front { -1.0 } else { 1.0 };
                let up = view.high / view.side * sign;
                [
                    (z(at(s + h, t)) - z(at(s - h, t))) / (2.0 * h) * (n - 1) as f32 * up,
                    (z(at(s, t + h)) - z(at(s, t - h))) / (2.0 * h) * (m - 1) as f32 * up,
                ]
            };
            let step = 1.0 / parts as f32;
            let mut pieces: Vec<(f32, f32)> = (0..parts * parts)
                .map(|k| ((k / parts) as f32 * step, (k % parts) as f32 * step))
                .collect();
            if view.zero_in_front {
                pieces.sort_by(|p, q| (q.0 + q.1).total_cmp(&(p.0 + p.1)));
            } else {
                pieces.sort_by(|p, q| (p.0 + p.1).total_cmp(&(q.0 + q.1)));
            }
            for (s, t) in pieces {
                let middle = (s + step / 2.0, t + step / 2.0);
                let base = map.colour(range.position(at(middle.0, middle.1) as f32));
                let fill = shade(base, slope(middle.0, middle.1));
                let ring = [
                    place(s, t),
                    place(s + step, t),
                    place(s + step, t + step),
                    place(s, t + step),
                    place(s, t),
                ];
                // A thin outline of its own colour closes the seams between patches.
                d.polygon(&ring[..4], fill);
                d.polyline(&ring, fill, 0.6, "");
            }
            let line = |from: [f32; 2], to: [f32; 2]| -> Vec<[f32; 2]> {
                (0..=parts)
                    .map(|k| {
                        let t = k as f32 * step;
                        place(
                            from[0] + (to[0] - from[0]) * t,
                            from[1] + (to[1] - from[1]) * t,
                        )
                    })
                    .collect()
            };
            for (from, to) in [
                ([0.0, 0.0], [1.0, 0.0]),
                ([1.0, 0.0], [1.0, 1.0]),
                ([1.0, 1.0], [0.0, 1.0]),
                ([0.0, 1.0], [0.0, 0.0]),
            ] {
                d.polyline(&line(from, to), outline, 0.8, "");
            }
        }
    }

    /// Doses along the two front edges, drug 1 at the lower left, drug 2 at the lower right.
    fn dose_axes(
        &self,
        d: &mut Drawing,
        theme: &Theme,
        view: &View,
        area: Rect,
        sides: &[Vec<String>; 2],
    ) {
        let tick = Type::new(size::SMALL, theme.ink);
        let note = Type::new(size::BODY, theme.muted);
        let front = view.at(1.0, 1.0, 0.0);
        for (drug, words) in sides.iter().enumerate() {
            let count = words.len();
            let (anchor, out) = if drug == 0 {
                (Anchor::End, -1.0)
            } else {
                (Anchor::Start, 1.0)
            };
            // Words step down by half a side in all; below a line height every second one stays.
            let gap = view.side * 0.5 / (count - 1) as f32;
            let every = (tick.line() / gap).ceil().max(1.0) as usize;
            for (k, word) in words.iter().enumerate() {
                let share = view.share(k as f32, count);
                let [x, y] = if drug == 0 {
                    view.at(share, 1.0, 0.0)
                } else {
                    view.at(1.0, share, 0.0)
                };
                d.line([x, y], [x + out * 3.5, y + 3.5], theme.muted, 1.0);
                if k % every == 0 {
                    d.text(
                        x + out * 5.5,
                        y + 7.0 + tick.size * 0.76,
                        word,
                        tick.anchor(anchor),
                    );
                }
            }
            let title = if drug == 0 {
                self.x.title()
            } else {
                self.y.title()
            };
            let room = area.w / 2.0 - 10.0;
            let lines = wrap(&title, note.size, false, room, 2);
            let top = (front[1] + 18.0).min(area.bottom() - note.line() * 2.0);
            let x = front[0] + out * view.side * WIDE * 0.55;
            let half = lines.iter().map(|l| note.width(l)).fold(0.0, f32::max) / 2.0;
            let x = if drug == 0 {
                x.min(front[0] - half - 6.0).max(area.x + half)
            } else {
                x.max(front[0] + half + 6.0).min(area.right() - half)
            };
            d.lines(x, top, &lines, note.anchor(Anchor::Middle));
        }
    }
}

/// The two walls at the back with lines at the ticks.
fn walls(d: &mut Drawing, theme: &Theme, view: &View, ticks: &[f32]) {
    let wall = mix(theme.line, theme.page, 0.35);
    let (left, back, right) = ([0.0, 1.0], [0.0, 0.0], [1.0, 0.0]);
    let at = |[u, v]: [f32; 2], z: f32| view.at(u, v, z);
    for (a, b) in [(left, back), (back, right)] {
        d.polygon(&[at(a, 0.0), at(b, 0.0), at(b, 1.0), at(a, 1.0)], wall);
    }
    for &z in ticks {
        d.polyline(
            &[at(left, z), at(back, z), at(right, z)],
            theme.line,
            1.0,
            "",
        );
    }
    for corner in [left, back, right] {
        d.line(at(corner, 0.0), at(corner, 1.0), theme.line, 1.0);
    }
    d.line(at(left, 0.0), at(left, 1.0), theme.muted, 1.0);
    let floor = [left, back, right, [1.0, 1.0]].map(|c| at(c, 0.0));
    d.polygon(&floor, theme.page);
}

/// A colour under the light: slopes `[along u, along v]` away from it are darker (Lambert's law over
/// half of ambient light).
fn shade(colour: Rgb, [du, dv]: [f32; 2]) -> Rgb {
    let light = [-0.18, 0.42, 0.89];
    let length = (du * du + dv * dv + 1.0).sqrt();
    let cosine = (-du * light[0] - dv * light[1] + light[2]) / length;
    let factor = (0.62 + 0.42 * cosine).clamp(0.55, 1.0);
    colour.map(|c| (f32::from(c) * factor).round() as u8)
}

fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    std::array::from_fn(|k| (f32::from(a[k]) * share + f32::from(b[k]) * (1.0 - share)) as u8)
}
