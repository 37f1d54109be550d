//! Each figure with its definition, its source, the readings it was worked out from, and which public packages differ and why.
//!
//! Of packages only what was seen of the version that is named is said.

use crate::MINUTE_MS;

use super::{Figures, Trace};

/// A public package that says something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differs {
    /// Its name and version.
    pub package: &'static str,
    /// How, and why.
    pub how: &'static str,
}

/// What stands behind one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Its key, as the command line prints it.
    pub key: &'static str,
    /// What it is.
    pub definition: &'static str,
    /// Who defined it so.
    pub source: &'static str,
    /// How many readings, or days, it was worked out from.
    pub samples: usize,
    /// What was counted in this period, in words.
    pub counted: String,
    /// Which packages differ.
    pub differs: &'static [Differs],
}

const TIR_2019: &str = "Battelino et al., Diabetes Care 2019;42:1593";
const EPISODES: &str =
    "Danne et al., Diabetes Care 2017;40:1631; Battelino et al., Lancet Diabetes Endocrinol 2023;11:42";
const HOUSE: &str = "this program's own rule; there is no consensus";

const IGLU: &str = "iglu-python 0.4.3";
const CGMQUANTIFY: &str = "cgmquantify-updated 0.5.3";
const AGATA: &str = "AGATA (py-agata 0.0.8)";

const OF_N: &[Differs] = &[
    Differs {
        package: IGLU,
        how: "divides by zero where samples are doubled: it looks for the step before it takes them out",
    },
    Differs {
        package: CGMQUANTIFY,
        how: "drops twelve rows of a Clarity file as its head and loses two readings",
    },
];
const OF_UNIT: &[Differs] = &[Differs {
    package: "py-nightscout 1.3.3",
    how: "says 10.6 mmol/L for 190 mg/dL, which is 10.5 (18.01559 mg/dL a mmol/L)",
}];
const OF_RANGE: &[Differs] = &[
    Differs { package: IGLU, how: "cuts a limit of 3.9 mmol/L to 3, and says 0 % where 50 % is right" },
    Differs { package: CGMQUANTIFY, how: "says 100 % in range of any data" },
    Differs { package: AGATA, how: "counts 70 mg/dL itself as low" },
];
const OF_LOW: &[Differs] = &[
    Differs { package: IGLU, how: "cuts a limit of 3.9 mmol/L to 3" },
    Differs { package: AGATA, how: "counts 70 mg/dL itself as low" },
];
const OF_EPISODES: &[Differs] = &[Differs {
    package: "four public packages",
    how: "count different numbers of lows for 11 of 19 people on the same file: their definitions differ. Of sensors of fifteen minutes they agreed for 15 of 40 people",
}];
const OF_DAYS: &[Differs] = &[Differs {
    package: IGLU,
    how: "its grid of a day begins at 00:05 and loses the reading of 00:00, and it fails where the clock is put forward or back",
}];
const NONE: &[Differs] = &[];

