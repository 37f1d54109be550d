//! The panel of the score: what NEWS2 was at each step of a range, from what the panels and the charts held then.

use bedside::local_time::local;
use bedside::{inputs, scored};
use charts::{Content, Panel, Step};
use clinical::{Band, Decimal, Instant, Limits, News2, PatientId, TimeRange, news2};
use vault::{Reader, SeriesValue, VaultError};

use crate::panel::{ReadPanel, SCORE};
use crate::read::Asked;
use crate::sampler::Sampled;
use crate::summary::span;

/// The colour of a band, as `tokens.css` has it for the badge.
/// A score with a missing input is calm in no picture: it wears no colour until what is there is worse than low.
fn colour(band: Band, is_whole: bool, light: bool) -> (u8, u8, u8) {
    match (band, light) {
        (Band::Zero | Band::Low, false) if !is_whole => (151, 165, 179),
        (Band::Zero | Band::Low, true) if !is_whole => (63, 76, 89),
        (Band::Zero | Band::Low, false) => (166, 217, 193),
        (Band::LowMedium, false) => (233, 218, 140),
        (Band::Medium, false) => (255, 184, 119),
        (Band::High, false) => (255, 154, 164),
        (Band::Zero | Band::Low, true) => (20, 82, 56),
        (Band::LowMedium, true) => (87, 75, 0),
        (Band::Medium, true) => (122, 61, 0),
        (Band::High, true) => (154, 0, 25),
    }
}

/// The score at each moment; `None` where nothing was known or the score does not apply.
fn scores(
    reader: &Reader,
    patient: &PatientId,
    moments: &[Instant],
    sampled: &[Sampled],
) -> Result<Vec<Option<News2>>, VaultError> {
    let ward = reader.ward()?;
    let Some(person) = ward.persons.iter().find(|person| person.id == *patient) else {
        return Ok(Vec::new());
    };
    let at = |(n, now): (usize, &Instant)| {
        let known = sampled.iter().filter_map(|one| {
            let (taken_at, value) = one.last.get(n).copied().flatten()?;
            // Four digits are more than any of these is sent with.
            let value = Decimal::rounded(value, 4)?;
            Some(SeriesValue {
                series: one.series.clone(),
                value,
                taken_at,
                artefact: false,
                good: None,
                comparator: one.bounds.iter().find(|(t, _)| *t == taken_at.0).map(|(_, only)| *only),
                source: String::new(),
            })
        });
        let known: Vec<SeriesValue> = known.collect();
        let inputs = inputs(&known.iter().collect::<Vec<_>>(), &scored(&ward, person, *now), *now);
        news2(&inputs, &ward.site.windows, *now).ok().filter(|score| !score.points.is_empty())
    };
    Ok(moments.iter().enumerate().map(at).collect())
}

/// The panel; `None` for who lies on no unit, as people at home are not scored, and where nothing was known.
pub(crate) fn score_panel(
    reader: &Reader,
    asked: &Asked,
    moments: &[Instant],
    sampled: &[Sampled],
) -> Result<Option<ReadPanel>, VaultError> {
    let Asked { patient, range, focus, light, .. } = *asked;
    if reader.unit_of(patient)?.is_none() {
        return Ok(None);
    }
    let scores = scores(reader, patient, moments, sampled)?;
    let mut steps: Vec<Step> = Vec::new();
    let mut since = range.from();
    for (score, at) in scores.iter().zip(moments) {
        if let Some(score) = score {
            let (value, whole) = (f64::from(score.partial), score.total().is_some());
            let step =
                Step { from: since.0, to: at.0, value, colour: colour(score.band(), whole, light), whole };
            match steps.last_mut() {
                Some(last)
                    if last.to == step.from
                        && Step { from: last.from, to: step.to, ..step } == Step { to: step.to, ..*last } =>
                {
                    last.to = step.to;
                }
                _ => steps.push(step),
            }
        }
        since = *at;
    }
    if steps.is_empty() {
        return Ok(None);
    }
    let summary = summary(&scores, moments, focus);
    let panel = Panel {
        content: Content::Steps(steps),
        // Five and seven are where the response changes.
        limits: vec![(range.from().0, Limits { low: Some(5.0), high: Some(7.0) })],
        artefacts: Vec::new(),
        every_sample: false,
        least: SCORE.least,
        focus: Some(focus.ms()),
        also: None,
        heard: None,
    };
    Ok(Some(ReadPanel { kind: &SCORE, unit: SCORE.unit, panel, device_changes: Vec::new(), summary }))
}

/// `NEWS2 24 h: highest 12 at 14:02, last 9, 7 and more for 3 h`.
fn summary(scores: &[Option<News2>], moments: &[Instant], focus: TimeRange) -> String {
    let seen = || moments.iter().zip(scores).filter(|(at, _)| focus.contains(**at));
    let known = || {
        seen().filter_map(|(at, score)| {
            let score = score.as_ref()?;
            Some((*at, score.partial, score.total().is_some()))
        })
    };
    // What an input is missing of may be more.
    let words =
        |partial: u8, whole: bool| if whole { partial.to_string() } else { format!("at least {partial}") };
    let head = format!("NEWS2 {}", span(focus.length()));
    let Some((last, highest)) =
        known().next_back().zip(known().max_by_key(|(at, score, _)| (*score, std::cmp::Reverse(*at))))
    else {
        return format!("{head}: not known in this range");
    };
    let high: i64 = seen()
        .zip(seen().skip(1))
        .filter(|(_, (_, score))| score.as_ref().is_some_and(|score| score.partial >= 7))
        .map(|((since, _), (at, _))| at.ms_since(*since))
        .sum();
    let lasting = if high > 0 { format!(", 7 and more for {}", span(high)) } else { String::new() };
    let (worst, now) = (words(highest.1, highest.2), words(last.1, last.2));
    format!("{head}: highest {worst} at {}, last {now}{lasting}", local(highest.0, "%a %H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_with_a_missing_input_is_calm_in_no_picture() {
        for light in [false, true] {
            let calm = colour(Band::Zero, true, light);
            assert_eq!(colour(Band::Low, true, light), calm);
            for band in [Band::Zero, Band::Low] {
                assert_ne!(colour(band, false, light), calm, "{band:?}");
            }
            // What is there may be bad enough by itself.
            for band in [Band::LowMedium, Band::Medium, Band::High] {
                assert_eq!(colour(band, false, light), colour(band, true, light), "{band:?}");
            }
        }
    }
}
