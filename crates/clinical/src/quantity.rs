//! A quantity: a value, what it is to what was measured, and its unit.
//!
//! Deliberately not here: how units are spelled (`units`), and the way from one to another (`convert`).

use std::fmt;

use smol_str::SmolStr;

use crate::{Decimal, UCUM, UnitError, units};

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

    /// The unit that was sent: its system, its code, its text, as far as there are any. The code counts, unless only the text is a
    /// unit; without either the value is a bare number.
    ///
    /// # Errors
    /// Where neither is a unit that has a code of UCUM.
    pub fn sent(system: Option<&str>, code: Option<&str>, text: Option<&str>) -> Result<Unit, UnitError> {
        let code = units::read(system, code, text)?;
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

/// How much of a drug was given. Two thirds of what is given comes in tablets, puffs and drops, which are no units of UCUM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// How many, digit by digit.
    pub value: Decimal,
    /// A UCUM code where the unit is one of UCUM, else the sender's own word; `1` where none was sent.
    pub unit: SmolStr,
}

impl fmt::Display for Amount {
    /// With the unit's word: `4 U`, `2 Tablet`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match unit_word(&self.unit) {
            "" | "1" => write!(f, "{}", self.value),
            word => write!(f, "{} {word}", self.value),
        }
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
            let unit = Unit::sent(None, Some(sent), None).unwrap();
            assert_eq!((unit.code.as_str(), unit.system), (ucum, UCUM), "{sent}");
            assert_eq!(Unit::sent(None, None, Some(sent)).map(|unit| unit.code), Ok(unit.code), "{sent}");
        }
        for bad in ["", "florps", "mm[Hg", "<b>mg</b>"] {
            assert!(Unit::sent(None, Some(bad), None).is_err(), "{bad}");
        }
        assert_eq!(Unit::sent(None, None, None), Ok(Unit::ucum("1")));
    }

    #[test]
    fn the_text_helps_where_the_code_is_none_and_is_kept_as_it_came() {
        let unit = Unit::sent(None, Some("264864"), Some("beats/minute")).unwrap();
        assert_eq!((unit.code.as_str(), unit.text.as_str()), ("/min", "beats/minute"));
        assert_eq!(Unit::sent(None, Some("florps"), Some("what")), Err(UnitError::Unknown("what".into())));
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
            for system in [None, Some(UCUM), Some("urn:iso:std:iso:11073:10101"), Some("http://x")] {
                let _ = Unit::sent(system, code.as_deref(), text.as_deref());
            }
        }
    }

    #[test]
    fn an_amount_reads_as_people_say_it_and_a_bare_number_bears_no_unit() {
        for (unit, wanted) in
            [("[iU]", "4.5 U"), ("mg", "4.5 mg"), ("Tablet", "4.5 Tablet"), ("1", "4.5"), ("", "4.5")]
        {
            let value = Decimal { mantissa: 45, scale: 1 };
            assert_eq!(Amount { value, unit: unit.into() }.to_string(), wanted);
        }
    }
}
