//! A quantity: a value, what it is to what was measured, and its unit.
//!
//! Nicknames of the wild are spelled out in UCUM, everything else is judged by `octofhir-ucum`. Deliberately not here: the way
//! from one unit to another (`convert`).

use std::fmt;

use smol_str::SmolStr;

use crate::Decimal;

/// The system that units are in here: UCUM, the Unified Code for Units of Measure.
pub const UCUM: &str = "http://unitsofmeasure.org";

/// What nearly every value comes in; known to be UCUM (a test asks), so that a page need not ask a thousand times.
const USUAL: [&str; 12] =
    ["/min", "%", "mm[Hg]", "Cel", "mg/dL", "mmol/L", "L/min", "[degF]", "kPa", "[iU]", "mV", "1"];

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

/// On which side of the value the quantity lies, where a device can tell no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparator {
    /// It is less than the value.
    Below,
    /// It is the value or less.
    AtMost,
    /// It is the value or more.
    AtLeast,
    /// It is more than the value.
    Above,
}

impl Comparator {
    /// Every comparator.
    pub const ALL: [Comparator; 4] =
        [Comparator::Below, Comparator::AtMost, Comparator::AtLeast, Comparator::Above];

    /// As it is written: `<`, `<=`, `>=`, `>`.
    pub fn code(self) -> &'static str {
        match self {
            Comparator::Below => "<",
            Comparator::AtMost => "<=",
            Comparator::AtLeast => ">=",
            Comparator::Above => ">",
        }
    }

    /// The comparator behind a code.
    pub fn from_code(code: &str) -> Option<Comparator> {
        Comparator::ALL.into_iter().find(|comparator| comparator.code() == code)
    }
}

/// A unit of measure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    /// Who defines the code: [`UCUM`].
    pub system: &'static str,
    /// The code, `mm[Hg]`.
    pub code: SmolStr,
    /// As the sender writes it for people, `mmHg`; the code where nothing else was sent.
    pub text: SmolStr,
}

impl Unit {
    /// A unit by its UCUM code, which is taken as it is.
    pub fn ucum(code: impl Into<SmolStr>) -> Unit {
        let code = code.into();
        Unit { system: UCUM, text: code.clone(), code }
    }

    /// The unit that was sent as a code, as text, or as both. The code counts, unless only the text is UCUM; without either the
    /// value is a bare number.
    ///
    /// # Errors
    /// Where UCUM knows neither.
    pub fn sent(code: Option<&str>, text: Option<&str>) -> Result<Unit, UnitError> {
        let spelled = spelled_out(code.or(text).unwrap_or("1"));
        let code = spelled.or_else(|error| text.map_or(Err(error), spelled_out))?;
        let text = text.map_or_else(|| code.clone(), SmolStr::new);
        Ok(Unit { system: UCUM, code, text })
    }

    /// As it stands on a screen: `mmHg`, `°C`, `U`.
    pub fn word(&self) -> &str {
        unit_word(&self.code)
    }
}

/// A UCUM code as it stands on a screen: `mmHg` for `mm[Hg]`.
pub fn unit_word(code: &str) -> &str {
    match code {
        "mm[Hg]" => "mmHg",
        "Cel" => "°C",
        "[degF]" => "°F",
        "[iU]" => "U",
        other => other,
    }
}

/// The UCUM spelling of a unit as devices send it.
fn spelled_out(sent: &str) -> Result<SmolStr, UnitError> {
    let spelled = match sent.trim() {
        "bpm" | "beats/min" | "beats/minute" | "{beats}/min" | "breaths/min" | "breaths/minute"
        | "{breaths}/min" | "1/min" | "/minute" => "/min",
        "mmHg" | "mm Hg" | "mmhg" => "mm[Hg]",
        "°C" | "degC" | "C" | "celsius" => "Cel",
        "°F" | "degF" | "F" => "[degF]",
        "percent" | "pct" => "%",
        "U" | "IU" | "iU" | "units" => "[iU]",
        "l/min" => "L/min",
        other => other,
    };
    if USUAL.contains(&spelled) {
        return Ok(spelled.into());
    }
    // UCUM takes any number for a unit, and devices send MDC codes such as 264864 where a UCUM code belongs.
    let is_number = spelled.bytes().all(|b| b.is_ascii_digit());
    if is_number || spelled.len() > 64 || octofhir_ucum::validate(spelled).is_err() {
        return Err(UnitError::Unknown(sent.chars().take(40).collect()));
    }
    Ok(spelled.into())
}

