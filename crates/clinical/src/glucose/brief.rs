//! The few figures of a fortnight that a list of many people shows: what [`super::Figures`] says of them, without the rest.

use super::figures::TooLittle;
use super::{Judged, Shares, Spread, TargetSet, Trace};

/// What a list says of a person's glucose. Nothing is rounded.
#[derive(Clone, Debug, PartialEq)]
pub struct Brief {
    /// How many readings count.
    pub n: usize,
    /// How much of the period readings stand for.
    pub active_percent: f64,
    /// Where the readings lie.
    pub shares: Shares,
    /// Mean, deviation, management indicator.
    pub spread: Spread,
    /// Each goal with what was found, the range first.
    pub goals: Vec<Judged>,
    /// What is missing before this stands for the person's glucose; nothing where it is enough.
    pub too_little: Option<TooLittle>,
}

impl Brief {
    /// The figures of a trace, held against these goals.
    pub fn of(trace: &Trace, set: TargetSet) -> Brief {
        let (mut spread, mut shares) = (Spread::default(), Shares::default());
        for reading in trace.readings() {
            spread.add(reading.mg_dl);
            shares.add(reading);
        }
        let times = trace.readings().iter().map(|reading| reading.at);
        let active_percent = trace.active_percent(times, trace.period.length());
        Brief {
            n: trace.readings().len(),
            active_percent,
            shares,
            spread,
            goals: set.judge(trace),
            too_little: TooLittle::of(trace, active_percent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Figures;
    use super::super::made::trace;
    use super::*;

    #[test]
    fn a_list_says_of_a_person_what_their_report_says() {
        for n in [0, 1, 300, 2822, 4032] {
            let values: Vec<f64> = (0..n).map(|n| [48.0, 66.0, 120.0, 190.0, 260.0][n % 5]).collect();
            let trace = trace(5, &values);
            let (brief, whole) = (Brief::of(&trace, TargetSet::Standard), Figures::of(&trace));
            assert_eq!((brief.n, brief.active_percent), (whole.n, whole.active_percent));
            assert_eq!(
                (brief.shares, brief.spread, brief.too_little),
                (whole.shares, whole.spread, whole.too_little)
            );
            assert_eq!(brief.goals, TargetSet::Standard.judge(&trace));
        }
    }
}
