//! Dates of the calendar (Gregorian), without a clock and without a zone.

use std::fmt;

/// A date of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    pub number: i64,
}

impl Date {
    /// The date of a year, a month and a day (Hinnant, `days_from_civil`). A day that the month has not is its last one.
    pub fn of(year: i64, month: i64, day: i64) -> Date {
        let day = day.clamp(1, month_length(year, month));
        let year = year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Date { number: era * 146_097 + day_of_era - 719_468 }
    }

    /// So many months later, on the same day of the month or on its last one.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Date {
        let (year, month, day) = self.ymd();
        let months = year * 12 + month - 1 + months;
        Date::of(months.div_euclid(12), months.rem_euclid(12) + 1, day)
    }

    /// So many days later.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Date {
        Date { number: self.number.saturating_add(days) }
    }

    /// Days since the last Monday: 0 on a Monday, 6 on a Sunday.
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        u8::try_from((self.number + 3).rem_euclid(7)).unwrap_or_default()
    }

    /// Year, month and day (Gregorian; Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
    pub fn ymd(self) -> (i64, i64, i64) {
        let days = self.number + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    /// As ISO 8601 has it: `2026-03-29`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_that_a_month_has_not_is_its_last() {
        for (year, month, day, wanted) in [
            (2025, 2, 31, "2025-02-28"),
            (2024, 2, 30, "2024-02-29"),
            (2100, 2, 29, "2100-02-28"),
            (2000, 2, 29, "2000-02-29"),
            (2026, 4, 31, "2026-04-30"),
        ] {
            assert_eq!(Date::of(year, month, day).to_string(), wanted);
        }
    }

    proptest! {
        #[test]
        fn a_date_is_what_the_calendar_says(number in -200_000i64..200_000) {
            let civil = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(number)).unwrap();
            let date = Date { number };
            prop_assert_eq!(date.to_string(), civil.to_string());
            let (year, month, day) = date.ymd();
            prop_assert_eq!(Date::of(year, month, day), date);
            prop_assert_eq!(i64::from(date.weekday()), i64::from(civil.weekday().to_monday_zero_offset()));
        }

        #[test]
        fn months_are_added_as_the_calendar_adds_them(number in -200_000i64..200_000, months in -600i64..600) {
            let civil = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(number)).unwrap();
            let later = civil.checked_add(jiff::Span::new().months(months)).unwrap();
            prop_assert_eq!(Date { number }.plus_months(months).to_string(), later.to_string());
        }
    }
}
