//! The Markdown page of a validation.

use std::fmt::Write as _;

use warmfront_model::validation::{Goal, Picture, Role, Shows};

use super::report::{Report, Verdict, accepted, evidence, simulated};

impl<'a> Report<'a> {
    /// A page with a table per group and the pictures, which lie in `folder` as seen from the page.
    pub fn markdown(&self, folder: &str) -> String {
        let model = &self.validation.model;
        let mut text = format!(
            "# Calibration of the {} model\n\n\
             What is simulated against published numbers, with where each number comes from.\n\
             `warmfront validate {} --markdown` wrote this page, on {}; on another adapter the last digits differ.\n\
             The targets are data, in [validation.toml](validation.toml).\n\n\
             **{}.**\n\n\
             {}\n\n\
             - *Evidence*: measured (read in the source), published model (read there), recalled (not read again: check it \
             before quoting), definition, reference solution (an independent double-precision solution of the same equations: \
             agreement shows that the equations are solved, not that they are true).\n\
             - Beside the evidence of a published number stands its *role* (the table). Definitions and invariants test the program, reference solutions the solver; neither tests the model.\n\
             - *Miss (known)* and *flagged* say what it would take; an unexpected miss makes the command fail.\n",
            model.id,
            model.id,
            self.adapter,
            self.sentence(),
            roles(self.findings.iter().map(|f| self.goal(f)))
        );
        let mut groups: Vec<&str> = Vec::new();
        for f in &self.findings {
            let group = self.goal(f).group.as_str();
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        for group in groups {
            let _ = write!(
                text,
                "\n## {group}\n\n| # | Target | Accepted | Simulated | Verdict | Evidence | Source |\n|---|---|---|---|---|---|---|\n"
            );
            for f in self.findings.iter().filter(|f| self.goal(f).group == group) {
                let g = self.goal(f);
                let source = told(g, f.verdict == Verdict::Pass);
                let cells = [
                    g.number.clone(),
                    format!("**{}**: {}", g.label, g.quantity),
                    accepted(g),
                    simulated(g, f),
                    f.verdict.words().to_owned(),
                    evidence(g),
                    source,
                ];
                let _ = writeln!(
                    text,
                    "| {} |",
                    cells.map(|c| c.replace('|', "\\|")).join(" | ")
                );
            }
            let here = |p: &&Picture| self.group_of(p) == Some(group) && self.drawn(p);
            for p in self.validation.figures.iter().filter(here) {
                let _ = write!(text, "\n![{}]({folder}{}.png)\n", p.alt, p.file);
            }
        }
        let _ = write!(
            text,
            "\n## Runs\n\n| Case | What | Cells | Arms | Seconds |\n|---|---|---|---|---|\n"
        );
        for (case, seen) in &self.seen {
            let case = &self.validation.cases[*case];
            let [x, y, z] = case.scenario.grid.cells;
            let cells = if z > 1 {
                format!("{x} × {y} × {z}")
            } else {
                format!("{x} × {y}")
            };
            let _ = writeln!(
                text,
                "| {} | {} | {cells} | {} | {:.0} |",
                case.id,
                case.title,
                case.arms.len(),
                seen.seconds
            );
        }
        text
    }

    /// The heading under which a picture stands: that of its first target.
    fn group_of(&self, picture: &Picture) -> Option<&'a str> {
        let target = match picture.shows {
            Shows::Curve(t) => Some(t),
            Shows::Time { .. } => picture.targets.first().copied(),
        };
        target.map(|t| self.validation.targets[t].group.as_str())
    }
}

/// What a page says of where a number comes from; `met`: what a miss needs is left out.
pub fn told(goal: &Goal, met: bool) -> String {
    let needs = if met { "" } else { &goal.needs };
    let parts = [goal.source.as_str(), &goal.note, needs];
    let said = parts.iter().filter(|p| !p.is_empty());
    said.map(|p| sentence(p)).collect::<Vec<_>>().join(" ")
}

/// What the published numbers among some targets mean for the model: a sentence and a table.
pub fn roles<'g>(goals: impl Iterator<Item = &'g Goal>) -> String {
    let published: Vec<(Role, &str)> = goals
        .filter_map(|g| Some((g.role?, g.number.as_str())))
        .collect();
    let mut text = format!(
        "Of these rows, {} compare with a published number. Most are no evidence that the model is right, and none is a prediction of data that were held out:\n\n\
         | Role | Rows | Meaning |\n|---|---|---|",
        published.len()
    );
    for role in Role::ALL {
        let rows: Vec<&str> = published
            .iter()
            .filter(|(r, _)| *r == role)
            .map(|(_, n)| *n)
            .collect();
        if !rows.is_empty() {
            let _ = write!(
                text,
                "\n| {} | {}: {} | {} |",
                role.words(),
                rows.len(),
                rows.join(", "),
                role.meaning()
            );
        }
    }
    text
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}
