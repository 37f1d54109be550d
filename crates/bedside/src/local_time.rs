//! Moments as whoever sits at the station reads them: on the clock on the wall.

use clinical::{DAY_MS, Instant, TimeRange, WallClock};
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

/// The clock on the wall over a range and some days around it: of a zone by its name, `Asia/Kolkata`, or of the station. Nothing where
/// no zone has that name.
pub fn wall_clock(name: Option<&str>, range: TimeRange) -> Option<WallClock> {
    let zone = name.map_or_else(|| Some(zone()), |name| TimeZone::get(name).ok())?;
    let ms = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1000;
    let around = range.widened(3 * DAY_MS);
    let (from, to) = (stamp(around.from()), stamp(around.to()));
    let changes = zone.following(from).take_while(|change| change.timestamp() <= to);
    let changes = changes.map(|change| (Instant(change.timestamp().as_millisecond()), ms(change.offset())));
    Some(WallClock::new(ms(zone.to_offset(from)), changes))
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
    fn the_clock_on_the_wall_is_changed_when_that_of_the_zone_is() {
        let at = |text: &str| Instant(text.parse::<Timestamp>().unwrap().as_millisecond());
        let range = TimeRange::new(at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")).unwrap();
        let clock =
            wall_clock(Some("Europe/Berlin"), range).expect("the zones of this machine (package tzdata)");
        let hours: Vec<_> = clock.days(range).iter().map(|day| day.length_ms / clinical::HOUR_MS).collect();
        assert_eq!(hours, [23]);
        assert!(wall_clock(Some("Europe/Atlantis"), range).is_none() && wall_clock(None, range).is_some());
    }

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
