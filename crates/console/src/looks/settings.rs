//! A look at the settings: what holds, what would without anybody, and who may change it.

use std::collections::{BTreeMap, BTreeSet};

use bedside::units;
use clinical::{Setting, SettingGroup, Shown, Site, Takes, UnitSetting, settings};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::site_lock::suggested;
use crate::view;

impl Console {
    /// The settings of the site, or those that a unit can have for itself. They hold nobody's data.
    ///
    /// # Errors
    /// Of the cache.
    pub fn settings_of(&self, unit: Option<&str>) -> Result<view::Settings, ConsoleError> {
        let (ward, ..) = self.ward_and_board()?;
        let sent: BTreeSet<(clinical::Measure, &str)> = ward
            .values
            .iter()
            .filter_map(|value| Some((value.series.measure()?, value.series.unit.as_str())))
            .collect();
        let (site, kept, shared) = self
            .vault
            .read(|reader| Ok((reader.site()?, reader.site_settings()?, reader.unit_settings()?)))?;
        let shared: BTreeMap<&str, &(UnitSetting, bool)> =
            shared.iter().map(|one| (one.0.key.as_str(), one)).collect();
        let kept: BTreeMap<String, String> = kept.into_iter().collect();
        // Also one that nobody lies in now.
        let with_own = kept.keys().filter_map(|key| key.split_once('@')).map(|(_, unit)| unit);
        let all: BTreeSet<&str> =
            units(&ward).into_values().chain(with_own).filter(|n| !n.is_empty()).collect();
        let shown = |takes: Takes| match takes {
            Takes::Bounds(measure, _) => {
                let sent = sent.iter().filter(|(of, _)| *of == measure).map(|(_, unit)| *unit);
                Some(Shown::at(&site, measure, sent))
            }
            _ => None,
        };
        let row = |setting: Setting| -> Result<view::SettingRow, ConsoleError> {
            let spec = setting.spec();
            let key = unit.map_or_else(|| spec.key.to_owned(), |unit| format!("{}@{unit}", spec.key));
            let (locked, by_site) =
                self.vault.read(|reader| Ok((reader.is_locked(&key)?, suggested(reader, &key)?)))?;
            Ok(view::SettingRow::from(view::RowOf {
                setting,
                unit,
                value: site.value(setting, unit),
                default: by_site.unwrap_or_else(|| without_it(&site, setting, unit)),
                is_set: kept.contains_key(&key),
                locked,
                shared: shared.get(key.as_str()).copied(),
                shown: shown(spec.takes),
            }))
        };
        let mut groups = Vec::new();
        for group in SettingGroup::ALL {
            let own = settings().iter().filter(|spec| spec.per_unit || unit.is_none());
            let own = own.map(|spec| spec.setting).filter(|setting| setting.words().0 == group);
            let rows = own.map(row).collect::<Result<Vec<_>, _>>()?;
            if !rows.is_empty() {
                groups.push(view::SettingGroup { name: group.word(), rows });
            }
        }
        Ok(view::Settings {
            unit: unit.map(str::to_owned),
            units: all.into_iter().map(str::to_owned).collect(),
            groups,
        })
    }
}

/// What would hold if nobody had set it.
fn without_it(site: &Site, setting: Setting, unit: Option<&str>) -> String {
    match unit {
        Some(_) => site.value(setting, None),
        None => setting.spec().default_text(),
    }
}
