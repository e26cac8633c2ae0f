//! The Markdown page of a validation.

use std::fmt::Write as _;

use warmfront_model::validation::{Picture, Shows};

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
             - *Evidence*: measured (read in the source), published model (read there), recalled (not read again: check it \
             before quoting), definition, reference solution (an independent double-precision solution of the same equations: \
             agreement shows that the equations are solved, not that they are true).\n\
             - *Input*: the number went into the model as a parameter, so the row is no test of it. The first line counts apart the published numbers that are no input; invariants and definitions test the program, reference solutions the solver.\n\
             - *Miss (known)* and *flagged* say what it would take; an unexpected miss makes the command fail.\n",
            model.id,
            model.id,
            self.adapter,
            self.sentence()
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
                let mut source = sentence(&g.source);
                let needs = if f.verdict == Verdict::Pass {
                    ""
                } else {
                    &g.needs
                };
                for more in [g.note.as_str(), needs] {
                    if !more.is_empty() {
                        let _ = write!(source, " {}", sentence(more));
                    }
                }
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

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}
