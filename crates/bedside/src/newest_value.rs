//! The newest value of a measure among those of one person.

use clinical::{Comparator, Conversion, Input, Instant, Measure, is_ahead};
use vault::SeriesValue;

/// The newest value of a measure in the measure's own unit, artefacts after everything else.
#[derive(Clone, Copy)]
pub(crate) struct NewestValue<'a> {
    pub value: f64,
    pub from: &'a SeriesValue,
}

/// What is dated ahead of the clock is none: it would hide those that follow.
pub(crate) fn newest<'a>(
    values: &[&'a SeriesValue],
    measures: &[Measure],
    now: Instant,
) -> Option<NewestValue<'a>> {
    values
        .iter()
        .filter(|v| !is_ahead(v.taken_at, now))
        .filter_map(|v| {
            let measure = v.series.measure().filter(|m| measures.contains(m))?;
            let conversion = Conversion::to_own(measure, &v.series.unit).ok()?;
            Some(NewestValue { value: conversion.apply(v.value.to_f64()), from: v })
        })
        .max_by_key(|n| (!n.from.artefact, n.from.taken_at))
}

impl NewestValue<'_> {
    /// What stands before the number where it is only a bound.
    pub(crate) fn sign(&self) -> &'static str {
        self.from.comparator.map_or("", Comparator::code)
    }

    pub(crate) fn input<T>(&self, value: T, continuous_kind: bool) -> Input<T> {
        let continuous = continuous_kind && (self.from.series.streamed || self.from.series.device.is_some());
        Input { value, taken_at: self.from.taken_at, continuous, comparator: self.from.comparator }
    }
}
