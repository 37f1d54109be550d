//! A unit as devices and people write it, as UCUM has it.
//!
//! A unit is its system, its code and its text. Codes of UCUM are judged by `octofhir-ucum` and compared by what they mean; those
//! of ISO/IEEE 11073-10101 stand in a table; words are known or they are not.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use smol_str::SmolStr;

/// ISO/IEEE 11073-10101, as FHIR names it.
const MDC: &str = "urn:iso:std:iso:11073:10101";

/// The system that units are in here: UCUM, the Unified Code for Units of Measure.
pub const UCUM: &str = "http://unitsofmeasure.org";

/// A unit that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// UCUM does not know it.
    #[error("unit \"{0}\" is not UCUM")]
    Unknown(String),
    /// It measures something else.
    #[error("unit \"{unit}\" cannot measure {measure}")]
    Incompatible {
        /// As sent.
        unit: String,
        /// What was measured.
        measure: &'static str,
    },
}

/// What nearly every value comes in; known to be UCUM (a test asks), so that a page need not ask a thousand times.
const USUAL: [&str; 15] = [
    "/min", "%", "mm[Hg]", "Cel", "mg/dL", "mmol/L", "L/min", "[degF]", "kPa", "[iU]", "mV", "1", "mL", "kg",
    "cm",
];

/// Units as ISO/IEEE 11073-10101 numbers and names them.
const MDC_UNITS: [(&str, &str, &str); 19] = [
    ("262656", "MDC_DIM_DIMLESS", "1"),
    ("262688", "MDC_DIM_PERCENT", "%"),
    ("264864", "MDC_DIM_BEAT_PER_MIN", "/min"),
    ("264928", "MDC_DIM_RESP_PER_MIN", "/min"),
    ("266016", "MDC_DIM_MMHG", "mm[Hg]"),
    ("265987", "MDC_DIM_KILO_PASCAL", "kPa"),
    ("268192", "MDC_DIM_DEGC", "Cel"),
    ("266560", "MDC_DIM_FAHR", "[degF]"),
    ("264274", "MDC_DIM_MILLI_G_PER_DL", "mg/dL"),
    ("266866", "MDC_DIM_MILLI_MOLE_PER_L", "mmol/L"),
    ("265216", "MDC_DIM_X_L_PER_MIN", "L/min"),
    ("263762", "MDC_DIM_MILLI_L", "mL"),
    ("263875", "MDC_DIM_KILO_G", "kg"),
    ("263872", "MDC_DIM_X_G", "g"),
    ("263904", "MDC_DIM_LB", "[lb_av]"),
    ("263424", "MDC_DIM_X_M", "m"),
    ("263441", "MDC_DIM_CENTI_M", "cm"),
    ("263520", "MDC_DIM_INCH", "[in_i]"),
    ("266418", "MDC_DIM_MILLI_VOLT", "mV"),
];

/// Spellings that differ by their capitals: `C` is a degree and no `c`.
const EXACT: [(&str, &str); 12] = [
    ("C", "Cel"),
    ("F", "[degF]"),
    ("U", "[iU]"),
    ("IU", "[iU]"),
    ("iU", "[iU]"),
    ("[IU]", "[iU]"),
    ("/minute", "/min"),
    ("1/min", "/min"),
    ("bpm", "/min"),
    ("mmHg", "mm[Hg]"),
    ("°C", "Cel"),
    ("°F", "[degF]"),
];

