//! An encrypted cache under the PIN of the tests, as the app that is measured opens it.
#![allow(dead_code)]

use std::path::Path;

use clinical::{Body, Fact, Source};
use vault::{Access, Key, Pin, Vault};

use crate::support::PIN;

struct NoKeyring;

impl vault::KeyStore for NoKeyring {
    fn get(&self, _: &str) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, String> {
        Err("none".into())
    }
    fn set(&self, _: &str, _: &[u8]) -> Result<(), String> {
        Err("none".into())
    }
    fn delete(&self, _: &str) -> Result<(), String> {
        Err("none".into())
    }
}

fn key(folder: &Path) -> Key {
    let pin = Pin::new(PIN.into()).unwrap();
    vault::unlock(folder, &Access { keyring: &NoKeyring, pin: Some(&pin) }).unwrap()
}

/// A cache of a server that nobody reaches.
pub(crate) fn fill(folder: &Path) -> Vault {
    let vault = Vault::open(folder, key(folder)).unwrap();
    vault.set_setting("server", "http://127.0.0.1:9/fhir".into()).unwrap();
    vault
}

/// The same for reading, beside the window that holds it.
pub(crate) fn look(folder: &Path) -> Vault {
    Vault::open_to_read(folder, key(folder)).unwrap()
}

/// What a resource said in its first version.
pub(crate) fn fact(reference: String, body: Body) -> Fact {
    Fact { source: Source { reference: reference.into(), version: "1".into() }, updated_at: None, body }
}
