//! Settings in the window: who may change them changes them, a bad value and what the site locks change nothing, and what was changed
//! is given back.
#![allow(clippy::unwrap_used, clippy::panic)]

mod staffed;

use clinical::settings;
use console::view::{Ask, Asked, SettingRow, SettingTakes, TypedSetting};
use console::{Act, ConsoleError};
use staffed::{At, STAFF};

fn set(key: &str, value: &str) -> Act {
    Act::SetSite { key: key.into(), value: value.into() }
}

fn unset(key: &str) -> Act {
    Act::UnsetSite { key: key.into() }
}

impl At {
    fn row(&self, unit: Option<&str>, key: &str) -> SettingRow {
        let found = self.console.settings_of(unit).unwrap();
        found.groups.into_iter().flat_map(|group| group.rows).find(|row| row.key == key).unwrap()
    }

    fn value(&self, key: &str) -> String {
        self.row(key.split_once('@').map(|(_, unit)| unit), key).value
    }
}

#[test]
fn who_may_changes_a_setting_and_gives_it_back_and_all_others_are_refused_and_both_stand_in_the_log() {
    let mut found = String::new();
    for (n, letter) in "NCPTGIA".chars().enumerate() {
        let at = At::of(&[n]);
        at.comes(n);
        let sitting = at.console.sitting();
        let done = at.console.act_in(sitting, set("alarm.pause", "90"));
        let (who, what, about) = at.log(1).remove(0);
        assert_eq!((who.as_str(), about.as_deref()), (STAFF[n].1, Some("alarm.pause")));
        let given_back = at.console.act_in(sitting, unset("alarm.pause"));
        if done.is_ok() {
            assert_eq!(what, "set to 90");
            assert!(given_back.is_ok());
            assert_eq!(at.log(1)[0].1, "back to what holds until it is set");
        } else {
            assert!(matches!(done, Err(ConsoleError::MayNot(_))) && what == "refused: setting");
            assert!(matches!(given_back, Err(ConsoleError::MayNot(_))));
        }
        let row = at.row(None, "alarm.pause");
        assert_eq!((row.value.as_str(), row.is_set), ("120", false));
        found.push(if done.is_ok() { letter } else { '.' });
    }
    assert_eq!(found, ".C...I.");
}

#[test]
fn every_setting_of_the_table_is_shown_once_with_what_holds_and_what_it_takes() {
    let at = At::of(&[1]);
    at.comes(1);
    let all = at.console.settings_of(None).unwrap();
    let shown: Vec<&SettingRow> = all.groups.iter().flat_map(|group| &group.rows).collect();
    assert_eq!(shown.len(), settings().len());
    for spec in settings() {
        let row = shown.iter().find(|row| row.key == spec.key).unwrap();
        assert_eq!((&row.value, &row.default), (&spec.default_text(), &spec.default_text()), "{}", spec.key);
        assert_eq!(row.range, spec.range());
        assert!(!row.is_set && !row.locked && !row.label.is_empty() && !row.meaning.is_empty());
    }
    let of_a_unit = at.console.settings_of(Some("Ward 7B")).unwrap();
    let keys: Vec<String> = of_a_unit.groups.into_iter().flat_map(|g| g.rows).map(|row| row.key).collect();
    let wanted: Vec<String> =
        settings().iter().filter(|s| s.per_unit).map(|s| format!("{}@Ward 7B", s.key)).collect();
    assert_eq!(keys, wanted);
}

