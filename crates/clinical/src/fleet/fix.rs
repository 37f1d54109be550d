//! The list of what is to be put right today.
//!
//! *House:* the limits of [`FleetRule`], and that one cause explains another: behind a silent hub a silent device is the hub's, a sensor
//! that has ended is silent because it ended, and one whose battery was to be empty by now is silent because it is. How long a device may be
//! silent is [`crate::silence`]'s.

use std::collections::BTreeMap;

use crate::silence::NOTHING_MS;
use crate::{DAY_MS, DeviceId, Instant, MINUTE_MS, PatientId, is_ahead};

use super::battery::is_charged_again_and_again;
use super::{Charge, FleetDevice, Recall, battery_trend};

/// When something is to be put right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FleetRule {
    /// A battery at so many percent or below is low.
    pub battery_percent: f64,
    /// A battery that is empty so soon is told: milliseconds.
    pub empty_within_ms: i64,
    /// A sensor that ends so soon is told: milliseconds.
    pub ends_within_ms: i64,
    /// A calibration that is due so soon is told: milliseconds.
    pub calibration_within_ms: i64,
    /// A clock that is further off is told: milliseconds.
    pub clock_off_ms: i64,
    /// A signal of less is weak: percent.
    pub signal_percent: f64,
}

impl FleetRule {
    /// 20 %, two days, a day, a day, two minutes, 30 %.
    pub const USUAL: FleetRule = FleetRule {
        battery_percent: 20.0,
        empty_within_ms: 2 * DAY_MS,
        ends_within_ms: DAY_MS,
        calibration_within_ms: DAY_MS,
        clock_off_ms: 2 * MINUTE_MS,
        signal_percent: 30.0,
    };
}

/// What is wrong, the first the most urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FixCause {
    /// Its lot was recalled.
    Recalled,
    /// It has stopped.
    Stopped,
    /// It has ended, and measures no more.
    Ended,
    /// It went silent because its battery is empty.
    BatteryEmpty,
    /// It is a hub, and went silent.
    HubSilent,
    /// It went silent, and nothing tells why.
    Silent,
    /// It ends soon.
    EndsSoon,
    /// Its battery is low.
    BatteryLow,
    /// Its battery is not low, and will be empty soon.
    BatteryFalling,
    /// It is to be calibrated.
    Calibration,
    /// Its clock is wrong.
    ClockOff,
    /// Its signal is weak.
    WeakSignal,
}

/// Something to put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Which device.
    pub device: DeviceId,
    /// Whose.
    pub patient: Option<PatientId>,
    /// What is wrong.
    pub cause: FixCause,
    /// Since when, or when it will be.
    pub at: Instant,
    /// Of a hub that is silent: the devices that are silent behind it.
    pub behind: Vec<DeviceId>,
}

