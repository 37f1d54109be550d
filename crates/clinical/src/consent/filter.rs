//! What of many may be shown, and how much is withheld: never silently missing.

use std::collections::BTreeMap;
use std::fmt;

use crate::ConsentId;
use crate::consent::decide::{Decision, Standing};
use crate::consent::model::Consent;
use crate::consent::request::{Overarching, Record, Request};
use crate::consent::why::Why;

/// Something that a consent can be about.
pub trait Guarded {
    /// What a consent can say of it.
    fn record(&self) -> Record<'_>;
}

/// What came of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered<T> {
    /// What may be shown, in the order it came in.
    pub shown: Vec<T>,
    /// How much may not.
    pub withheld: Withheld,
}

/// How much is withheld, by consent and reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withheld(BTreeMap<(Why, Option<ConsentId>), usize>);

impl Withheld {
    /// How many in all.
    pub fn count(&self) -> usize {
        self.0.values().sum()
    }

    /// How many for each reason, with the consent that says so.
    pub fn reasons(&self) -> impl Iterator<Item = (&Why, Option<&ConsentId>, usize)> {
        self.0.iter().map(|((why, by), count)| (why, by.as_ref(), *count))
    }

    /// Adds one thing that is withheld.
    pub fn count_one(&mut self, why: Why, by: Option<&ConsentId>) {
        *self.0.entry((why, by.cloned())).or_default() += 1;
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what another part withholds.
    pub fn add(&mut self, other: Withheld) {
        for (reason, count) in other.0 {
            *self.0.entry(reason).or_default() += count;
        }
    }
}

impl fmt::Display for Withheld {
    /// `3 withheld: the patient refused it (2), nobody agreed to it (1)`; nothing where nothing is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut by_reason: BTreeMap<&Why, usize> = BTreeMap::new();
        for (why, _, count) in self.reasons() {
            *by_reason.entry(why).or_default() += count;
        }
        let words: Vec<String> = by_reason.iter().map(|(why, count)| format!("{why} ({count})")).collect();
        write!(f, "{} withheld: {}", self.count(), words.join(", "))
    }
}

/// What of these may be shown, with the count of the rest.
pub fn filter<T: Guarded>(
    site: &Overarching,
    consents: &[Consent],
    request: &Request,
    all: impl IntoIterator<Item = T>,
) -> Filtered<T> {
    let standing = Standing::of(consents, request);
    let mut filtered = Filtered { shown: Vec::new(), withheld: Withheld::default() };
    for one in all {
        let decision = standing.decide(site, request, &one.record());
        match decision {
            Decision::Allowed { .. } => filtered.shown.push(one),
            Decision::Withheld { by, why } => {
                filtered.withheld.count_one(why, by);
            }
        }
    }
    filtered
}
