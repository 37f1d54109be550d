//! What a site sets: how its alarms behave, how old a value may be to score, which flags change the score.
//!
//! Settings are pairs of text, so that they can be listed, kept and checked by name; the table of them is in `settings`.
//! Deliberately not here: where they are kept.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::{
    HOUR_MS, LimitError, MINUTE_MS, Policy, Priority, SECOND_MS, Setting, SettingSpec, StaleAfter, Takes,
    Windows, settings,
};

/// A site's settings; the default is what the table says.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Of units that have none of their own.
    policy: Policy,
    units: BTreeMap<String, Policy>,
    /// How old an input of NEWS2 may be.
    pub windows: Windows,
    /// When a value no longer speaks of now.
    pub stale: StaleAfter,
    /// `system|code` of the Flag that prescribes SpO₂ scale 2.
    pub scale_two: Code,
    /// `system|code` of the Flag that records a pregnancy.
    pub pregnancy: Code,
    /// UCUM code of the unit in which glucose is shown; `None` where it is the one that values come in.
    pub glucose: Option<&'static str>,
    /// How long a station of units keeps the data of somebody who left, in milliseconds.
    pub keep_after_discharge_ms: i64,
    /// How long a PIN or a badge is enough after somebody's last full sign-in, in milliseconds.
    pub lease_ms: i64,
    /// After how long without a hand on it a station of people locks, in milliseconds.
    pub idle_ms: i64,
    /// The organisations, teams and groups that everybody at this station is in: `Organization/1`.
    pub groups: Vec<SmolStr>,
    /// For how long a glass that somebody broke stays broken, in milliseconds.
    pub glass_ms: i64,
}

/// A code with its system, as `system|code`.
pub(crate) type Code = std::borrow::Cow<'static, str>;

impl Default for Site {
    fn default() -> Site {
        Site {
            policy: Policy::default(),
            units: BTreeMap::new(),
            windows: Windows::default(),
            stale: StaleAfter::default(),
            scale_two: Setting::ScaleTwo.default_flag().into(),
            pregnancy: Setting::Pregnancy.default_flag().into(),
            glucose: None,
            keep_after_discharge_ms: Setting::KeepAfterDischarge.default_ms(),
            lease_ms: Setting::PeopleLease.default_ms(),
            idle_ms: Setting::LockIdle.default_ms(),
            groups: Vec::new(),
            glass_ms: Setting::ConsentGlass.default_ms(),
        }
    }
}

/// Why a setting is refused; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// No setting of that name.
    #[error("there is no setting \"{0}\"; there are {known}. Nothing was changed", known = known())]
    Unknown(String),
    /// It takes something else.
    #[error("{key} takes {takes}; nothing was changed")]
    Value {
        /// The setting.
        key: &'static str,
        /// What it takes, in words.
        takes: String,
    },
    /// No limits that a unit can have.
    #[error("{key}: {why}. Nothing was changed")]
    Limits {
        /// The setting.
        key: &'static str,
        /// What is wrong with it.
        why: LimitError,
    },
    /// A unit cannot have this for itself.
    #[error("{0} holds for the whole site, without a unit behind it; nothing was changed")]
    SiteWide(&'static str),
}

fn known() -> String {
    settings().iter().map(|row| row.key).collect::<Vec<_>>().join(", ")
}

