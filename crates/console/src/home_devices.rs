//! The devices of people at home, and the implants of everybody, as one look finds them: what is known of each, and what is wrong with it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bedside::Tile;
use clinical::consent::Withheld;
use clinical::fix_today::{Fault, Trouble, faults};
use clinical::fleet::{BatteryTrend, Charge, FixCause, FleetDevice, battery_trend};
use clinical::remote_cardiac::{Battery, Connectivity, Implant};
use clinical::silence::Speaks;
use clinical::{
    Conversion, DAY_MS, Device, DeviceId, DeviceKind, DeviceMake, Instant, Measure, PatientId, SmolStr,
};
use trends::{AtHome, MONTH_DAYS};
use vault::SeriesValue;

use crate::at_home::worn;

/// `MDC_IDC_MSMT_BATTERY_REMAINING_PERCENTAGE` and `MDC_IDC_MSMT_BATTERY_REMAINING_LONGEVITY`.
const IDC_PERCENT: &str = "721536";
const IDC_MONTHS: &str = "721472";

/// Every device, and what is not known of them yet.
pub(crate) struct AllDevices {
    pub now: Instant,
    /// What is to be put right first; then the others by whose they are.
    pub devices: Vec<OneDevice>,
    /// The months of so many people are still to be worked out.
    pub pending: usize,
    /// Until when the server was heard, where it is not heard now.
    pub not_heard_since: Option<Instant>,
    /// Whether the fortnight was read from the server to its end.
    pub is_fortnight_read: bool,
    /// What of all of these people is withheld from who looks.
    pub withheld: Withheld,
}

/// One device of somebody.
pub(crate) struct OneDevice {
    pub tile: Arc<Tile>,
    pub id: DeviceId,
    /// As the server names it; nothing where no Device of that name was read, and only values name it.
    pub name: Option<String>,
    pub kind: DeviceKind,
    /// How it was made, as far as the server tells.
    pub make: DeviceMake,
    /// What it measures.
    pub sends: Vec<Measure>,
    /// The newest of what it sent.
    pub heard_at: Option<Instant>,
    /// What is known of it as an implant, where it is one.
    pub implant: Option<Implant>,
    /// The newest level of its battery.
    pub charge: Option<Charge>,
    /// Where that goes.
    pub trend: Option<BatteryTrend>,
    /// Worst first.
    pub faults: Vec<Fault>,
    /// Another sensor of the same person was heard since.
    pub is_replaced: bool,
    /// Something of the person is withheld, or may be: what does not come may be that.
    pub is_withheld: bool,
    /// Whether the person's month was worked out.
    pub is_worked_out: bool,
    /// Of a sensor that is worn, how much of a fortnight it sent, where that is too little: percent.
    pub sent_too_little: Option<f64>,
}

/// What is known of one person.
pub(crate) struct Owner<'a> {
    pub tile: &'a Arc<Tile>,
    /// The newest of each series that is not withheld.
    pub values: &'a [&'a SeriesValue],
    /// Nothing while it is not worked out yet, and of who is not at home.
    pub month: Option<&'a AtHome>,
    /// Something of theirs is withheld, or may be.
    pub is_withheld: bool,
}

/// What the cache knows of all devices: each Device, whose it is, and since when that is known.
pub(crate) struct Register<'a> {
    devices: HashMap<&'a DeviceId, &'a Device>,
    of: HashMap<&'a PatientId, Vec<&'a Device>>,
    since: HashMap<DeviceId, Instant>,
    makes: HashMap<DeviceId, DeviceMake>,
}

impl<'a> Register<'a> {
    pub(crate) fn new(
        devices: &'a [Device],
        since: HashMap<DeviceId, Instant>,
        makes: HashMap<DeviceId, DeviceMake>,
    ) -> Register<'a> {
        let mut of: HashMap<&PatientId, Vec<&Device>> = HashMap::new();
        for device in devices.iter().filter(|device| device.active) {
            if let Some(patient) = &device.patient {
                of.entry(patient).or_default().push(device);
            }
        }
        Register { devices: devices.iter().map(|device| (&device.id, device)).collect(), of, since, makes }
    }
}

/// When a look is, until when the server was heard, and whether the fortnight was read from it to its end.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub now: Instant,
    pub heard: Option<Instant>,
    pub is_fortnight_read: bool,
}

