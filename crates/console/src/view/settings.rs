//! The settings of a site as a screen shows them, and as somebody types them there.

use clinical::{Measure, Setting, Shown, Site, Takes, UnitSetting, setting_key};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::acts::Act;

/// The settings of the site, or those that a unit can have for itself.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct Settings {
    /// Whose they are; `null` for the whole site.
    pub unit: Option<String>,
    /// The units that can have their own.
    pub units: Vec<String>,
    /// In the order of a screen; none is empty.
    pub groups: Vec<SettingGroup>,
}

/// Settings that are listed together.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct SettingGroup {
    /// As it stands over them.
    pub name: &'static str,
    /// In the order of the table.
    pub rows: Vec<SettingRow>,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingRow {
    /// By which it is set; with `@unit` where it is a unit's.
    pub key: String,
    /// What a screen calls it.
    pub label: &'static str,
    /// What it is for.
    pub meaning: String,
    /// What holds, as it is typed.
    pub value: String,
    /// What holds until somebody sets it: for a unit what the site has.
    pub default: String,
    /// What it takes.
    pub takes: SettingTakes,
    /// The same in words.
    pub range: String,
    /// Somebody has set it.
    pub is_set: bool,
    /// The site's file sets it, and nobody at a station does.
    pub locked: bool,
    /// Who set it for the unit, and where: `N. Okafor at 7B-2`.
    pub set_by: Option<String>,
    /// It is this station's alone, from before the stations of a unit had their settings alike: set again it is everybody's.
    pub own_alone: bool,
    /// It was set here, and the server does not have it: other stations of the unit go on with what they had.
    pub waits: bool,
}

/// What a setting takes.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SettingTakes {
    /// A whole number of seconds, minutes or hours.
    Time {
        /// Which.
        unit: &'static str,
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// One of a few words.
    OneOf {
        /// Which.
        words: Vec<&'static str>,
    },
    /// A low and a high bound, such as `50 to 130`; `-` leaves a side open.
    Bounds {
        /// As shown.
        unit: &'static str,
    },
    /// Roles, separated by commas.
    Roles,
    /// A code as `system|code`.
    Code,
    /// References, separated by spaces.
    References,
}

impl SettingTakes {
    /// Bounds are in the unit that they are shown in.
    fn new(takes: Takes, shown: &'static str) -> SettingTakes {
        let time = |unit, least, most| SettingTakes::Time { unit, least, most };
        match takes {
            Takes::Seconds { least, most, .. } => time("seconds", least, most),
            Takes::Minutes { least, most, .. } => time("minutes", least, most),
            Takes::Hours { least, most, .. } => time("hours", least, most),
            Takes::Roles(_) => SettingTakes::Roles,
            Takes::Bounds(..) => SettingTakes::Bounds { unit: shown },
            Takes::Flag(_) => SettingTakes::Code,
            Takes::OneOf(words) => SettingTakes::OneOf { words: words.to_vec() },
            Takes::References => SettingTakes::References,
        }
    }
}

/// What somebody typed as a setting.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Type)]
pub struct TypedSetting {
    /// Which; with `@unit` where it is a unit's.
    pub key: String,
    /// As it was typed.
    pub value: String,
    /// Of bounds the unit they are in, as shown: a number that is read in another is off by eighteen times.
    pub unit: Option<String>,
}

impl TypedSetting {
    /// As the use case takes it; nothing where the setting is of a measure that is never shown in this unit.
    pub fn read(self) -> Option<Act> {
        let TypedSetting { key, value, unit } = self;
        let key = setting_key(&key);
        let value = match (measure_of(&key), unit) {
            (Some(measure), Some(word)) => Shown::in_word(measure, &word)?.typed_bounds(&value),
            // Bounds without a unit could be in either.
            (Some(_), None) => return None,
            _ => value,
        };
        Some(Act::SetSite { key, value })
    }
}

/// Of which measure a setting holds bounds.
fn measure_of(key: &str) -> Option<Measure> {
    match Site::named(key).ok()?.0.takes {
        Takes::Bounds(measure, _) => Some(measure),
        _ => None,
    }
}

/// A row of the table, of the site or of a unit.
pub(crate) struct RowOf<'a> {
    pub setting: Setting,
    pub unit: Option<&'a str>,
    pub value: String,
    pub default: String,
    pub is_set: bool,
    pub locked: bool,
    /// Who set it for the unit, and whether the server has it.
    pub shared: Option<&'a (UnitSetting, bool)>,
    /// The unit in which bounds of it are shown.
    pub shown: Option<Shown>,
}

impl From<RowOf<'_>> for SettingRow {
    fn from(row: RowOf<'_>) -> SettingRow {
        let spec = row.setting.spec();
        let shown = row.shown;
        let bounds = |text: String| match shown {
            Some(shown) => shown.bounds(&text),
            None => text,
        };
        let word = shown.map_or("", |shown| shown.word());
        // What the site locks, and what was given back, is of nobody here.
        let holds = row.shared.filter(|(setting, _)| setting.value.is_some() && !row.locked);
        let meaning = match spec.takes {
            Takes::Bounds(measure, _) => spec.meaning.replace(Shown::of(measure, []).word(), word),
            _ => spec.meaning.to_owned(),
        };
        SettingRow {
            key: row.unit.map_or_else(|| spec.key.to_owned(), |unit| format!("{}@{unit}", spec.key)),
            label: row.setting.words().1,
            meaning,
            value: bounds(row.value),
            default: bounds(row.default),
            takes: SettingTakes::new(spec.takes, word),
            range: spec.range(),
            is_set: row.is_set,
            locked: row.locked,
            set_by: holds.map(|(setting, _)| format!("{} at {}", setting.by, setting.station)),
            waits: row.shared.is_some_and(|(_, is_told)| !is_told) && !row.locked,
            own_alone: row.unit.is_some() && row.is_set && holds.is_none() && !row.locked,
        }
    }
}
