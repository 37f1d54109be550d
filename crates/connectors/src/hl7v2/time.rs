//! Times of HL7 v2: `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.

use clinical::Instant;
use jiff::civil::{self, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// How exactly a time was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// Which zone holds for a time that names none: the one that the sender's header has, else the one that the site named.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Zones<'a> {
    pub message: Option<Offset>,
    pub site: Option<&'a TimeZone>,
}

/// A time as it was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Told {
    wall: DateTime,
    pub precision: Precision,
    pub offset: Option<Offset>,
    has_fraction: bool,
}

/// Why a time cannot be used, in words that quote nothing.
type Words = &'static str;

/// Reads a time as it stands.
///
/// # Errors
/// Whatever is not to the letter: a time is never cut to what is understood of it.
pub(crate) fn told(text: &str) -> Result<Told, Words> {
    let (wall, offset) = match text.find(['+', '-']) {
        Some(at) => (&text[..at], Some(of_offset(&text[at..])?)),
        None => (text, None),
    };
    let (digits, fraction) = match wall.split_once('.') {
        Some((digits, fraction)) => (digits, Some(fraction)),
        None => (wall, None),
    };
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("it is no time of HL7");
    }
    let precision = match digits.len() {
        4 => Precision::Year,
        6 => Precision::Month,
        8 => Precision::Day,
        10 => Precision::Hour,
        12 => Precision::Minute,
        14 => Precision::Second,
        _ => return Err("it is no time of HL7: it has neither 4, 6, 8, 10, 12 nor 14 digits"),
    };
    let nanoseconds = match fraction {
        None => 0,
        Some(_) if precision != Precision::Second => return Err("it has a fraction of what is no second"),
        Some(part) if part.is_empty() || part.len() > 4 || !part.bytes().all(|b| b.is_ascii_digit()) => {
            return Err("its fraction has not one to four digits");
        }
        Some(part) => format!("{part:0<9}").parse().map_err(|_| "its fraction is no number")?,
    };
    let two = |at: usize, without: i8| digits.get(at..at + 2).map_or(Ok(without), str::parse);
    let parts = || -> Option<DateTime> {
        let year = digits.get(..4)?.parse().ok()?;
        let date = civil::Date::new(year, two(4, 1).ok()?, two(6, 1).ok()?).ok()?;
        let (hour, minute, second) = (two(8, 0).ok()?, two(10, 0).ok()?, two(12, 0).ok()?);
        Some(date.to_datetime(civil::Time::new(hour, minute, second, nanoseconds).ok()?))
    };
    let wall = parts().ok_or("no calendar and no clock has it")?;
    Ok(Told { wall, precision, offset, has_fraction: fraction.is_some() })
}

/// The sign counts for hours and minutes.
fn of_offset(text: &str) -> Result<Offset, Words> {
    const WRONG: Words = "its offset is no sign with four digits";
    let (sign, digits) = text.split_at(1);
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(WRONG);
    }
    let number = |part: &str| part.parse::<i32>().map_err(|_| WRONG);
    let (hours, minutes) = (number(&digits[..2])?, number(&digits[2..])?);
    if hours > 14 || minutes > 59 {
        return Err("no place on earth has its offset");
    }
    let seconds = (hours * 60 + minutes) * 60;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).map_err(|_| WRONG)
}

impl Told {
    /// The moment. Of one that is told to the day or the hour there is none: a value at midnight would be a guess.
    ///
    /// # Errors
    /// Also where no zone is known, and where the clock showed it twice or never.
    pub(crate) fn moment(&self, zones: Zones) -> Result<Instant, Words> {
        if self.precision < Precision::Minute {
            return Err("it is not told to the minute");
        }
        let offset = match (self.offset.or(zones.message), zones.site) {
            (Some(offset), _) => offset,
            (None, None) => {
                return Err("it names no offset, nor does the header, and no zone of the sender is set");
            }
            (None, Some(zone)) => match zone.to_ambiguous_timestamp(self.wall).offset() {
                AmbiguousOffset::Unambiguous { offset } => offset,
                AmbiguousOffset::Gap { .. } => {
                    return Err("it names no offset, and the clock left it out that day");
                }
                AmbiguousOffset::Fold { .. } => {
                    return Err("it names no offset, and the clock showed it twice that day");
                }
            },
        };
        let stamp = offset.to_timestamp(self.wall).map_err(|_| "it is beyond the calendar")?;
        Ok(Instant(stamp.as_millisecond()))
    }

    /// The same to the whole second, of a sender whose fractions are not to be trusted.
    pub(crate) fn whole_seconds(mut self) -> Told {
        if self.has_fraction {
            self.wall = self.wall.with().subsec_nanosecond(0).build().unwrap_or(self.wall);
        }
        self
    }

