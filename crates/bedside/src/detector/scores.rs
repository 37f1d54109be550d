//! The score as a rule: a band that is higher than before, and stays so.

use std::collections::HashMap;

use clinical::{Band, Instant, MINUTE_MS, PatientId, score_priority};

use super::condition::Condition;
use crate::board::Board;

/// A score has to hold for this long before it is an alarm: the monitor's seconds make it flicker, milliseconds.
const SCORE_HOLDS: i64 = 5 * MINUTE_MS;
/// Two stations see a score change in the same quarter of an hour.
const SCORE_BUCKET: i64 = 15 * MINUTE_MS;
/// Every band above the lowest, in their order.
const BANDS: [Band; 4] = [Band::Low, Band::LowMedium, Band::Medium, Band::High];

struct Score {
    known: Band,
    /// Since when it is in each of the bands or above it.
    at_least: [Option<Instant>; BANDS.len()],
    on: Option<(Band, Instant)>,
}

impl Score {
    fn new(known: Band) -> Score {
        Score { known, at_least: [None; BANDS.len()], on: None }
    }
}

/// The band of each patient that is known, and the one that may be on its way.
#[derive(Default)]
pub(super) struct Scores {
    scores: HashMap<PatientId, Score>,
}

impl Scores {
    /// The scores that were known before the first look: what was high then is no news.
    pub(crate) fn remember(&mut self, before: Board) {
        for tile in before.tiles {
            let known = tile.news.band.unwrap_or(Band::Zero);
            self.scores.insert(tile.patient.clone(), Score::new(known));
        }
    }

    /// A band that is higher than before for some minutes.
    pub(crate) fn hold(&mut self, board: &Board, now: Instant) -> Vec<Condition> {
        let mut holds = Vec::new();
        for tile in &board.tiles {
            let Some(band) = tile.news.band else { continue };
            let score = self.scores.entry(tile.patient.clone()).or_insert_with(|| Score::new(band));
            for (bound, since) in BANDS.into_iter().zip(&mut score.at_least) {
                *since = (band >= bound).then(|| since.unwrap_or(now));
            }
            // What moves between two raised bands has held the lower of them all the time.
            let held =
                BANDS.into_iter().zip(score.at_least).filter_map(|(bound, since)| Some((bound, since?)));
            let risen = held
                .filter(|(bound, since)| *bound > score.known && now.ms_since(*since) >= SCORE_HOLDS)
                .max_by_key(|(bound, _)| *bound);
            if let Some((bound, since)) = risen {
                score.known = bound;
                score.on = score_priority(bound).map(|_| (bound, since));
            } else if band < score.known && tile.news.total.is_some() {
                // What is missing lowers a sum, not the risk.
                score.known = band;
                // An alarm goes on under the lower band, as long as that is one for which somebody has to come.
                score.on = score.on.and_then(|_| score_priority(band)).map(|_| (band, now));
            }
            if let Some((band, since)) = score.on
                && let Some(priority) = score_priority(band)
            {
                let at_least = if tile.news.total.is_none() { ">=" } else { "" };
                let text = match band {
                    Band::LowMedium => "NEWS2: one input scores 3".to_owned(),
                    _ => format!("NEWS2 {at_least}{}", tile.news.partial),
                };
                holds.push(Condition {
                    patient: Some(tile.patient.clone()),
                    station: None,
                    rule: format!("news2-{}", band.key()),
                    key: since.0.div_euclid(SCORE_BUCKET),
                    limit: None,
                    onset: since,
                    ended: None,
                    priority,
                    measure: None,
                    text,
                    implicated: None,
                    any_priority_covers: false,
                    is_fresh: false,
                });
            }
        }
        holds
    }

    /// Whether a patient's score is no alarm any more.
    pub(crate) fn is_over(&self, patient: &PatientId) -> bool {
        self.scores.get(patient).is_some_and(|score| score.on.is_none())
    }
}
