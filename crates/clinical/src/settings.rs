//! The table of settings: what a site can set, within which range, what holds until it does, and what each is for.
//!
//! A new setting is a row here and an arm in [`crate::Site`]; everything that reads, lists or describes settings follows from the
//! table. Deliberately not here: where settings are kept, and what follows from them.

use std::fmt::Write;

use smol_str::SmolStr;

use crate::{HOUR_MS, MINUTE_MS, Measure, SECOND_MS};

/// What a site can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // Their names and meanings stand in the table below.
pub enum Setting {
    AlarmPause,
    AlarmRemind,
    AlarmAskAgain,
    EscalateHigh,
    EscalateMedium,
    EscalateLow,
    ChainHigh,
    ChainMedium,
    ChainLow,
    LimitHeartRate,
    LimitSpO2,
    LimitRespRate,
    LimitSystolic,
    LimitTemperature,
    LimitGlucose,
    ContinuousWindow,
    SpotWindow,
    StaleDevice,
    StaleCharted,
    ScaleTwo,
    Pregnancy,
    GlucoseUnit,
    KeepAfterDischarge,
    PeopleLease,
    LockIdle,
    ConsentGroups,
    ConsentGlass,
}

/// What a setting takes, and what holds until somebody sets it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Takes {
    /// Whole seconds in a range.
    Seconds {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
        /// Until it is set.
        default: i64,
    },
    /// Whole minutes in a range.
    Minutes {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
        /// Until it is set.
        default: i64,
    },
    /// Whole hours in a range.
    Hours {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
        /// Until it is set.
        default: i64,
    },
    /// Roles that are called one after the other, separated by commas.
    Roles(&'static [&'static str]),
    /// Alarm limits of a measure, low and high: `50 to 130`, `90 to -`.
    Bounds(Measure, (Option<f64>, Option<f64>)),
    /// A code as `system|code`.
    Flag(&'static str),
    /// One of a few words, the first of them until it is set.
    OneOf(&'static [&'static str]),
    /// References such as `Organization/1`, separated by spaces; none until it is set.
    References,
}

/// One row of the table of settings.
#[derive(Debug)]
pub struct SettingSpec {
    /// Which setting this row describes.
    pub setting: Setting,
    /// Its name, as it is kept and typed.
    pub key: &'static str,
    /// What it takes, and its default.
    pub takes: Takes,
    /// Whether a unit can have its own: `alarm.pause@Ward 7B`.
    pub per_unit: bool,
    /// What it is for.
    pub meaning: &'static str,
}

const ROLES: &[&str] = &["Charge nurse", "Physician on call", "Rapid response"];

