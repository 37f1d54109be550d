//! FHIR `dateTime` and `instant` to and from milliseconds.

use clinical::{Instant, TimeRange};
use jiff::{Timestamp, ToSpan, civil};

/// Reads a FHIR `instant` or `dateTime`. A partial date stands for its first moment in UTC.
pub fn parse_instant(text: &str) -> Option<Instant> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(Instant(stamp.as_millisecond()));
    }
    let zoned = date_of(text)?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
    Some(Instant(zoned.timestamp().as_millisecond()))
}

/// The first day of a date that may be partial; nothing of what says more than a day.
fn date_of(text: &str) -> Option<civil::Date> {
    let mut parts = text.splitn(3, '-');
    let year: i16 = parts.next().filter(|y| y.len() == 4)?.parse().ok()?;
    let month: i8 = parts.next().map_or(Ok(1), str::parse).ok()?;
    let day: i8 = parts.next().map_or(Ok(1), str::parse).ok()?;
    civil::Date::new(year, month, day).ok()
}

/// Reads a FHIR `dateTime` as the time it stands for, in UTC: the whole day, month or year where it says no more.
pub(crate) fn parse_span(text: &str) -> Option<TimeRange> {
    let from = parse_instant(text)?;
    let Some(date) = date_of(text) else { return Some(TimeRange::starting(from, 0)) };
    let next = match text.matches('-').count() {
        0 => date.checked_add(1.years()),
        1 => date.checked_add(1.months()),
        _ => date.checked_add(1.days()),
    };
    let next = next.ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
    TimeRange::of_ms(from.0, next.timestamp().as_millisecond() - 1).ok()
}

/// Reads a FHIR `dateTime` that ends something, as the last moment that belongs to it: what ends with a day holds all of it.
pub fn parse_end(text: &str) -> Option<Instant> {
    parse_span(text).map(TimeRange::to)
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
        let day = |text: &str| parse_instant(text).unwrap();
        for (text, from, next) in [
            ("2024-02-29", "2024-02-29", "2024-03-01"),
            ("2023-12", "2023-12-01", "2024-01-01"),
            ("2024", "2024-01-01", "2025-01-01"),
        ] {
            assert_eq!(parse_span(text), TimeRange::of_ms(day(from).0, day(next).0 - 1).ok(), "{text}");
        }
        assert_eq!(parse_span("2026-03-14T03:12:00.250Z"), Some(TimeRange::starting(utc, 0)));
        assert_eq!(parse_span("2026-13"), None);
        assert_eq!(parse_end("2026-03-14").map(|end| end + 1), parse_instant("2026-03-15"));
        assert_eq!((parse_end("2026-03-14T03:12:00.250Z"), parse_end("then")), (Some(utc), None));
        for bad in ["", "yesterday", "2026-13-01", "26-01-01", "2026-03-14T25:00:00Z"] {
            assert_eq!(parse_instant(bad), None, "{bad}");
        }
    }
}
