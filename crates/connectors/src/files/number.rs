//! Numbers as people's files have them: with a comma or a point, with `<` before them, or as a word for what a sensor cannot tell.

use clinical::{Comparator, Decimal, Quality};

use super::reading::{Level, MassOrMoles};

/// Words for what lies below or above what a sensor tells, as its maker's programs have them in their languages; in small letters.
const LOW: [&str; 9] = ["low", "lo", "niedrig", "bajo", "basso", "bas", "laag", "baixo", "låg"];
const HIGH: [&str; 8] = ["high", "hi", "hoch", "alto", "haut", "élevé", "hoog", "hög"];

/// What a sensor can tell, in mg/dL and in mmol/L, as its maker writes both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tells {
    pub mass: (i64, i64),
    /// In tenths.
    pub moles: (i64, i64),
}

impl Tells {
    /// Dexcom G4 to G7: 40 to 400 mg/dL.
    pub(crate) const DEXCOM: Tells = Tells { mass: (40, 400), moles: (22, 222) };
    /// FreeStyle Libre: 40 to 500 mg/dL.
    pub(crate) const LIBRE: Tells = Tells { mass: (40, 500), moles: (22, 278) };

    pub(crate) fn low(self, unit: MassOrMoles) -> Level {
        self.bound(unit, Comparator::Below, self.mass.0, self.moles.0)
    }

    pub(crate) fn high(self, unit: MassOrMoles) -> Level {
        self.bound(unit, Comparator::Above, self.mass.1, self.moles.1)
    }

    fn bound(self, unit: MassOrMoles, comparator: Comparator, mass: i64, tenths: i64) -> Level {
        let value = match unit {
            MassOrMoles::Mass => Decimal::whole(mass),
            MassOrMoles::Moles => Decimal { mantissa: tenths, scale: 1 },
        };
        Level { value, comparator: Some(comparator), quality: Quality::Good }
    }
}

/// Reads a level of glucose.
///
/// # Errors
/// What is none, in words that quote nothing.
pub(crate) fn level(text: &str, unit: MassOrMoles, tells: Tells) -> Result<Level, &'static str> {
    let small = text.trim().to_lowercase();
    if LOW.contains(&small.as_str()) {
        return Ok(tells.low(unit));
    }
    if HIGH.contains(&small.as_str()) {
        return Ok(tells.high(unit));
    }
    let signs = small.bytes().take_while(|b| matches!(b, b'<' | b'>' | b'=')).count();
    let (sign, digits) = small.split_at(signs);
    let comparator = match sign {
        "" => None,
        sign => Some(Comparator::from_code(sign).ok_or("its comparator is none of <, <=, >=, >")?),
    };
    let (value, quality) = decimal(digits.trim())?;
    Ok(Level { value, comparator, quality })
}

/// Digits with one comma or one point.
pub(crate) fn decimal(text: &str) -> Result<(Decimal, Quality), &'static str> {
    const WRONG: &str = "its value is no number";
    let marks = text.bytes().filter(|b| matches!(b, b',' | b'.')).count();
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'));
    if marks > 1 || !is_plain {
        return Err(WRONG);
    }
    Decimal::sent(&text.replace(',', ".")).map_err(|_| WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_read_as_files_of_any_language_have_it_and_keeps_its_digits() {
        let of = |text: &str, unit| {
            level(text, unit, Tells::DEXCOM)
                .map(|l| format!("{}{}", l.comparator.map_or("", Comparator::code), l.value))
        };
        for (text, wanted) in [
            ("120", "120"),
            ("7.10", "7.10"),
            ("5,6", "5.6"),
            ("<54", "<54"),
            ("> 400", ">400"),
            ("Low", "<40"),
            ("LO", "<40"),
            ("HI", ">400"),
            ("Hoch", ">400"),
            ("Élevé", ">400"),
        ] {
            assert_eq!(of(text, MassOrMoles::Mass).as_deref(), Ok(wanted), "{text}");
        }
        assert_eq!(of("Low", MassOrMoles::Moles).as_deref(), Ok("<2.2"));
        assert_eq!(of("High", MassOrMoles::Moles).as_deref(), Ok(">22.2"));
        for bad in ["", "-", "1.234,5", "12a", "-4", "1e3", "5.", ".5", "NaN", "<>4", "Middling"] {
            assert!(of(bad, MassOrMoles::Mass).is_err(), "{bad}");
        }
    }
}
