//! Events of a day: those that a prescription names, and when a person has them.

use crate::{HOUR_MS, MINUTE_MS};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $code:literal),+ $(,)?) => {
        /// An event of the day that something is due at (FHIR R4, EventTiming).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum When { $($(#[$doc])* $name),+ }

        impl When {
            /// Each of them.
            pub const ALL: [When; 26] = [$(When::$name),+];

            /// FHIR's code.
            pub fn code(self) -> &'static str {
                match self { $(When::$name => $code),+ }
            }
        }
    };
}

events! {
    /// In the morning.
    Morning "MORN",
    /// Early in the morning.
    EarlyMorning "MORN.early",
    /// Late in the morning.
    LateMorning "MORN.late",
    /// At noon.
    Noon "NOON",
    /// In the afternoon.
    Afternoon "AFT",
    /// Early in the afternoon.
    EarlyAfternoon "AFT.early",
    /// Late in the afternoon.
    LateAfternoon "AFT.late",
    /// In the evening.
    Evening "EVE",
    /// Early in the evening.
    EarlyEvening "EVE.early",
    /// Late in the evening.
    LateEvening "EVE.late",
    /// At night.
    Night "NIGHT",
    /// After going to sleep.
    Asleep "PHS",
    /// Before going to sleep.
    Bed "HS",
    /// On waking.
    Wake "WAKE",
    /// With each meal.
    WithMeals "C",
    /// With breakfast.
    WithBreakfast "CM",
    /// With lunch.
    WithLunch "CD",
    /// With dinner.
    WithDinner "CV",
    /// Before each meal.
    BeforeMeals "AC",
    /// Before breakfast.
    BeforeBreakfast "ACM",
    /// Before lunch.
    BeforeLunch "ACD",
    /// Before dinner.
    BeforeDinner "ACV",
    /// After each meal.
    AfterMeals "PC",
    /// After breakfast.
    AfterBreakfast "PCM",
    /// After lunch.
    AfterLunch "PCD",
    /// After dinner.
    AfterDinner "PCV",
}

impl When {
    /// The event of a code.
    pub fn from_code(code: &str) -> Option<When> {
        When::ALL.into_iter().find(|when| when.code() == code)
    }

    /// Whether it is taken with a meal, so that no minute lies between.
    pub(super) fn is_with_meal(self) -> bool {
        matches!(self, When::WithMeals | When::WithBreakfast | When::WithLunch | When::WithDinner)
    }

    /// Whether an offset from it goes back in time. One whose code does not tell is after it (Timing.repeat.offset).
    fn is_before(self) -> bool {
        matches!(
            self,
            When::Bed | When::BeforeMeals | When::BeforeBreakfast | When::BeforeLunch | When::BeforeDinner
        )
    }
}

/// When a person has the events of a day: milliseconds since midnight as the clock on the wall shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// Wakes.
    pub wake_ms: i64,
    /// Has breakfast.
    pub breakfast_ms: i64,
    /// Has lunch.
    pub lunch_ms: i64,
    /// Has dinner.
    pub dinner_ms: i64,
    /// Goes to bed.
    pub bed_ms: i64,
    /// Takes the first of several doses, where no time is said.
    pub first_dose_ms: i64,
    /// Takes the last of them.
    pub last_dose_ms: i64,
}

impl Rhythm {
    /// Where nothing is known of the person (*house*): 7:00, 8:00, 12:30, 18:30, 22:00, and doses from 8:00 to 20:00.
    pub const USUAL: Rhythm = Rhythm {
        wake_ms: 7 * HOUR_MS,
        breakfast_ms: 8 * HOUR_MS,
        lunch_ms: 12 * HOUR_MS + 30 * MINUTE_MS,
        dinner_ms: 18 * HOUR_MS + 30 * MINUTE_MS,
        bed_ms: 22 * HOUR_MS,
        first_dose_ms: 8 * HOUR_MS,
        last_dose_ms: 20 * HOUR_MS,
    };