impl Site {
    /// A site from its settings; those that are refused today are left out, and the default stands.
    pub fn from_settings<'a>(settings: impl Iterator<Item = (&'a str, &'a str)>) -> Site {
        let mut site = Site::default();
        let mut settings: Vec<_> = settings.collect();
        // What holds for the site is the ground for what a unit changes.
        settings.sort_by_key(|(key, _)| key.contains('@'));
        for (key, value) in settings {
            // A setting of another version of the program has no meaning here.
            let _ = site.set(key, value);
        }
        site
    }

    /// The alarm policy of a unit, by the ward's name.
    pub fn policy(&self, unit: &str) -> &Policy {
        self.units.get(unit).unwrap_or(&self.policy)
    }

    /// The setting that a name names, and the unit behind it: `alarm.pause`, `alarm.pause@Ward 7B`.
    ///
    /// # Errors
    /// Where there is no such setting, or a unit cannot have it for itself.
    pub fn named(key: &str) -> Result<(&'static SettingSpec, Option<&str>), SiteError> {
        let (name, unit) = key.split_once('@').map_or((key, None), |(name, unit)| (name, Some(unit.trim())));
        let unknown = || SiteError::Unknown(key.chars().take(60).collect());
        let spec = Setting::from_key(name).ok_or_else(unknown)?.spec();
        if unit.is_some() && !spec.per_unit {
            return Err(SiteError::SiteWide(spec.key));
        }
        Ok((spec, unit))
    }

    /// Changes one setting: `alarm.pause`, or for one unit `alarm.pause@Ward 7B`.
    ///
    /// # Errors
    /// Where there is no such setting, or it does not take this value; nothing was changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SiteError> {
        let (spec, unit) = Site::named(key)?;
        let setting = spec.setting;
        let time = || spec.milliseconds(value).ok_or_else(|| refused(spec));
        match setting {
            Setting::ContinuousWindow => self.windows.continuous_ms = time()?,
            Setting::SpotWindow => self.windows.spot_ms = time()?,
            Setting::StaleDevice => self.stale.device_spot_ms = time()?,
            Setting::StaleCharted => self.stale.charted_ms = time()?,
            Setting::ScaleTwo => self.scale_two = code(spec, value)?,
            Setting::Pregnancy => self.pregnancy = code(spec, value)?,
            Setting::KeepAfterDischarge => self.keep_after_discharge_ms = time()?,
            Setting::PeopleLease => self.lease_ms = time()?,
            Setting::LockIdle => self.idle_ms = time()?,
            Setting::ConsentGlass => self.glass_ms = time()?,
            Setting::ConsentGroups => self.groups = spec.references(value).ok_or_else(|| refused(spec))?,
            Setting::GlucoseUnit => {
                let word = spec.word(value).ok_or_else(|| refused(spec))?;
                self.glucose = Some(word).filter(|word| *word != spec.default_text());
            }
            _ => {
                let mut policy = unit.map_or(&self.policy, |unit| self.policy(unit)).clone();
                policy.set(setting, value)?;
                match unit {
                    Some(unit) => drop(self.units.insert(unit.to_owned(), policy)),
                    None => self.policy = policy,
                }
            }
        }
        Ok(())
    }

    /// What a setting is, as it would be typed: of the site, or of a unit where a unit can have its own.
    pub fn value(&self, setting: Setting, unit: Option<&str>) -> String {
        match unit {
            Some(unit) if setting.spec().per_unit => self.policy(unit).text(setting),
            _ => self.text(setting),
        }
    }

    fn text(&self, setting: Setting) -> String {
        match setting {
            Setting::ContinuousWindow => (self.windows.continuous_ms / MINUTE_MS).to_string(),
            Setting::SpotWindow => (self.windows.spot_ms / MINUTE_MS).to_string(),
            Setting::StaleDevice => (self.stale.device_spot_ms / MINUTE_MS).to_string(),
            Setting::StaleCharted => (self.stale.charted_ms / MINUTE_MS).to_string(),
            Setting::ScaleTwo => self.scale_two.to_string(),
            Setting::Pregnancy => self.pregnancy.to_string(),
            Setting::KeepAfterDischarge => (self.keep_after_discharge_ms / HOUR_MS).to_string(),
            Setting::PeopleLease => (self.lease_ms / HOUR_MS).to_string(),
            Setting::LockIdle => (self.idle_ms / MINUTE_MS).to_string(),
            Setting::ConsentGlass => (self.glass_ms / MINUTE_MS).to_string(),
            Setting::ConsentGroups if self.groups.is_empty() => setting.spec().default_text(),
            Setting::ConsentGroups => self.groups.join(" "),
            Setting::GlucoseUnit => self.glucose.map_or_else(|| setting.spec().default_text(), str::to_owned),
            of_policy => self.policy.text(of_policy),
        }
    }

    /// Every setting of the site as (name, value, meaning), units' own after the site's.
    pub fn list(&self) -> Vec<(String, String, &'static str)> {
        let all = settings().iter();
        let mut out: Vec<_> =
            all.map(|row| (row.key.to_owned(), self.text(row.setting), row.meaning)).collect();
        for (unit, policy) in &self.units {
            let own = settings().iter().filter(|row| row.per_unit).filter_map(|row| {
                let value = policy.text(row.setting);
                let differs = value != self.policy.text(row.setting);
                differs.then(|| (format!("{}@{unit}", row.key), value, row.meaning))
            });
            out.extend(own);
        }
        out
    }
}

