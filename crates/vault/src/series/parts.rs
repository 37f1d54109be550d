//! The parts of a blob: a length, then bytes; columns of whole numbers by `pco`.

use pco::standalone::{simple_compress, simple_decompress_into};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use crate::error::VaultError;

const LEVEL: usize = 8;

pub(crate) fn failed(error: impl std::fmt::Display) -> VaultError {
    VaultError::Chunk(error.to_string())
}

pub(crate) fn push(blob: &mut Vec<u8>, part: &[u8]) {
    blob.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
    blob.extend_from_slice(part);
}

pub(crate) fn pull<'a>(blob: &mut &'a [u8]) -> Result<&'a [u8], VaultError> {
    let (length, rest) = blob.split_first_chunk::<4>().ok_or_else(|| failed("cut short"))?;
    let length = u32::from_le_bytes(*length) as usize;
    if rest.len() < length {
        return Err(failed("cut short"));
    }
    let (part, rest) = rest.split_at(length);
    *blob = rest;
    Ok(part)
}

/// Numbers in as few bytes as they need. What a body or a clock says differs little from what it said before, so the differences
/// are packed; pco 1.1.0 left to choose for itself takes twice the bytes for a heart rate, six times for a temperature, and longer.
pub(crate) fn compress(numbers: &[i64]) -> Result<Vec<u8>, VaultError> {
    let config = ChunkConfig::default()
        .with_compression_level(LEVEL)
        .with_mode_spec(ModeSpec::Classic)
        .with_delta_spec(DeltaSpec::TryConsecutive(1));
    simple_compress(numbers, &config).map_err(failed)
}

/// Exactly `n` numbers. The room is made by our own count, never by what a damaged blob claims to hold.
pub(crate) fn numbers(part: &[u8], n: usize) -> Result<Vec<i64>, VaultError> {
    let mut out = vec![0i64; n];
    let progress = simple_decompress_into(part, &mut out).map_err(failed)?;
    if progress.n_processed == n && progress.finished {
        Ok(out)
    } else {
        Err(failed("another count than the row says"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A number between 0 and 7 that looks like chance.
    fn noise(n: i64) -> i64 {
        n.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed()) >> 61 & 7
    }

    #[test]
    fn an_hour_of_what_a_patient_is_measured_at_stays_small_in_the_cache() {
        let hour = 0..3_600i64;
        let each: [(&str, Vec<i64>, f64); 5] = [
            (
                "a heart rate with the noise of a beat",
                hour.clone().map(|s| 80 + s / 300 + noise(s) / 3).collect(),
                0.3,
            ),
            ("a temperature in tenths that drifts", hour.clone().map(|s| 368 + s / 400).collect(), 0.03),
            ("a saturation that stays a while", hour.clone().map(|s| 95 + noise(s / 40) / 3).collect(), 0.06),
            ("moments of a clock", hour.clone().map(|s| 1_780_000_000_000 + s * 1_000).collect(), 0.02),
            ("nothing but noise", hour.map(noise).collect(), 0.55),
        ];
        for (what, numbers, most) in each {
            let packed = compress(&numbers).unwrap();
            assert_eq!(super::numbers(&packed, numbers.len()).unwrap(), numbers, "{what}");
            let bytes = packed.len() as f64 / numbers.len() as f64;
            assert!(bytes < most, "{what}: {bytes:.3} bytes a value");
        }
    }
}