/// Ranges of alarm times: IEC 60601-1-8 as vendors' manuals quote it. Windows of the score: RCP 2017. Alarm limits are those of an
/// adult ward: an illustration until the unit sets its own.
const TABLE: &[SettingSpec] = &[
    seconds(Setting::AlarmPause, "alarm.pause", 30, 600, 120, "how long a pause of the sound lasts"),
    seconds(
        Setting::AlarmRemind,
        "alarm.remind",
        60,
        600,
        180,
        "how often the owner of an alarm that is still on is reminded",
    ),
    seconds(
        Setting::AlarmAskAgain,
        "alarm.ask-again",
        300,
        14400,
        1800,
        "after how long a handled alarm that is still on is asked about again, without a sound",
    ),
    seconds(
        Setting::EscalateHigh,
        "alarm.escalate-high",
        30,
        3600,
        120,
        "how long a high alarm may have no owner",
    ),
    seconds(
        Setting::EscalateMedium,
        "alarm.escalate-medium",
        30,
        7200,
        300,
        "how long a medium alarm may have no owner",
    ),
    seconds(
        Setting::EscalateLow,
        "alarm.escalate-low",
        30,
        14400,
        900,
        "how long a low alarm may have no owner",
    ),
    roles(Setting::ChainHigh, "alarm.chain-high", "who is due for a high alarm, one after the other"),
    roles(Setting::ChainMedium, "alarm.chain-medium", "who is due for a medium alarm"),
    roles(Setting::ChainLow, "alarm.chain-low", "who is due for a low alarm"),
    bounds(
        Setting::LimitHeartRate,
        "limit.heart-rate",
        Measure::HeartRate,
        (Some(50.0), Some(130.0)),
        "alarm limits of the heart rate, in /min, such as 50 to 130",
    ),
    bounds(
        Setting::LimitSpO2,
        "limit.spo2",
        Measure::SpO2,
        (Some(90.0), None),
        "alarm limits of SpO2, in %, such as 90 to -",
    ),
    bounds(
        Setting::LimitRespRate,
        "limit.resp-rate",
        Measure::RespRate,
        (Some(8.0), Some(25.0)),
        "alarm limits of the respiratory rate, in /min",
    ),
    bounds(
        Setting::LimitSystolic,
        "limit.systolic",
        Measure::SystolicBp,
        (Some(90.0), Some(180.0)),
        "alarm limits of the systolic pressure, in mmHg",
    ),
    bounds(
        Setting::LimitTemperature,
        "limit.temperature",
        Measure::Temperature,
        (Some(35.0), Some(38.5)),
        "alarm limits of the temperature, in °C",
    ),
    bounds(
        Setting::LimitGlucose,
        "limit.glucose",
        Measure::Glucose,
        (Some(70.0), Some(250.0)),
        "alarm limits of glucose, in mg/dL",
    ),
    minutes(
        Setting::ContinuousWindow,
        "news2.continuous-window",
        60,
        30,
        "how old a monitor's value may be to score",
    ),
    // The longest interval that RCP 2017 allows a patient who scores 1 to 4.
    minutes(Setting::SpotWindow, "news2.spot-window", 1440, 360, "how old a charted value may be to score"),
    minutes(
        Setting::StaleDevice,
        "stale.device",
        240,
        30,
        "after how long a single value of a device is stale",
    ),
    minutes(Setting::StaleCharted, "stale.charted", 1440, 360, "after how long a charted value is stale"),
    flag(
        Setting::ScaleTwo,
        "news2.scale-two",
        "urn:vigil:flag|news2-spo2-scale-2",
        "the Flag that prescribes SpO2 scale 2",
    ),
    // SNOMED CT: pregnant.
    flag(
        Setting::Pregnancy,
        "news2.pregnancy",
        "http://snomed.info/sct|77386006",
        "the Flag that records a pregnancy",
    ),
    SettingSpec {
        setting: Setting::GlucoseUnit,
        key: "unit.glucose",
        takes: Takes::OneOf(&["as sent", "mmol/L", "mg/dL"]),
        per_unit: false,
        meaning: "the unit of glucose on every screen, paper and dialog",
    },
    SettingSpec {
        setting: Setting::KeepAfterDischarge,
        key: "keep.after-discharge",
        takes: Takes::Hours { least: 1, most: 720, default: 24 },
        per_unit: false,
        meaning: "how long a station of units keeps somebody's data after they left",
    },
    SettingSpec {
        setting: Setting::PeopleLease,
        key: "people.lease",
        takes: Takes::Hours { least: 1, most: 8760, default: 72 },
        per_unit: false,
        meaning: "how long a PIN or a badge is enough after somebody's last full sign-in",
    },
    minutes(
        Setting::LockIdle,
        "lock.idle",
        60,
        5,
        "after how long without a hand on it a station of people locks",
    ),
    SettingSpec {
        setting: Setting::ConsentGroups,
        key: "consent.groups",
        takes: Takes::References,
        per_unit: false,
        meaning: "the organisations, teams and groups that everybody at this station is in, where a consent names them",
    },
    minutes(
        Setting::ConsentGlass,
        "consent.glass",
        240,
        30,
        "for how long a glass that somebody broke stays broken",
    ),
];

