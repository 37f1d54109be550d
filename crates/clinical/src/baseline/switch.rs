//! Rules that somebody switched off for a person, and why.

use smol_str::SmolStr;

use crate::{ActorId, Instant};

use super::BaselineAlert;

/// A rule switched on or off for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    rule: SmolStr,
    on: bool,
    by: ActorId,
    at: Instant,
    reason: String,
}

/// A switch without a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("whoever switches a rule on or off says why")]
pub struct NoReason;

impl Switch {
    /// A switch, by whom, when and why.
    ///
    /// # Errors
    /// Without a reason.
    pub fn new(rule: SmolStr, on: bool, by: ActorId, at: Instant, reason: &str) -> Result<Switch, NoReason> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(NoReason);
        }
        Ok(Switch { rule, on, by, at, reason: reason.to_owned() })
    }

    /// Whether it switched the rule on.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Who did.
    pub fn by(&self) -> &ActorId {
        &self.by
    }

    /// When.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// The switch that holds for a rule at a moment: the last one; of two of the same moment the one that is on. Nothing where nobody
/// touched it.
fn holds<'a>(switches: &'a [Switch], rule: &str, at: Instant) -> Option<&'a Switch> {
    let of_it = switches.iter().filter(|switch| switch.rule == rule && switch.at <= at);
    of_it.max_by_key(|switch| (switch.at, switch.on))
}

/// Whether a rule is on at a moment. It is, unless somebody switched it off.
pub fn is_on(switches: &[Switch], rule: &str, at: Instant) -> bool {
    holds(switches, rule, at).is_none_or(Switch::is_on)
}

/// Alerts of rules that are on, and those of rules that are off with the switch that says why: they are not raised, and not hidden.
pub fn split_by_switch(
    alerts: Vec<BaselineAlert>,
    switches: &[Switch],
    now: Instant,
) -> (Vec<BaselineAlert>, Vec<(BaselineAlert, Switch)>) {
    let (mut raised, mut off) = (Vec::new(), Vec::new());
    for alert in alerts {
        match holds(switches, &alert.rule, now).filter(|switch| !switch.on) {
            Some(switch) => off.push((alert, switch.clone())),
            None => raised.push(alert),
        }
    }
    (raised, off)
}

#[cfg(test)]
mod tests {
    use super::super::own::tests::days;
    use super::super::{WEIGHT_RULES, weigh};
    use super::*;

    fn switch(rule: &'static str, on: bool, at: i64) -> Switch {
        Switch::new(SmolStr::new_static(rule), on, "nurse".into(), Instant(at), "moves house").unwrap()
    }

    #[test]
    fn a_rule_is_off_from_the_moment_somebody_says_why_until_it_is_on_again() {
        assert_eq!(
            Switch::new("weight-1-day".into(), false, "nurse".into(), Instant(1), " \n"),
            Err(NoReason)
        );
        let switches =
            [switch("weight-1-day", true, 30), switch("weight-1-day", false, 10), switch("ewma", false, 5)];
        for (at, wanted) in [(9, true), (10, false), (29, false), (30, true)] {
            assert_eq!(is_on(&switches, "weight-1-day", Instant(at)), wanted, "{at}");
        }
        assert!(is_on(&switches, "cusum", Instant(99)));
        assert!(is_on(&[switch("a", false, 1), switch("a", true, 1)], "a", Instant(1)), "on is the safe one");
    }

    #[test]
    fn what_is_off_is_kept_with_its_reason() {
        let alerts = weigh(&days(&[80.0, 83.0]), &WEIGHT_RULES).alerts;
        let (raised, off) = split_by_switch(alerts, &[switch("weight-1-day", false, 10)], Instant(20));
        let codes: Vec<_> = raised.iter().map(|alert| alert.rule.as_str()).collect();
        assert_eq!(codes, ["weight-3-days", "weight-7-days"]);
        assert_eq!((off.len(), off[0].1.reason(), off[0].1.by().as_str()), (1, "moves house", "nurse"));
    }
}
