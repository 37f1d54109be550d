//! The lowest and highest value of every 64 of an evenly spaced chunk, so that a wide window need not open the chunk.
//!
//! Layout: [`MARK`], then for each step how much lower or higher its lowest value is than that of the step before, and how far
//! its highest lies above, as variable-length numbers (LEB128, the first one zigzag). Opened one by one for each of hundreds of
//! chunks, such a short list costs a twentieth of what a codec for long ones takes to begin. Before schema 5 it was two
//! length-prefixed columns of `pco`; those are still read.

use crate::error::VaultError;
use crate::series::parts::{failed, numbers, pull};

/// Values behind one step.
pub(crate) const STEP: usize = 64;

/// No column of `pco` is as long as this would say.
const MARK: [u8; 4] = [0xFF; 4];

/// Lowest and highest mantissa of every [`STEP`] values of an evenly spaced chunk; nothing where it is too short to help.
pub(crate) fn pack_min_max(mantissas: &[i64]) -> Option<Vec<u8>> {
    if mantissas.len() < 4 * STEP {
        return None;
    }
    let mut blob = MARK.to_vec();
    let mut before = 0i64;
    for part in mantissas.chunks(STEP) {
        let (low, high) =
            part.iter().fold((i64::MAX, i64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        let change = low.wrapping_sub(before);
        push(&mut blob, ((change << 1) ^ (change >> 63)).cast_unsigned());
        push(&mut blob, high.wrapping_sub(low).cast_unsigned());
        before = low;
    }
    Some(blob)
}

/// Lowest and highest; (1, 0) where there is nothing to compare.
pub(crate) fn extremes<'v>(values: impl Iterator<Item = &'v i64>) -> (i64, i64) {
    values
        .fold(None, |found, v| {
            Some(found.map_or((*v, *v), |(low, high): (i64, i64)| (low.min(*v), high.max(*v))))
        })
        .unwrap_or((1, 0))
}

fn push(blob: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        blob.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    blob.push(number.to_le_bytes()[0]);
}

fn pull_number(blob: &mut &[u8]) -> Result<u64, VaultError> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = blob.split_first().ok_or_else(|| failed("cut short"))?;
        *blob = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(failed("a number without an end"))
}

/// Calls `each` with the lowest and the highest value of every step of a chunk of `n` values.
pub(crate) fn read_min_max(blob: &[u8], n: usize, mut each: impl FnMut(i64, i64)) -> Result<(), VaultError> {
    let steps = n.div_ceil(STEP);
    let Some(mut rest) = blob.strip_prefix(&MARK) else { return read_columns(blob, steps, each) };
    let mut low = 0i64;
    for _ in 0..steps {
        let change = pull_number(&mut rest)?;
        low = low.wrapping_add((change >> 1).cast_signed() ^ -(change & 1).cast_signed());
        each(low, low.wrapping_add(pull_number(&mut rest)?.cast_signed()));
    }
    if rest.is_empty() { Ok(()) } else { Err(failed("another count than the row says")) }
}

/// As it was written before schema 5.
fn read_columns(mut blob: &[u8], steps: usize, mut each: impl FnMut(i64, i64)) -> Result<(), VaultError> {
    let low = numbers(pull(&mut blob)?, steps)?;
    let high = numbers(pull(&mut blob)?, steps)?;
    low.into_iter().zip(high).for_each(|(low, high)| each(low, high));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(blob: &[u8], n: usize) -> Result<Vec<(i64, i64)>, VaultError> {
        let mut steps = Vec::new();
        read_min_max(blob, n, |low, high| steps.push((low, high)))?;
        Ok(steps)
    }

    fn as_before_schema_5(mantissas: &[i64]) -> Vec<u8> {
        let column = |best: fn(&[i64]) -> i64| mantissas.chunks(STEP).map(best).collect::<Vec<i64>>();
        let mut blob = Vec::new();
        for column in [
            column(|part| part.iter().copied().min().unwrap_or(0)),
            column(|part| part.iter().copied().max().unwrap_or(0)),
        ] {
            crate::series::parts::push(&mut blob, &crate::series::parts::compress(&column).unwrap());
        }
        blob
    }

    proptest! {
        #[test]
        fn min_max_gives_the_lowest_and_highest_of_each_step(
            wide in proptest::collection::vec(any::<i64>(), 256..400), narrow in proptest::collection::vec(-90i64..90, 256..4000)
        ) {
            for values in [wide, narrow] {
                let wanted: Vec<(i64, i64)> = values.chunks(STEP)
                    .map(|part| (*part.iter().min().unwrap(), *part.iter().max().unwrap()))
                    .collect();
                prop_assert_eq!(read(&pack_min_max(&values).unwrap(), values.len()).unwrap(), wanted.clone());
                prop_assert_eq!(read(&as_before_schema_5(&values), values.len()).unwrap(), wanted);
            }
        }

        #[test]
        fn damaged_min_max_is_an_error_or_other_numbers_and_never_a_panic(
            at in 0usize..400, flip in 1u8..=255, cut in 1usize..400, n in 0usize..3000
        ) {
            let mut blob = pack_min_max(&(0..900).map(|n| 70 + n * 7 % 23).collect::<Vec<i64>>()).unwrap();
            let length = blob.len();
            prop_assert!(read(&blob[..length - cut % (length - 1) - 1], 900).is_err());
            blob[at % length] ^= flip;
            let _ = read(&blob, 900);
            let _ = read(&blob, n);
        }
    }
}
