//! Whose something is, and what made it.

use clinical::DeviceId;

use crate::map::numbers::Reason;
use crate::map::text::clean;
use crate::wire::bases::Bases;
use crate::wire::datatypes as types;
use crate::wire::resource as r4;

/// The patient a resource is about.
pub(crate) fn patient_of<T: for<'a> From<&'a str>>(
    subject: Option<&types::Reference>,
    bases: &Bases,
) -> Result<T, Reason> {
    let named = subject.and_then(|s| s.reference.as_deref());
    subject.and_then(|s| s.id_of("Patient", bases)).ok_or_else(|| {
        let foreign = named.is_some_and(|reference| bases.relative(reference).is_none());
        if foreign { "its patient is on another server (subject)" } else { "it names no patient (subject)" }
            .to_owned()
    })
}

/// The device that made a value. Whichever way it is named, the value is a device's and nobody's who charts by hand.
pub(crate) fn device_of(device: &r4::DeviceReference, bases: &Bases) -> DeviceId {
    if let Some(reference) = device.reference.as_deref() {
        return device_in(reference, bases);
    }
    let identifier = device.identifier.as_ref();
    let value = identifier.and_then(|i| Some((i.system.as_deref().unwrap_or_default(), i.value.as_deref()?)));
    let name = match (value, device.display.as_deref()) {
        (Some((system, value)), _) => format!("{system}|{value}"),
        (None, Some(display)) => display.to_owned(),
        (None, None) => "unnamed".to_owned(),
    };
    DeviceId::from(clean(&name, LONGEST_DEVICE))
}

const LONGEST_DEVICE: usize = 160;

/// The same of a reference: the id of a Device of this server, else the reference, of which `DeviceMetric/1` and `#1` are two.
pub(crate) fn device_in(reference: &str, bases: &Bases) -> DeviceId {
    if let Some(id) = bases.id_in(reference, "Device") {
        return id.into();
    }
    let whole = bases.relative(reference).unwrap_or(reference);
    let without_version = whole.split("/_history/").next().unwrap_or_default();
    DeviceId::from(clean(without_version, LONGEST_DEVICE))
}