fn refused(spec: &SettingSpec) -> SiteError {
    SiteError::Value { key: spec.key, takes: spec.range() }
}

fn code(spec: &SettingSpec, value: &str) -> Result<Code, SiteError> {
    match value.trim().split_once('|') {
        Some((system, code)) if !system.is_empty() && !code.is_empty() => Ok(value.trim().to_owned().into()),
        _ => Err(refused(spec)),
    }
}

fn roles(spec: &SettingSpec, value: &str) -> Result<Vec<String>, SiteError> {
    let roles = value.split(',').map(|role| role.trim().to_owned()).filter(|role| !role.is_empty());
    let roles: Vec<String> = roles.collect();
    if roles.is_empty() || roles.len() > 6 || value.len() > 300 {
        return Err(refused(spec));
    }
    Ok(roles)
}

impl Policy {
    fn set(&mut self, setting: Setting, value: &str) -> Result<(), SiteError> {
        let spec = setting.spec();
        let time = || spec.milliseconds(value).ok_or_else(|| refused(spec));
        match setting {
            Setting::AlarmPause => self.pause = time()?,
            Setting::AlarmRemind => self.remind = time()?,
            Setting::AlarmAskAgain => self.ask_again = time()?,
            Setting::EscalateHigh => self.escalate[0] = time()?,
            Setting::EscalateMedium => self.escalate[1] = time()?,
            Setting::EscalateLow => self.escalate[2] = time()?,
            Setting::ChainHigh => self.chain[0] = roles(spec, value)?,
            Setting::ChainMedium => self.chain[1] = roles(spec, value)?,
            Setting::ChainLow => self.chain[2] = roles(spec, value)?,
            // Alarm limits.
            _ => {
                if let Takes::Bounds(measure, _) = spec.takes {
                    let key = spec.key;
                    self.limits.set(measure, value).map_err(|why| SiteError::Limits { key, why })?;
                }
            }
        }
        Ok(())
    }

    fn text(&self, setting: Setting) -> String {
        let seconds = |ms: i64| (ms / SECOND_MS).to_string();
        match setting {
            Setting::AlarmPause => seconds(self.pause),
            Setting::AlarmRemind => seconds(self.remind),
            Setting::AlarmAskAgain => seconds(self.ask_again),
            Setting::EscalateHigh => seconds(self.escalate[0]),
            Setting::EscalateMedium => seconds(self.escalate[1]),
            Setting::EscalateLow => seconds(self.escalate[2]),
            Setting::ChainHigh => self.chain[0].join(", "),
            Setting::ChainMedium => self.chain[1].join(", "),
            Setting::ChainLow => self.chain[2].join(", "),
            limits => match limits.spec().takes {
                Takes::Bounds(measure, _) => self.limits.text(measure),
                _ => String::new(),
            },
        }
    }