/// Words, in small letters.
const WORDS: [(&str, &str); 47] = [
    ("bpm", "/min"),
    ("per minute", "/min"),
    ("beats/min", "/min"),
    ("beats/minute", "/min"),
    ("beats per minute", "/min"),
    ("breaths/min", "/min"),
    ("breaths/minute", "/min"),
    ("breaths per minute", "/min"),
    ("resp/min", "/min"),
    ("mmhg", "mm[Hg]"),
    ("mm hg", "mm[Hg]"),
    ("millimeters of mercury", "mm[Hg]"),
    ("millimetres of mercury", "mm[Hg]"),
    ("degc", "Cel"),
    ("deg c", "Cel"),
    ("°c", "Cel"),
    ("celsius", "Cel"),
    ("degree celsius", "Cel"),
    ("degrees celsius", "Cel"),
    ("degrees c", "Cel"),
    ("centigrade", "Cel"),
    ("degf", "[degF]"),
    ("deg f", "[degF]"),
    ("°f", "[degF]"),
    ("fahrenheit", "[degF]"),
    ("degree fahrenheit", "[degF]"),
    ("degrees fahrenheit", "[degF]"),
    ("degrees f", "[degF]"),
    ("percent", "%"),
    ("per cent", "%"),
    ("pct", "%"),
    ("units", "[iU]"),
    ("unit", "[iU]"),
    ("international units", "[iU]"),
    ("l/min", "L/min"),
    ("lpm", "L/min"),
    ("liters/min", "L/min"),
    ("liters per minute", "L/min"),
    ("litres per minute", "L/min"),
    ("mg/dl", "mg/dL"),
    ("mmol/l", "mmol/L"),
    ("lb", "[lb_av]"),
    ("lbs", "[lb_av]"),
    ("pounds", "[lb_av]"),
    ("in", "[in_i]"),
    ("inches", "[in_i]"),
    ("kilograms", "kg"),
];

/// The UCUM code of a unit as it was sent. The code counts; the text helps where the code says nothing, or is missing. Without
/// either the value is a bare number.
///
/// # Errors
/// Where neither is a unit.
pub(crate) fn read(
    system: Option<&str>,
    code: Option<&str>,
    text: Option<&str>,
) -> Result<SmolStr, UnitError> {
    let is_ucum = system.is_none_or(|system| system == UCUM);
    let by_code = code.and_then(|code| match system {
        Some(MDC) => of_mdc(code),
        // Devices send MDC codes where a UCUM code belongs.
        None | Some(UCUM) => spelled_out(code).or_else(|| of_mdc(code)),
        // What another system calls TAB is no unit of UCUM, however it is spelled.
        Some(_) => None,
    });
    let by_text = || text.and_then(|text| if is_ucum { spelled_out(text) } else { in_words(text) });
    match by_code.or_else(by_text) {
        Some(unit) => Ok(unit),
        None if code.is_none() && text.is_none() => Ok("1".into()),
        None => Err(UnitError::Unknown(text.or(code).unwrap_or_default().chars().take(40).collect())),
    }
}

fn of_mdc(code: &str) -> Option<SmolStr> {
    MDC_UNITS.iter().find(|(number, name, _)| *number == code || *name == code).map(|row| row.2.into())
}

fn in_words(text: &str) -> Option<SmolStr> {
    let text = text.trim();
    let exact = EXACT.iter().find(|(word, _)| *word == text).map(|(_, unit)| *unit);
    let known = exact.or_else(|| {
        let small = text.to_lowercase();
        WORDS.iter().find(|(word, _)| *word == small).map(|(_, unit)| *unit)
    });
    known.or_else(|| USUAL.into_iter().find(|unit| *unit == text)).map(SmolStr::new)
}

/// The usual code of what a UCUM code, or a nickname of one, means.
fn spelled_out(sent: &str) -> Option<SmolStr> {
    let sent = sent.trim();
    if let Some(unit) = USUAL.into_iter().find(|unit| *unit == sent) {
        return Some(unit.into());
    }
    if let Some(unit) = in_words(sent) {
        return Some(unit);
    }
    // UCUM takes any number for a unit, and what comes as one is a code of another system.
    if sent.is_empty() || sent.len() > 64 || sent.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    remembered(sent)
}

