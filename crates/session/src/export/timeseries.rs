//! `timeseries.csv`: one row per time, arm and quantity.

use std::io::Write;
use std::path::Path;

use crate::SessionError;
use crate::record::Record;
use crate::units::rounded;

/// Writes `time_days, arm, quantity, unit, value`, sorted by time, then arm, then quantity. Times
/// are in days; where the model's time unit is no clock time they are the model's. Values have eight
/// significant digits: the device computes with seven.
///
/// # Errors
/// A writer that fails.
pub fn timeseries(record: &Record, out: impl Write) -> Result<(), SessionError> {
    let model = &record.scenario.model;
    let per_day = model.units_per_day();
    let mut csv = csv::Writer::from_writer(out);
    let mut write = || -> csv::Result<()> {
        csv.write_record(["time_days", "arm", "quantity", "unit", "value"])?;
        for row in &record.rows {
            let time = rounded(row.time / per_day, 12).to_string();
            for (arm, values) in row.values.iter().enumerate() {
                let id = &record.arm(arm).id;
                for (observable, value) in model.observables.iter().zip(values) {
                    let value = rounded(*value, 8).to_string();
                    csv.write_record([&time, id, &observable.id, &observable.unit, &value])?;
                }
            }
        }
        csv.flush()?;
        Ok(())
    };
    write().map_err(|e| {
        let e = std::io::Error::other(e.to_string());
        SessionError::disk("write", Path::new("timeseries.csv"), &e)
    })
}
