//! NEWS2 with its inputs.

use clinical::{Band, Parameter};
use serde::Serialize;
use specta::Type;

use super::form::{Iso, ms};

/// One input of the score.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewsInput {
    label: &'static str,
    text: String,
    taken_at: Option<i64>,
    points: Option<u8>,
    /// It was read on SpO₂ scale 2.
    on_scale_two: bool,
    why: Option<&'static str>,
}

/// NEWS2 as a tile shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct News {
    total: Option<u8>,
    partial: u8,
    band: Option<&'static str>,
    /// The band whose colour it wears; none where an input is missing and nothing worse is certain: what is not known is not
    /// calm.
    colour: Option<&'static str>,
    /// As shown: `4`, `≥4` where an input is missing, `–` where nothing counts.
    shown: String,
    /// The risk in words, and what the ward does about it.
    risk: Option<&'static str>,
    response: Option<&'static str>,
    missing: Vec<&'static str>,
    not_for: Option<String>,
    next_due: Option<i64>,
    inputs: Vec<NewsInput>,
    /// Who prescribed SpO₂ scale 2, and when.
    scale_two: Option<(String, i64)>,
}

impl From<bedside::NewsBadge> for News {
    fn from(badge: bedside::NewsBadge) -> News {
        let scale_two = badge.scale_two.is_some();
        News {
            total: badge.total,
            partial: badge.partial,
            band: badge.band.map(|b| b.key()),
            colour: badge.band.filter(|band| badge.total.is_some() || *band > Band::Low).map(Band::key),
            shown: match (badge.total, badge.band) {
                (Some(total), _) => total.to_string(),
                (None, Some(_)) => format!("≥{}", badge.partial),
                (None, None) => "–".to_owned(),
            },
            risk: badge.band.map(clinical::Band::risk),
            response: badge.band.map(clinical::Band::response),
            missing: badge.missing.iter().map(|p| p.label()).collect(),
            not_for: badge.not_for,
            next_due: badge.next_due.map(ms),
            scale_two: badge.scale_two.map(|s| (s.by, ms(s.at))),
            inputs: badge
                .inputs
                .into_iter()
                .map(|i| NewsInput {
                    label: i.parameter.label(),
                    text: i.text,
                    taken_at: i.taken_at.map(ms),
                    points: i.points,
                    on_scale_two: scale_two && i.parameter == Parameter::SpO2,
                    why: i.why,
                })
                .collect(),
        }
    }
}

/// NEWS2 as data.
#[derive(Clone, Debug, Serialize)]
pub struct Score {
    /// The total, where nothing is missing.
    pub total: Option<u8>,
    /// The sum of what is there.
    pub partial: u8,
    /// What is missing.
    pub missing: Vec<&'static str>,
    /// The band of total or partial sum.
    pub band: Option<&'static str>,
    /// Why there is no score at all.
    pub not_for: Option<String>,
    /// Who prescribed SpO₂ scale 2, and when.
    pub scale_two: Option<ScaleTwo>,
}

/// Who prescribed SpO₂ scale 2, and when.
#[derive(Clone, Debug, Serialize)]
pub struct ScaleTwo {
    by: String,
    at: Iso,
}

impl From<&bedside::NewsBadge> for Score {
    fn from(badge: &bedside::NewsBadge) -> Score {
        Score {
            total: badge.total,
            partial: badge.partial,
            missing: badge.missing.iter().map(|p| p.key()).collect(),
            band: badge.band.map(|b| b.key()),
            not_for: badge.not_for.clone(),
            scale_two: badge.scale_two.as_ref().map(|s| ScaleTwo { by: s.by.clone(), at: Iso(s.at) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_with_a_missing_input_never_looks_calm() {
        let bands = [Band::Zero, Band::Low, Band::LowMedium, Band::Medium, Band::High];
        for (total, colours) in [
            (None, [None, None, Some("low-medium"), Some("medium"), Some("high")]),
            (Some(0), [Some("zero"), Some("low"), Some("low-medium"), Some("medium"), Some("high")]),
        ] {
            for (band, colour) in bands.into_iter().zip(colours) {
                let badge = bedside::NewsBadge {
                    total,
                    partial: 0,
                    band: Some(band),
                    missing: vec![Parameter::SpO2],
                    not_for: None,
                    next_due: None,
                    inputs: Vec::new(),
                    scale_two: None,
                };
                assert_eq!(News::from(badge).colour, colour, "{band:?}");
            }
        }
    }
}