/// The devices of one person. Of who is not at home they are the implants alone: what is at a bed is the ward's.
pub(crate) fn devices_of(owner: &Owner<'_>, register: &Register<'_>, moment: Moment) -> Vec<OneDevice> {
    let heard = moment.heard.filter(|_| !owner.is_withheld);
    let mut all: Vec<OneDevice> =
        ids(owner, register, moment.now).into_iter().map(|id| one(owner, register, id, moment.now)).collect();
    let worn: BTreeMap<&DeviceId, Instant> = worn_by(owner);
    let newest_worn = worn.iter().max_by_key(|(_, at)| **at).map(|(id, _)| *id);
    let brief = owner.month.and_then(|month| month.glucose.as_ref()).filter(|_| moment.is_fortnight_read);
    let too_little = brief.filter(|brief| brief.too_little.is_some()).map(|brief| brief.active_percent);
    for device in &mut all {
        let is_worn = newest_worn == Some(&device.id);
        device.is_replaced = worn.contains_key(&device.id) && !is_worn;
        device.sent_too_little = too_little.filter(|_| is_worn && !owner.is_withheld);
    }
    let fleet: Vec<FleetDevice> = all
        .iter()
        .filter(|device| device.implant.is_none())
        .map(|device| {
            let speaks =
                if newest_worn == Some(&device.id) { Speaks::Sensor } else { speaks(owner, &device.id) };
            fleet_device(owner, device, if device.is_replaced { Speaks::ByHand } else { speaks })
        })
        .collect();
    let implants: Vec<Implant> = all.iter().filter_map(|device| device.implant.clone()).collect();
    // What was not read yet is no silence of a fortnight.
    let of_implants = heard.filter(|_| moment.is_fortnight_read);
    let mut found = faults((&[], &implants), &[], (moment.now, of_implants));
    found.extend(faults((&fleet, &[]), &[], (moment.now, heard)));
    // Who charges it each night is seen once the days before were read.
    let is_known = |fault: &Fault| {
        moment.is_fortnight_read || fault.trouble != Trouble::Device(FixCause::BatteryFalling)
    };
    for (id, fault) in found.into_iter().filter(|(_, fault)| is_known(fault)) {
        if let Some(device) = all.iter_mut().find(|device| device.id == id) {
            device.faults.push(fault);
        }
    }
    all
}

/// Which devices somebody has: those in use by their name, and those that sent something in the month and are not said to be out of use.
fn ids(owner: &Owner<'_>, register: &Register<'_>, now: Instant) -> BTreeSet<DeviceId> {
    let tile = owner.tile;
    let is_listed = |device: &Device| tile.home || is_implant(device.kind());
    let named = register.of.get(&tile.patient).map_or(&[][..], Vec::as_slice);
    let listed = named.iter().filter(|device| is_listed(device));
    let mut found: BTreeSet<DeviceId> = listed.map(|device| device.id.clone()).collect();
    let is_recent = |value: &&&SeriesValue| now.ms_since(value.taken_at) <= i64::from(MONTH_DAYS) * DAY_MS;
    for id in owner.values.iter().filter(is_recent).filter_map(|value| value.series.device.as_ref()) {
        let is_there = match register.devices.get(id) {
            Some(device) => device.active && is_listed(device),
            None => tile.home,
        };
        if is_there {
            found.insert(id.clone());
        }
    }
    found
}

fn one(owner: &Owner<'_>, register: &Register<'_>, id: DeviceId, now: Instant) -> OneDevice {
    let known = register.devices.get(&id);
    let own: Vec<&SeriesValue> = of_device(owner, &id).collect();
    let kind = known.map_or(DeviceKind::Other, |device| device.kind());
    let heard_at = own.iter().map(|value| value.taken_at).max();
    let battery = battery(owner, &id);
    let mut sends: Vec<Measure> = own.iter().filter_map(|value| value.series.measure()).collect();
    sends.sort_by_key(|measure| *measure as usize);
    sends.dedup();
    let make = register.makes.get(&id).cloned().unwrap_or_default();
    let implant = is_implant(kind).then(|| Implant {
        id: id.clone(),
        patient: owner.tile.patient.clone(),
        maker: make.maker.clone().unwrap_or_default(),
        // One that nobody told of before is watched since now.
        since: register.since.get(&id).copied().unwrap_or(now),
        heard_at,
        transmitted_at: heard_at,
        next_at: None,
        // Whether one of somebody in a bed has a transmitter nobody said, where nothing ever came.
        connectivity: match heard_at {
            None if !owner.tile.home => Connectivity::NotExpected,
            _ => Connectivity::Unsaid,
        },
        battery: idc_battery(&own),
        leads: Vec::new(),
        alerts: Vec::new(),
    });
    OneDevice {
        tile: owner.tile.clone(),
        name: known.map(|device| device.name.clone()),
        kind,
        make,
        sends,
        heard_at,
        charge: battery.last().copied(),
        trend: battery_trend(&battery, now),
        faults: Vec::new(),
        is_replaced: false,
        is_withheld: owner.is_withheld,
        is_worked_out: implant.is_some() || owner.month.is_some(),
        sent_too_little: None,
        implant,
        id,
    }
}

