//! A run of values of one series, compressed with `pco`.
//!
//! Layout of the blob: a byte for the kind, then length-prefixed parts. A regular chunk has its values alone; one sealed
//! from rows has values, times, scales, marks, sources, and when each value was received.

use clinical::{Decimal, Instant, Marks, Times};

use crate::error::VaultError;
use crate::series::parts::{compress, failed, numbers, pull, push};

/// A value on its way into or out of a chunk.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub t: i64,
    pub value: Decimal,
    pub marks: Marks,
    pub source: String,
    pub version: String,
    /// When it reached this station.
    pub received: i64,
}

/// Facts of a chunk that stand beside its blob.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    pub t0: i64,
    pub n: usize,
    pub period_ms: Option<f64>,
    pub scale: u8,
    pub source: String,
    pub version: String,
    /// Of a chunk that is one resource; sealed values have each their own.
    pub received: i64,
}

const REGULAR: u8 = 0;
/// As schema 1 wrote it: without the times of receipt.
const SEALED_1: u8 = 1;
const SEALED: u8 = 2;

/// Evenly spaced values of one source.
pub(crate) fn pack_regular(mantissas: &[i64]) -> Result<Vec<u8>, VaultError> {
    let mut blob = vec![REGULAR];
    push(&mut blob, &compress(mantissas)?);
    Ok(blob)
}

/// Rows of the hot tail, each with its own source, in order of time.
pub(crate) fn pack_sealed(values: &[Value]) -> Result<Vec<u8>, VaultError> {
    let column = |f: fn(&Value) -> i64| values.iter().map(f).collect::<Vec<i64>>();
    let pack = |numbers: Vec<i64>| compress(&numbers);
    let mut blob = vec![SEALED];
    push(&mut blob, &pack(column(|v| v.value.mantissa))?);
    push(&mut blob, &pack(column(|v| v.t))?);
    push(&mut blob, &pack(column(|v| i64::from(v.value.scale)))?);
    push(&mut blob, &pack(column(|v| v.marks.code()))?);
    let mut sources = String::new();
    for value in values {
        sources.push_str(&value.source);
        sources.push('\t');
        sources.push_str(&value.version);
        sources.push('\n');
    }
    push(&mut blob, &zstd::bulk::compress(sources.as_bytes(), 3).map_err(failed)?);
    push(&mut blob, &pack(column(|v| v.received))?);
    Ok(blob)
}

/// The mantissas of an evenly spaced chunk and the time between them; `None` of one that was sealed from rows.
pub(crate) fn regular(head: &Head, blob: &[u8]) -> Result<Option<(Vec<i64>, f64)>, VaultError> {
    let (kind, mut rest) = blob.split_first().ok_or_else(|| failed("empty"))?;
    if *kind != REGULAR {
        return Ok(None);
    }
    let period = head.period_ms.ok_or_else(|| failed("no period"))?;
    Ok(Some((numbers(pull(&mut rest)?, head.n)?, period)))
}

/// Calls `each` with time, value and marks of every value that was received up to `known_by`, in order.
pub(crate) fn walk(
    head: &Head,
    blob: &[u8],
    known_by: Instant,
    mut each: impl FnMut(i64, Decimal, Marks),
) -> Result<(), VaultError> {
    let (kind, mut rest) = blob.split_first().ok_or_else(|| failed("empty"))?;
    if *kind > SEALED {
        return Err(failed("of a kind this Vigil does not know"));
    }
    if *kind == REGULAR {
        if head.received > known_by.0 {
            return Ok(());
        }
        let Some((mantissas, period)) = regular(head, blob)? else { return Ok(()) };
        for (n, mantissa) in mantissas.into_iter().enumerate() {
            let t = Instant(head.t0).after(n, period);
            each(t.0, Decimal { mantissa, scale: head.scale }, Marks::PLAIN);
        }
        return Ok(());
    }
    if known_by != Instant(i64::MAX) {
        for v in unpack(head, blob)?.into_iter().filter(|v| v.received <= known_by.0) {
            each(v.t, v.value, v.marks);
        }
        return Ok(());
    }
    let mantissas = numbers(pull(&mut rest)?, head.n)?;
    let mut column = || numbers(pull(&mut rest)?, head.n);
    let (times, scales, marks) = (column()?, column()?, column()?);
    for n in 0..head.n {
        let scale = u8::try_from(scales[n]).map_err(failed)?;
        each(times[n], Decimal { mantissa: mantissas[n], scale }, Marks::from_code(marks[n]));
    }
    Ok(())
}

