//! What left a person's own days.

use smol_str::SmolStr;

use crate::{Date, Side};

use super::Own;

/// One alert, with all it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct BaselineAlert {
    /// The rule's code.
    pub rule: SmolStr,
    /// Where the rule stands.
    pub source: SmolStr,
    /// On which side it is.
    pub side: Side,
    /// The first day it was so.
    pub began: Date,
    /// The last day it was so.
    pub last: Date,
    /// The days that were looked at, both included, on the worst of those days.
    pub window: (Date, Date),
    /// The samples of that window that it is made of, in order.
    pub samples: Vec<SmolStr>,
    /// What was found on the worst day: a weighted mean, a sum, a gain.
    pub found: f64,
    /// What it is held against.
    pub limit: f64,
    /// The person's own days, where the rule asks for them.
    pub own: Option<Own>,
}

/// Days that follow each other and are beyond the limit are one alert: the worst of them speaks. `None` is a day within.
pub(super) fn runs(days: impl IntoIterator<Item = Option<BaselineAlert>>) -> Vec<BaselineAlert> {
    let mut found: Vec<BaselineAlert> = Vec::new();
    let mut goes_on = false;
    for day in days {
        let Some(day) = day else {
            goes_on = false;
            continue;
        };
        match found.last_mut().filter(|_| goes_on) {
            Some(run) => {
                let last = day.last;
                let beyond = |alert: &BaselineAlert| (alert.found - alert.limit).abs();
                if beyond(&day) > beyond(run) {
                    *run = BaselineAlert { began: run.began, ..day };
                }
                run.last = last;
            }
            None => found.push(day),
        }
        goes_on = true;
    }
    found
}