fn fleet_device(owner: &Owner<'_>, device: &OneDevice, speaks: Speaks) -> FleetDevice {
    let others = owner.values.iter().filter(|value| value.series.device.as_ref() != Some(&device.id));
    FleetDevice {
        id: device.id.clone(),
        patient: Some(owner.tile.patient.clone()),
        what: device.name.clone().unwrap_or_default(),
        heard_at: device.heard_at,
        speaks,
        others_at: others.map(|value| value.taken_at).max(),
        battery: battery(owner, &device.id),
        maker: device.make.maker.as_deref().unwrap_or_default().into(),
        lot: device.make.lot.as_deref().map(SmolStr::new),
        firmware: device.make.firmware.as_deref().map(SmolStr::new),
        // No server is known to tell the rest: docs/home-devices.md, Open.
        hub: None,
        given_at: None,
        stopped_at: None,
        ends_at: None,
        calibration_at: None,
        clock_off_ms: None,
        signal_percent: None,
    }
}

/// How a device comes to speak that is no glucose sensor.
fn speaks(owner: &Owner<'_>, id: &DeviceId) -> Speaks {
    let said = owner.month.and_then(|month| month.devices.get(id));
    if said.is_some_and(|said| said.sends_by_itself) { Speaks::ByItself } else { Speaks::ByHand }
}

/// When each glucose sensor was read last.
fn worn_by<'a>(owner: &Owner<'a>) -> BTreeMap<&'a DeviceId, Instant> {
    let has_sensor = owner.month.is_some_and(|month| month.glucose.is_some());
    let mut found: BTreeMap<&DeviceId, Instant> = BTreeMap::new();
    for value in worn(owner.values, has_sensor) {
        if let Some(id) = &value.series.device {
            let newest = found.entry(id).or_insert(value.taken_at);
            *newest = (*newest).max(value.taken_at);
        }
    }
    found
}

/// What a battery was: the week that is worked out, and the newest level.
fn battery(owner: &Owner<'_>, id: &DeviceId) -> Vec<Charge> {
    let said = owner.month.and_then(|month| month.devices.get(id));
    let mut charges = said.map_or_else(Vec::new, |said| said.battery.clone());
    let levels = of_device(owner, id).filter(|v| v.series.measure() == Some(Measure::Battery) && !v.artefact);
    let charge = |value: &SeriesValue| {
        let conversion = Conversion::to_own(Measure::Battery, &value.series.unit).ok()?;
        Some(Charge { at: value.taken_at, percent: conversion.apply(value.value.to_f64()) })
    };
    let newest = levels.filter_map(charge).max_by_key(|charge| charge.at);
    let last = charges.last().map(|charge| charge.at);
    charges.extend(newest.filter(|charge| last.is_none_or(|last| charge.at > last)));
    charges
}

fn of_device<'a>(owner: &Owner<'a>, id: &DeviceId) -> impl Iterator<Item = &'a SeriesValue> {
    owner.values.iter().copied().filter(move |value| value.series.device.as_ref() == Some(id))
}

/// What an implant told of its battery last, and when: of percent and months that were told at two times the older is left out.
fn idc_battery(own: &[&SeriesValue]) -> Battery {
    let (percent, months) = (idc(own, IDC_PERCENT), idc(own, IDC_MONTHS));
    let at = percent.into_iter().chain(months).map(|(at, _)| at).max();
    let then =
        |told: Option<(Instant, f64)>| told.filter(|(when, _)| Some(*when) == at).map(|(_, left)| left);
    Battery { percent: then(percent), months: then(months), at, ..Battery::default() }
}

/// The newest number of an implant under a code of `clinical::remote_cardiac::MDC_IDC`, and when it was told.
fn idc(own: &[&SeriesValue], code: &str) -> Option<(Instant, f64)> {
    let of_code = own.iter().filter(|value| value.series.mdc && value.series.code == code);
    of_code.max_by_key(|value| value.taken_at).map(|value| (value.taken_at, value.value.to_f64()))
}

fn is_implant(kind: DeviceKind) -> bool {
    matches!(kind, DeviceKind::Icd | DeviceKind::Implant)
}

/// What is wrong first, the worst before others; then by whose it is.
pub(crate) fn in_order(a: &OneDevice, b: &OneDevice) -> Ordering {
    let worst = |one: &OneDevice| one.faults.first().map(Fault::order);
    let (x, y) = (worst(a), worst(b));
    let name = |one: &OneDevice| (one.tile.family.to_lowercase(), one.tile.given.to_lowercase());
    (x.is_none(), x)
        .cmp(&(y.is_none(), y))
        .then_with(|| name(a).cmp(&name(b)))
        .then_with(|| (&a.tile.patient, &a.id).cmp(&(&b.tile.patient, &b.id)))
}
