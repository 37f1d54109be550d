//! One order over devices and implants, and what each fault says.

use super::*;
use crate::fleet::{Charge, FixCause};
use crate::remote_cardiac::{Alert, AlertLevel, Battery, BatteryState, Connectivity, Lead, LeadState, Why};
use crate::silence::Speaks;
use crate::{DAY_MS, HOUR_MS, MINUTE_MS};

const NOW: Instant = Instant(100 * DAY_MS);

fn device(id: &str) -> FleetDevice {
    FleetDevice {
        id: id.into(),
        patient: Some("p".into()),
        what: "Glucose sensor".into(),
        maker: "Maker".into(),
        lot: None,
        firmware: None,
        hub: None,
        given_at: None,
        heard_at: Some(NOW - MINUTE_MS),
        speaks: Speaks::Sensor,
        others_at: Some(NOW - MINUTE_MS),
        stopped_at: None,
        ends_at: None,
        calibration_at: None,
        battery: Vec::new(),
        clock_off_ms: None,
        signal_percent: None,
    }
}

fn implant(id: &str, days_ago: i64) -> Implant {
    let heard = Some(NOW - days_ago * DAY_MS);
    Implant {
        id: id.into(),
        patient: "p".into(),
        maker: "A".into(),
        since: NOW - 90 * DAY_MS,
        heard_at: heard,
        transmitted_at: heard,
        next_at: None,
        connectivity: Connectivity::Unsaid,
        battery: Battery::default(),
        leads: Vec::new(),
        alerts: Vec::new(),
    }
}

fn found(devices: &[FleetDevice], implants: &[Implant]) -> Vec<(String, &'static str, String)> {
    let all = faults((devices, implants), &[], (NOW, Some(NOW)));
    all.into_iter().map(|(id, fault)| (id.to_string(), fault.trouble.code(), fault.words)).collect()
}

fn codes(devices: &[FleetDevice], implants: &[Implant]) -> Vec<&'static str> {
    found(devices, implants).into_iter().map(|(_, code, _)| code).collect()
}

#[test]
fn a_silent_transmitter_stands_before_every_fault_of_any_device() {
    let alert =
        |level| Alert { id: "a".into(), level, at: NOW - 20 * DAY_MS, text: "AF".into(), is_handled: false };
    let red = Implant { alerts: vec![alert(AlertLevel::Red)], ..implant("red", 0) };
    let yellow = Implant { alerts: vec![alert(AlertLevel::Yellow)], ..implant("yellow", 0) };
    let devices = [
        FleetDevice { stopped_at: Some(NOW - 30 * DAY_MS), ..device("pump") },
        FleetDevice { heard_at: Some(NOW - 30 * DAY_MS), ..device("sensor") },
        FleetDevice { battery: vec![Charge { at: NOW - HOUR_MS, percent: 9.0 }], ..device("hub") },
    ];
    let told = found(&devices, &[yellow, red, implant("silent", 15)]);
    let of: Vec<_> = told.iter().map(|(id, code, _)| (id.as_str(), *code)).collect();
    assert_eq!(
        of,
        [
            ("silent", "transmitter-silent"),
            ("red", "red-alert"),
            ("pump", "stopped"),
            ("sensor", "silent"),
            ("yellow", "yellow-alert"),
            ("hub", "battery-low"),
        ]
    );
    assert_eq!(told[0].2, "Transmitter silent for 15 days");
    assert_eq!(told[1].2, "Red alert: AF");
    assert_eq!(told[5].2, "Battery 9 %");
}

