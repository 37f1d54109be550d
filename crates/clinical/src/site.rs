//! What a site sets: how its alarms behave, how old a value may be to score, which flags change the score.
//!
//! Settings are pairs of text, so that they can be listed, kept and checked by name. Deliberately not here: where they are kept.

use std::collections::BTreeMap;

use crate::{LimitError, MINUTE_MS, Measure, Policy, Priority, SECOND_MS, StaleAfter, Windows};

/// A site's settings; the default is what stands in the standards and guides.
#[derive(Clone, Debug, Default, PartialEq)]
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
}

/// A code with its system, as `system|code`; empty names none.
pub type Code = std::borrow::Cow<'static, str>;

/// The flag for scale 2 where the site names none.
const SCALE_TWO: &str = "urn:vigil:flag|news2-spo2-scale-2";
/// SNOMED CT: pregnant.
const PREGNANCY: &str = "http://snomed.info/sct|77386006";

/// Why a setting is refused; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// No setting of that name.
    #[error("there is no setting \"{0}\"; `vigil settings` lists them. Nothing was changed")]
    Unknown(String),
    /// Not a number in its range.
    #[error("{key} takes {least} to {most} {unit}; nothing was changed")]
    Range {
        /// The setting.
        key: &'static str,
        /// The least it takes.
        least: i64,
        /// The most it takes.
        most: i64,
        /// In what.
        unit: &'static str,
    },
    /// No text, or too much.
    #[error("{0} takes a few words, separated by commas; nothing was changed")]
    Words(&'static str),
    /// Not `system|code`.
    #[error("{0} takes a code as system|code; nothing was changed")]
    NotACode(&'static str),
    /// No limits that a unit can have.
    #[error("{key}: {why}. Nothing was changed")]
    Limits {
        /// The setting.
        key: &'static str,
        /// What is wrong with it.
        why: LimitError,
    },
    /// A unit cannot have this for itself.
    #[error("{0} holds for the whole site; nothing was changed")]
    SiteWide(&'static str),
}

struct Spec {
    key: &'static str,
    range: Option<(i64, i64, &'static str)>,
    per_unit: bool,
    meaning: &'static str,
}

const fn time(key: &'static str, least: i64, most: i64, meaning: &'static str) -> Spec {
    Spec { key, range: Some((least, most, "seconds")), per_unit: true, meaning }
}

const fn minutes(key: &'static str, most: i64, meaning: &'static str) -> Spec {
    Spec { key, range: Some((1, most, "minutes")), per_unit: false, meaning }
}

const fn text(key: &'static str, per_unit: bool, meaning: &'static str) -> Spec {
    Spec { key, range: None, per_unit, meaning }
}

const fn limits(key: &'static str, meaning: &'static str) -> Spec {
    Spec { key, range: None, per_unit: true, meaning }
}

/// What is watched, by the name of its setting.
const WATCHED: [(&str, Measure); 6] = [
    ("limit.heart-rate", Measure::HeartRate),
    ("limit.spo2", Measure::SpO2),
    ("limit.resp-rate", Measure::RespRate),
    ("limit.systolic", Measure::SystolicBp),
    ("limit.temperature", Measure::Temperature),
    ("limit.glucose", Measure::Glucose),
];

fn watched(key: &str) -> Option<Measure> {
    WATCHED.iter().find(|(known, _)| *known == key).map(|(_, measure)| *measure)
}

/// Ranges: IEC 60601-1-8 as vendors' manuals quote it.
const SPECS: [Spec; 20] = [
    time("alarm.pause", 30, 600, "how long a pause of the sound lasts"),
    time("alarm.remind", 60, 600, "how often the owner of an alarm that is still on is reminded"),
    time("alarm.escalate-high", 30, 3600, "how long a high alarm may have no owner"),
    time("alarm.escalate-medium", 30, 7200, "how long a medium alarm may have no owner"),
    time("alarm.escalate-low", 30, 14400, "how long a low alarm may have no owner"),
    text("alarm.chain-high", true, "who is called for a high alarm, one after the other"),
    text("alarm.chain-medium", true, "who is called for a medium alarm"),
    text("alarm.chain-low", true, "who is called for a low alarm"),
    limits("limit.heart-rate", "alarm limits of the heart rate, in /min, such as 50 to 130"),
    limits("limit.spo2", "alarm limits of SpO2, in %, such as 90 to -"),
    limits("limit.resp-rate", "alarm limits of the respiratory rate, in /min"),
    limits("limit.systolic", "alarm limits of the systolic pressure, in mmHg"),
    limits("limit.temperature", "alarm limits of the temperature, in °C"),
    limits("limit.glucose", "alarm limits of glucose, in mg/dL"),
    minutes("news2.continuous-window", 60, "how old a monitor's value may be to score"),
    minutes("news2.spot-window", 1440, "how old a charted value may be to score"),
    minutes("stale.device", 240, "after how long a single value of a device is stale"),
    minutes("stale.charted", 1440, "after how long a charted value is stale"),
    text("news2.scale-two", false, "the Flag that prescribes SpO2 scale 2"),
    text("news2.pregnancy", false, "the Flag that records a pregnancy"),
];

impl Site {
    /// A site from its settings; those that are refused today are left out, and the default stands.
    pub fn from_settings<'a>(settings: impl Iterator<Item = (&'a str, &'a str)>) -> Site {
        let mut site = Site { scale_two: SCALE_TWO.into(), pregnancy: PREGNANCY.into(), ..Site::default() };
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

    /// Changes one setting: `alarm.pause`, or for one unit `alarm.pause@Ward 7B`.
    ///
    /// # Errors
    /// Where there is no such setting, or it does not take this value; nothing was changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SiteError> {
        let (name, unit) = key.split_once('@').map_or((key, None), |(name, unit)| (name, Some(unit.trim())));
        let spec = SPECS
            .iter()
            .find(|spec| spec.key == name)
            .ok_or_else(|| SiteError::Unknown(key.chars().take(60).collect()))?;
        if unit.is_some() && !spec.per_unit {
            return Err(SiteError::SiteWide(spec.key));
        }
        let number = match spec.range {
            Some((least, most, unit)) => {
                let refused = SiteError::Range { key: spec.key, least, most, unit };
                let number: i64 = value.trim().parse().map_err(|_| refused.clone())?;
                if number < least || number > most {
                    return Err(refused);
                }
                number * if unit == "seconds" { SECOND_MS } else { MINUTE_MS }
            }
            None => 0,
        };
        let code = |key| match value.trim().split_once('|') {
            Some((system, code)) if !system.is_empty() && !code.is_empty() => {
                Ok(value.trim().to_owned().into())
            }
            _ => Err(SiteError::NotACode(key)),
        };
        match name {
            "news2.continuous-window" => self.windows.continuous_ms = number,
            "news2.spot-window" => self.windows.spot_ms = number,
            "stale.device" => self.stale.device_spot_ms = number,
            "stale.charted" => self.stale.charted_ms = number,
            "news2.scale-two" => self.scale_two = code(spec.key)?,
            "news2.pregnancy" => self.pregnancy = code(spec.key)?,
            _ => {
                let mut policy = unit.map_or(&self.policy, |unit| self.policy(unit)).clone();
                policy.set(spec.key, number, value)?;
                match unit {
                    Some(unit) => drop(self.units.insert(unit.to_owned(), policy)),
                    None => self.policy = policy,
                }
            }
        }
        Ok(())
    }

    /// Every setting of the site as (name, value, meaning), units' own after the site's.
    pub fn list(&self) -> Vec<(String, String, &'static str)> {
        let mut out = Vec::new();
        for spec in &SPECS {
            let value = match spec.key {
                "news2.continuous-window" => (self.windows.continuous_ms / MINUTE_MS).to_string(),
                "news2.spot-window" => (self.windows.spot_ms / MINUTE_MS).to_string(),
                "stale.device" => (self.stale.device_spot_ms / MINUTE_MS).to_string(),
                "stale.charted" => (self.stale.charted_ms / MINUTE_MS).to_string(),
                "news2.scale-two" => self.scale_two.to_string(),
                "news2.pregnancy" => self.pregnancy.to_string(),
                key => self.policy.get(key),
            };
            out.push((spec.key.to_owned(), value, spec.meaning));
        }
        for (unit, policy) in &self.units {
            let own = SPECS
                .iter()
                .filter(|spec| spec.per_unit && policy.get(spec.key) != self.policy.get(spec.key));
            out.extend(own.map(|spec| (format!("{}@{unit}", spec.key), policy.get(spec.key), spec.meaning)));
        }
        out
    }
}

/// Which of the three times or chains a key names.
fn level(key: &str) -> usize {
    match key.rsplit('-').next() {
        Some("high") => 0,
        Some("medium") => 1,
        _ => 2,
    }
}

impl Policy {
    fn set(&mut self, key: &'static str, number: i64, value: &str) -> Result<(), SiteError> {
        if let Some(measure) = watched(key) {
            return self.limits.set(measure, value).map_err(|why| SiteError::Limits { key, why });
        }
        match key {
            "alarm.pause" => self.pause = number,
            "alarm.remind" => self.remind = number,
            key if key.starts_with("alarm.escalate-") => self.escalate[level(key)] = number,
            key => {
                let roles: Vec<String> = value
                    .split(',')
                    .map(|role| role.trim().to_owned())
                    .filter(|role| !role.is_empty())
                    .collect();
                if roles.is_empty() || roles.len() > 6 || value.len() > 300 {
                    return Err(SiteError::Words(key));
                }
                self.chain[level(key)] = roles;
            }
        }
        Ok(())
    }

    fn get(&self, key: &str) -> String {
        match key {
            "alarm.pause" => (self.pause / SECOND_MS).to_string(),
            "alarm.remind" => (self.remind / SECOND_MS).to_string(),
            key if key.starts_with("alarm.escalate-") => (self.escalate[level(key)] / SECOND_MS).to_string(),
            key => match watched(key) {
                Some(measure) => self.limits.text(measure),
                None => self.chain[level(key)].join(", "),
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

    #[test]
    fn what_is_listed_can_be_set_and_reads_back() {
        let mut site = Site::from_settings([].into_iter());
        site.set("alarm.pause@Ward 7B", "60").unwrap();
        site.set("alarm.chain-high@Ward 7B", "Outreach, Rapid response").unwrap();
        site.set("news2.spot-window", "720").unwrap();
        site.set("limit.spo2@Ward 7B", "88 to -").unwrap();
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
            ("news2.spot-window@Ward 7B", "60"),
        ] {
            assert!(site.set(key, value).is_err(), "{key} = {value}");
        }
        assert_eq!(site, before);
    }
}