#[test]
fn a_bad_value_changes_nothing_and_says_what_is_accepted() {
    let at = At::of(&[1]);
    at.comes(1);
    at.console.act(set("alarm.pause", "90")).unwrap();
    let before = (at.console.settled(), at.console.settings_of(None).unwrap(), at.log(1));
    for (key, value, wanted) in [
        ("alarm.pause", "29", "30 to 600 seconds"),
        ("alarm.pause", "601", "30 to 600 seconds"),
        ("alarm.pause", "1.5", "30 to 600 seconds"),
        ("alarm.pause", "", "30 to 600 seconds"),
        ("alarm.pause", "-90", "30 to 600 seconds"),
        ("alarm.chain-high", " , ", "one to six roles"),
        ("limit.spo2", "- to -", "moved, not switched off"),
        ("limit.spo2", "ninety", "50 to 130"),
        ("limit.heart-rate", "130 to 50", "below the high one"),
        ("unit.glucose", "mg", "as sent, mmol/L, mg/dL"),
        ("lock.idle", "0", "1 to 60 minutes"),
        ("lock.idle@Ward 7B", "5", "whole site"),
        ("consent.groups", "our hospital", "Organization/1"),
        ("alarm.silence", "1", "there is no setting"),
    ] {
        let why = at.console.act(set(key, value)).unwrap_err().to_string();
        let says = why.contains(wanted) && why.to_lowercase().contains("nothing was changed");
        assert!(says, "{key} = {value}: {why}");
    }
    for key in ["alarm.silence", "lock.idle@Ward 7B", "", "@Ward 7B"] {
        assert!(matches!(at.console.act(unset(key)), Err(ConsoleError::Setting(_))), "{key}");
    }
    assert_eq!((at.console.settled(), at.console.settings_of(None).unwrap(), at.log(1)), before);
}

#[test]
fn what_the_site_locks_is_shown_so_and_no_spelling_of_its_name_changes_it() {
    let at = At::of(&[5]);
    at.comes(5);
    at.console.act(set("limit.spo2@Ward 7B", "88 to -")).unwrap();
    at.vault.set_setting("site-locked", "alarm.pause\nlimit.spo2@Ward 7B".into()).unwrap();
    for key in [
        "alarm.pause",
        " alarm.pause",
        "alarm.pause@Ward 7B",
        "alarm.pause@ Ward 7B ",
        "alarm.pause @Ward 8A",
    ] {
        for act in [set(key, "60"), unset(key)] {
            assert!(matches!(at.console.act(act), Err(ConsoleError::SetBySite(_))), "{key}");
            assert_eq!(at.log(1)[0].1, "refused: setting");
        }
    }
    for act in [set("limit.spo2@Ward 7B ", "85 to -"), unset("limit.spo2@ Ward 7B")] {
        assert!(matches!(at.console.act(act), Err(ConsoleError::SetBySite(_))));
    }
    let row = at.row(Some("Ward 7B"), "limit.spo2@Ward 7B");
    assert_eq!((row.value.as_str(), row.locked), ("88 to -", true));
    assert!(at.row(None, "alarm.pause").locked && at.row(Some("Ward 8A"), "alarm.pause@Ward 8A").locked);
    // What is locked for one unit is free for the others.
    at.console.act(set("limit.spo2@Ward 8A", "85 to -")).unwrap();
    assert!(!at.row(None, "limit.spo2").locked);
}

#[test]
fn what_a_unit_has_for_itself_is_given_back_to_the_site() {
    let at = At::of(&[1]);
    at.comes(1);
    at.console.act(set("alarm.pause@ Ward 7B", "60")).unwrap();
    at.console.act(set("alarm.pause", "90")).unwrap();
    let row = at.row(Some("Ward 7B"), "alarm.pause@Ward 7B");
    assert_eq!((row.value.as_str(), row.default.as_str(), row.is_set), ("60", "90", true));
    assert_eq!(at.console.settings_of(None).unwrap().units, ["Ward 7B"], "also one that nobody lies in");
    at.console.act(unset("alarm.pause@Ward 7B")).unwrap();
    let row = at.row(Some("Ward 7B"), "alarm.pause@Ward 7B");
    assert_eq!((row.value.as_str(), row.is_set), ("90", false));
    // And what the site has next is the unit's too.
    at.console.act(set("alarm.pause", "150")).unwrap();
    assert_eq!(at.value("alarm.pause@Ward 7B"), "150");
}

