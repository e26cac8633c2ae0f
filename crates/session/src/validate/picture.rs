//! Pictures of a validation: a curve with its accepted ranges, or a case over time with boxes around what is
//! accepted.

use warmfront_model::validation::{Accepted, Goal, Picture, Reduction, Shows};
use warmfront_view::{Dash, Figure, PlotFigure, PlotPanel, Rgb, Series, Style, arm_colour};

use super::Report;
use super::measure::Measuring;
use super::report::{accepted, simulated};
use crate::SessionError;
use crate::units::{pretty_unit, time_axis};

/// Half width of a box around a single time or dose, as a share of the x axis.
const HALF: f64 = 0.012;

/// The pictures of which everything was run: file name without ending, and figure.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn pictures(report: &Report<'_>) -> Result<Vec<(String, Figure)>, SessionError> {
    let mut all = Vec::new();
    let all_run = |p: &&Picture| report.drawn(p);
    for picture in report.validation.figures.iter().filter(all_run) {
        if let Some(panel) = panel(report, picture) {
            let figure = PlotFigure {
                title: picture.title.clone(),
                subtitle: subtitle(report, picture),
                panels: vec![panel],
                columns: 1,
                panel: [720.0, 380.0],
                footer: "Boxes: what is accepted.".to_owned(),
                style: Style::Print,
            };
            all.push((picture.file.clone(), figure.figure()?));
        }
    }
    Ok(all)
}

/// What was accepted and found of the targets, in words.
fn subtitle(report: &Report<'_>, picture: &Picture) -> String {
    let wanted = |t: &usize| match picture.shows {
        Shows::Curve(c) => *t == c && picture.targets.is_empty() || picture.targets.contains(t),
        Shows::Time { .. } => picture.targets.contains(t),
    };
    let found = report.findings.iter().filter(|f| wanted(&f.target));
    let each: Vec<String> = found
        .filter(|f| report.goal(f).points.is_empty())
        .map(|f| {
            let g = report.goal(f);
            format!("{} {} (accepted {})", g.label, simulated(g, f), accepted(g))
        })
        .collect();
    if each.is_empty() {
        String::new()
    } else {
        format!("{}.", each.join(". "))
    }
}

fn panel(report: &Report<'_>, picture: &Picture) -> Option<PlotPanel> {
    let validation = report.validation;
    let mut panel = PlotPanel {
        y_label: picture.y_label.clone(),
        x_range: picture.x_range,
        ..PlotPanel::default()
    };
    match &picture.shows {
        Shows::Curve(target) => {
            let goal = &validation.targets[*target];
            let finding = report.findings.iter().find(|f| f.target == *target)?;
            let values = finding.found.as_ref().ok()?;
            let points: Vec<[f64; 2]> = goal
                .points
                .iter()
                .zip(values)
                .map(|(p, v)| [p.x, *v])
                .collect();
            let (low, high) = extent(&points)?;
            panel.x_label = goal.against.as_ref().map_or(String::new(), |(name, unit)| {
                let unit = pretty_unit(unit);
                if unit.is_empty() {
                    name.clone()
                } else {
                    format!("{name} ({unit})")
                }
            });
            let [low, high] = picture.x_range.unwrap_or([low, high]);
            let half = HALF * (high - low);
            panel.x_range = Some([low, high + half]);
            panel.series.push(line(
                "Simulated",
                arm_colour(0, false),
                Dash::Solid,
                points.clone(),
            ));
            let mut boxes = Vec::new();
            for p in goal
                .points
                .iter()
                .filter(|p| p.accepted.bounds() && p.x <= high)
            {
                boxes.extend(outline(p.x - half, p.x + half, p.accepted, &points));
            }
            panel
                .series
                .push(line("Accepted", arm_colour(1, false), Dash::Solid, boxes));
        }
        Shows::Time {
            case,
            arms,
            observable,
            relative_to,
        } => {
            let measuring = Measuring {
                validation,
                seen: &report.seen,
            };
            let case_of = &validation.cases[*case];
            panel.x_label = time_axis(&validation.model);
            let below = match relative_to {
                Some(arm) => Some(measuring.series(*case, *arm, *observable).ok()?),
                None => None,
            };
            let mut all = Vec::new();
            for (i, arm) in arms.iter().enumerate() {
                let mut points = measuring.series(*case, *arm, *observable).ok()?;
                if let Some(below) = &below {
                    for (p, b) in points.iter_mut().zip(below) {
                        p[1] /= b[1];
                    }
                }
                if let Some([low, high]) = picture.x_range {
                    points.retain(|p| (low..=high).contains(&p[0]));
                }
                all.extend(points.clone());
                let label = case_of.scenario.arms[*arm].label.clone();
                let label = if label == warmfront_model::SINGLE_ARM {
                    "Simulated".to_owned()
                } else {
                    label
                };
                panel
                    .series
                    .push(line(&label, arm_colour(i, false), Dash::nth(i), points));
            }
            let (low, high) = extent(&all)?;
            let half = HALF * (high - low);
            panel.x_range = picture
                .x_range
                .or(Some([low, high]))
                .map(|[l, h]| [l, h + half]);
            let mut boxes = Vec::new();
            for target in &picture.targets {
                let goal = &validation.targets[*target];
                let Some([from, to]) = place(goal, *case, half) else {
                    continue;
                };
                let mut points = outline(from, to, goal.accepted, &all);
                let own = arms.iter().position(|a| *a == goal.measure.arm);
                match own {
                    // In the colour of its arm, before the line, whose end carries the name.
                    Some(own) if arms.len() > 1 => {
                        let points_of = &mut panel.series[own].points;
                        points.append(points_of);
                        *points_of = points;
                    }
                    _ => boxes.append(&mut points),
                }
            }
            if !boxes.is_empty() {
                panel
                    .series
                    .push(line("Accepted", arm_colour(1, false), Dash::Solid, boxes));
            }
        }
    }
    Some(panel)
}

/// Where on the time axis a target of this case is measured; none where it has no place there.
fn place(goal: &Goal, case: usize, half: f64) -> Option<[f64; 2]> {
    let m = &goal.measure;
    if m.case != case || m.times != 1.0 {
        return None;
    }
    match m.reduce {
        Reduction::At => Some([m.at - half, m.at + half]),
        Reduction::Max | Reduction::Min | Reduction::Mean => Some([m.from, m.to]),
        _ => None,
    }
}

/// A rectangle as a line that returns; an open side ends at the data.
fn outline(from: f64, to: f64, accepted: Accepted, data: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let values = || data.iter().map(|p| p[1]).filter(|v| v.is_finite());
    let low = accepted
        .low
        .unwrap_or_else(|| values().fold(f64::INFINITY, f64::min));
    let high = accepted
        .high
        .unwrap_or_else(|| values().fold(f64::NEG_INFINITY, f64::max));
    let corners = [[to, low], [to, high], [from, high], [from, low], [to, low]];
    // A break, so that the next box is not joined to this one.
    corners.into_iter().chain([[f64::NAN; 2]]).collect()
}

fn extent(points: &[[f64; 2]]) -> Option<(f64, f64)> {
    let xs = || points.iter().map(|p| p[0]);
    let (low, high) = (
        xs().fold(f64::INFINITY, f64::min),
        xs().fold(f64::NEG_INFINITY, f64::max),
    );
    (low < high).then_some((low, high))
}

fn line(label: &str, colour: Rgb, dash: Dash, points: Vec<[f64; 2]>) -> Series {
    Series {
        label: label.to_owned(),
        colour,
        dash,
        points,
    }
}
