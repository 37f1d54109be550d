//! Where the axes have their marks.

use clinical::{DAY_MS, HOUR_MS, MINUTE_MS};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Round values in a range, about `most` of them.
pub fn value_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) || most == 0 {
        return Vec::new();
    }
    let rough = span / most as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(10.0 * power);
    let mut at = (low / step).ceil() * step;
    let mut out = Vec::new();
    while at <= high + step * 1e-9 {
        out.push((at / step).round() * step);
        at += step;
    }
    out
}

/// How far apart the marks of a time axis are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeStep {
    /// So many minutes; they divide half an hour, as what zones differ by.
    Minutes(i64),
    /// So many hours of a day, from midnight.
    Hours(i8),
    /// So many days, at their midnights; seven are weeks, which begin on Monday.
    Days(i64),
    /// So many months of a year, at their first days.
    Months(i8),
    /// So many years, at their first days.
    Years(i16),
}

/// No axis has room for more.
const MOST_TICKS: usize = 300;

impl TimeStep {
    /// The closest that gives a range of `span_ms` at most about `most` marks.
    pub fn of(span_ms: i64, most: usize) -> TimeStep {
        use TimeStep::{Days, Hours, Minutes, Months, Years};
        let minutes = [1, 2, 5, 10, 15, 30].map(Minutes);
        let hours = [1, 2, 3, 4, 6, 12].map(Hours);
        let days = [1, 2, 7].map(Days);
        let months = [1, 3, 6].map(Months);
        let years = [1, 2, 5, 10, 20, 50, 100, 1000].map(Years);
        let rough = span_ms / i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        let mut steps = minutes.into_iter().chain(hours).chain(days).chain(months).chain(years);
        steps.find(|step| step.about_ms() >= rough).unwrap_or(Years(1000))
    }

    fn about_ms(self) -> i64 {
        match self {
            TimeStep::Minutes(n) => n * MINUTE_MS,
            TimeStep::Hours(n) => i64::from(n) * HOUR_MS,
            TimeStep::Days(n) => n * DAY_MS,
            TimeStep::Months(n) => i64::from(n) * 30 * DAY_MS,
            TimeStep::Years(n) => i64::from(n) * 365 * DAY_MS,
        }
    }

    /// Whether a day begins with a mark of this step.
    fn is_at(self, date: Date) -> bool {
        let day = date.duration_since(EPOCH).as_hours() / 24;
        match self {
            // The epoch was a Thursday.
            TimeStep::Days(7) => (day - 4).rem_euclid(7) == 0,
            TimeStep::Days(n) => day.rem_euclid(n) == 0,
            TimeStep::Months(n) => date.day() == 1 && (date.month() - 1) % n == 0,
            TimeStep::Years(n) => date.day() == 1 && date.month() == 1 && date.year() % n == 0,
            TimeStep::Minutes(_) | TimeStep::Hours(_) => true,
        }
    }

    /// A day so far after one with a mark, or less, that none with a mark lies between.
    fn after(self, date: Date) -> Option<Date> {
        let span = match self {
            TimeStep::Months(_) | TimeStep::Years(_) if !self.is_at(date) => 1.day(),
            TimeStep::Months(n) => n.months(),
            TimeStep::Years(n) => n.years(),
            _ => 1.day(),
        };
        date.checked_add(span).ok()
    }
}

const EPOCH: Date = date(1970, 1, 1);

