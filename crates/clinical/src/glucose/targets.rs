//! What a person's figures are held against: ranges and goals by who they are.

use super::shares::{HIGH, LOW, TIGHT_HIGH, VERY_HIGH, VERY_LOW, percent};
use super::{Reading, Trace};

/// Whose goals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetSet {
    /// Most people with type 1 or type 2 diabetes.
    Standard,
    /// Older people and those at high risk of lows.
    OlderOrHighRisk,
    /// Pregnancy with type 1 diabetes.
    Pregnancy,
    /// The tight range, 70 to 140, which the consensus names and sets no goal for.
    Tight,
}

/// What part of the readings a goal is about, limits in mg/dL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// More than so many percent from the first to the second limit, both included.
    InRange(f64, f64, Option<f64>),
    /// Less than so many percent below a limit.
    Below(f64, f64),
    /// Less than so many percent above a limit.
    Above(f64, f64),
}

/// A row of the table of goals.
#[derive(Debug)]
pub struct Targets {
    /// Whose.
    pub set: TargetSet,
    /// The word that a person types.
    pub word: &'static str,
    /// What each part of the readings is held against, the range first.
    pub goals: &'static [Goal],
    /// Where it stands.
    pub source: &'static str,
}

/// A goal and what was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The goal.
    pub goal: Goal,
    /// How many readings it is about.
    pub count: usize,
    /// So many percent of all, unrounded; nothing where there is no reading.
    pub percent: Option<f64>,
    /// Whether it is met; nothing where there is no reading, or no goal.
    pub met: Option<bool>,
}

const CONSENSUS: &str = "Battelino et al., Diabetes Care 2019;42:1593, figure 1";

/// Every set of goals.
pub const TARGETS: [Targets; 4] = [
    Targets {
        set: TargetSet::Standard,
        word: "standard",
        goals: &[
            Goal::InRange(LOW, HIGH, Some(70.0)),
            Goal::Below(LOW, 4.0),
            Goal::Below(VERY_LOW, 1.0),
            Goal::Above(HIGH, 25.0),
            Goal::Above(VERY_HIGH, 5.0),
        ],
        source: CONSENSUS,
    },
    Targets {
        set: TargetSet::OlderOrHighRisk,
        word: "older",
        goals: &[Goal::InRange(LOW, HIGH, Some(50.0)), Goal::Below(LOW, 1.0), Goal::Above(VERY_HIGH, 10.0)],
        source: CONSENSUS,
    },
    Targets {
        set: TargetSet::Pregnancy,
        word: "pregnancy",
        goals: &[
            Goal::InRange(63.0, TIGHT_HIGH, Some(70.0)),
            Goal::Below(63.0, 4.0),
            Goal::Below(VERY_LOW, 1.0),
            Goal::Above(TIGHT_HIGH, 25.0),
        ],
        source: CONSENSUS,
    },
    Targets {
        set: TargetSet::Tight,
        word: "tight",
        goals: &[Goal::InRange(LOW, TIGHT_HIGH, None), Goal::Below(LOW, 4.0), Goal::Below(VERY_LOW, 1.0)],
        source: "Danne et al., Diabetes Care 2017;40:1631, table 1 (the range); the goals for lows are the standard ones",
    },
];

impl TargetSet {
    /// The row of this set.
    pub fn targets(self) -> &'static Targets {
        // The table stands in the order of the enum; a test holds it.
        &TARGETS[self as usize]
    }

    /// The set behind a word.
    pub fn from_word(word: &str) -> Option<TargetSet> {
        TARGETS.iter().find(|row| row.word == word).map(|row| row.set)
    }

    /// Each goal with what was found.
    pub fn judge(self, trace: &Trace) -> Vec<Judged> {
        self.targets().goals.iter().map(|goal| goal.judge(trace.readings())).collect()
    }
}

impl Goal {
    fn judge(self, readings: &[Reading]) -> Judged {
        let count = readings.iter().filter(|reading| self.is_about(reading.compared())).count();
        let percent = percent(count, readings.len());
        let met = percent.and_then(|found| match self {
            Goal::InRange(_, _, goal) => goal.map(|goal| found > goal),
            Goal::Below(_, goal) | Goal::Above(_, goal) => Some(found < goal),
        });
        Judged { goal: self, count, percent, met }
    }

    fn is_about(self, mg_dl: f64) -> bool {
        match self {
            Goal::InRange(low, high, _) => low <= mg_dl && mg_dl <= high,
            Goal::Below(limit, _) => mg_dl < limit,
            Goal::Above(limit, _) => mg_dl > limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::trace;
    use super::*;

    fn parts(parts: &[(usize, f64)]) -> Trace {
        let values: Vec<f64> = parts.iter().flat_map(|(n, value)| vec![*value; *n]).collect();
        trace(5, &values)
    }

    fn met(set: TargetSet, of: &[(usize, f64)]) -> Vec<Option<bool>> {
        set.judge(&parts(of)).iter().map(|judged| judged.met).collect()
    }

    #[test]
    fn goals_are_those_of_the_consensus_and_reaching_one_just_is_not_meeting_it() {
        let (yes, no) = (Some(true), Some(false));
        let just = [(70, 100.0), (1, 53.0), (3, 60.0), (21, 200.0), (5, 300.0)];
        assert_eq!(met(TargetSet::Standard, &just), [no; 5]);
        let better = [(720, 100.0), (9, 53.0), (30, 60.0), (200, 200.0), (41, 300.0)];
        assert_eq!(met(TargetSet::Standard, &better), [yes; 5]);
        assert_eq!(met(TargetSet::OlderOrHighRisk, &better), [yes, no, yes]);
        assert_eq!(
            met(TargetSet::OlderOrHighRisk, &[(505, 150.0), (9, 60.0), (400, 200.0), (86, 300.0)]),
            [yes; 3]
        );
        assert_eq!(met(TargetSet::Tight, &better), [None, yes, yes]);
        assert_eq!(met(TargetSet::Standard, &[]), [None; 5]);
    }

    #[test]
    fn in_pregnancy_the_range_is_63_to_140() {
        let found = TargetSet::Pregnancy.judge(&parts(&[(1, 62.9), (1, 63.0), (1, 140.0), (1, 140.1)]));
        assert_eq!(found.iter().map(|judged| judged.count).collect::<Vec<_>>(), [2, 1, 0, 1]);
        assert_eq!(found[0].percent, Some(50.0));
    }

    #[test]
    fn each_set_is_found_by_its_word() {
        for (n, row) in TARGETS.iter().enumerate() {
            assert_eq!(row.set as usize, n);
            assert_eq!(TargetSet::from_word(row.word), Some(row.set));
        }
        assert_eq!(TargetSet::from_word("loose"), None);
    }
}