/// What is to be put right at `now`, the most urgent first, of each the earliest. `heard` is until when whoever passes on what devices
/// say was heard: of what came later nothing is known, and nothing was silent. Nothing where that is not known: then none is silent.
pub fn to_fix(
    devices: &[FleetDevice],
    recalls: &[Recall],
    (now, heard): (Instant, Option<Instant>),
    rule: FleetRule,
) -> Vec<Fix> {
    let silence = |device: &FleetDevice| silent_since(device, heard?);
    let silent: BTreeMap<&DeviceId, Instant> =
        devices.iter().filter_map(|device| Some((&device.id, silence(device)?))).collect();
    // Each hub with what is silent behind it while it is silent itself.
    let mut hubs: BTreeMap<&DeviceId, Vec<DeviceId>> = BTreeMap::new();
    for device in devices {
        let Some(hub) = &device.hub else { continue };
        let behind = hubs.entry(hub).or_default();
        if silent.contains_key(hub) && silent.contains_key(&device.id) {
            behind.push(device.id.clone());
        }
    }
    let mut found = Vec::new();
    for device in devices {
        let mut tell = |cause, at, behind| {
            found.push(Fix { device: device.id.clone(), patient: device.patient.clone(), cause, at, behind });
        };
        if let Some(recall) = recalls.iter().filter(|recall| recall.is_about(device)).min_by_key(|r| r.since)
        {
            tell(FixCause::Recalled, recall.since, Vec::new());
        }
        if let Some(stopped) = device.stopped_at.filter(|at| *at <= now) {
            tell(FixCause::Stopped, stopped, Vec::new());
        }
        let ended = device.ends_at.filter(|at| *at <= now);
        let behind = hubs.get(&device.id).cloned().unwrap_or_default();
        let last = last_charge(device, now);
        let trend = battery_trend(&device.battery, now);
        if let Some(ended) = ended {
            tell(FixCause::Ended, ended, behind);
        } else if let Some(since) = silent.get(&device.id) {
            let emptied = trend
                .map(|trend| trend.empty_at)
                .filter(|at| *at <= now)
                .or_else(|| last.filter(|last| last.percent <= 1.0).map(|last| last.at));
            if let Some(emptied) = emptied {
                tell(FixCause::BatteryEmpty, emptied, behind);
            } else if hubs.contains_key(&device.id) {
                tell(FixCause::HubSilent, *since, behind);
            } else if device.hub.as_ref().is_none_or(|hub| !silent.contains_key(hub)) {
                tell(FixCause::Silent, *since, Vec::new());
            }
        } else {
            if let Some(ends) = device.ends_at.filter(|at| at.ms_since(now) <= rule.ends_within_ms) {
                tell(FixCause::EndsSoon, ends, Vec::new());
            }
            if let Some(last) = last.filter(|last| last.percent <= rule.battery_percent) {
                tell(FixCause::BatteryLow, last.at, Vec::new());
            } else if let Some(empty) = trend
                .map(|trend| trend.empty_at)
                .filter(|at| at.ms_since(now) <= rule.empty_within_ms)
                .filter(|_| !is_charged_again_and_again(&device.battery, now, rule.empty_within_ms))
            {
                tell(FixCause::BatteryFalling, empty, Vec::new());
            }
            if device.signal_percent.is_some_and(|percent| percent < rule.signal_percent) {
                tell(FixCause::WeakSignal, device.heard_at.unwrap_or(now), Vec::new());
            }
        }
        let calibration = device.calibration_at.filter(|at| at.ms_since(now) <= rule.calibration_within_ms);
        if let Some(due) = calibration.filter(|_| ended.is_none()) {
            tell(FixCause::Calibration, due, Vec::new());
        }
        if device.clock_off_ms.is_some_and(|off| off.saturating_abs() > rule.clock_off_ms) {
            tell(FixCause::ClockOff, device.heard_at.unwrap_or(now), Vec::new());
        }
    }
    found.sort_by(|a, b| (a.cause, a.at, &a.device).cmp(&(b.cause, b.at, &b.device)));
    found
}

fn last_charge(device: &FleetDevice, now: Instant) -> Option<&Charge> {
    device.battery.iter().filter(|charge| charge.at <= now).max_by_key(|charge| charge.at)
}

