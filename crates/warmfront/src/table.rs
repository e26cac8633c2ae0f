//! What `run` prints at its end.

use std::path::Path;

use warmfront_model::counted;
use warmfront_session::export::{Written, cycle, first_sentence, span};
use warmfront_session::{Effects, Record, clock, pretty_unit};
use warmfront_view::number::format_number;

/// Outcome of each arm, its cycle, why (if that was asked), files, accuracy and the caveat.
pub fn table(record: &Record, written: &Written, out: &Path, why: Option<&str>) -> String {
    let mut text = outcome(record);
    text.push_str(&cycle_block(record));
    match why {
        Some(why) => text.push_str(&format!("\n{why}")),
        None if record.scenario.model.counterfactuals.is_empty() => {}
        None => text.push_str(&format!(
            "\nwhat each link of the model carries: `warmfront why {}`, or `run --why`\n",
            record.scenario.id
        )),
    }
    text.push_str(&format!("\nin {}:\n", out.display()));
    let wide = written
        .files
        .iter()
        .map(|(f, _)| f.len())
        .max()
        .unwrap_or(0);
    for (file, what) in &written.files {
        text.push_str(&format!("  {file:wide$}  {what}\n"));
    }
    text.push_str(&format!("\n{}", accuracy(record)));
    if let Some(split) = record.memory.split_text() {
        text.push_str(&format!(
            "more than one buffer may hold: the batch was split into {split}\n"
        ));
    }
    let caveat = first_sentence(&record.scenario.model.caveat);
    if !caveat.is_empty() {
        text.push_str(&format!("note: {caveat}\n"));
    }
    text
}

fn outcome(record: &Record) -> String {
    let model = &record.scenario.model;
    let Some(row) = record.rows.last() else {
        return String::new();
    };
    let at = clock(model, row.time);
    let mut lines = Vec::new();
    match model.burden {
        Some(burden) => {
            let o = &model.observables[burden];
            let effects = record.effects();
            lines.push(vec![
                "arm".to_owned(),
                format!("{}, {at}", o.label.to_lowercase()),
                "relative to control".to_owned(),
                "effect".to_owned(),
            ]);
            for (arm, values) in row.values.iter().enumerate() {
                let value = format!("{} {}", format_number(values[burden]), pretty_unit(&o.unit));
                let (relative, effect) = match &effects {
                    Some(e) if e.control != arm => (
                        format!("{:.2}", e.relative[arm]),
                        format!("{:.0} %", 100.0 * (1.0 - e.relative[arm])),
                    ),
                    Some(_) => ("1".to_owned(), "-".to_owned()),
                    None => ("-".to_owned(), "-".to_owned()),
                };
                let label = record.label(arm).to_owned();
                lines.push(vec![label, value.trim_end().to_owned(), relative, effect]);
            }
            let mut text = aligned(&lines);
            if let Some(e) = &effects {
                text.push_str(&combinations(record, e));
            }
            text
        }
        None => {
            let mut head = vec![format!("quantity, {at}")];
            head.extend((0..record.arms.len()).map(|arm| record.label(arm).to_owned()));
            lines.push(head);
            for (i, o) in model.observables.iter().enumerate() {
                let unit = pretty_unit(&o.unit);
                let mut line = vec![o.label.clone()];
                let cells = row.values.iter().map(|v| format_number(v[i]));
                line.extend(cells.map(|v| format!("{v} {unit}").trim_end().to_owned()));
                lines.push(line);
            }
            aligned(&lines)
        }
    }
}