    /// A day of birth as FHIR writes it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub(crate) fn date(&self) -> String {
        let date = self.wall.date();
        match self.precision {
            Precision::Year => format!("{:04}", date.year()),
            Precision::Month => format!("{:04}-{:02}", date.year(), date.month()),
            _ => date.to_string(),
        }
    }
}

/// A moment as a time of HL7, in UTC with milliseconds.
pub(crate) fn written(at: Instant) -> String {
    let stamp = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let wall = Offset::UTC.to_datetime(stamp);
    format!("{}.{:03}+0000", wall.strftime("%Y%m%d%H%M%S"), wall.millisecond())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utc(text: &str) -> Result<String, Words> {
        told(text)?.moment(Zones::default()).map(written)
    }

    #[test]
    fn a_time_is_the_moment_that_it_names() {
        for (text, wanted) in [
            ("20260301120000-0330", "20260301153000.000+0000"),
            ("20260301120000+0545", "20260301061500.000+0000"),
            ("20260301120000-0000", "20260301120000.000+0000"),
            ("20260301120000.25+0000", "20260301120000.250+0000"),
            ("20260301120000.2500+0000", "20260301120000.250+0000"),
            ("20260301120000.007+0100", "20260301110000.007+0000"),
            ("20260301120000.0079+0100", "20260301110000.007+0000"),
            ("202603011200+0100", "20260301110000.000+0000"),
            ("20240229235959-1200", "20240301115959.000+0000"),
        ] {
            assert_eq!(utc(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_not_to_the_letter_is_refused_and_never_cut() {
        for text in [
            "",
            "2",
            "202603011",
            "2026030112000",
            "202603011200000000",
            "20260301120000.",
            "20260301120000.12345",
            "20260301120000.1a",
            "202603011200.5+0000",
            "20260301120000+-100",
            "20260301120000-+100",
            "20260301120000+1",
            "20260301120000+01:00",
            "20260301120000+01000",
            "20260301120000Z",
            "20260301120000+1500",
            "20260301120000+0160",
            "20260229120000+0000",
            "20261301120000+0000",
            "20260301240000+0000",
            "20260301126000+0000",
            "20260301120060+0000",
            "2026-03-01T12:00:00Z",
            "20260301 120000",
            "+0100",
            "0",
            "２０２６",
        ] {
            assert!(utc(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_that_is_told_to_the_day_is_no_moment_of_a_value() {
        for text in ["2026", "202603", "20260301", "2026030112", "2026030112+0100"] {
            assert!(utc(text).unwrap_err().contains("minute"), "{text}");
        }
        assert_eq!(told("1961").unwrap().date(), "1961");
        assert_eq!(told("196102").unwrap().date(), "1961-02");
        assert_eq!(told("19610203000000-0600").unwrap().date(), "1961-02-03");
    }

    #[test]
    fn the_hour_that_a_clock_shows_twice_is_not_guessed_and_the_headers_zone_comes_before_the_sites() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let site = Zones { message: None, site: Some(&berlin) };
        let at = |text: &str, zones| told(text).unwrap().moment(zones).map(written);
        assert_eq!(at("20260301120000", site).as_deref(), Ok("20260301110000.000+0000"));
        assert_eq!(at("20260701120000", site).as_deref(), Ok("20260701100000.000+0000"));
        assert!(at("20261025023000", site).unwrap_err().contains("twice"));
        assert!(at("20260329023000", site).unwrap_err().contains("left it out"));
        assert_eq!(at("20261025023000+0100", site).as_deref(), Ok("20261025013000.000+0000"));
        let header = Zones { message: told("20260301120000-0500").unwrap().offset, ..site };
        assert_eq!(at("20260301120000", header).as_deref(), Ok("20260301170000.000+0000"));
        assert!(at("20260301120000", Zones::default()).unwrap_err().contains("no zone"));
    }

    #[test]
    fn fractions_of_a_sender_that_writes_them_wrong_are_left_out() {
        // A peer that writes 7 ms as .7 and reads .2500 as 2.5 s.
        let told = told("20260301120000.7+0000").unwrap();
        assert_eq!(
            told.whole_seconds().moment(Zones::default()).map(written).as_deref(),
            Ok("20260301120000.000+0000")
        );
    }

    proptest! {
        #[test]
        fn every_moment_survives_the_way_there_and_back(ms in 0i64..4_000_000_000_000) {
            prop_assert_eq!(told(&written(Instant(ms))).unwrap().moment(Zones::default()), Ok(Instant(ms)));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in r"[0-9.+\-Z:é ]{0,24}") {
            let _ = utc(&text);
        }
    }
}
