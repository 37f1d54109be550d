//! The newest value of a measure among those of one person.

use clinical::{Comparator, Conversion, Decimal, Input, Instant, Measure, is_ahead};
use vault::SeriesValue;

/// The newest value of a measure in the measure's own unit, artefacts after everything else.
#[derive(Clone, Copy)]
pub(crate) struct NewestValue<'a> {
    pub value: f64,
    /// The same as sent.
    pub sent: Decimal,
    pub taken_at: Instant,
    pub from: &'a SeriesValue,
}

/// What is dated ahead of the clock is none: it would hide those that follow.
pub(crate) fn newest<'a>(
    values: &[&'a SeriesValue],
    measures: &[Measure],
    now: Instant,
) -> Option<NewestValue<'a>> {
    all(values, measures, now).max_by_key(|n| (!n.from.artefact, n.taken_at))
}

/// The newest value of a measure, whether it is an artefact or not.
pub(crate) fn newest_of_all<'a>(
    values: &[&'a SeriesValue],
    measures: &[Measure],
    now: Instant,
) -> Option<NewestValue<'a>> {
    all(values, measures, now).max_by_key(|n| n.taken_at)
}

fn all<'a>(
    values: &[&'a SeriesValue],
    measures: &[Measure],
    now: Instant,
) -> impl Iterator<Item = NewestValue<'a>> {
    values.iter().filter(move |v| !is_ahead(v.taken_at, now)).filter_map(move |v| {
        let measure = v.series.measure().filter(|m| measures.contains(m))?;
        let conversion = Conversion::to_own(measure, &v.series.unit).ok()?;
        let value = conversion.apply(v.value.to_f64());
        Some(NewestValue { value, sent: v.value, taken_at: v.taken_at, from: v })
    })
}

impl<'a> NewestValue<'a> {
    /// The same with a value that came before it in its series.
    pub(crate) fn as_of(self, (value, taken_at): (Decimal, Instant)) -> NewestValue<'a> {
        let measure = self.from.series.measure();
        let conversion = measure.and_then(|m| Conversion::to_own(m, &self.from.series.unit).ok());
        let conversion = conversion.unwrap_or(Conversion::SAME);
        NewestValue { value: conversion.apply(value.to_f64()), sent: value, taken_at, from: self.from }
    }

    /// What stands before the number where it is only a bound.
    pub(crate) fn sign(&self) -> &'static str {
        let is_its_own = self.taken_at == self.from.taken_at;
        self.from.comparator.filter(|_| is_its_own).map_or("", Comparator::code)
    }

    pub(crate) fn input<T>(&self, value: T, continuous_kind: bool) -> Input<T> {
        let continuous = continuous_kind && (self.from.series.streamed || self.from.series.device.is_some());
        Input { value, taken_at: self.taken_at, continuous, comparator: self.from.comparator }
    }
}