#[test]
fn every_cause_has_a_place_and_a_code_of_its_own() {
    use FixCause as F;
    let causes = [
        F::Recalled,
        F::Stopped,
        F::Ended,
        F::BatteryEmpty,
        F::HubSilent,
        F::Silent,
        F::EndsSoon,
        F::BatteryLow,
        F::BatteryFalling,
        F::Calibration,
        F::ClockOff,
        F::WeakSignal,
    ]
    .map(Trouble::Device);
    let whys =
        [Why::Silent, Why::Red, Why::BatteryEnded, Why::Yellow, Why::Lead, Why::BatteryReplace, Why::Overdue]
            .map(Trouble::Implant);
    // Each room's own order is kept.
    assert!(causes.is_sorted_by_key(|trouble| trouble.rank()));
    assert!(whys.is_sorted_by_key(|trouble| trouble.rank()));
    let mut codes: Vec<_> = causes.iter().chain(&whys).map(|trouble| trouble.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!((codes.len(), codes.contains(&"other")), (19, false));
}

#[test]
fn a_silence_says_whether_others_speak() {
    let silent = |ago, others_at| {
        let device = FleetDevice { heard_at: Some(NOW - ago), others_at, ..device("d") };
        faults((&[device], &[]), &[], (NOW, Some(NOW))).remove(0).1
    };
    let alone = silent(5 * HOUR_MS, Some(NOW - HOUR_MS));
    assert_eq!(
        (alone.words.as_str(), alone.basis.as_str()),
        ("Silent for 5 h", "Other data of this person still come")
    );
    let all = silent(50 * HOUR_MS, Some(NOW - 49 * HOUR_MS));
    assert_eq!(all.words, "Silent for 2 days");
    assert!(all.basis.starts_with("Nothing comes of this person"));
    assert_eq!(silent(5 * HOUR_MS, None).basis, "Nothing else ever came of this person");
}

#[test]
fn what_was_not_heard_is_no_silence_and_what_was_said_stays() {
    let silent = FleetDevice { heard_at: Some(NOW - 30 * DAY_MS), ..device("d") };
    let low = FleetDevice { battery: vec![Charge { at: NOW - HOUR_MS, percent: 9.0 }], ..device("low") };
    let all = faults((&[silent, low], &[implant("i", 30)]), &[], (NOW, None));
    let of: Vec<_> = all.iter().map(|(id, fault)| (id.as_str(), fault.trouble.code())).collect();
    assert_eq!(of, [("low", "battery-low")]);
}

#[test]
fn the_state_of_an_implant_is_told_in_its_words() {
    let battery = |state| Battery { state, ..Battery::default() };
    let lead = Lead { chamber: "RA".into(), state: LeadState::Check, at: None };
    let of = |implant: Implant| found(&[], &[implant]).remove(0);
    let ended = of(Implant { battery: battery(BatteryState::Ended), ..implant("i", 0) });
    assert_eq!((ended.1, ended.2.as_str()), ("implant-battery-ended", "Battery at its end of service"));
    assert_eq!(of(Implant { leads: vec![lead], ..implant("i", 0) }).2, "Lead RA to be looked at");
    let never = Implant { heard_at: None, transmitted_at: None, ..implant("i", 0) };
    assert_eq!(of(never).2, "Nothing came from the transmitter for 90 days");
    let overdue = Implant { next_at: Some(NOW - 2 * DAY_MS), ..implant("i", 5) };
    assert_eq!(of(overdue).2, "Transmission overdue for 2 days");
    assert_eq!(codes(&[], &[implant("i", 13)]), [""; 0]);
}

#[test]
fn each_fault_of_a_device_says_what_was_found() {
    let percents = |all: &[f64]| -> Vec<Charge> {
        let ago = |n: usize| i64::try_from(all.len() - 1 - n).unwrap() * 6 * HOUR_MS;
        all.iter().enumerate().map(|(n, percent)| Charge { at: NOW - ago(n), percent: *percent }).collect()
    };
    let ends = |at| FleetDevice { ends_at: Some(at), ..device("d") };
    let off = |ms| FleetDevice { clock_off_ms: Some(ms), ..device("d") };
    let falling = FleetDevice { battery: percents(&[45.0, 40.0, 35.0, 30.0]), ..device("d") };
    for (device, wanted) in [
        (ends(NOW + 6 * HOUR_MS), "Ends in 6 h"),
        (ends(NOW + 30 * MINUTE_MS), "Ends in 30 min"),
        (ends(NOW - 3 * DAY_MS), "Ended 3 days ago"),
        (falling, "Battery 30 %, empty in 3"),
        (off(HOUR_MS), "Clock 1 h behind"),
        (off(-3 * MINUTE_MS), "Clock 3 min ahead"),
        (FleetDevice { signal_percent: Some(12.0), ..device("d") }, "Signal 12 %"),
        (FleetDevice { calibration_at: Some(NOW), ..device("d") }, "Calibration is due"),
    ] {
        let words = found(&[device], &[]).remove(0).2;
        assert!(words.starts_with(wanted), "{words}");
    }
}
