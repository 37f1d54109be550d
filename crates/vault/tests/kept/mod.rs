//! The kept cache: how it is opened, what it is made of, and the words in which it reads back. Both the test and what writes such a
//! cache use it.

use std::path::Path;
use std::sync::Mutex;

use clinical::{Body, Code, Fact, Instant, Quality, Sample, Source};
use vault::{Access, Key, KeyStore, PageCommit, Pin};
use zeroize::Zeroizing;

pub(crate) mod words;

/// Saturday 2026-03-14, 22:00 UTC.
pub(crate) const START: i64 = 1_773_525_600_000;
pub(crate) const PIN: &str = "2580-kept";

/// A keyring that keeps nothing, but remembers what it was given: what writes a cache to be kept needs the key itself.
#[derive(Default)]
pub(crate) struct Overheard(pub(crate) Mutex<Vec<u8>>);

impl KeyStore for Overheard {
    fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        Err("no keyring here".into())
    }
    fn set(&self, _: &str, secret: &[u8]) -> Result<(), String> {
        *self.0.lock().unwrap() = secret.to_vec();
        Err("no keyring here".into())
    }
    fn delete(&self, _: &str) -> Result<(), String> {
        Err("no keyring here".into())
    }
}

pub(crate) fn unlock(folder: &Path, keyring: &Overheard) -> Key {
    let pin = Pin::new(PIN.into()).unwrap();
    vault::unlock(folder, &Access { keyring, pin: Some(&pin) }).unwrap()
}

pub(crate) fn page(received: i64, facts: Vec<Fact>) -> PageCommit {
    PageCommit { facts, received: Instant(START + received), ..PageCommit::default() }
}

pub(crate) fn fact(reference: &str, version: &str, body: Body) -> Fact {
    Fact { source: Source { reference: reference.into(), version: version.into() }, updated_at: None, body }
}

pub(crate) fn temperature(
    patient: &str,
    n: i64,
    version: &str,
    t: i64,
    value: &str,
    quality: Quality,
) -> Fact {
    let code = Code::Loinc("8310-5".into());
    single(patient, None, code, "Cel", &format!("Observation/{patient}-t{n}"), version, t, value, quality)
}

#[allow(clippy::too_many_arguments)]
pub(crate) fn single(
    patient: &str,
    device: Option<&str>,
    code: Code,
    unit: &str,
    reference: &str,
    version: &str,
    t: i64,
    value: &str,
    quality: Quality,
) -> Fact {
    let sample = Sample {
        comparator: None,
        patient: patient.into(),
        device: device.map(Into::into),
        code,
        value: value.parse().unwrap(),
        unit: unit.into(),
        taken_at: Instant(t),
        quality,
    };
    fact(reference, version, Body::Samples(vec![sample]))
}