#[test]
fn what_is_given_back_is_what_the_sites_file_suggests_where_it_does() {
    let at = At::of(&[1]);
    at.comes(1);
    at.vault.set_setting("site-suggested", r#"{"stale.charted":"300"}"#.into()).unwrap();
    at.console.act(set("stale.charted", "240")).unwrap();
    assert_eq!(at.row(None, "stale.charted").default, "300");
    at.console.act(unset("stale.charted")).unwrap();
    assert_eq!(at.value("stale.charted"), "300");
    assert_eq!(at.log(1)[0].1, "set to 300");
}

#[test]
fn limits_are_shown_and_typed_in_the_unit_of_the_screen_and_in_no_other() {
    let at = At::of(&[1]);
    at.comes(1);
    let typed = |value: &str, unit: Option<&str>| {
        TypedSetting { key: "limit.glucose".into(), value: value.into(), unit: unit.map(str::to_owned) }
            .read()
    };
    let row = at.row(None, "limit.glucose");
    assert_eq!((row.value.as_str(), row.takes), ("70 to 250", SettingTakes::Bounds { unit: "mg/dL" }));
    at.console.act(set("unit.glucose", "mmol/L")).unwrap();
    let row = at.row(None, "limit.glucose");
    assert_eq!((row.value.as_str(), row.takes), ("3.9 to 13.9", SettingTakes::Bounds { unit: "mmol/L" }));
    assert!(row.meaning.ends_with("in mmol/L"), "{}", row.meaning);
    at.console.act(typed("4.2 to 14", Some("mmol/L")).unwrap()).unwrap();
    assert_eq!(at.value("limit.glucose"), "4.2 to 14");
    at.console.act(set("unit.glucose", "mg/dL")).unwrap();
    assert_eq!(at.value("limit.glucose"), "75.67 to 252.22");
    // A number whose unit nobody said could be either.
    assert_eq!((typed("4 to 14", None), typed("4 to 14", Some("mmol"))), (None, None));
    let pause = TypedSetting { key: "alarm.pause".into(), value: "90".into(), unit: None };
    assert_eq!(pause.read(), Some(set("alarm.pause", "90")));
}

#[test]
fn of_whom_glucose_was_never_measured_its_limits_read_as_everybodys_here() {
    let at = At::of(&[1]);
    at.comes(1);
    for id in ["measured", "other"] {
        at.page(&serde_json::json!({ "resourceType": "Patient", "id": id, "active": true, "name": [{ "family": id }] }));
    }
    let unit = |id: &str| {
        let limits = at.console.limits(&id.into()).unwrap();
        limits.measures.iter().find(|m| m.measure == clinical::Measure::Glucose).unwrap().shown.word()
    };
    assert_eq!(unit("other"), "mg/dL");
    at.page(&serde_json::json!({
        "resourceType": "Observation", "id": "g", "status": "final", "code": { "coding": [{ "system": "http://loinc.org", "code": "15074-8" }] },
        "subject": { "reference": "Patient/measured" }, "effectiveDateTime": "2026-03-14T03:00:00Z",
        "valueQuantity": { "value": 5.4, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L" },
    }));
    assert_eq!((unit("measured"), unit("other")), ("mmol/L", "mmol/L"));
}

#[test]
fn an_open_window_is_told_of_each_change_by_whomever_and_of_no_refusal() {
    let at = At::station();
    at.comes(0);
    let seen = at.console.settled();
    at.console.act(set("alarm.pause", "90")).unwrap_err();
    assert_eq!(at.console.settled(), seen);
    // A command beside the window.
    let asked = Asked {
        version: String::new(),
        user: STAFF[5].1.into(),
        user_id: Some(STAFF[5].2.into()),
        ask: Ask::Set { key: "alarm.pause".into(), value: "90".into() },
    };
    at.console.answer(asked).unwrap();
    assert_ne!(at.console.settled(), seen);
    assert_eq!(at.value("alarm.pause"), "90");
}
