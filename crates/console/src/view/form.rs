//! How a moment is written, and a picture with its head.

use clinical::Instant;
use serde::Serialize;

pub(super) fn ms(at: Instant) -> i64 {
    at.0
}

/// How many, as the page gets it.
pub fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A moment as the command line writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iso(pub Instant);

impl std::fmt::Display for Iso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&fhir::format_instant(self.0))
    }
}

impl Serialize for Iso {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Length of a head (little-endian u32), the head as JSON, the picture.
pub(super) fn framed(head: &impl Serialize, png: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let head = serde_json::to_vec(head)?;
    let mut bytes = Vec::with_capacity(4 + head.len() + png.len());
    bytes.extend_from_slice(&count(head.len()).to_le_bytes());
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(png);
    Ok(bytes)
}
