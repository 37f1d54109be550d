//! The values of one patient as CSV, as they were sent.

use std::fmt::Write;

use clinical::DeviceId;
use fhir::format_instant;
use vault::Reader;

use crate::chart::{ChartRequest, chart_range};
use crate::error::DocumentError;
use crate::exported::{Exported, code_system, label};

/// A field of a CSV file (RFC 4180). What a spreadsheet would take for a formula is told to be text.
fn field(text: &str) -> String {
    let safe =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// The values of a range as CSV: moment (UTC), code system, code, name, value as sent, UCUM unit, device, artefact or not.
///
/// # Errors
/// Of the cache, or where the patient or the range is none.
pub fn export_csv(reader: &Reader, request: &ChartRequest) -> Result<Exported, DocumentError> {
    let (from, to) = chart_range(reader, request)?;
    let mut text = "taken_at,system,code,name,value,unit,device,artefact\r\n".to_owned();
    let mut values = 0;
    for series in reader.series_of(&request.patient)? {
        let system = code_system(&series);
        let device = field(series.device.as_ref().map_or("", DeviceId::as_str));
        let (code, unit) = (field(&series.code), field(&series.unit));
        for (at, value, artefact) in reader.decimals(series.id, from, to)? {
            values += 1;
            // A string takes every write.
            let _ = write!(
                text,
                "{},{system},{code},{},{value},{unit},{device},{artefact}\r\n",
                format_instant(at),
                label(&series)
            );
        }
    }
    Ok(Exported { text, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_becomes_a_formula_or_another_column() {
        assert_eq!(field("=1+1"), "'=1+1");
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(field("/min"), "/min");
    }
}
