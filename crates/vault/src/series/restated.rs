//! Whether a resource says again what it said before, or something else.

use clinical::{
    Code, Decimal, DeviceId, Instant, MINUTE_MS, Marks, PatientId, Sample, Segment, SmolStr, Source,
};
use rusqlite::{Connection, params};

use crate::error::VaultError;
use crate::series::min_max::extremes;
use crate::series::rows::row_count;

/// A value that is said so long after it was true may be one that was said before, and has been sealed since.
pub(crate) const LATE: i64 = 10 * MINUTE_MS;

/// A segment of fewer values joins the hot tail; a longer one becomes a chunk of its own.
const SHORT_SEGMENT: usize = 64;

/// Whether its values stand in rows. A chunk of evenly spaced values has no room for what goes with one of them.
pub(crate) fn is_short(segment: &Segment) -> bool {
    segment.marks != Marks::PLAIN || segment.mantissas.len() < SHORT_SEGMENT && !segment.is_wave()
}

/// What a resource says now.
pub(crate) enum Said<'a> {
    Samples(&'a [Sample]),
    Segments(&'a [Segment]),
}

/// A value, or a run of values, as it can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Piece {
    /// When, what, and what goes with it.
    Value(i64, Decimal, Marks),
    /// When it begins, how many, the first and the last of them, the lowest and the highest.
    Run(i64, i64, [i64; 4]),
}

/// Whose it is, by which device, of what, in which unit, and the piece.
type Placed<'a> = (&'a PatientId, Option<&'a DeviceId>, &'a Code, &'a SmolStr, Piece);

impl Said<'_> {
    /// Whether it was said long after it was true; so it is where nobody tells when it was said.
    pub(crate) fn is_late(&self, stated: Option<i64>) -> bool {
        let Some((first, stated)) = self.first().zip(stated) else { return true };
        stated - first.0 > LATE
    }

    /// The moment of the first of it; of a run the one at which it is over.
    pub(crate) fn first(&self) -> Option<Instant> {
        match self {
            Said::Samples(samples) => samples.iter().map(|sample| sample.taken_at).min(),
            Said::Segments(segments) => segments.iter().map(|s| s.time_of(s.mantissas.len())).min(),
        }
    }

    pub(crate) fn each(&self) -> Vec<Placed<'_>> {
        match self {
            Said::Samples(samples) => samples
                .iter()
                .map(|s| {
                    let piece = Piece::Value(s.taken_at.0, s.value, s.marks());
                    (&s.patient, s.device.as_ref(), &s.code, &s.unit, piece)
                })
                .collect(),
            Said::Segments(segments) => segments.iter().flat_map(pieces).collect(),
        }
    }
}

fn pieces(segment: &Segment) -> Vec<Placed<'_>> {
    let place = |piece| (&segment.patient, segment.device.as_ref(), &segment.code, &segment.unit, piece);
    let mantissas = &segment.mantissas;
    match (mantissas.first(), mantissas.last()) {
        (Some(_), Some(_)) if is_short(segment) => mantissas
            .iter()
            .enumerate()
            .map(|(n, mantissa)| {
                let value = Decimal { mantissa: *mantissa, scale: segment.scale };
                place(Piece::Value(segment.time_of(n).0, value, segment.marks))
            })
            .collect(),
        (Some(first), Some(last)) => {
            let (low, high) = extremes(mantissas.iter());
            vec![place(Piece::Run(segment.start.0, row_count(mantissas.len()), [*first, *last, low, high]))]
        }
        _ => Vec::new(),
    }
}

/// What the cache holds of a resource outside of sealed chunks, each with its series and whether it came in the version that
/// comes now.
pub(crate) struct Before(Vec<(i64, Piece, bool)>);

impl Before {
    pub(crate) fn of(connection: &Connection, source: &Source) -> Result<Before, VaultError> {
        let (reference, version) = (source.reference.as_str(), source.version.as_str());
        let mut rows = connection.prepare_cached(
            "SELECT series, t, mantissa, scale, artefact, version = ?2 FROM sample WHERE source = ?1",
        )?;
        let mut held: Vec<(i64, Piece, bool)> = rows
            .query_map(params![reference, version], |row| {
                let value = Decimal { mantissa: row.get(2)?, scale: row.get(3)? };
                let marks = Marks::from_code(row.get(4)?);
                Ok((row.get(0)?, Piece::Value(row.get(1)?, value, marks), row.get(5)?))
            })?
            .collect::<Result<_, _>>()?;
        let mut chunks = connection.prepare_cached(
            "SELECT series, t0, n, version = ?2, first, last, low, high FROM chunk WHERE source = ?1 AND replaced IS NULL",
        )?;
        let runs = chunks.query_map(params![reference, version], |row| {
            let shape = [row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?];
            Ok((row.get(0)?, Piece::Run(row.get(1)?, row.get(2)?, shape), row.get(3)?))
        })?;
        for run in runs {
            held.push(run?);
        }
        Ok(Before(held))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all that is held is said again, in the same version.
    pub(crate) fn is_restated_by(&self, now: &[(i64, Piece)]) -> bool {
        self.0.iter().all(|(series, piece, same)| *same && now.contains(&(*series, *piece)))
    }
}
