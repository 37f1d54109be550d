//! Numbers: NM and SN.

use std::borrow::Cow;

use clinical::{Comparator, Decimal, Quality};

use super::message::Repetition;

/// A number as it was sent: its comparator, its digits, and whether it was rounded.
pub(crate) type Number = (Option<Comparator>, Decimal, Quality);

/// Reads a NM. A comparator before it is kept, though the type has none: devices send `<5`.
///
/// # Errors
/// What is no number, in words that quote nothing.
pub(crate) fn nm(text: &str) -> Result<Number, &'static str> {
    let text = text.trim();
    let signs = text.bytes().take_while(|b| matches!(b, b'<' | b'>' | b'=')).count();
    let (sign, digits) = text.split_at(signs);
    let comparator = match sign {
        "" | "=" => None,
        sign => Some(Comparator::from_code(sign).ok_or("its comparator is none of <, <=, >=, >")?),
    };
    let (value, quality) = decimal(digits.trim_start())?;
    Ok((comparator, value, quality))
}

/// Digits with a sign and a point, as HL7 has them: no exponent, but `+4`, `.5` and `5.` are numbers.
fn decimal(text: &str) -> Result<(Decimal, Quality), &'static str> {
    const WRONG: &str = "its value is no number";
    let (minus, digits) = match text.as_bytes().first() {
        Some(b'+') => ("", &text[1..]),
        Some(b'-') => ("-", &text[1..]),
        _ => ("", text),
    };
    if !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') || !digits.bytes().any(|b| b.is_ascii_digit())
    {
        return Err(WRONG);
    }
    let digits = digits.strip_suffix('.').unwrap_or(digits);
    let zero = if digits.starts_with('.') { "0" } else { "" };
    let whole: Cow<str> = if minus.is_empty() && zero.is_empty() {
        digits.into()
    } else {
        format!("{minus}{zero}{digits}").into()
    };
    Decimal::sent(&whole).map_err(|_| WRONG)
}

/// Reads a SN of one number: comparator, number. A range, a ratio or a grade is none.
///
/// # Errors
/// As [`nm`].
pub(crate) fn sn(value: &Repetition) -> Result<Number, &'static str> {
    let [sign, number, separator, second] = [1, 2, 3, 4].map(|n| value.text(n));
    if !separator.is_empty() || !second.is_empty() {
        return Err("its value is a range, a ratio or a grade");
    }
    let comparator = match sign.trim() {
        "" | "=" => None,
        sign => Some(Comparator::from_code(sign).ok_or("its comparator is none of <, <=, >=, >")?),
    };
    let (value, quality) = decimal(number.trim())?;
    Ok((comparator, value, quality))
}

#[cfg(test)]
mod tests {
    use super::super::charset::Charset;
    use super::super::delimiters::Delimiters;
    use super::super::escape::Syntax;
    use super::super::message::Segment;
    use super::*;

    fn written((comparator, value, _): Number) -> String {
        format!("{}{value}", comparator.map_or("", Comparator::code))
    }

    #[test]
    fn a_number_keeps_its_digits_and_its_comparator() {
        for (sent, wanted) in [
            ("7.10", "7.10"),
            ("120", "120"),
            ("007", "7"),
            ("-0.50", "-0.50"),
            ("+4", "4"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("5.", "5"),
            ("<5", "<5"),
            ("<= 5.0", "<=5.0"),
            (">=12", ">=12"),
            (">500", ">500"),
            ("=5", "5"),
            (" 72 ", "72"),
        ] {
            assert_eq!(nm(sent).map(written).as_deref(), Ok(wanted), "{sent}");
        }
        assert_eq!(
            nm("38.89999999999999857891452847979962825775146484375").map(|n| n.2),
            Ok(Quality::Rounded)
        );
        for bad in [
            "", "-", ".", "<", "1,5", "1e3", "NaN", "inf", "12 mmHg", "<>5", "=<5", "1.2.3", "--1", "０",
            "Low", "1-2",
        ] {
            assert!(nm(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_structured_number_is_one_where_it_is_one() {
        let syntax = Syntax { delimiters: Delimiters::of(br"MSH|^~\&|").unwrap(), charset: Charset::Utf8 };
        let of = |text: &str| {
            sn(&Segment::of(&format!("OBX|{text}"), 1, syntax).unwrap().field(1).first()).map(written)
        };
        for (sent, wanted) in [("^120", "120"), (">^100", ">100"), ("=^7.10", "7.10"), ("<=^-4", "<=-4")] {
            assert_eq!(of(sent).as_deref(), Ok(wanted), "{sent}");
        }
        for bad in ["^100^-^200", "^1^:^128", "^2^+", "<>^4", "", "5", "^a"] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