const fn seconds(
    setting: Setting,
    key: &'static str,
    least: i64,
    most: i64,
    default: i64,
    meaning: &'static str,
) -> SettingSpec {
    SettingSpec { setting, key, takes: Takes::Seconds { least, most, default }, per_unit: true, meaning }
}

const fn minutes(
    setting: Setting,
    key: &'static str,
    most: i64,
    default: i64,
    meaning: &'static str,
) -> SettingSpec {
    SettingSpec { setting, key, takes: Takes::Minutes { least: 1, most, default }, per_unit: false, meaning }
}

const fn roles(setting: Setting, key: &'static str, meaning: &'static str) -> SettingSpec {
    SettingSpec { setting, key, takes: Takes::Roles(ROLES), per_unit: true, meaning }
}

const fn bounds(
    setting: Setting,
    key: &'static str,
    measure: Measure,
    default: (Option<f64>, Option<f64>),
    meaning: &'static str,
) -> SettingSpec {
    SettingSpec { setting, key, takes: Takes::Bounds(measure, default), per_unit: true, meaning }
}

const fn flag(
    setting: Setting,
    key: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> SettingSpec {
    SettingSpec { setting, key, takes: Takes::Flag(default), per_unit: false, meaning }
}

/// Every setting there is, in the order of a list.
pub fn settings() -> &'static [SettingSpec] {
    TABLE
}

impl Setting {
    /// The table row of this setting.
    pub fn spec(self) -> &'static SettingSpec {
        // The table stands in the order of the enum; a test holds it.
        &TABLE[self as usize]
    }

    /// The setting behind a name.
    pub fn from_key(key: &str) -> Option<Setting> {
        TABLE.iter().find(|row| row.key == key).map(|row| row.setting)
    }

    /// Of a time, how long it is until somebody sets it: milliseconds.
    pub(crate) fn default_ms(self) -> i64 {
        match self.spec().takes {
            Takes::Seconds { default, .. } => default * SECOND_MS,
            Takes::Minutes { default, .. } => default * MINUTE_MS,
            Takes::Hours { default, .. } => default * HOUR_MS,
            Takes::Roles(_) | Takes::Bounds(..) | Takes::Flag(_) | Takes::OneOf(_) | Takes::References => 0,
        }
    }

    /// Of roles, who is called until somebody sets others.
    pub(crate) fn default_roles(self) -> Vec<String> {
        match self.spec().takes {
            Takes::Roles(roles) => roles.iter().map(|role| (*role).to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    /// Of a code, which it is until somebody sets another; empty for what takes none.
    pub(crate) fn default_flag(self) -> &'static str {
        match self.spec().takes {
            Takes::Flag(code) => code,
            _ => "",
        }
    }
}

/// The bounds that hold for a measure until the unit sets its own; `None` for what has none.
pub(crate) fn default_bounds(measure: Measure) -> Option<(Option<f64>, Option<f64>)> {
    TABLE.iter().find_map(|row| match row.takes {
        Takes::Bounds(of, bounds) if of == measure => Some(bounds),
        _ => None,
    })
}

impl SettingSpec {
    /// The time that a text says, in milliseconds; `None` where it is none that this setting takes.
    pub(crate) fn milliseconds(&self, text: &str) -> Option<i64> {
        let (least, most, unit) = match self.takes {
            Takes::Seconds { least, most, .. } => (least, most, SECOND_MS),
            Takes::Minutes { least, most, .. } => (least, most, MINUTE_MS),
            Takes::Hours { least, most, .. } => (least, most, HOUR_MS),
            _ => return None,
        };
        let number: i64 = text.trim().parse().ok()?;
        (number >= least && number <= most).then_some(number * unit)
    }

    /// What it takes, in words.
    pub fn range(&self) -> String {
        match self.takes {
            Takes::Seconds { least, most, .. } => format!("{least} to {most} seconds"),
            Takes::Minutes { least, most, .. } => format!("{least} to {most} minutes"),
            Takes::Hours { least, most, .. } => format!("{least} to {most} hours"),
            Takes::Roles(_) => "one to six roles, separated by commas".to_owned(),
            Takes::Bounds(..) => "a low and a high bound, such as 50 to 130; - leaves a side open".to_owned(),
            Takes::Flag(_) => "a code as system|code".to_owned(),
            Takes::OneOf(words) => words.join(", "),
            Takes::References => {
                "references such as Organization/1, separated by spaces; - for none".to_owned()
            }
        }
    }

    /// Its default, as it would be typed.
    pub fn default_text(&self) -> String {
        match self.takes {
            Takes::Seconds { default, .. }
            | Takes::Minutes { default, .. }
            | Takes::Hours { default, .. } => default.to_string(),
            Takes::Roles(roles) => roles.join(", "),
            Takes::Bounds(_, (low, high)) => {
                let bound = |side: Option<f64>| side.map_or_else(|| "-".to_owned(), |side| side.to_string());
                format!("{} to {}", bound(low), bound(high))
            }
            Takes::Flag(code) => code.to_owned(),
            Takes::OneOf(words) => words.first().copied().unwrap_or_default().to_owned(),
            Takes::References => NONE.to_owned(),
        }
    }

    /// The references that a text says; `None` where one of them is none.
    pub(crate) fn references(&self, text: &str) -> Option<Vec<SmolStr>> {
        if self.takes != Takes::References || text.len() > 600 {
            return None;
        }
        let words = text.split([' ', ',']).filter(|word| !word.is_empty() && *word != NONE);
        words.map(|word| is_reference(word).then(|| SmolStr::new(word))).collect()
    }

    /// The word that a text says; `None` where this setting does not take it.
    pub(crate) fn word(&self, text: &str) -> Option<&'static str> {
        match self.takes {
            Takes::OneOf(words) => words.iter().find(|word| word.eq_ignore_ascii_case(text.trim())).copied(),
            _ => None,
        }
    }
}