/// When the values of a chunk that was sealed from rows were taken.
pub(crate) fn times_of_sealed(head: &Head, blob: &[u8]) -> Result<Vec<i64>, VaultError> {
    match blob.split_first() {
        Some((&(SEALED | SEALED_1), mut rest)) => {
            pull(&mut rest)?;
            numbers(pull(&mut rest)?, head.n)
        }
        _ => Err(failed("not of a kind that is sealed from rows")),
    }
}

/// Every value with its source.
pub(crate) fn unpack(head: &Head, blob: &[u8]) -> Result<Vec<Value>, VaultError> {
    let mut values = Vec::with_capacity(head.n);
    walk(head, blob, Instant(i64::MAX), |t, value, marks| {
        values.push(Value {
            t,
            value,
            marks,
            source: head.source.clone(),
            version: head.version.clone(),
            received: head.received,
        });
    })?;
    if blob[0] != REGULAR {
        let mut rest = &blob[1..];
        for _ in 0..4 {
            pull(&mut rest)?;
        }
        let text = zstd::decode_all(pull(&mut rest)?).map_err(failed)?;
        let text = String::from_utf8(text).map_err(failed)?;
        for (value, line) in values.iter_mut().zip(text.lines()) {
            let (source, version) =
                line.split_once('\t').ok_or_else(|| failed("a source without a version"))?;
            source.clone_into(&mut value.source);
            version.clone_into(&mut value.version);
        }
        if blob[0] != SEALED_1 {
            let received = numbers(pull(&mut rest)?, head.n)?;
            values.iter_mut().zip(received).for_each(|(value, at)| value.received = at);
        }
    }
    Ok(values)
}

/// The last value up to and with `at` that was received up to `known_by`.
pub(crate) fn last_until(
    head: &Head,
    blob: &[u8],
    at: i64,
    known_by: i64,
) -> Result<Option<Value>, VaultError> {
    let Some((mantissas, period_ms)) = regular(head, blob)? else {
        return Ok(unpack(head, blob)?.into_iter().rev().find(|v| v.t <= at && v.received <= known_by));
    };
    let times = Times::Every { origin: head.t0, period_ms, skip: 0, n: head.n };
    let Some(last) = times.end_of(0, |t| t <= at).checked_sub(1).filter(|_| head.received <= known_by) else {
        return Ok(None);
    };
    Ok(Some(Value {
        t: times.at(last),
        value: Decimal { mantissa: mantissas[last], scale: head.scale },
        marks: Marks::PLAIN,
        source: head.source.clone(),
        version: head.version.clone(),
        received: head.received,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sealed_value_comes_back_with_its_digits_and_its_source(
            rows in proptest::collection::vec((any::<i32>(), -1_000_000i64..1_000_000, 0u8..6, 0i64..10, 0u8..40), 1..200)
        ) {
            let values: Vec<Value> = rows.iter().map(|(t, mantissa, scale, marks, source)| Value {
                t: i64::from(*t), value: Decimal { mantissa: *mantissa, scale: *scale }, marks: Marks::from_code(*marks),
                source: format!("Observation/{source}"), version: source.to_string(), received: i64::from(*source) * 7,
            }).collect();
            let head = Head { t0: 0, n: values.len(), period_ms: None, scale: 0, source: String::new(), version: String::new(), received: 0 };
            prop_assert_eq!(unpack(&head, &pack_sealed(&values).unwrap()).unwrap(), values);
        }

        #[test]
        fn a_damaged_chunk_is_an_error_and_never_a_panic(at in 0usize..4000, flip in 1u8..=255, cut in 0usize..4000) {
            let mantissas: Vec<i64> = (0..900).map(|n| 70 + n % 7).collect();
            let head = Head { t0: 0, n: 900, period_ms: Some(1000.0), scale: 0, source: String::new(), version: String::new(), received: 0 };
            let mut blob = pack_regular(&mantissas).unwrap();
            let length = blob.len();
            blob[at % length] ^= flip;
            let _ = unpack(&head, &blob);
            blob.truncate(cut % length);
            let _ = unpack(&head, &blob);
        }
    }
}
