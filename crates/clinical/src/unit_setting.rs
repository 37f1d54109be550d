//! What somebody set for one unit, as every station of that unit is told.
//!
//! Deliberately not here: how it is sent, and where it is kept.

use crate::{Instant, Site, SiteError, setting_key};

/// A setting of one unit, or that it was given back to the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitSetting {
    /// Its key with the unit: `alarm.pause@Ward 7B`.
    pub key: String,
    /// What holds, as it is typed; `None` where the unit has again what the site has.
    pub value: Option<String>,
    /// Since when, by the clock of the station where it was set; later than whatever it took the place of.
    pub at: Instant,
    /// Who set it, as shown.
    pub by: String,
    /// At which station.
    pub station: String,
}

impl UnitSetting {
    /// Whether it is a setting that a unit can have, with a value that is accepted.
    ///
    /// # Errors
    /// With what is wrong, in words for a person.
    pub fn check(&self) -> Result<(), SiteError> {
        let (_, unit) = Site::named(&self.key)?;
        if unit.is_none_or(str::is_empty) || setting_key(&self.key) != self.key {
            return Err(SiteError::Unknown(self.key.chars().take(60).collect()));
        }
        match &self.value {
            Some(value) => Site::default().set(&self.key, value),
            None => Ok(()),
        }
    }

    /// Whether it takes the place of what is known: the later one does. Of two at one moment every station takes the same.
    pub fn replaces(&self, known: &UnitSetting) -> bool {
        let rank = |one: &UnitSetting| (one.at, one.value.clone(), one.by.clone(), one.station.clone());
        rank(self) > rank(known)
    }

    /// The moment of a change here, at `now`: it takes the place of what is known even where that was set by a clock ahead of ours.
    #[must_use]
    pub fn moment_after(known: Option<&UnitSetting>, now: Instant) -> Instant {
        known.map_or(now, |known| now.max(Instant(known.at.0.saturating_add(1))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn set(key: &str, value: Option<&str>, at: i64) -> UnitSetting {
        let (by, station) = ("N. Okafor".to_owned(), "7B-1".to_owned());
        UnitSetting { key: key.into(), value: value.map(str::to_owned), at: Instant(at), by, station }
    }

    #[test]
    fn only_what_a_unit_can_have_passes_and_only_within_its_range() {
        assert!(set("alarm.pause@Ward 7B", Some("90"), 0).check().is_ok());
        assert!(set("alarm.pause@Ward 7B", None, 0).check().is_ok());
        for (key, value) in [
            ("alarm.pause@Ward 7B", Some("29")),
            ("alarm.pause", Some("90")),
            ("lock.idle@Ward 7B", Some("5")),
            ("lock.idle@Ward 7B", None),
            ("alarm.pause@", Some("90")),
            ("alarm.pause@ Ward 7B", Some("90")),
            ("alarm.silence@Ward 7B", None),
            ("limit.spo2@Ward 7B", Some("- to -")),
        ] {
            assert!(set(key, value, 0).check().is_err(), "{key} {value:?}");
        }
    }

    #[test]
    fn every_order_of_hearing_ends_with_the_same_value() {
        let key = "alarm.pause@Ward 7B";
        let said =
            [set(key, Some("90"), 5), set(key, None, 5), set(key, Some("60"), 5), set(key, Some("30"), 4)];
        for first in 0..said.len() {
            let mut holds = said[first].clone();
            for step in 1..said.len() {
                let next = &said[(first + step) % said.len()];
                if next.replaces(&holds) {
                    holds = next.clone();
                }
            }
            assert_eq!(holds.value.as_deref(), Some("90"));
        }
        assert!(!said[0].replaces(&said[0]));
    }

    #[test]
    fn a_change_here_takes_the_place_of_one_from_a_clock_ahead() {
        let ahead = set("alarm.pause@Ward 7B", Some("90"), 1_000_000);
        assert_eq!(UnitSetting::moment_after(Some(&ahead), Instant(5)), Instant(1_000_001));
        assert_eq!(UnitSetting::moment_after(Some(&ahead), Instant(2_000_000)), Instant(2_000_000));
        assert_eq!(UnitSetting::moment_after(None, Instant(5)), Instant(5));
    }
}