/// A measured or given amount, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The number in `unit`, digit by digit.
    pub value: Decimal,
    /// `None` where the quantity is the value.
    pub comparator: Option<Comparator>,
    /// In what.
    pub unit: Unit,
}

impl fmt::Display for Quantity {
    /// With the unit's word: `4 U`, `<1.1 mmol/L`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} {}", self.comparator.map_or("", Comparator::code), self.value, self.unit.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What each nickname of a real device means.
    const NICKNAMES: [(&str, &str); 31] = [
        ("bpm", "/min"),
        ("beats/min", "/min"),
        ("beats/minute", "/min"),
        ("{beats}/min", "/min"),
        ("breaths/min", "/min"),
        ("breaths/minute", "/min"),
        ("{breaths}/min", "/min"),
        ("1/min", "/min"),
        ("/minute", "/min"),
        ("/min", "/min"),
        ("mmHg", "mm[Hg]"),
        ("mm Hg", "mm[Hg]"),
        ("mmhg", "mm[Hg]"),
        ("°C", "Cel"),
        ("degC", "Cel"),
        ("C", "Cel"),
        ("celsius", "Cel"),
        ("Cel", "Cel"),
        ("°F", "[degF]"),
        ("degF", "[degF]"),
        ("F", "[degF]"),
        ("percent", "%"),
        ("pct", "%"),
        ("U", "[iU]"),
        ("IU", "[iU]"),
        ("iU", "[iU]"),
        ("units", "[iU]"),
        ("l/min", "L/min"),
        (" mmHg ", "mm[Hg]"),
        ("mmol/L", "mmol/L"),
        ("umol/L", "umol/L"),
    ];

    #[test]
    fn nicknames_of_real_devices_are_spelled_out() {
        for (sent, ucum) in NICKNAMES {
            let unit = Unit::sent(Some(sent), None).unwrap();
            assert_eq!((unit.code.as_str(), unit.system), (ucum, UCUM), "{sent}");
            assert_eq!(Unit::sent(None, Some(sent)).map(|unit| unit.code), Ok(unit.code), "{sent}");
        }
        for bad in ["", "florps", "mm[Hg", "<b>mg</b>"] {
            assert!(Unit::sent(Some(bad), None).is_err(), "{bad}");
        }
        assert_eq!(Unit::sent(None, None), Ok(Unit::ucum("1")));
    }

    #[test]
    fn the_text_helps_where_the_code_is_none_and_is_kept_as_it_came() {
        let unit = Unit::sent(Some("264864"), Some("beats/minute")).unwrap();
        assert_eq!((unit.code.as_str(), unit.text.as_str()), ("/min", "beats/minute"));
        assert_eq!(Unit::sent(Some("florps"), Some("what")), Err(UnitError::Unknown("what".into())));
    }

    #[test]
    fn the_usual_units_are_ucum() {
        assert!(USUAL.iter().all(|unit| octofhir_ucum::validate(unit).is_ok()));
    }

    #[test]
    fn a_value_that_is_only_a_bound_says_so() {
        for comparator in Comparator::ALL {
            assert_eq!(Comparator::from_code(comparator.code()), Some(comparator));
        }
        assert_eq!(Comparator::from_code("ad"), None);
        let of = |comparator, value: &str, unit: &'static str| Quantity {
            comparator,
            value: value.parse().unwrap(),
            unit: Unit::ucum(unit),
        };
        assert_eq!(of(Some(Comparator::Below), "1.1", "mmol/L").to_string(), "<1.1 mmol/L");
        assert_eq!(of(None, "4.0", "[iU]").to_string(), "4.0 U");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(code in proptest::option::of(".{0,70}"), text in proptest::option::of(".{0,70}")) {
            let _ = Unit::sent(code.as_deref(), text.as_deref());
        }
    }
}