/// What stands where nobody is named.
const NONE: &str = "-";

/// `Type/id`.
fn is_reference(word: &str) -> bool {
    word.split_once('/').is_some_and(|(kind, id)| {
        kind.starts_with(|c: char| c.is_ascii_uppercase())
            && kind.chars().all(|c| c.is_ascii_alphabetic())
            && !id.is_empty()
            && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
    })
}

/// The table for people, in Markdown.
pub fn settings_table() -> String {
    let mut out = "| setting | takes | until it is set | what it is for |\n|---|---|---|---|\n".to_owned();
    for row in TABLE {
        let cell = |text: String| text.replace('|', "\\|");
        let key = format!("`{}`{}", row.key, if row.per_unit { " *" } else { "" });
        let (range, default) = (cell(row.range()), cell(row.default_text()));
        // A string takes every write.
        let _ = writeln!(out, "| {key} | {range} | {default} | {} |", row.meaning);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_finds_its_own_row_and_no_name_stands_twice() {
        for (n, row) in TABLE.iter().enumerate() {
            assert_eq!(row.setting as usize, n, "{}", row.key);
            assert_eq!(Setting::from_key(row.key), Some(row.setting));
        }
    }

    /// `VIGIL_WRITE_SETTINGS=1` in front of this test writes the page anew.
    #[test]
    fn the_page_about_settings_says_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
        let kept = std::fs::read_to_string(path).unwrap();
        let (head, _) = kept.split_once("| setting |").unwrap();
        let fresh = format!("{head}{}", settings_table());
        if std::env::var_os("VIGIL_WRITE_SETTINGS").is_some() {
            std::fs::write(path, &fresh).unwrap();
        } else {
            assert!(kept == fresh, "docs/settings.md is out of date: VIGIL_WRITE_SETTINGS=1 writes it anew");
        }
    }
}