/// What stands behind each figure, in the order in which they are printed.
pub fn explain(trace: &Trace, figures: &Figures) -> Vec<Explained> {
    let n = figures.n;
    let shares = &figures.shares;
    let row = |key, definition, source, counted: String, differs| Explained {
        key,
        definition,
        source,
        samples: n,
        counted,
        differs,
    };
    let of = |count: usize| format!("{count} of {n} readings");
    let minutes = trace.step_ms() / MINUTE_MS;
    let in_a_row = format!(
        "15 minutes are {} at a step of {minutes} min",
        match trace.readings_of_a_quarter() {
            1 => "one reading".to_owned(),
            many => format!("{many} readings in a row"),
        }
    );
    vec![
        row(
            "n",
            "Readings in the period that count: each value of a moment once; no warm-up, no drop of blood, no error.",
            TIR_2019,
            left_out(figures),
            OF_N,
        ),
        row(
            "active_percent",
            "How much of the period readings stand for: their number times the sensor's step, over the period's length.",
            TIR_2019,
            format!("a step of {minutes} min, {} days with readings", figures.days_worn),
            NONE,
        ),
        row(
            "mean_mg_dl",
            "Arithmetic mean of the readings, in mg/dL. LO and HI count as the bound of the sensor.",
            TIR_2019,
            beyond(figures),
            OF_UNIT,
        ),
        row(
            "sd_mg_dl",
            "Standard deviation of the sample: squares around the mean over n - 1.",
            "Danne et al., Diabetes Care 2017;40:1631",
            of(n),
            NONE,
        ),
        row("cv_percent", "Standard deviation over the mean; 36 % or less is stable.", TIR_2019, of(n), NONE),
        row(
            "gmi_percent",
            "3.31 + 0.02392 x mean in mg/dL.",
            "Bergenstal et al., Diabetes Care 2018;41:2275",
            of(n),
            NONE,
        ),
        row(
            "tir_percent",
            "Readings from 70 to 180 mg/dL, both included, of all. Compared unrounded; mmol/L is converted first.",
            TIR_2019,
            format!("{}{}", of(shares.in_range()), just_above(trace)),
            OF_RANGE,
        ),
        row(
            "titr_percent",
            "Readings from 70 to 140 mg/dL, both included, of all.",
            "Danne et al., Diabetes Care 2017;40:1631",
            of(shares.tight),
            OF_RANGE,
        ),
        row(
            "below_70_percent",
            "Readings below 70 mg/dL, those below 54 with them, of all.",
            TIR_2019,
            of(shares.below_70()),
            OF_LOW,
        ),
        row("below_54_percent", "Readings below 54 mg/dL, of all.", TIR_2019, of(shares.very_low), NONE),
        row(
            "above_180_percent",
            "Readings above 180 mg/dL, those above 250 with them, of all.",
            TIR_2019,
            of(shares.above_180()),
            NONE,
        ),
        row("above_250_percent", "Readings above 250 mg/dL, of all.", TIR_2019, of(shares.very_high), NONE),
        row(
            "gri",
            "3.0 x percent below 54 + 2.4 x percent from 54 to below 70 + 1.6 x percent above 250 + 0.8 x percent above 180 to 250, at most 100.",
            "Klonoff et al., J Diabetes Sci Technol 2023;17:1226",
            of(n),
            NONE,
        ),
        row(
            "mage_mg_dl",
            "Mean of the swings between nadir and peak of more than one standard deviation of the period, in the direction of the first; none goes over three hours without a reading.",
            "Service et al., Diabetes 1970;19:644",
            of(n),
            NONE,
        ),
        row(
            "modd_mg_dl",
            "Mean of the absolute differences between readings at the same time, by the clock on the wall, of two days that follow each other.",
            "Molnar et al., Diabetologia 1972;8:342",
            of(n),
            NONE,
        ),
        row(
            "hypo_episodes",
            "15 consecutive minutes below 70 mg/dL begin one, 15 consecutive minutes at 70 or above end it; level 2 where 15 consecutive minutes of it were below 54; extended where 120 were below 70. It ends where 15 minutes are unknown.",
            EPISODES,
            in_a_row.clone(),
            OF_EPISODES,
        ),
        row(
            "hyper_episodes",
            "15 consecutive minutes above 180 mg/dL begin one, 15 consecutive minutes at 180 or below end it; level 2 where 15 consecutive minutes of it were above 250; extended where 90 of 120 were above 250. It ends where 15 minutes are unknown.",
            EPISODES,
            in_a_row,
            OF_EPISODES,
        ),
        row(
            "gaps",
            "Stretches of 15 minutes and more that no reading stands for.",
            HOUSE,
            format!(
                "{} gaps, {} of them with a sensor warming up",
                figures.gaps.len(),
                figures.gaps.iter().filter(|gap| gap.is_warm_up).count()
            ),
            NONE,
        ),
        row(
            "suspected_compression",
            "A suspicion: lows of a night that may be pressure on the sensor. They begin between 22:00 and 08:00, last two hours at most, and come and go by 3 mg/dL a minute and more. They count as lows in every figure.",
            HOUSE,
            format!("{} of {} lows", figures.suspected_compression.len(), figures.hypos.len()),
            NONE,
        ),
        Explained {
            samples: figures.days.len(),
            ..row(
                "days",
                "One row for each day of the calendar where the person lives, from 00:00 to 24:00 as the clock shows it: 23 or 25 hours where it was changed.",
                TIR_2019,
                format!("{} days", figures.days.len()),
                OF_DAYS,
            )
        },
        row(
            "too_little",
            "Nothing where the period has 14 days by the clock on the wall and readings stand for more than 70 % of it; else what is missing.",
            TIR_2019,
            figures.too_little.map_or_else(|| "enough".to_owned(), |missing| missing.to_string()),
            NONE,
        ),
    ]
}

