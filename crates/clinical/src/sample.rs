//! One measured value on its way from a device to a cell of the board.

use smol_str::SmolStr;

use crate::{Code, Comparator, Decimal, DeviceId, Instant, PatientId, Quality};

/// What goes with a value wherever it goes: how far it can be trusted, and on which side of it the quantity lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Marks {
    /// How far to trust it.
    pub quality: Quality,
    /// `None` where the quantity is the value.
    pub comparator: Option<Comparator>,
}

impl Marks {
    /// Of a value that is what was measured.
    pub const PLAIN: Marks = Marks { quality: Quality::Good, comparator: None };

    const ARTEFACT: i64 = 1;
    const ROUNDED: i64 = 1 << 4;

    /// Whether the value is outside the plausible range.
    pub fn is_artefact(self) -> bool {
        self.quality == Quality::Artefact
    }

    /// As a cache holds it: the lowest bit of an artefact, the next three for the comparator, then one where it was rounded. Caches
    /// from before there were comparators hold 0 and 1 only, and read the same.
    pub fn code(self) -> i64 {
        let quality = match self.quality {
            Quality::Good => 0,
            Quality::Rounded => Marks::ROUNDED,
            Quality::Artefact => Marks::ARTEFACT,
        };
        quality | self.comparator.map_or(0, |comparator| (comparator as i64 + 1) << 1)
    }

    /// What [`Marks::code`] stands for.
    pub fn from_code(code: i64) -> Marks {
        let comparator = match (code >> 1) & 7 {
            0 => None,
            1 => Some(Comparator::Below),
            2 => Some(Comparator::AtMost),
            3 => Some(Comparator::AtLeast),
            _ => Some(Comparator::Above),
        };
        let quality = match code {
            code if code & Marks::ARTEFACT != 0 => Quality::Artefact,
            code if code & Marks::ROUNDED != 0 => Quality::Rounded,
            _ => Quality::Good,
        };
        Marks { quality, comparator }
    }
}

/// The resource a value came in, and the version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `Type/id`.
    pub reference: SmolStr,
    /// `meta.versionId`; empty where the server sends none.
    pub version: SmolStr,
}

/// One value of one patient, as sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// Logical id of the Device, where one is named.
    pub device: Option<DeviceId>,
    /// What was measured.
    pub code: Code,
    /// The value in `unit`.
    pub value: Decimal,
    /// On which side of the value the quantity lies, where the device could tell no more.
    pub comparator: Option<Comparator>,
    /// UCUM, as sent, after the wire's nicknames (`bpm`, `mmHg`) were spelled out.
    pub unit: SmolStr,
    /// When it was true of the patient.
    pub taken_at: Instant,
    /// How far to trust it.
    pub quality: Quality,
}

impl Sample {
    /// What goes with the value wherever it goes.
    pub fn marks(&self) -> Marks {
        Marks { quality: self.quality, comparator: self.comparator }
    }
}

/// When the values of a block were taken, milliseconds since 1970 UTC, ascending.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Times<'a> {
    /// Each at its own moment.
    Each(&'a [i64]),
    /// One every so often, counted from `origin`.
    Every {
        /// Where value number 0 lies.
        origin: i64,
        /// Milliseconds from one value to the next.
        period_ms: f64,
        /// Number of the first value here.
        skip: usize,
        /// How many are here.
        n: usize,
    },
}

impl Times<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Times::Each(times) => times.len(),
            Times::Every { n, .. } => *n,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When value `n` was taken.
    pub fn at(&self, n: usize) -> i64 {
        match self {
            Times::Each(times) => times[n],
            Times::Every { origin, period_ms, skip, .. } => Instant(*origin).after(skip + n, *period_ms).0,
        }
    }

    /// The end of the values from `from` on whose moments have a property; it holds up to some moment and not after. Looked for
    /// in steps that double, so that a million values cost as many looks as there are borders.
    pub fn end_of(&self, from: usize, holds: impl Fn(i64) -> bool) -> usize {
        let inside = |n: usize| n < self.len() && holds(self.at(n));
        if !inside(from) {
            return from;
        }
        let mut step = 1;
        while inside(from + step) {
            step *= 2;
        }
        let (mut low, mut high) = (from + step / 2 + 1, (from + step).min(self.len()));
        while low < high {
            let middle = low.midpoint(high);
            if inside(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// How many values are before a moment.
    pub fn before(&self, moment: i64) -> usize {
        self.end_of(0, |t| t < moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_end_of_what_holds_is_found(times in proptest::collection::vec(0i64..300, 0..200), from in 0usize..200, limit in -5i64..305) {
            let mut times = times;
            times.sort_unstable();
            let from = from.min(times.len());
            let plain = (from..times.len()).find(|n| times[*n] > limit).unwrap_or(times.len());
            prop_assert_eq!(Times::Each(&times).end_of(from, |t| t <= limit), plain);
        }
    }

    #[test]
    fn what_goes_with_a_value_comes_back_from_the_cache_with_it() {
        let mut seen = std::collections::HashSet::new();
        for quality in [Quality::Good, Quality::Rounded, Quality::Artefact] {
            for comparator in Comparator::ALL.into_iter().map(Some).chain([None]) {
                let marks = Marks { quality, comparator };
                assert_eq!(Marks::from_code(marks.code()), marks);
                assert_eq!(marks.code() & 1 != 0, marks.is_artefact(), "older caches hold this bit alone");
                assert!(seen.insert(marks.code()));
            }
        }
        assert_eq!((Marks::PLAIN.code(), Marks::from_code(1).is_artefact()), (0, true));
    }

    #[test]
    fn evenly_spaced_times_are_rounded_where_they_lie() {
        let all = Times::Every { origin: 0, period_ms: 2.5, skip: 0, n: 5 };
        let part = Times::Every { origin: 0, period_ms: 2.5, skip: 3, n: 2 };
        assert_eq!((0..5).map(|n| all.at(n)).collect::<Vec<_>>(), [0, 3, 5, 8, 10]);
        assert_eq!((part.at(0), part.at(1)), (8, 10));
        assert_eq!(all.before(8), 3);
    }
}