/// Since when a device is silent, as of the moment until which it could be heard: since it was last heard, or since it was given to
/// somebody. Nothing where it is not, or where nobody can tell. What is used by hand is silent where it was the last that was heard of
/// somebody of whom nothing comes at all.
fn silent_since(device: &FleetDevice, heard: Instant) -> Option<Instant> {
    let last = device.heard_at.filter(|at| !is_ahead(*at, heard)).or(device.given_at)?;
    let is_last_of_all = || device.others_at.is_none_or(|others| others <= last);
    let after = device.speaks.silent_after_ms().or_else(|| is_last_of_all().then_some(NOTHING_MS))?;
    (heard.ms_since(last) >= after).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::silence::{SENSOR_MS, Speaks};
    use crate::{HOUR_MS, LOW_BATTERY};
    use proptest::prelude::*;

    const NOW: Instant = Instant(100 * DAY_MS);

    fn device(id: &str) -> FleetDevice {
        FleetDevice {
            id: id.into(),
            patient: Some("p".into()),
            what: "Glucose sensor".into(),
            maker: "Maker".into(),
            lot: Some("L1".into()),
            firmware: None,
            hub: None,
            given_at: None,
            heard_at: Some(NOW - 5 * MINUTE_MS),
            speaks: Speaks::Sensor,
            others_at: Some(NOW - 5 * MINUTE_MS),
            stopped_at: None,
            ends_at: None,
            calibration_at: None,
            battery: Vec::new(),
            clock_off_ms: None,
            signal_percent: None,
        }
    }

    fn silent(id: &str, hub: Option<&str>) -> FleetDevice {
        FleetDevice { heard_at: Some(NOW - SENSOR_MS), hub: hub.map(Into::into), ..device(id) }
    }

    /// What its battery was each six hours up to an hour ago, the last value last.
    fn battery(percents: &[f64]) -> Vec<Charge> {
        let ago = |n: usize| HOUR_MS + i64::try_from(percents.len() - 1 - n).unwrap() * 6 * HOUR_MS;
        percents
            .iter()
            .enumerate()
            .map(|(n, percent)| Charge { at: NOW - ago(n), percent: *percent })
            .collect()
    }

    /// Heard so many days ago.
    fn days_ago(days: i64) -> FleetDevice {
        FleetDevice { heard_at: Some(NOW - days * DAY_MS), ..device("d") }
    }

    fn causes(devices: &[FleetDevice]) -> Vec<(String, FixCause)> {
        let fixes = to_fix(devices, &[], (NOW, Some(NOW)), FleetRule::USUAL);
        fixes.into_iter().map(|fix| (fix.device.to_string(), fix.cause)).collect()
    }

    #[test]
    fn each_cause_is_told_before_the_value_is_missing() {
        let plain = || device("d");
        for (what, device, wanted) in [
            ("nothing", plain(), vec![]),
            (
                "a pump that stopped",
                FleetDevice { stopped_at: Some(NOW - 1), ..plain() },
                vec![FixCause::Stopped],
            ),
            (
                "ends tonight",
                FleetDevice { ends_at: Some(NOW + 6 * HOUR_MS), ..plain() },
                vec![FixCause::EndsSoon],
            ),
            ("ends in two days", FleetDevice { ends_at: Some(NOW + 2 * DAY_MS), ..plain() }, vec![]),
            ("has ended", FleetDevice { ends_at: Some(NOW), ..silent("d", None) }, vec![FixCause::Ended]),
            ("silent", silent("d", None), vec![FixCause::Silent]),
            (
                "never heard",
                FleetDevice { heard_at: None, given_at: Some(NOW - DAY_MS), ..plain() },
                vec![FixCause::Silent],
            ),
            ("not for long enough", FleetDevice { heard_at: Some(NOW - SENSOR_MS + 1), ..plain() }, vec![]),
            ("out of reach", FleetDevice { speaks: Speaks::ByItself, ..silent("d", None) }, vec![]),
            ("a cuff says nothing", FleetDevice { speaks: Speaks::ByHand, ..days_ago(30) }, vec![]),
            (
                "the last of whom nothing comes",
                FleetDevice { speaks: Speaks::ByHand, others_at: None, ..days_ago(30) },
                vec![FixCause::Silent],
            ),
            ("low", FleetDevice { battery: battery(&[20.0]), ..plain() }, vec![FixCause::BatteryLow]),
            (
                "empty in a day and a half",
                FleetDevice { battery: battery(&[45.0, 40.0, 35.0, 30.0]), ..plain() },
                vec![FixCause::BatteryFalling],
            ),
            (
                "charged each night",
                FleetDevice {
                    battery: battery(&[90.0, 60.0, 95.0, 65.0, 90.0, 70.0, 50.0, 30.0]),
                    ..plain()
                },
                vec![],
            ),
            ("falls slowly", FleetDevice { battery: battery(&[83.0, 82.0, 81.0, 80.0]), ..plain() }, vec![]),
            (
                "silent since it was empty",
                FleetDevice { battery: battery(&[15.0, 10.0, 5.0, 0.0]), ..silent("d", None) },
                vec![FixCause::BatteryEmpty],
            ),
            (
                "to be calibrated",
                FleetDevice { calibration_at: Some(NOW - 1), ..plain() },
                vec![FixCause::Calibration],
            ),
            (
                "behind by three minutes",
                FleetDevice { clock_off_ms: Some(3 * MINUTE_MS), ..plain() },
                vec![FixCause::ClockOff],
            ),
            (
                "ahead by an hour",
                FleetDevice { clock_off_ms: Some(-HOUR_MS), ..plain() },
                vec![FixCause::ClockOff],
            ),
            ("weak", FleetDevice { signal_percent: Some(12.0), ..plain() }, vec![FixCause::WeakSignal]),
        ] {
            let found: Vec<_> = causes(&[device]).into_iter().map(|(_, cause)| cause).collect();
            assert_eq!(found, wanted, "{what}");
        }
    }

    #[test]
    fn low_is_what_is_low_everywhere_else() {
        assert_eq!(FleetRule::USUAL.battery_percent, f64::from(LOW_BATTERY));
    }

    #[test]
    fn nothing_is_silent_since_the_server_was_heard_last_and_none_where_that_is_not_known() {
        let silent = |heard| {
            let fixes = to_fix(&[silent("d", None)], &[], (NOW, heard), FleetRule::USUAL);
            fixes.into_iter().map(|fix| fix.cause).collect::<Vec<_>>()
        };
        assert_eq!(silent(Some(NOW)), [FixCause::Silent]);
        assert_eq!(silent(Some(NOW - 1)), []);
        assert_eq!(silent(None), []);
    }

    #[test]
    fn a_silent_hub_is_one_thing_to_put_right_and_not_five() {
        let devices =
            [silent("hub", None), silent("scale", Some("hub")), silent("cuff", Some("hub")), device("pen")];
        let fixes = to_fix(&devices, &[], (NOW, Some(NOW)), FleetRule::USUAL);
        assert_eq!(fixes.len(), 1);
        assert_eq!((fixes[0].device.as_str(), fixes[0].cause), ("hub", FixCause::HubSilent));
        assert_eq!(fixes[0].behind, ["scale", "cuff"].map(DeviceId::from));
        let mut empty = devices.clone();
        empty[0].battery = battery(&[15.0, 10.0, 5.0, 0.0]);
        let fixes = to_fix(&empty, &[], (NOW, Some(NOW)), FleetRule::USUAL);
        assert_eq!((fixes.len(), fixes[0].cause), (1, FixCause::BatteryEmpty));
        assert_eq!(fixes[0].behind.len(), 2, "and what is behind it is told");
        // The hub speaks, and one device behind it does not.
        assert_eq!(
            causes(&[device("hub"), silent("scale", Some("hub"))]),
            [("scale".to_owned(), FixCause::Silent)]
        );
    }

    #[test]
    fn a_recalled_lot_comes_first_and_an_unknown_lot_is_not_in_it() {
        let recall =
            Recall { maker: "maker ".into(), lot: "l1".into(), since: NOW - DAY_MS, why: "FSN 1".into() };
        let unknown = FleetDevice { lot: None, ..device("unknown") };
        let other = FleetDevice { lot: Some("L2".into()), ..device("other") };
        let stopped = FleetDevice { stopped_at: Some(NOW), ..unknown.clone() };
        let fixes =
            to_fix(&[stopped, other, device("recalled")], &[recall], (NOW, Some(NOW)), FleetRule::USUAL);
        let told: Vec<_> = fixes.iter().map(|fix| (fix.device.as_str(), fix.cause)).collect();
        assert_eq!(told, [("recalled", FixCause::Recalled), ("unknown", FixCause::Stopped)]);
    }

    proptest! {
        #[test]
        fn every_device_that_is_silent_has_a_cause_of_its_own_or_its_hubs(
            rows in proptest::collection::vec((0i64..480, proptest::option::of(0usize..4), any::<bool>()), 1..12), turn in 0usize..12,
        ) {
            let made = |(n, (minutes, hub, ended)): (usize, (i64, Option<usize>, bool))| FleetDevice {
                heard_at: Some(NOW - minutes * MINUTE_MS),
                hub: hub.filter(|hub| *hub < n).map(|hub| format!("d{hub}").into()),
                ends_at: ended.then_some(NOW - 1),
                ..device(&format!("d{n}"))
            };
            let devices: Vec<_> = rows.into_iter().enumerate().map(made).collect();
            let fixes = to_fix(&devices, &[], (NOW, Some(NOW)), FleetRule::USUAL);
            let silent: Vec<_> = devices.iter().filter(|d| silent_since(d, NOW).is_some()).collect();
            for device in silent {
                let own = fixes.iter().any(|fix| fix.device == device.id);
                let hub = device.hub.as_ref().is_some_and(|hub| fixes.iter().any(|fix| fix.device == *hub || fix.behind.contains(hub)));
                prop_assert!(own || hub, "{}", device.id);
            }
            let mut turned = devices.clone();
            let by = turn % turned.len();
            turned.rotate_left(by);
            let key = |fixes: Vec<Fix>| fixes.into_iter().map(|fix| (fix.device, fix.cause, fix.at)).collect::<Vec<_>>();
            prop_assert_eq!(key(to_fix(&turned, &[], (NOW, Some(NOW)), FleetRule::USUAL)), key(fixes));
        }
    }
}
