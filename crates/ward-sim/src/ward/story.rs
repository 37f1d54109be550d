//! Scripted stories: what happens to whom, as changes of the physiology and alarms that follow from it.

use crate::ward::clock::{HOUR_MS, MINUTE_MS};
use crate::ward::noise::ramp;

/// A course of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Story {
    Sepsis,
    OpioidDepression,
    FastAtrialFibrillation,
    FallingGlucose,
    LeadOff,
    FlatBattery,
    GatewayLost,
    ImplantAlert,
    Recovery,
}

impl Story {
    /// Every story with its name on the admin path.
    pub const ALL: [(&'static str, Story); 9] = [
        ("sepsis", Story::Sepsis),
        ("opioid", Story::OpioidDepression),
        ("fast-af", Story::FastAtrialFibrillation),
        ("falling-glucose", Story::FallingGlucose),
        ("lead-off", Story::LeadOff),
        ("flat-battery", Story::FlatBattery),
        ("gateway-lost", Story::GatewayLost),
        ("implant", Story::ImplantAlert),
        ("recovery", Story::Recovery),
    ];
}

/// A story that runs on a patient from a moment on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub story: Story,
    /// Index of the patient.
    pub patient: usize,
    /// When it begins, in simulated milliseconds.
    pub from: i64,
}

/// What a story does to a patient's signals at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effect {
    pub hr: f64,
    pub spo2: f64,
    pub rr: f64,
    pub sbp: f64,
    pub temp: f64,
    /// How far glucose is drawn down to 3.1 mmol/L, from 0 to 1.
    pub low_sugar: f64,
    pub irregular: bool,
    pub drowsy: bool,
    pub oxygen: f64,
    pub spo2_off: bool,
    pub silent: bool,
    pub battery_drain: bool,
}

/// An alarm a story raises: after how long, how it reads and how long it lasts.
pub(crate) struct Cue {
    pub after: i64,
    pub lasts: Option<i64>,
    pub severity: &'static str,
    pub technical: bool,
    pub loinc: Option<&'static str>,
    /// `{}` is replaced by the value at the onset.
    pub text: &'static str,
}

const fn cue(after: i64, severity: &'static str, loinc: Option<&'static str>, text: &'static str) -> Cue {
    Cue { after, lasts: None, severity, technical: false, loinc, text }
}

const fn inop(after: i64, lasts: Option<i64>, text: &'static str) -> Cue {
    Cue { after, lasts, severity: "low", technical: true, loinc: None, text }
}

impl Story {
    pub(crate) fn cues(self) -> Vec<Cue> {
        const HR: Option<&str> = Some("8867-4");
        const SPO2: Option<&str> = Some("59408-5");
        const RR: Option<&str> = Some("9279-1");
        match self {
            Story::Sepsis => vec![
                cue(4 * HOUR_MS + 30 * MINUTE_MS, "medium", RR, "RR {} > 25"),
                cue(4 * HOUR_MS + 58 * MINUTE_MS, "high", SPO2, "SpO2 {} < 90"),
            ],
            Story::OpioidDepression => vec![cue(9 * MINUTE_MS, "high", RR, "RR {} < 8")],
            Story::FastAtrialFibrillation => vec![cue(2 * MINUTE_MS, "medium", HR, "AFib {}")],
            Story::FallingGlucose => {
                vec![cue(76 * MINUTE_MS, "medium", Some("105272-9"), "Glucose {} < 3.9")]
            }
            Story::LeadOff => vec![inop(10_000, Some(40 * MINUTE_MS), "SpO2 sensor off")],
            Story::FlatBattery => vec![inop(5 * MINUTE_MS, None, "Battery 9 %")],
            Story::GatewayLost => vec![inop(30_000, Some(45 * MINUTE_MS), "No data, gateway")],
            Story::ImplantAlert => vec![cue(0, "medium", None, "ICD lead 2480 Ω")],
            Story::Recovery => vec![],
        }
    }

    pub(crate) fn effect(self, elapsed: i64) -> Effect {
        let mut e = Effect::default();
        if elapsed < 0 {
            return e;
        }
        match self {
            Story::Sepsis => {
                let sick = ramp(elapsed, 0, 6 * HOUR_MS);
                e.hr = 44.0 * sick;
                e.rr = 13.0 * sick;
                e.sbp = -34.0 * sick;
                e.temp = 1.9 * sick;
                e.spo2 = -9.5 * ramp(elapsed, 2 * HOUR_MS, 6 * HOUR_MS);
                e.oxygen = if elapsed > 4 * HOUR_MS { 2.0 } else { 0.0 };
            }
            Story::OpioidDepression => {
                let depth =
                    ramp(elapsed, 0, 12 * MINUTE_MS) * (1.0 - ramp(elapsed, 40 * MINUTE_MS, 55 * MINUTE_MS));
                e.rr = -9.5 * depth;
                e.spo2 = -9.0
                    * ramp(elapsed, 3 * MINUTE_MS, 15 * MINUTE_MS)
                    * (1.0 - ramp(elapsed, 42 * MINUTE_MS, 58 * MINUTE_MS));
                e.hr = -12.0 * depth;
                e.drowsy = elapsed > 4 * MINUTE_MS && elapsed < 50 * MINUTE_MS;
            }
            Story::FastAtrialFibrillation => {
                let on = ramp(elapsed, 0, 90_000) * (1.0 - ramp(elapsed, 100 * MINUTE_MS, 102 * MINUTE_MS));
                e.hr = 78.0 * on;
                e.sbp = -18.0 * on;
                e.irregular = on > 0.2;
            }
            Story::FallingGlucose => {
                e.low_sugar =
                    ramp(elapsed, 0, 85 * MINUTE_MS) * (1.0 - ramp(elapsed, 130 * MINUTE_MS, 170 * MINUTE_MS))
            }
            Story::LeadOff => e.spo2_off = elapsed < 40 * MINUTE_MS,
            Story::FlatBattery => e.battery_drain = true,
            Story::GatewayLost => e.silent = elapsed < 45 * MINUTE_MS,
            Story::ImplantAlert => {}
            Story::Recovery => {
                let left = 1.0 - ramp(elapsed, 0, 30 * HOUR_MS);
                e.hr = 18.0 * left;
                e.temp = 0.6 * left;
                e.rr = 3.0 * left;
            }
        }
        e
    }
}

/// What goes on at the start: patient index, story, and how long ago it began.
pub(crate) fn opening(origin_ms: i64) -> Vec<Run> {
    let run = |patient, story, ago| Run { story, patient, from: origin_ms - ago };
    vec![
        run(11, Story::Sepsis, 5 * HOUR_MS),
        run(3, Story::OpioidDepression, 12 * MINUTE_MS),
        run(16, Story::FastAtrialFibrillation, 25 * MINUTE_MS),
        run(26, Story::FallingGlucose, 80 * MINUTE_MS),
        run(14, Story::LeadOff, 3 * MINUTE_MS),
        run(1, Story::FlatBattery, 35 * MINUTE_MS),
        run(7, Story::GatewayLost, 6 * MINUTE_MS),
        run(8, Story::ImplantAlert, 25 * MINUTE_MS),
        run(2, Story::Recovery, 26 * HOUR_MS),
        run(19, Story::Sepsis, 2 * HOUR_MS),
    ]
}
