//! How devices were made, kept beside them: nobody needs it for a board.

use std::collections::HashMap;

use clinical::{Device, DeviceId, DeviceMake, Instant, PatientId};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::codec::id;
use crate::error::VaultError;
use crate::store::history::{as_known_by, say, unsay};
use crate::store::vault::Reader;

/// Keeps how a device was made; whether that is new. A source that does not tell of it changes nothing.
pub(crate) fn say_make(
    connection: &Connection,
    received: Instant,
    device: &Device,
) -> Result<bool, VaultError> {
    let Some(make) = &device.make else { return Ok(false) };
    let id = device.id.as_str();
    if make.is_empty() {
        return Ok(unsay(connection, received, "make", id)? > 0);
    }
    let patient = device.patient.as_ref().map(PatientId::as_str);
    say(connection, received, "make", id, &[&patient, &text(make)])
}

fn text(of: &DeviceMake) -> String {
    json!({
        "maker": of.maker, "model": of.model, "lot": of.lot, "serial": of.serial, "firmware": of.firmware,
        "expires": of.expires,
    })
    .to_string()
}

/// What cannot be read is not known.
fn read(text: &str) -> DeviceMake {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let said = |name: &str| value[name].as_str().map(str::to_owned);
    DeviceMake {
        maker: said("maker"),
        model: said("model"),
        lot: said("lot"),
        serial: said("serial"),
        firmware: said("firmware"),
        expires: said("expires"),
    }
}

impl Reader<'_> {
    /// How each device was made of which that is known.
    ///
    /// # Errors
    /// Of the database.
    pub fn device_makes(&self) -> Result<HashMap<DeviceId, DeviceMake>, VaultError> {
        let sql = format!("SELECT id, body FROM {}", as_known_by("make", self.ward_known_by()?));
        let rows = self.list(&sql, [], |row| Ok((id(row, 0)?, read(row.get_ref(1)?.as_str()?))))?;
        Ok(rows.into_iter().collect())
    }
}
