//! What makes a field rise or fall at one place: every term of its equation, largest first.

use warmfront_model::{Local, Model};

/// Shares of less than this are told together.
pub const TINY: f64 = 0.005;

/// One term of the equation at the place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// A term, or the movement.
    pub local: Local,
    /// Index of the process; none: the movement.
    pub process: Option<usize>,
    /// Signed; unit of the field per model time.
    pub rate: f64,
    /// Of the sum of all rates without their signs, 0 to 1; 0 where nothing happens.
    pub share: f64,
}

/// All terms of one field at one place of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// The field itself.
    pub value: f64,
    /// Sum of all terms; not a number where one of them is not.
    pub net: f64,
    /// Largest without sign first, then in the order of the model; what is no number comes first.
    pub bars: Vec<Bar>,
}

impl Balance {
    /// Reads one row of values in the order of [`Model::locals`]; none where the row does not belong to the
    /// model.
    pub fn of(model: &Model, locals: &[Local], row: &[f32], field: usize) -> Option<Self> {
        if row.len() != locals.len() || field >= model.fields.len() {
            return None;
        }
        let terms = model.terms();
        let mut value = f64::NAN;
        let mut bars = Vec::new();
        for (&local, &number) in locals.iter().zip(row) {
            let process = match local {
                Local::Field(i) if i == field => {
                    value = f64::from(number);
                    continue;
                }
                Local::Term(i) if terms[i].field == field => Some(terms[i].process),
                Local::Transport(i) if i == field && moves(model, field) => None,
                _ => continue,
            };
            bars.push(Bar {
                local,
                process,
                rate: f64::from(number),
                share: 0.0,
            });
        }
        let net = bars.iter().map(|b| b.rate).sum();
        let size = |b: &Bar| {
            if b.rate.is_finite() {
                b.rate.abs()
            } else {
                0.0
            }
        };
        let all: f64 = bars.iter().map(size).sum();
        for bar in &mut bars {
            bar.share = if all > 0.0 { size(bar) / all } else { 0.0 };
        }
        bars.sort_by(|a, b| {
            let key = |b: &Bar| {
                if b.rate.is_nan() {
                    f64::INFINITY
                } else {
                    b.rate.abs()
                }
            };
            key(b).total_cmp(&key(a))
        });
        Some(Self { value, net, bars })
    }

    /// Largest rate without its sign; 0 for none.
    pub fn largest(&self) -> f64 {
        let finite = self
            .bars
            .iter()
            .map(|b| b.rate.abs())
            .filter(|r| r.is_finite());
        finite.fold(0.0, f64::max)
    }
}

/// Whether a field moves at all.
fn moves(model: &Model, field: usize) -> bool {
    let f = &model.fields[field];
    f.diffusion.is_some() || f.transport.is_some()
}

#[cfg(test)]
mod tests {
    use warmfront_model::Library;

    use super::*;

    #[test]
    fn largest_first_and_shares_add_up() {
        let model = Library::embedded().model("tumour").expect("it is valid");
        let locals = model.locals();
        let row: Vec<f32> = (0..locals.len())
            .map(|i| ((i * 37 % 101) as f32 - 50.0) * 0.01)
            .collect();
        for field in 0..model.fields.len() {
            let balance = Balance::of(&model, &locals, &row, field).expect("it fits");
            let bars = &balance.bars;
            assert!(bars.windows(2).all(|w| w[0].rate.abs() >= w[1].rate.abs()));
            let net: f64 = bars.iter().map(|b| b.rate).sum();
            assert!((net - balance.net).abs() < 1e-12);
            assert_eq!(balance.value, f64::from(row[field]));
            let shares: f64 = bars.iter().map(|b| b.share).sum();
            assert!(bars.is_empty() || (shares - 1.0).abs() < 1e-12, "{shares}");
        }
    }

    #[test]
    fn what_is_no_number_is_in_sight_and_what_does_not_fit_is_refused() {
        let model = Library::embedded().model("tumour").expect("it is valid");
        let locals = model.locals();
        let zeros = vec![0.0; locals.len()];
        let still = Balance::of(&model, &locals, &zeros, 0).expect("it fits");
        assert!(still.bars.iter().all(|b| b.share == 0.0) && still.largest() == 0.0);
        let mut row = zeros;
        let last = still.bars.last().expect("terms").local;
        let at = locals.iter().position(|l| *l == last).expect("a local");
        row[at] = f32::NAN;
        let lost = Balance::of(&model, &locals, &row, 0).expect("it fits");
        assert!(lost.net.is_nan() && lost.bars[0].local == last);
        assert_eq!(Balance::of(&model, &locals, &row[1..], 0), None);
        assert_eq!(Balance::of(&model, &locals, &row, 999), None);
    }
}