/// Round moments of local time in a range, oldest first, milliseconds since 1970. Where the clock is put forward, a mark within
/// the hour that is not there is left out; where it is put back, hours of a day have the first of two.
pub fn time_ticks((from, to): (i64, i64), step: TimeStep, zone: &TimeZone) -> Vec<i64> {
    let Ok(first) = Timestamp::from_millisecond(from) else { return Vec::new() };
    if let TimeStep::Minutes(_) | TimeStep::Hours(1) = step {
        // Those of an hour that is there twice are there twice.
        let (step, ahead) = (step.about_ms(), i64::from(zone.to_offset(first).seconds()) * 1000);
        let start = (from + ahead).div_euclid(step) * step - ahead;
        let all = (0..).map(|n| start + n * step);
        return all.skip_while(|t| *t < from).take_while(|t| *t <= to).take(MOST_TICKS).collect();
    }
    let hours = if let TimeStep::Hours(n) = step { usize::try_from(n).unwrap_or(24).max(1) } else { 24 };
    let days = std::iter::successors(Some(zone.to_datetime(first).date()), |date| step.after(*date));
    days.filter(|date| step.is_at(*date))
        .flat_map(|date| (0..24).step_by(hours).map(move |hour| date.at(hour, 0, 0, 0)))
        .map_while(|wanted| Some((wanted, wanted.to_zoned_datetime(zone.clone()).ok()?)))
        // A day that begins at one o'clock begins there.
        .filter(|(wanted, found)| found.datetime() == *wanted || wanted.hour() == 0)
        .map(|(_, found)| found.timestamp().as_millisecond())
        .skip_while(|t| *t < from)
        .take_while(|t| *t <= to)
        .take(MOST_TICKS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("the zones of this machine (package tzdata)")
    }

    fn words(range: (&str, &str), step: TimeStep, zone: &TimeZone) -> Vec<String> {
        let ms = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let ticks = time_ticks((ms(range.0), ms(range.1)), step, zone).into_iter();
        ticks
            .map(|t| {
                let local = Timestamp::from_millisecond(t).unwrap().to_zoned_datetime(zone.clone());
                local.strftime("%d %b %H:%M").to_string()
            })
            .collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(value_ticks(52.0, 131.0, 4), [60.0, 80.0, 100.0, 120.0]);
        assert!(value_ticks(5.0, 5.0, 4).is_empty());
        let hours = time_ticks((0, DAY_MS), TimeStep::of(DAY_MS, 8), &TimeZone::UTC);
        assert_eq!((hours.len(), hours[1]), (9, 3 * HOUR_MS));
    }

    #[test]
    fn a_step_follows_the_span() {
        let of = |span| TimeStep::of(span, 8);
        assert_eq!(
            [of(0), of(HOUR_MS), of(DAY_MS), of(4 * DAY_MS), of(14 * DAY_MS)],
            [
                TimeStep::Minutes(1),
                TimeStep::Minutes(10),
                TimeStep::Hours(3),
                TimeStep::Hours(12),
                TimeStep::Days(2)
            ]
        );
        assert_eq!((of(365 * DAY_MS), of(50 * 365 * DAY_MS)), (TimeStep::Months(3), TimeStep::Years(10)));
        assert_eq!(of(i64::MAX), TimeStep::Years(1000));
    }

    #[test]
    fn days_begin_at_the_midnight_of_where_the_station_is_whatever_the_clock_did_meanwhile() {
        let berlin = zone("Europe/Berlin");
        let spring = ("2026-03-27T12:00:00Z", "2026-03-31T12:00:00Z");
        let midnights = ["28 Mar 00:00", "29 Mar 00:00", "30 Mar 00:00", "31 Mar 00:00"];
        assert_eq!(words(spring, TimeStep::Days(1), &berlin), midnights);
        let autumn = ("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
        assert_eq!(words(autumn, TimeStep::Days(1), &berlin), ["25 Oct 00:00", "26 Oct 00:00"]);
        let weeks = ("2026-10-20T12:00:00Z", "2026-11-10T12:00:00Z");
        let mondays = ["26 Oct 00:00", "02 Nov 00:00", "09 Nov 00:00"];
        assert_eq!(words(weeks, TimeStep::Days(7), &berlin), mondays);
        // In Beirut the first day of summer time begins at one.
        let beirut = ("2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z");
        let days = ["28 Mar 00:00", "29 Mar 01:00", "30 Mar 00:00"];
        assert_eq!(words(beirut, TimeStep::Days(1), &zone("Asia/Beirut")), days);
    }

    #[test]
    fn hours_stand_where_they_were_on_the_wall_on_the_night_that_the_clock_changes() {
        let berlin = zone("Europe/Berlin");
        let spring = ("2026-03-28T22:30:00Z", "2026-03-29T06:00:00Z");
        let hours = ["29 Mar 00:00", "29 Mar 04:00", "29 Mar 06:00", "29 Mar 08:00"];
        assert_eq!(words(spring, TimeStep::Hours(2), &berlin), hours);
        let autumn = ("2026-10-24T21:30:00Z", "2026-10-25T03:00:00Z");
        let hours = ["25 Oct 00:00", "25 Oct 02:00", "25 Oct 04:00"];
        assert_eq!(words(autumn, TimeStep::Hours(2), &berlin), hours);
        let hours = ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00"].map(|h| format!("25 Oct {h}"));
        assert_eq!(words(autumn, TimeStep::Hours(1), &berlin), hours);
        let india = ("2026-10-24T21:00:00Z", "2026-10-25T03:00:00Z");
        let hours = ["25 Oct 03:00", "25 Oct 06:00"];
        assert_eq!(words(india, TimeStep::Hours(3), &zone("Asia/Kolkata")), hours);
        let hours = ["03:00", "04:00", "05:00", "06:00", "07:00", "08:00"].map(|h| format!("25 Oct {h}"));
        assert_eq!(words(india, TimeStep::Hours(1), &zone("Asia/Kolkata")), hours);
    }

    #[test]
    fn a_long_range_has_its_months_and_years() {
        let utc = TimeZone::UTC;
        let year = ("2025-11-05T00:00:00Z", "2026-11-05T00:00:00Z");
        let months = ["01 Jan 00:00", "01 Apr 00:00", "01 Jul 00:00", "01 Oct 00:00"];
        assert_eq!(words(year, TimeStep::Months(3), &utc), months);
        let century = ("1976-11-05T00:00:00Z", "2026-11-05T00:00:00Z");
        assert_eq!(words(century, TimeStep::Years(10), &utc).len(), 5);
        assert!(time_ticks((i64::MIN, i64::MAX), TimeStep::Days(1), &utc).is_empty());
    }
}