/// Parsing a unit takes as long as parsing its Observation, and a server sends a few of them a million times.
fn remembered(sent: &str) -> Option<SmolStr> {
    const MOST: usize = 1000;
    static KNOWN: LazyLock<Mutex<HashMap<SmolStr, Option<SmolStr>>>> = LazyLock::new(Mutex::default);
    let Ok(mut known) = KNOWN.lock() else { return by_meaning(sent) };
    if let Some(found) = known.get(sent) {
        return found.clone();
    }
    let found = by_meaning(sent);
    if known.len() < MOST {
        known.insert(sent.into(), found.clone());
    }
    found
}

fn by_meaning(sent: &str) -> Option<SmolStr> {
    octofhir_ucum::validate(sent).ok()?;
    let plain = without_annotations(sent);
    if plain.is_empty() {
        // What is counted: of a score this is all that its unit says.
        return Some(sent.into());
    }
    octofhir_ucum::validate(&plain).ok()?;
    let same = |usual: &&&str| {
        let into = |value: f64| octofhir_ucum::convert(value, &plain, usual).ok();
        into(0.0) == Some(0.0) && into(1.0).is_some_and(|one| (one - 1.0).abs() < 1e-9)
    };
    Some(USUAL.iter().find(same).map_or_else(|| SmolStr::new(&plain), SmolStr::new))
}

/// `{Beats}/min` is `/min`: what stands in braces has no meaning for the unit.
fn without_annotations(unit: &str) -> String {
    let mut depth = 0usize;
    unit.chars()
        .filter(|c| {
            depth += usize::from(*c == '{');
            let inside = depth > 0;
            depth = depth.saturating_sub(usize::from(*c == '}'));
            !inside
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_known_by_its_meaning_however_it_is_spelled() {
        for (sent, means) in [
            ("mmol/l", "mmol/L"),
            ("mmol/L", "mmol/L"),
            ("mg/dl", "mg/dL"),
            ("l/min", "L/min"),
            ("{Beats}/min", "/min"),
            ("{Breaths}/min", "/min"),
            ("/min{resp}", "/min"),
            ("min-1", "/min"),
            ("10*-2", "%"),
            ("ml", "mL"),
            ("[IU]", "[iU]"),
            ("{score}", "{score}"),
            ("umol/L", "umol/L"),
            ("Hz", "Hz"),
            ("K", "K"),
        ] {
            assert_eq!(read(Some(UCUM), Some(sent), None).as_deref(), Ok(means), "{sent}");
        }
    }

    #[test]
    fn words_are_units_where_no_code_was_sent() {
        for (sent, means) in WORDS.into_iter().chain(EXACT) {
            assert_eq!(read(None, None, Some(sent)).as_deref(), Ok(means), "{sent}");
            assert!(octofhir_ucum::validate(means).is_ok(), "{means}");
        }
        assert_eq!(read(None, None, Some("Degrees Fahrenheit")).as_deref(), Ok("[degF]"));
        assert!(WORDS.iter().all(|(word, _)| *word == word.to_lowercase()));
        for bad in ["degrees", "warm", "", "florps"] {
            assert!(read(None, None, Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_counts_in_the_system_that_it_is_of_and_in_no_other() {
        for (number, name, means) in MDC_UNITS {
            for code in [number, name] {
                assert_eq!(read(Some(MDC), Some(code), None).as_deref(), Ok(means), "{code}");
                assert_eq!(read(Some(UCUM), Some(code), None).as_deref(), Ok(means), "{code}");
            }
        }
        assert!(read(Some(MDC), Some("%"), None).is_err(), "UCUM's code is none of MDC");
        // A tablet is no unit of UCUM, and a "g" of somebody else's need not be a gram.
        for code in ["TAB", "g", "%"] {
            assert!(read(Some("http://terminology.hl7.org/x"), Some(code), None).is_err(), "{code}");
        }
        assert_eq!(read(Some("http://x"), Some("258983007"), Some("mmHg")).as_deref(), Ok("mm[Hg]"));
        assert_eq!(read(None, None, None).as_deref(), Ok("1"));
    }

    #[test]
    fn the_usual_units_are_ucum() {
        assert!(USUAL.iter().all(|unit| octofhir_ucum::validate(unit).is_ok()));
    }
}
