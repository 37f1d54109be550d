//! FHIR `dateTime` and `instant` to and from milliseconds.

use clinical::Instant;
use jiff::{Timestamp, civil};

/// Reads a FHIR `instant` or `dateTime`. A partial date stands for its first moment in UTC.
pub fn parse_instant(text: &str) -> Option<Instant> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(Instant(stamp.as_millisecond()));
    }
    let mut parts = text.splitn(3, '-');
    let year: i16 = parts.next().filter(|y| y.len() == 4)?.parse().ok()?;
    let month: i8 = parts.next().map_or(Ok(1), str::parse).ok()?;
    let day: i8 = parts.next().map_or(Ok(1), str::parse).ok()?;
    let date = civil::Date::new(year, month, day).ok()?;
    let zoned = date.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
    Some(Instant(zoned.timestamp().as_millisecond()))
}

/// Writes a FHIR `instant` in UTC with milliseconds.
pub fn format_instant(at: Instant) -> String {
    // Outside jiff's range (years -9999 to 9999) there is no patient; the nearest end is shown.
    let stamp =
        Timestamp::from_millisecond(at.0).unwrap_or(if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX });
    format!("{stamp:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_moment_across_offsets() {
        let utc = parse_instant("2026-03-14T03:12:00.250Z").unwrap();
        assert_eq!(parse_instant("2026-03-14T05:12:00.25+02:00"), Some(utc));
        assert_eq!(format_instant(utc), "2026-03-14T03:12:00.250Z");
        assert_eq!(parse_instant("2026-03").map(format_instant).unwrap(), "2026-03-01T00:00:00.000Z");
        for bad in ["", "yesterday", "2026-13-01", "26-01-01", "2026-03-14T25:00:00Z"] {
            assert_eq!(parse_instant(bad), None, "{bad}");
        }
    }
}