    /// Who is called for an alarm of this priority; nobody for a technical one.
    pub(crate) fn chain(&self, priority: Priority) -> &[String] {
        match priority {
            Priority::High => &self.chain[0],
            Priority::Medium => &self.chain[1],
            Priority::Low => &self.chain[2],
            Priority::Technical => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Measure;

    #[test]
    fn what_holds_until_somebody_sets_it_is_what_the_table_says() {
        let untouched = Site::default();
        let list = untouched.list();
        assert_eq!(list.len(), settings().len());
        for (row, (key, value, meaning)) in settings().iter().zip(list) {
            assert_eq!((row.key, row.default_text(), row.meaning), (key.as_str(), value, meaning));
            let mut set = untouched.clone();
            set.set(row.key, &row.default_text()).unwrap();
            assert_eq!(set, untouched, "{}", row.key);
        }
    }

    #[test]
    fn who_is_refused_is_told_what_is_accepted() {
        let mut site = Site::default();
        let mut told = |key: &str, value: &str| site.set(key, value).unwrap_err().to_string();
        assert!(told("alarm.pausing", "60").contains("there are alarm.pause, alarm.remind,"));
        for row in settings() {
            let (nonsense, accepted) = ("no such thing", row.range());
            // A role can have any name.
            if matches!(row.takes, Takes::Roles(_)) {
                assert!(told(row.key, " , ").contains(&accepted), "{}", row.key);
                continue;
            }
            let words = told(row.key, nonsense);
            let bounds = matches!(row.takes, Takes::Bounds(..)) && words.contains("such as 50 to 130");
            assert!(words.starts_with(row.key) && (words.contains(&accepted) || bounds), "{words}");
        }
        assert_eq!(site, Site::default(), "and nothing was changed");
    }

    #[test]
    fn what_is_listed_can_be_set_and_reads_back() {
        let mut site = Site::from_settings([].into_iter());
        site.set("alarm.pause@Ward 7B", "60").unwrap();
        site.set("alarm.chain-high@Ward 7B", "Outreach, Rapid response").unwrap();
        site.set("news2.spot-window", "720").unwrap();
        site.set("limit.spo2@Ward 7B", "88 to -").unwrap();
        site.set("unit.glucose", "mmol/l").unwrap();
        site.set("consent.groups", "Organization/1, CareTeam/2.b").unwrap();
        let list = site.list();
        let again = Site::from_settings(list.iter().map(|(key, value, _)| (key.as_str(), value.as_str())));
        assert_eq!(again, site);
        assert_eq!(site.policy("Ward 7B").pause, MINUTE_MS);
        assert_eq!(site.policy("Ward 7B").chain(Priority::High), ["Outreach", "Rapid response"]);
        assert_eq!(site.policy("Ward 8A").pause, 2 * MINUTE_MS);
        let low = |unit: &str| site.policy(unit).limits.of(Measure::SpO2).and_then(|limits| limits.low);
        assert_eq!((low("Ward 7B"), low("Ward 8A")), (Some(88.0), Some(90.0)));
    }

    #[test]
    fn a_pause_can_never_be_for_ever_and_nonsense_changes_nothing() {
        let mut site = Site::from_settings([].into_iter());
        let before = site.clone();
        for (key, value) in [
            ("alarm.pause", "0"),
            ("alarm.pause", "86400"),
            ("alarm.pause", "ever"),
            ("alarm.off", "1"),
            ("alarm.chain-high", " , "),
            ("news2.scale-two", "scale two"),
            ("limit.spo2", "- to -"),
            ("limit.heart-rate", "120 to 60"),
            ("limit.glucose", "normal"),
            ("unit.glucose", "mmol"),
            ("consent.groups", "our hospital"),
            ("consent.groups", "Organization/"),
            ("news2.spot-window@Ward 7B", "60"),
        ] {
            assert!(site.set(key, value).is_err(), "{key} = {value}");
        }
        assert_eq!(site, before);
    }
}
