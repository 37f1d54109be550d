//! How a screen names the settings: by group, each with a few words.

use crate::settings::Setting;

/// What settings are listed together, in the order of a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingGroup {
    /// How long an alarm may wait, and for whom.
    Alarms,
    /// Alarm limits that hold where nobody set others for a patient.
    Limits,
    /// How old a value may be, and which flags change the score.
    Score,
    /// The units on every screen.
    Units,
    /// How long data stay.
    Keeping,
    /// Who is let in, and when a station locks.
    People,
    /// Where a consent names those who are here.
    Consent,
}

impl SettingGroup {
    /// All of them, in the order of a screen.
    pub const ALL: [SettingGroup; 7] = [
        SettingGroup::Alarms,
        SettingGroup::Limits,
        SettingGroup::Score,
        SettingGroup::Units,
        SettingGroup::Keeping,
        SettingGroup::People,
        SettingGroup::Consent,
    ];

    /// As it stands over them.
    pub fn word(self) -> &'static str {
        match self {
            SettingGroup::Alarms => "Alarms, chains and times",
            SettingGroup::Limits => "Alarm limits of a unit",
            SettingGroup::Score => "Score, and the age of values",
            SettingGroup::Units => "Units on the screen",
            SettingGroup::Keeping => "Keeping of data",
            SettingGroup::People => "People, and the lock",
            SettingGroup::Consent => "Consent",
        }
    }
}

impl Setting {
    /// With which others a screen lists it, and what it calls it there.
    pub fn words(self) -> (SettingGroup, &'static str) {
        use SettingGroup::{Alarms, Consent, Keeping, Limits, People, Score, Units};
        match self {
            Setting::AlarmPause => (Alarms, "Pause of the sound"),
            Setting::AlarmRemind => (Alarms, "Reminder to the owner"),
            Setting::AlarmAskAgain => (Alarms, "Asked about again"),
            Setting::EscalateHigh => (Alarms, "Next role, high alarm"),
            Setting::EscalateMedium => (Alarms, "Next role, medium alarm"),
            Setting::EscalateLow => (Alarms, "Next role, low alarm"),
            Setting::ChainHigh => (Alarms, "Chain, high alarm"),
            Setting::ChainMedium => (Alarms, "Chain, medium alarm"),
            Setting::ChainLow => (Alarms, "Chain, low alarm"),
            Setting::LimitHeartRate => (Limits, "Heart rate"),
            Setting::LimitSpO2 => (Limits, "SpO₂"),
            Setting::LimitRespRate => (Limits, "Respiratory rate"),
            Setting::LimitSystolic => (Limits, "Systolic pressure"),
            Setting::LimitTemperature => (Limits, "Temperature"),
            Setting::LimitGlucose => (Limits, "Glucose"),
            Setting::ContinuousWindow => (Score, "Oldest monitored value in a score"),
            Setting::SpotWindow => (Score, "Oldest charted value in a score"),
            Setting::StaleDevice => (Score, "A device's single value is stale"),
            Setting::StaleCharted => (Score, "A charted value is stale"),
            Setting::ScaleTwo => (Score, "Flag for SpO₂ scale 2"),
            Setting::Pregnancy => (Score, "Flag for a pregnancy"),
            Setting::GlucoseUnit => (Units, "Glucose"),
            Setting::KeepAfterDischarge => (Keeping, "After somebody left"),
            Setting::PeopleLease => (People, "PIN and badge are enough"),
            Setting::LockIdle => (People, "Lock without a hand on it"),
            Setting::ConsentGroups => (Consent, "Groups of everybody here"),
            Setting::ConsentGlass => (Consent, "A broken glass stays broken"),
        }
    }
}

/// A setting's name as it is kept: `alarm.pause@ Ward 7B` is `alarm.pause@Ward 7B`.
pub fn setting_key(key: &str) -> String {
    match key.split_once('@') {
        Some((name, unit)) => format!("{}@{}", name.trim(), unit.trim()),
        None => key.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::settings;

    #[test]
    fn every_setting_has_a_group_that_is_listed_and_a_name_of_its_own_in_it() {
        let named: BTreeSet<_> = settings().iter().map(|row| row.setting.words()).collect();
        assert_eq!(named.len(), settings().len());
        for group in SettingGroup::ALL {
            assert!(named.iter().any(|(of, _)| *of == group), "{group:?} is empty");
        }
        assert!(named.iter().all(|(of, _)| SettingGroup::ALL.contains(of)));
    }

    #[test]
    fn a_setting_of_a_unit_has_one_name_however_it_is_typed() {
        for typed in ["alarm.pause@Ward 7B", "alarm.pause@ Ward 7B ", " alarm.pause @Ward 7B"] {
            assert_eq!(setting_key(typed), "alarm.pause@Ward 7B");
        }
        assert_eq!(setting_key(" alarm.pause "), "alarm.pause");
    }
}