/// The steps of the cycle, means of each arm against those of the control; empty without a control or a cycle.
fn cycle_block(record: &Record) -> String {
    let model = &record.scenario.model;
    let (turns, Some(effects)) = (cycle(record), record.effects()) else {
        return String::new();
    };
    let arms: Vec<usize> = (0..turns.len()).filter(|a| *a != effects.control).collect();
    if record.rows.is_empty() || arms.is_empty() {
        return String::new();
    }
    let mut head = vec!["mean rate, × control".to_owned()];
    head.extend(arms.iter().map(|a| record.label(*a).to_owned()));
    let mut lines = vec![head];
    for (i, step) in model.cycle.iter().enumerate() {
        let mut line = vec![format!("{} {}", i + 1, step.id.replace('_', " "))];
        line.extend(arms.iter().map(|a| {
            let turn = &turns[*a];
            let mark = match () {
                () if turn.lags == Some(i) => " lags most",
                () if turn.gains == Some(i) => " gains most",
                () => "",
            };
            match turn.steps[i].mean_to_control {
                Some(r) => format!("{}{mark}", two_digits(r)),
                None => "-".to_owned(),
            }
        }));
        lines.push(line);
    }
    if let Some(o) = model.burden.map(|b| &model.observables[b]) {
        let mut line = vec![o.label.to_lowercase()];
        let burdens = arms.iter().map(|a| turns[*a].burden);
        line.extend(burdens.map(|b| b.map_or("-".to_owned(), two_digits)));
        lines.push(line);
    }
    format!(
        "\nsteps of the cycle, means over {}\n{}\
         rates are of the whole tissue: with little burden left, there is little to turn over\n",
        span(record),
        aligned(&lines)
    )
}

fn two_digits(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v if v >= 0.0995 || v == 0.0 => format!("{v:.2}"),
        v => format!("{v:.1e}"),
    }
}

/// Lines with columns of equal width.
pub fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let wide: Vec<usize> = (0..columns)
        .map(|c| {
            lines
                .iter()
                .map(|l| l[c].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&wide).map(|(cell, w)| {
            let pad = w - cell.chars().count();
            format!("{cell}{}", " ".repeat(pad))
        });
        let cells: Vec<String> = cells.collect();
        text.push_str(cells.join("   ").trim_end());
        text.push('\n');
    }
    text
}

fn combinations(record: &Record, effects: &Effects) -> String {
    let mut text = String::new();
    for c in &effects.combinations {
        text.push_str(&format!(
            "{}: {}. It leaves {:.2} of the control; drugs that act independently (Bliss) would leave {:.2}.\n",
            record.label(c.arm),
            c.words(),
            effects.relative[c.arm],
            c.bliss,
        ));
    }
    text
}

fn accuracy(record: &Record) -> String {
    let d = &record.diagnostics;
    let mut text = format!(
        "{} in {:.1} s ({} per second) on {}, set up in {:.1} s",
        counted(d.ticks, "tick"),
        record.timing.run,
        format_number(d.ticks as f64 / record.timing.run.max(1e-9)),
        record.adapter.name,
        record.timing.setup,
    );
    if d.rejected > 0 {
        text.push_str(&format!(", {} repeated", counted(d.rejected, "step")));
    }
    text.push('\n');
    if d.unsolved > 0 {
        text.push_str(&format!(
            "warning: in {} a linear system stayed above its tolerance; raise numerics.max_cycles or shorten time.step\n",
            counted(d.unsolved, "tick")
        ));
    }
    let fields = &record.scenario.model.fields;
    let worst = d
        .fields
        .iter()
        .zip(fields)
        .max_by(|a, b| a.0.residual.total_cmp(&b.0.residual));
    // Relative to the typical size, or a field with tiny values would hide the others.
    let lowest = d
        .fields
        .iter()
        .zip(fields)
        .filter(|(a, _)| a.smallest.is_finite())
        .min_by(|a, b| (a.0.smallest / a.1.scale).total_cmp(&(b.0.smallest / b.1.scale)));
    if let (Some((residual, worst)), Some((smallest, lowest))) = (worst, lowest) {
        text.push_str(&format!(
            "largest linear residual {:.1e} ({}), smallest value {:.1e} ({})\n",
            residual.residual, worst.id, smallest.smallest, lowest.id,
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let lines = [
            vec!["µm".to_owned(), "b".to_owned()],
            vec!["long".to_owned(), "c".to_owned()],
        ];
        assert_eq!(aligned(&lines), "µm     b\nlong   c\n");
    }
}