fn left_out(figures: &Figures) -> String {
    let out = figures.left_out;
    format!(
        "{} count; left out: {} doubled, {} of warm-up, {} of blood, {} errors",
        figures.n, out.doubled, out.warm_up, out.calibration, out.artefact
    )
}

fn beyond(figures: &Figures) -> String {
    let (low, high) = figures.beyond_sensor;
    format!("{} readings, {low} of them LO and {high} HI", figures.n)
}

/// Readings that a range in tenths of a millimole would have in it: 10.0 mmol/L is 180.16 mg/dL.
fn just_above(trace: &Trace) -> String {
    let count = trace.readings().iter().filter(|r| r.compared() > 180.0 && r.mg_dl < 180.2).count();
    if count == 0 {
        return String::new();
    }
    format!("; {count} more at 10.0 mmol/L, which is 180.16 mg/dL and above the range")
}

#[cfg(test)]
mod tests {
    use super::super::compression::{FAST, LONGEST_MS};
    use super::super::made::{every, figures, period, trace};
    use super::super::{Mark, Reading};
    use super::*;
    use crate::WallClock;

    fn found<'a>(all: &'a [Explained], key: &str) -> &'a Explained {
        all.iter().find(|row| row.key == key).unwrap()
    }

    #[test]
    fn every_figure_says_what_it_is_by_whom_and_of_how_many() {
        let all = explain(&trace(5, &[100.0, 60.0, 300.0]), &figures(5, &[100.0, 60.0, 300.0]));
        let keys: Vec<_> = all.iter().map(|row| row.key).collect();
        for key in [
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
        ] {
            assert!(keys.contains(&key), "{key}");
        }
        assert!(
            all.iter()
                .all(|row| !row.definition.is_empty() && !row.source.is_empty() && !row.counted.is_empty())
        );
        assert_eq!(found(&all, "below_70_percent").counted, "1 of 3 readings");
        assert_eq!((found(&all, "n").samples, found(&all, "days").samples), (3, 14));
        assert!(found(&all, "tir_percent").differs.iter().any(|differs| differs.package == CGMQUANTIFY));
    }

    #[test]
    fn it_is_said_how_many_low_readings_make_an_episode_of_this_sensor() {
        for (minutes, wanted) in [
            (5, "15 minutes are 3 readings in a row at a step of 5 min"),
            (15, "15 minutes are one reading at a step of 15 min"),
        ] {
            let all = explain(&trace(minutes, &[100.0]), &figures(minutes, &[100.0]));
            assert_eq!(found(&all, "hypo_episodes").counted, wanted);
        }
    }

    #[test]
    fn a_reading_of_ten_millimoles_is_above_the_range_and_it_is_said() {
        let mut readings = every(5, &[100.0, 181.0, 180.0]);
        readings.push(Reading::in_unit(readings[2].at + 300_000, 10.0, "mmol/L", Mark::Plain).unwrap());
        let trace = Trace::of(&readings, period(14), &WallClock::UTC, None);
        let all = explain(&trace, &Figures::of(&trace));
        let wanted = "2 of 4 readings; 1 more at 10.0 mmol/L, which is 180.16 mg/dL and above the range";
        assert_eq!(found(&all, "tir_percent").counted, wanted);
    }

    #[test]
    fn what_the_words_say_of_the_suspicion_is_its_rule() {
        assert_eq!((FAST, LONGEST_MS), (3.0, 2 * crate::HOUR_MS));
    }
}
