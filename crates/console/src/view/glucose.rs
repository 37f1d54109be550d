//! The figures of a person's glucose, as the command line prints them. Nothing is rounded.

use clinical::glucose::{
    End, Explained, Figures, GlucoseEpisode, Goal, Judged, Level, SensorGap, Shares, Spread, Suspicion,
    TargetSet, Trace, explain,
};
use clinical::{HOUR_MS, MINUTE_MS, Measure, Shown, TimeRange};
use serde::Serialize;

use super::form::Iso;

/// Every figure of a period. What no reading tells is null.
#[derive(Clone, Debug, Serialize)]
pub struct GlucoseFigures {
    from: Iso,
    /// Belongs to the next period.
    to: Iso,
    /// Minutes from one reading of the sensor to its next.
    step_min: f64,
    n: usize,
    left_out: LeftOut,
    active_percent: f64,
    days_worn: usize,
    mean_mg_dl: Option<f64>,
    mean_mmol_l: Option<f64>,
    sd_mg_dl: Option<f64>,
    sd_mmol_l: Option<f64>,
    cv_percent: Option<f64>,
    gmi_percent: Option<f64>,
    #[serde(flatten)]
    shares: GlucoseShares,
    gri: Option<f64>,
    mage_mg_dl: Option<f64>,
    modd_mg_dl: Option<f64>,
    hypo_episodes: usize,
    hyper_episodes: usize,
    hypos: Vec<Episode>,
    hypers: Vec<Episode>,
    gaps: Vec<Gap>,
    suspected_compression: Vec<Compression>,
    targets: &'static str,
    goals: Vec<Target>,
    days: Vec<GlucoseDay>,
    too_little: Option<String>,
    /// How many values a consent withholds, and why.
    withheld: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<Vec<Explanation>>,
}

