//! Moments as whoever sits at the station reads them: on the clock on the wall.

use clinical::Instant;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Where the station is.
pub fn zone() -> TimeZone {
    TimeZone::system()
}

/// A moment in local time. In the hour that is there twice when the clock is put back, `%H:%M` says which it is: `02:30+02`.
pub fn local(at: Instant, format: &str) -> String {
    within(&zone(), at, format)
}

fn within(zone: &TimeZone, at: Instant, format: &str) -> String {
    let zoned = stamp(at).to_zoned_datetime(zone.clone());
    let twice = zone.to_ambiguous_timestamp(zoned.datetime()).is_ambiguous();
    let told = if twice { format.replace("%H:%M", "%H:%M%:::z") } else { format.to_owned() };
    zoned.strftime(&told).to_string()
}

/// Year, month and day.
pub fn today(now: Instant) -> (i16, i8, i8) {
    let date = zone().to_datetime(stamp(now)).date();
    (date.year(), date.month(), date.day())
}

/// Milliseconds that local time is ahead of UTC.
pub fn ahead_of_utc(at: Instant) -> i64 {
    i64::from(zone().to_offset(stamp(at)).seconds()) * 1000
}

/// A moment as `2026-03-14T03:12:00.000Z` tells it.
pub(crate) fn read_instant(text: &str) -> Option<Instant> {
    text.parse::<Timestamp>().ok().map(|stamp| Instant(stamp.as_millisecond()))
}

fn stamp(at: Instant) -> Timestamp {
    Timestamp::from_millisecond(at.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_that_is_there_twice_says_which() {
        let berlin = TimeZone::get("Europe/Berlin").expect("the zones of this machine (package tzdata)");
        let told = |text: &str| {
            let at = text.parse::<Timestamp>().unwrap().as_millisecond();
            within(&berlin, Instant(at), "%a %d %H:%M")
        };
        assert_eq!(told("2026-10-24T23:59:00Z"), "Sun 25 01:59");
        assert_eq!(told("2026-10-25T00:30:00Z"), "Sun 25 02:30+02");
        assert_eq!(told("2026-10-25T01:30:00Z"), "Sun 25 02:30+01");
        assert_eq!(told("2026-10-25T02:00:00Z"), "Sun 25 03:00");
        assert_eq!(told("2026-03-29T01:00:00Z"), "Sun 29 03:00");
    }
}
