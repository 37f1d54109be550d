//! The devices of people at home and the implants of everybody on one list, and what is to be put right.

use clinical::fix_today::Fault;
use clinical::fleet::BatteryTrend;
use clinical::{DAY_MS, DeviceKind, LOW_BATTERY};
use serde::Serialize;
use specta::Type;

use super::board::family_first;
use super::form::{count, ms};
use super::withheld::Withheld;
use crate::home_devices::{AllDevices, OneDevice};

/// Every device of people at home, and the implants of everybody.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Devices {
    /// When that was.
    pub at: i64,
    /// What is to be put right first, the worst before others; then the others by whose they are.
    pub rows: Vec<DeviceRow>,
    /// The months of so many people are still to be worked out: ask again.
    pub pending: u32,
    /// Until when the server was heard, where it is not heard now: nothing was silent since.
    pub not_heard_since: Option<i64>,
    /// Whether the fortnight was read from the server to its end: until then no transmitter is said to be silent.
    pub is_fortnight_read: bool,
    /// What of all of these people is withheld from who is here.
    pub withheld: Option<Withheld>,
}

/// One device. What was not given is nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceRow {
    /// What tells it from other rows.
    pub key: String,
    /// Logical id of the Patient who has it.
    patient: String,
    /// Family name first.
    owner: String,
    initials: String,
    mrn: String,
    place: String,
    /// As it is named.
    pub name: Option<String>,
    /// What kind of device it is.
    kind: Option<&'static str>,
    /// Whether it is implanted.
    implant: bool,
    /// What it measures, in words.
    sends: Option<String>,
    /// Who made it.
    pub maker: Option<String>,
    model: Option<String>,
    /// Of which lot.
    pub lot: Option<String>,
    serial: Option<String>,
    /// The version of its firmware, or of its software.
    pub firmware: Option<String>,
    /// Until when it may be put to use, as sent.
    expires: Option<String>,
    /// Its battery, as it told last.
    pub battery: Option<DeviceBattery>,
    /// When it was heard last.
    pub last_seen: Option<i64>,
    /// When a sensor ends.
    ends_at: Option<i64>,
    /// Of an implant, when it last sent what it measured.
    last_transmission: Option<i64>,
    /// Of an implant, when it is to send next.
    next_expected: Option<i64>,
    /// What is wrong with it, the worst first.
    pub faults: Vec<DeviceFault>,
    /// How it is, in words.
    pub state: String,
}

/// The battery of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceBattery {
    /// `85 %`, `72 months left`.
    pub reads: String,
    /// The same in percent, to sort by.
    percent: Option<f64>,
    /// When it was told.
    at: i64,
    /// It has to be charged or changed.
    low: bool,
    /// Where it goes, in words; nothing while that is not worked out.
    pub trend: Option<String>,
}

/// What is wrong with a device.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceFault {
    /// Its code.
    pub kind: &'static str,
    /// What was found.
    pub words: String,
    /// What that rests on.
    pub basis: String,
    /// Since when, or when it will be.
    at: i64,
}

impl From<AllDevices> for Devices {
    fn from(all: AllDevices) -> Devices {
        Devices {
            at: ms(all.now),
            rows: all.devices.into_iter().map(row).collect(),
            pending: count(all.pending),
            not_heard_since: all.not_heard_since.map(ms),
            is_fortnight_read: all.is_fortnight_read,
            withheld: Withheld::some(&all.withheld),
        }
    }
}

