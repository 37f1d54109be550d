//! The parts of a blob: a length, then bytes; columns of whole numbers by `pco`.

use pco::ChunkConfig;
use pco::standalone::{simple_compress, simple_decompress_into};

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

/// Numbers in as few bytes as they need.
pub(crate) fn compress(numbers: &[i64]) -> Result<Vec<u8>, VaultError> {
    simple_compress(numbers, &ChunkConfig::default().with_compression_level(LEVEL)).map_err(failed)
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
