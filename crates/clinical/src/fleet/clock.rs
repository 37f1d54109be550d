//! Clocks of devices, put right by coincident timestamps (HL7 Personal Health Device guide, "Coincident Time Stamp").
//!
//! A gateway reads what time a device shows at what time of its own. Where the gateway's clock is the better one, the difference is added
//! to every time that the device told; where the device's is (it is synchronised, and the gateway is not), times stay as they are. A
//! counter of ticks has no time but by this. A reading holds from when it was made until the next: where the device's clock was set
//! in between, a new one was made, and what came before it keeps the old one.

use crate::{Instant, MINUTE_MS};

/// How far ahead of its own clock a device may seem to have measured: milliseconds. *House.*
const AHEAD_MS: i64 = MINUTE_MS;

/// What a device's times count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timeline {
    /// A date and a time of day, as milliseconds since 1970 (UTC, or as if it were).
    TimeOfDay,
    /// Milliseconds since nobody knows when.
    Ticks,
}

/// What a device showed when a gateway's clock showed something: both of one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coincident {
    /// The gateway's time (`effectiveDateTime`).
    pub gateway: Instant,
    /// The device's (`valueDateTime`, `valueQuantity`): milliseconds.
    pub device_ms: i64,
}

impl Coincident {
    /// How far the device is behind: what is added to its times. Milliseconds.
    pub fn off_ms(&self) -> i64 {
        self.gateway.0.saturating_sub(self.device_ms)
    }
}

/// A time of a device on ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// When it was.
    pub at: Instant,
    /// What was added to the device's time to get there: milliseconds. Less this, it is as the device told it.
    pub added_ms: i64,
    /// How far the device was behind, whether that was added or not: milliseconds.
    pub off_ms: i64,
}

/// A time that cannot be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotToPlace {
    /// No reading of the clock from before.
    #[error("nobody read the device's clock before this came: its time is not known")]
    NeverRead,
    /// It is later than the device's clock can have been.
    #[error("the device's time lies after the moment it was sent: its clock was set back, or it counts anew")]
    Ahead,
}

/// A device's clock.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceClock {
    readings: Vec<Coincident>,
    timeline: Timeline,
    device_is_better: bool,
}

impl DeviceClock {
    /// A clock by its readings, in any order. `device_is_better` where the device is synchronised and the gateway is not; of ticks it
    /// changes nothing.
    pub fn new(
        readings: impl IntoIterator<Item = Coincident>,
        timeline: Timeline,
        device_is_better: bool,
    ) -> DeviceClock {
        let mut readings: Vec<_> = readings.into_iter().collect();
        readings.sort_by_key(|reading| (reading.gateway, reading.device_ms));
        DeviceClock { readings, timeline, device_is_better }
    }

    /// How far it was behind at the last reading up to a moment: milliseconds. Of ticks that says nothing.
    pub fn off_ms(&self, at: Instant) -> Option<i64> {
        self.reading(at).filter(|_| self.timeline == Timeline::TimeOfDay).map(Coincident::off_ms)
    }

    /// A time that the device told, in what was received at a moment of the gateway's.
    ///
    /// # Errors
    /// Where its clock was not read up to then, or where the time lies ahead of what it can have shown.
    pub fn correct(&self, told_ms: i64, received: Instant) -> Result<Corrected, NotToPlace> {
        let stays = self.device_is_better && self.timeline == Timeline::TimeOfDay;
        let reading = self.reading(received).ok_or(NotToPlace::NeverRead)?;
        let shows_ms = reading.device_ms.saturating_add(received.ms_since(reading.gateway));
        if told_ms > shows_ms.saturating_add(AHEAD_MS) {
            return Err(NotToPlace::Ahead);
        }
        let off_ms = reading.off_ms();
        let added_ms = if stays { 0 } else { off_ms };
        Ok(Corrected { at: Instant(told_ms) + added_ms, added_ms, off_ms })
    }

    fn reading(&self, at: Instant) -> Option<&Coincident> {
        self.readings[..self.readings.partition_point(|reading| reading.gateway <= at)].last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DAY_MS, HOUR_MS};
    use proptest::prelude::*;

    const NOON: Instant = Instant(1_000 * DAY_MS + 12 * HOUR_MS);

    fn behind(ms: i64, at: Instant) -> Coincident {
        Coincident { gateway: at, device_ms: at.0 - ms }
    }

    #[test]
    fn an_hour_behind_is_put_right_and_can_be_taken_back() {
        let clock = DeviceClock::new([behind(HOUR_MS, NOON)], Timeline::TimeOfDay, false);
        let told = NOON.0 - 3 * HOUR_MS;
        let found = clock.correct(told, NOON + MINUTE_MS).unwrap();
        assert_eq!((found.at, found.off_ms), (NOON - 2 * HOUR_MS, HOUR_MS));
        assert_eq!(found.at.0 - found.added_ms, told);
        assert_eq!(clock.off_ms(NOON), Some(HOUR_MS));
    }

    #[test]
    fn the_better_clock_stays() {
        let clock = DeviceClock::new([behind(HOUR_MS, NOON)], Timeline::TimeOfDay, true);
        let found = clock.correct(NOON.0 - 2 * HOUR_MS, NOON).unwrap();
        assert_eq!((found.at, found.added_ms, found.off_ms), (NOON - 2 * HOUR_MS, 0, HOUR_MS));
    }

    #[test]
    fn a_clock_that_was_set_holds_from_then_on_and_what_came_before_keeps_the_old() {
        let set = NOON + DAY_MS;
        let readings = [behind(0, set), behind(HOUR_MS, NOON)];
        let clock = DeviceClock::new(readings, Timeline::TimeOfDay, false);
        let added = |received| clock.correct(NOON.0 - 5 * HOUR_MS, received).map(|found| found.added_ms);
        assert_eq!(added(NOON), Ok(HOUR_MS));
        assert_eq!(added(set - 1), Ok(HOUR_MS));
        assert_eq!(added(set), Ok(0));
        assert_eq!(added(NOON - 1), Err(NotToPlace::NeverRead));
    }

    #[test]
    fn ticks_after_a_restart_are_not_placed_by_the_count_before_it() {
        let restarted = Coincident { gateway: NOON, device_ms: 5 * MINUTE_MS };
        let clock = DeviceClock::new([restarted], Timeline::Ticks, true);
        assert_eq!(clock.correct(2 * MINUTE_MS, NOON).map(|found| found.at), Ok(NOON - 3 * MINUTE_MS));
        assert_eq!(clock.correct(90 * HOUR_MS, NOON), Err(NotToPlace::Ahead));
        assert_eq!(clock.off_ms(NOON), None);
    }

    proptest! {
        #[test]
        fn however_far_off_a_clock_is_the_moment_is_found(
            off in -400 * DAY_MS..400 * DAY_MS, ago in 0i64..30 * DAY_MS, later in 0i64..HOUR_MS,
        ) {
            let clock = DeviceClock::new([behind(off, NOON)], Timeline::TimeOfDay, false);
            let true_moment = NOON - ago;
            let found = clock.correct(true_moment.0 - off, NOON + later).unwrap();
            prop_assert_eq!((found.at, found.off_ms), (true_moment, off));
        }
    }
}
