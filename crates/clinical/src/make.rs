//! Who made a device, and which one it is.

/// What a Device says of how it was made. What is not said is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceMake {
    /// Who made it.
    pub maker: Option<String>,
    /// Which model.
    pub model: Option<String>,
    /// Of which lot.
    pub lot: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// The version of its firmware; of its software where no firmware is told.
    pub firmware: Option<String>,
    /// When it is not to be used any more, as sent. Of a sensor that is of the sensor in its package, not of one that is worn.
    pub expires: Option<String>,
}

impl DeviceMake {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == DeviceMake::default()
    }
}
