//! FHIR decimals with the precision they were sent with: 37.0 and 37.00 are different documents.

use std::fmt;

use crate::Quality;

/// `mantissa * 10^-scale`. Keeps trailing zeros, so that a value comes back as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The digits, sign included, without the point.
    pub mantissa: i64,
    /// How many of those digits stand behind the point.
    pub scale: u8,
}

/// The text is no JSON number that fits 18 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number of at most 18 digits")]
pub struct NotADecimal;

impl Decimal {
    /// The most digits behind the point that are kept.
    pub const MAX_SCALE: u8 = 18;

    /// A whole number.
    pub const fn whole(value: i64) -> Decimal {
        Decimal { mantissa: value, scale: 0 }
    }

    /// `value` rounded half away from zero to `scale` digits behind the point.
    pub fn rounded(value: f64, scale: u8) -> Option<Decimal> {
        let scaled = (value * 10f64.powi(i32::from(scale))).round();
        #[expect(clippy::cast_possible_truncation, reason = "it is below 9e17")]
        (scaled.is_finite() && scaled.abs() < 9e17).then_some(Decimal { mantissa: scaled as i64, scale })
    }

    /// A number as it was sent, with whether it was rounded: one that has more digits than fit is what the nearest binary float is,
    /// in as few digits as tell it from its neighbours. Programs that write floats in full give such tails: `38.89999999999999857`
    /// is 38.9.
    ///
    /// # Errors
    /// Where it is no number, or too large.
    pub fn sent(text: &str) -> Result<(Decimal, Quality), NotADecimal> {
        match text.parse() {
            Ok(decimal) => Ok((decimal, Quality::Good)),
            // serde has read JSON's grammar; of other texts Rust's has more, such as "inf".
            Err(error)
                if text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'-' | b'.' | b'e' | b'E' | b'+')) =>
            {
                let whole = |part: &str| part.bytes().any(|b| b.is_ascii_digit());
                let parts = text.trim_start_matches('-').split(['.', 'e', 'E']);
                let number: f64 = Some(text)
                    .filter(|_| parts.clone().all(whole))
                    .ok_or(error)?
                    .parse()
                    .map_err(|_| error)?;
                Ok((Decimal::near(number).ok_or(error)?, Quality::Rounded))
            }
            Err(error) => Err(error),
        }
    }

    /// A float in as few digits as tell it from its neighbours, as far as they fit.
    pub fn near(value: f64) -> Option<Decimal> {
        let shortest = || value.to_string().parse().ok();
        shortest().or_else(|| (0..=Decimal::MAX_SCALE).rev().find_map(|scale| Decimal::rounded(value, scale)))
    }

    /// The nearest binary float; what is drawn and compared, never what is stored.
    pub fn to_f64(self) -> f64 {
        self.mantissa as f64 / 10f64.powi(i32::from(self.scale))
    }

    /// The same value with at least `scale` digits behind the point, where it fits.
    pub fn at_scale(self, scale: u8) -> Option<i64> {
        let up = scale.checked_sub(self.scale)?;
        10i64.checked_pow(u32::from(up)).and_then(|factor| self.mantissa.checked_mul(factor))
    }
}

impl std::str::FromStr for Decimal {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Decimal, NotADecimal> {
        let (digits, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().map_err(|_| NotADecimal)?),
            None => (text, 0),
        };
        let (negative, digits) = match digits.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, digits),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || (digits.contains('.') && fraction.is_empty()) {
            return Err(NotADecimal);
        }
        let mut mantissa = 0i64;
        for byte in whole.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return Err(NotADecimal);
            }
            mantissa = mantissa
                .checked_mul(10)
                .and_then(|m| m.checked_add(i64::from(byte - b'0')))
                .ok_or(NotADecimal)?;
        }
        if negative {
            mantissa = -mantissa;
        }
        let scale = i64::try_from(fraction.len()).map_err(|_| NotADecimal)? - i64::from(exponent);
        if scale < 0 {
            let up = u32::try_from(-scale).map_err(|_| NotADecimal)?;
            let factor = 10i64.checked_pow(up).ok_or(NotADecimal)?;
            let mantissa = mantissa.checked_mul(factor).ok_or(NotADecimal)?;
            return Ok(Decimal { mantissa, scale: 0 });
        }
        let scale = u8::try_from(scale).map_err(|_| NotADecimal)?;
        if scale > Decimal::MAX_SCALE {
            return Err(NotADecimal);
        }
        Ok(Decimal { mantissa, scale })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.mantissa);
        }
        let scale = usize::from(self.scale);
        let digits = format!("{:0>width$}", self.mantissa.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let sign = if self.mantissa < 0 { "-" } else { "" };
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_comes_back_as_it_was_sent() {
        for text in ["37.0", "37.00", "0", "-0.5", "98.60", "0.001", "-12", "123456789012345678"] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        assert_eq!("1.5e2".parse::<Decimal>().unwrap(), Decimal::whole(150));
        assert_eq!("2E-3".parse::<Decimal>().unwrap().to_string(), "0.002");
    }

    #[test]
    fn a_number_with_the_tail_of_a_float_is_what_it_was_meant_to_be() {
        for (sent, reads, quality) in [
            ("38.9", "38.9", Quality::Good),
            ("38.900", "38.900", Quality::Good),
            ("38.89999999999999857891452847979962825775146484375", "38.9", Quality::Rounded),
            ("0.1000000000000000055511151231257827", "0.1", Quality::Rounded),
            ("-5.0000000000000000001", "-5", Quality::Rounded),
            ("1e-99", "0.000000000000000000", Quality::Rounded),
            ("72e0", "72", Quality::Good),
        ] {
            let (decimal, found) = Decimal::sent(sent).unwrap();
            assert_eq!((decimal.to_string().as_str(), found), (reads, quality), "{sent}");
        }
        for text in ["", "NaN", "inf", "1.", ".5", "--1", "1e99", "99999999999999999999", "1,5", "1e", "-"] {
            assert_eq!(Decimal::sent(text), Err(NotADecimal), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "NaN", "1.", ".5", "--1", "1e99", "1e-99", "99999999999999999999", "1,5", "Infinity"]
        {
            assert_eq!(text.parse::<Decimal>(), Err(NotADecimal), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_decimal_survives_print_and_parse(mantissa in any::<i32>(), scale in 0u8..9) {
            let decimal = Decimal { mantissa: i64::from(mantissa), scale };
            // "-0.0" has no mantissa to carry its sign, and FHIR has no negative zero.
            prop_assert_eq!(decimal.to_string().parse::<Decimal>().unwrap(), decimal);
        }
    }
}