    /// The times of an event, an offset before or after it, in order: three where it is each meal's. One that an offset takes over
    /// midnight is held at the end of its day.
    pub fn times(&self, when: When, offset_min: u32) -> Vec<i64> {
        let meals = [self.breakfast_ms, self.lunch_ms, self.dinner_ms];
        let events = match when {
            When::WithMeals | When::BeforeMeals | When::AfterMeals => meals.to_vec(),
            When::WithBreakfast | When::BeforeBreakfast | When::AfterBreakfast => vec![self.breakfast_ms],
            When::WithLunch | When::BeforeLunch | When::AfterLunch => vec![self.lunch_ms],
            When::WithDinner | When::BeforeDinner | When::AfterDinner => vec![self.dinner_ms],
            When::Wake => vec![self.wake_ms],
            When::Bed | When::Asleep | When::Night => vec![self.bed_ms],
            When::EarlyMorning => vec![6 * HOUR_MS],
            When::Morning => vec![8 * HOUR_MS],
            When::LateMorning => vec![10 * HOUR_MS],
            When::Noon => vec![12 * HOUR_MS],
            When::EarlyAfternoon => vec![13 * HOUR_MS],
            When::Afternoon => vec![15 * HOUR_MS],
            When::LateAfternoon => vec![16 * HOUR_MS],
            When::EarlyEvening => vec![18 * HOUR_MS],
            When::Evening => vec![19 * HOUR_MS],
            When::LateEvening => vec![21 * HOUR_MS],
        };
        let offset = i64::from(offset_min) * MINUTE_MS * if when.is_before() { -1 } else { 1 };
        events.into_iter().map(|ms| (ms + offset).clamp(0, 24 * HOUR_MS - MINUTE_MS)).collect()
    }

    /// The times of so many doses on a day where none is said, evenly from the first to the last.
    pub fn spread(&self, doses: u32) -> Vec<i64> {
        let (first, length) = (self.first_dose_ms, self.last_dose_ms - self.first_dose_ms);
        let steps = i64::from(doses.max(2)) - 1;
        (0..i64::from(doses)).map(|n| first + length * n / steps).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_an_event_and_has_a_time_on_its_day() {
        for when in When::ALL {
            assert_eq!(When::from_code(when.code()), Some(when));
            for offset in [0, 30, 24 * 60] {
                let times = Rhythm::USUAL.times(when, offset);
                assert!(!times.is_empty() && times.iter().all(|ms| (0..24 * HOUR_MS).contains(ms)));
                assert!(times.is_sorted());
            }
        }
        assert_eq!(When::from_code("morn"), None);
    }

    #[test]
    fn before_goes_back_and_everything_else_forward() {
        let half_past = |hour: i64| hour * HOUR_MS + 30 * MINUTE_MS;
        for (code, offset, wanted) in [
            ("AC", 30, vec![half_past(7), 12 * HOUR_MS, 18 * HOUR_MS]),
            ("PCM", 30, vec![half_past(8)]),
            ("HS", 30, vec![half_past(21)]),
            ("WAKE", 30, vec![half_past(7)]),
            ("MORN", 30, vec![half_past(8)]),
            ("C", 0, vec![8 * HOUR_MS, half_past(12), half_past(18)]),
        ] {
            let when = When::from_code(code).unwrap();
            assert_eq!(Rhythm::USUAL.times(when, offset), wanted, "{code}");
        }
    }

    #[test]
    fn doses_without_a_time_are_spread_over_the_day() {
        let hours =
            |doses| -> Vec<i64> { Rhythm::USUAL.spread(doses).into_iter().map(|ms| ms / HOUR_MS).collect() };
        assert_eq!(hours(1), [8]);
        assert_eq!(hours(2), [8, 20]);
        assert_eq!(hours(3), [8, 14, 20]);
        assert_eq!(hours(4), [8, 12, 16, 20]);
    }
}