/// Shares of the readings.
#[derive(Clone, Debug, Serialize)]
struct GlucoseShares {
    tir_percent: Option<f64>,
    titr_percent: Option<f64>,
    below_70_percent: Option<f64>,
    below_54_percent: Option<f64>,
    above_180_percent: Option<f64>,
    above_250_percent: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
struct LeftOut {
    doubled: usize,
    warm_up: usize,
    blood: usize,
    errors: usize,
}

/// A day of the calendar.
#[derive(Clone, Debug, Serialize)]
struct GlucoseDay {
    date: String,
    /// Its true length.
    hours: f64,
    /// How much of it lies in the period.
    asked_hours: f64,
    n: usize,
    active_percent: f64,
    mean_mg_dl: Option<f64>,
    sd_mg_dl: Option<f64>,
    cv_percent: Option<f64>,
    #[serde(flatten)]
    shares: GlucoseShares,
    hypo_episodes: usize,
    hyper_episodes: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Episode {
    from: Iso,
    to: Iso,
    minutes: f64,
    level: u8,
    extended: bool,
    worst_mg_dl: f64,
    /// `within`, `gap` or `open`.
    end: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Gap {
    from: Iso,
    to: Iso,
    warm_up: bool,
}

/// A suspicion; it counts as a low all the same.
#[derive(Clone, Debug, Serialize)]
struct Compression {
    from: Iso,
    to: Iso,
    fall_mg_dl_min: f64,
    rise_mg_dl_min: f64,
}

/// A goal and what was found.
#[derive(Clone, Debug, Serialize)]
struct Target {
    /// `in_range`, `below` or `above`.
    part: &'static str,
    low_mg_dl: Option<f64>,
    high_mg_dl: Option<f64>,
    goal_percent: Option<f64>,
    percent: Option<f64>,
    met: Option<bool>,
}

/// What stands behind a figure.
#[derive(Clone, Debug, Serialize)]
struct Explanation {
    key: &'static str,
    definition: &'static str,
    source: &'static str,
    samples: usize,
    counted: String,
    differs: Vec<Differs>,
}

#[derive(Clone, Debug, Serialize)]
struct Differs {
    package: &'static str,
    how: &'static str,
}

impl GlucoseFigures {
    /// The figures of a trace against a set of goals, with what stands behind each where that is asked for.
    pub fn of(trace: &Trace, set: TargetSet, with_reasons: bool, withheld: Option<String>) -> GlucoseFigures {
        let figures = Figures::of(trace);
        let reasons =
            with_reasons.then(|| explain(trace, &figures).into_iter().map(Explanation::from).collect());
        let Figures { period, step_ms, n, left_out, spread, shares, .. } = figures;
        let mmol = |mg_dl: f64| Shown::of(Measure::Glucose, ["mmol/L"]).from_own(mg_dl);
        GlucoseFigures {
            from: Iso(period.from()),
            to: Iso(period.to()),
            step_min: step_ms as f64 / MINUTE_MS as f64,
            n,
            left_out: LeftOut {
                doubled: left_out.doubled,
                warm_up: left_out.warm_up,
                blood: left_out.calibration,
                errors: left_out.artefact,
            },
            active_percent: figures.active_percent,
            days_worn: figures.days_worn,
            mean_mg_dl: spread.mean_mg_dl(),
            mean_mmol_l: spread.mean_mg_dl().map(mmol),
            sd_mg_dl: spread.sd_mg_dl(),
            sd_mmol_l: spread.sd_mg_dl().map(mmol),
            cv_percent: spread.cv_percent(),
            gmi_percent: spread.gmi_percent(),
            shares: GlucoseShares::from(&shares),
            gri: shares.gri(),
            mage_mg_dl: figures.mage_mg_dl,
            modd_mg_dl: figures.modd_mg_dl,
            hypo_episodes: figures.hypos.len(),
            hyper_episodes: figures.hypers.len(),
            hypos: figures.hypos.iter().map(Episode::from).collect(),
            hypers: figures.hypers.iter().map(Episode::from).collect(),
            gaps: figures.gaps.iter().map(Gap::from).collect(),
            suspected_compression: figures.suspected_compression.iter().map(Compression::from).collect(),
            targets: set.targets().word,
            goals: set.judge(trace).iter().map(Target::from).collect(),
            days: figures.days.iter().map(GlucoseDay::from).collect(),
            too_little: figures.too_little.map(|missing| missing.to_string()),
            withheld,
            explain: reasons,
        }
    }
}

impl From<&Shares> for GlucoseShares {
    fn from(shares: &Shares) -> GlucoseShares {
        GlucoseShares {
            tir_percent: shares.percent(shares.in_range()),
            titr_percent: shares.percent(shares.tight),
            below_70_percent: shares.percent(shares.below_70()),
            below_54_percent: shares.percent(shares.very_low),
            above_180_percent: shares.percent(shares.above_180()),
            above_250_percent: shares.percent(shares.very_high),
        }
    }
}

impl From<&clinical::glucose::DayRow> for GlucoseDay {
    fn from(row: &clinical::glucose::DayRow) -> GlucoseDay {
        let hours = |ms: i64| ms as f64 / HOUR_MS as f64;
        let spread: &Spread = &row.spread;
        GlucoseDay {
            date: row.day.date.to_string(),
            hours: hours(row.day.length_ms),
            asked_hours: hours(row.day.asked_ms),
            n: spread.n(),
            active_percent: row.active_percent,
            mean_mg_dl: spread.mean_mg_dl(),
            sd_mg_dl: spread.sd_mg_dl(),
            cv_percent: spread.cv_percent(),
            shares: GlucoseShares::from(&row.shares),
            hypo_episodes: row.hypos,
            hyper_episodes: row.hypers,
        }
    }
}

impl From<&GlucoseEpisode> for Episode {
    fn from(episode: &GlucoseEpisode) -> Episode {
        Episode {
            from: Iso(episode.from),
            to: Iso(episode.to),
            minutes: episode.length_ms() as f64 / MINUTE_MS as f64,
            level: match episode.level {
                Level::One => 1,
                Level::Two => 2,
            },
            extended: episode.is_extended,
            worst_mg_dl: episode.worst_mg_dl,
            end: match episode.end {
                End::Within => "within",
                End::Gap => "gap",
                End::Open => "open",
            },
        }
    }
}

impl From<&SensorGap> for Gap {
    fn from(gap: &SensorGap) -> Gap {
        let range: TimeRange = gap.range;
        Gap { from: Iso(range.from()), to: Iso(range.to()), warm_up: gap.is_warm_up }
    }
}

impl From<&Suspicion> for Compression {
    fn from(low: &Suspicion) -> Compression {
        Compression {
            from: Iso(low.from),
            to: Iso(low.to),
            fall_mg_dl_min: low.fall_mg_dl_min,
            rise_mg_dl_min: low.rise_mg_dl_min,
        }
    }
}

impl From<&Judged> for Target {
    fn from(judged: &Judged) -> Target {
        let (part, low_mg_dl, high_mg_dl, goal_percent) = match judged.goal {
            Goal::InRange(low, high, goal) => ("in_range", Some(low), Some(high), goal),
            Goal::Below(limit, goal) => ("below", None, Some(limit), Some(goal)),
            Goal::Above(limit, goal) => ("above", Some(limit), None, Some(goal)),
        };
        Target { part, low_mg_dl, high_mg_dl, goal_percent, percent: judged.percent, met: judged.met }
    }
}

impl From<Explained> for Explanation {
    fn from(row: Explained) -> Explanation {
        let differs = |other: &clinical::glucose::Differs| Differs { package: other.package, how: other.how };
        Explanation {
            key: row.key,
            definition: row.definition,
            source: row.source,
            samples: row.samples,
            counted: row.counted,
            differs: row.differs.iter().map(differs).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clinical::glucose::Reading;
    use clinical::{DAY_MS, Instant, WallClock};

    use super::*;

    /// Keys that scripts read.
    const KEYS: [&str; 18] = [
        "n",
        "active_percent",
        "mean_mg_dl",
        "sd_mg_dl",
        "cv_percent",
        "gmi_percent",
        "tir_percent",
        "titr_percent",
        "below_70_percent",
        "below_54_percent",
        "above_180_percent",
        "above_250_percent",
        "gri",
        "mage_mg_dl",
        "hypo_episodes",
        "hyper_episodes",
        "days",
        "too_little",
    ];

    fn printed(n: i64, with_reasons: bool) -> serde_json::Value {
        let period = TimeRange::starting(Instant(1_772_409_600_000), 14 * DAY_MS);
        let value = |n: i64| if n % 2 == 0 { 100.0 } else { 190.0 };
        let readings: Vec<_> =
            (0..n).map(|n| Reading::plain(period.from() + n * 5 * MINUTE_MS, value(n))).collect();
        let trace = Trace::of(&readings, period, &WallClock::UTC, None);
        serde_json::to_value(GlucoseFigures::of(&trace, TargetSet::Standard, with_reasons, None)).unwrap()
    }

    #[test]
    fn a_script_finds_every_figure_under_its_key() {
        let found = printed(4032, true);
        for key in KEYS {
            assert!(found.get(key).is_some(), "{key}");
            assert!(found["explain"].as_array().unwrap().iter().any(|row| row["key"] == key), "{key}");
        }
        assert_eq!((&found["n"], &found["too_little"]), (&4032.into(), &serde_json::Value::Null));
        assert_eq!((found["tir_percent"].as_f64(), found["mean_mg_dl"].as_f64()), (Some(50.0), Some(145.0)));
        assert_eq!(
            (&found["from"], &found["days"][0]["date"]),
            (&"2026-03-02T00:00:00.000Z".into(), &"2026-03-02".into())
        );
        assert_eq!((found["days"][0]["hours"].as_f64(), &found["days"][13]["n"]), (Some(24.0), &288.into()));
        assert_eq!(
            (&found["goals"][0]["part"], &found["goals"][0]["met"]),
            (&"in_range".into(), &false.into())
        );
        assert!((found["mean_mmol_l"].as_f64().unwrap() - 145.0 / 18.01559).abs() < 1e-12);
    }

    #[test]
    fn of_no_reading_every_figure_is_null_and_it_is_said() {
        let found = printed(0, false);
        assert!(KEYS.iter().all(|key| found.get(key).is_some()) && found.get("explain").is_none());
        assert!(found["mean_mg_dl"].is_null() && found["tir_percent"].is_null() && found["gri"].is_null());
        assert_eq!(found["too_little"], "0 % of the time has readings, more than 70 % is needed");
    }
}