fn row(one: OneDevice) -> DeviceRow {
    let tile = &one.tile;
    let implant = one.implant.as_ref();
    DeviceRow {
        key: format!("{}/{}", tile.patient, one.id),
        patient: (&tile.patient).into(),
        owner: family_first(tile),
        initials: clinical::initials(&tile.family, &tile.given),
        mrn: tile.mrn.clone(),
        place: tile.place(),
        kind: kind(one.kind),
        implant: implant.is_some(),
        sends: sends(&one),
        maker: one.make.maker.clone(),
        model: one.make.model.clone(),
        lot: one.make.lot.clone(),
        serial: one.make.serial.clone(),
        firmware: one.make.firmware.clone(),
        expires: one.make.expires.clone(),
        // No server is known to tell it: docs/home-devices.md, Open.
        ends_at: None,
        battery: battery(&one),
        last_seen: one.heard_at.map(ms),
        last_transmission: implant.and_then(|implant| implant.transmitted_at).map(ms),
        next_expected: implant.and_then(|implant| implant.next_at).map(ms),
        faults: one.faults.iter().map(fault).collect(),
        state: state(&one),
        name: one.name,
    }
}

fn fault(fault: &Fault) -> DeviceFault {
    DeviceFault {
        kind: fault.trouble.code(),
        words: fault.words.clone(),
        basis: fault.basis.clone(),
        at: ms(fault.at),
    }
}

fn kind(kind: DeviceKind) -> Option<&'static str> {
    match kind {
        DeviceKind::Icd => Some("ICD"),
        DeviceKind::Implant => Some("Implant"),
        DeviceKind::GlucoseSensor => Some("Glucose sensor"),
        DeviceKind::InsulinPen => Some("Insulin pen"),
        DeviceKind::Other => None,
    }
}

fn sends(one: &OneDevice) -> Option<String> {
    let labels: Vec<&str> = one.sends.iter().map(|measure| measure.spec().label).collect();
    (!labels.is_empty()).then(|| labels.join(", "))
}

fn battery(one: &OneDevice) -> Option<DeviceBattery> {
    let of_implant = one.implant.as_ref().map(|implant| implant.battery);
    if let Some((at, battery)) = of_implant.and_then(|battery| Some((battery.at?, battery)))
        && let Some(reads) = battery
            .percent
            .map(|percent| format!("{percent:.0} %"))
            .or_else(|| battery.months.map(|months| format!("{months:.0} months left")))
    {
        let months = battery.months.filter(|_| battery.percent.is_some());
        let trend =
            months.map_or_else(|| "trend not given".to_owned(), |months| format!("{months:.0} months left"));
        return Some(DeviceBattery {
            reads,
            percent: battery.percent,
            at: ms(at),
            low: false,
            trend: Some(trend),
        });
    }
    let charge = one.charge?;
    Some(DeviceBattery {
        reads: format!("{:.0} %", charge.percent),
        percent: Some(charge.percent),
        at: ms(charge.at),
        low: charge.percent <= f64::from(LOW_BATTERY),
        trend: one.is_worked_out.then(|| trend(one.trend, one)),
    })
}

fn trend(trend: Option<BatteryTrend>, one: &OneDevice) -> String {
    let Some(trend) = trend else { return "does not fall, or too few values".to_owned() };
    let left = trend.empty_at.ms_since(one.charge.map_or(trend.empty_at, |charge| charge.at));
    let days = left as f64 / DAY_MS as f64;
    let digits = usize::from(days < 10.0);
    format!("−{:.1} points a day, lasts {days:.digits$} days", trend.a_day)
}

/// How a device is: the worst that is wrong with it, or why nothing is told.
fn state(one: &OneDevice) -> String {
    let worst = one.faults.first().map(|fault| fault.words.clone());
    if let (None, Some(percent)) = (&worst, one.sent_too_little) {
        let percent = (percent * 10.0).floor() / 10.0;
        return format!("Sent {percent} % of the last 14 days, too little for figures");
    }
    let none = || match one {
        OneDevice { is_replaced: true, .. } => "Another sensor is worn since",
        OneDevice { is_withheld: true, .. } => "Not judged: something of this person may be withheld",
        OneDevice { is_worked_out: false, .. } => "Still being read",
        OneDevice { implant: Some(_), heard_at: None, .. } => "Nothing ever came from it",
        _ => "No fault is known",
    };
    worst.unwrap_or_else(|| none().to_owned())
}
