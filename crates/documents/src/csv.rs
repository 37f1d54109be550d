//! The values of one patient as CSV, as they were sent.

use std::borrow::Cow;
use std::fmt::Display;

use ::csv::{Terminator, Writer, WriterBuilder};
use clinical::{Comparator, DeviceId, Quality};
use fhir::format_instant;
use vault::Reader;

use crate::chart::{ChartRequest, chart_range, glass_words, withheld_words};
use crate::error::DocumentError;
use crate::exported::{Exported, code_system, label};

/// What is new stands last: who reads a column by its place finds it there still.
const HEADINGS: [&str; 10] =
    ["taken_at", "system", "code", "name", "value", "unit", "device", "artefact", "comparator", "rounded"];

/// What a spreadsheet would take for a formula is told to be text.
fn no_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

/// A file as RFC 4180 has it.
fn file() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

fn unwritten(why: impl Display) -> DocumentError {
    DocumentError::Drawing(format!("the file could not be written: {why}"))
}

/// The values of a range as CSV: moment (UTC), code system, code, name, value as sent, UCUM unit, device,
/// artefact or not, comparator where the value is only a bound, rounded or not. Where values are withheld, the last line says how many
/// and why, in the place of a name; where somebody broke the glass to see them, one before it says so.
///
/// # Errors
/// Of the cache, or where the patient or the range is none.
pub fn export_csv(reader: &Reader, request: &ChartRequest) -> Result<Exported, DocumentError> {
    let range = chart_range(reader, request)?;
    let (from, to) = (range.from(), range.to());
    let mut file = file();
    file.write_record(HEADINGS).map_err(unwritten)?;
    let mut values = 0;
    for series in reader.series_of(&request.patient)? {
        let system = code_system(&series);
        let device = no_formula(series.device.as_ref().map_or("", DeviceId::as_str));
        let (code, unit) = (no_formula(&series.code), no_formula(&series.unit));
        for (at, value, marks) in reader.decimals(series.id, from, to)? {
            values += 1;
            let (at, value) = (format_instant(at), value.to_string());
            let word = |is: bool| if is { "true" } else { "false" };
            let (artefact, rounded) = (word(marks.is_artefact()), word(marks.quality == Quality::Rounded));
            let only = marks.comparator.map_or("", Comparator::code);
            let name = label(&series);
            file.write_record([&at, system, &code, name, &value, &unit, &device, artefact, only, rounded])
                .map_err(unwritten)?;
        }
    }
    let withheld = withheld_words(reader, &request.patient, range)?;
    let glass = glass_words(reader, &request.patient);
    for words in glass.iter().chain(&withheld) {
        file.write_record(["", "", "", words, "", "", "", "", "", ""]).map_err(unwritten)?;
    }
    let text = String::from_utf8(file.into_inner().map_err(unwritten)?).map_err(unwritten)?;
    Ok(Exported { text, values, withheld })
}

#[cfg(test)]
mod tests {
    use clinical::{Body, Code, Decimal, Fact, Instant, Sample, Source};
    use vault::{Key, PageCommit, Vault};

    use super::*;

    /// The file as it was before the csv crate wrote it, but for the columns behind.
    const WANTED: &str = "taken_at,system,code,name,value,unit,device,artefact,comparator,rounded\r\n\
        1970-01-01T00:00:01.000Z,http://loinc.org,8310-5,Temp,-36.60,Cel,\"ward 7, \"\"west\"\"\",false,,false\r\n\
        1970-01-01T00:00:02.500Z,http://loinc.org,8310-5,Temp,0.0,Cel,\"ward 7, \"\"west\"\"\",true,<,false\r\n";

    fn temperature(n: i64, at: i64, value: &str, quality: Quality, comparator: Option<Comparator>) -> Fact {
        let sample = Sample {
            comparator,
            patient: "p".into(),
            device: Some("ward 7, \"west\"".into()),
            code: Code::Loinc("8310-5".into()),
            value: value.parse::<Decimal>().unwrap(),
            unit: "Cel".into(),
            taken_at: Instant(at),
            quality,
        };
        let source = Source { reference: format!("Observation/{n}").into(), version: "1".into() };
        Fact { source, updated_at: None, body: Body::Samples(vec![sample]) }
    }

    #[test]
    fn who_reads_an_export_by_a_script_finds_the_same_bytes_as_ever() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let facts = vec![
            temperature(1, 1000, "-36.60", Quality::Good, None),
            temperature(2, 2500, "0.0", Quality::Artefact, Some(Comparator::Below)),
        ];
        vault.commit(PageCommit { facts, received: Instant(3000), ..Default::default() }).unwrap();
        let request = ChartRequest {
            patient: "p".into(),
            from: Some(Instant(0)),
            to: Some(Instant(9000)),
            light: false,
            every_sample: false,
        };
        let written = vault.read(|reader| Ok(export_csv(reader, &request).unwrap())).unwrap();
        assert_eq!((written.text.as_str(), written.values), (WANTED, 2));
    }

    #[test]
    fn no_field_becomes_a_formula_or_another_column() {
        let mut rows = file();
        for name in
            ["", "/min", "a,\"b\"", "two\r\nlines", "=1+1", "-5", "@x", "\tx", "\rx", "#x", " x ", "é;ß"]
        {
            rows.write_record(["t", &no_formula(name), "1.50"]).unwrap();
        }
        let wanted = "t,,1.50\r\nt,/min,1.50\r\nt,\"a,\"\"b\"\"\",1.50\r\nt,\"two\r\nlines\",1.50\r\nt,'=1+1,1.50\r\n\
                      t,'-5,1.50\r\nt,'@x,1.50\r\nt,'\tx,1.50\r\nt,\"'\rx\",1.50\r\nt,#x,1.50\r\nt, x ,1.50\r\n\
                      t,é;ß,1.50\r\n";
        assert_eq!(String::from_utf8(rows.into_inner().unwrap()).unwrap(), wanted);
    }

    #[test]
    fn a_foreign_or_a_long_name_is_written_whole() {
        // Longer than any buffer on the way.
        let long = "Þórdís, 田中 ".repeat(4000);
        let mut rows = file();
        for name in ["محمد", "Nguyễn Thị Ánh", "\u{202e}x", "🫀", &long] {
            rows.write_record([&no_formula(name), "1"]).unwrap();
        }
        let rtl = '\u{202e}';
        let wanted = format!("محمد,1\r\nNguyễn Thị Ánh,1\r\n{rtl}x,1\r\n🫀,1\r\n\"{long}\",1\r\n");
        assert_eq!(String::from_utf8(rows.into_inner().unwrap()).unwrap(), wanted);
    }
}
