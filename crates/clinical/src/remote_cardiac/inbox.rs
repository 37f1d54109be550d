//! The inbox: whom to look at first, and why.
//!
//! Order: silent transmitters; red alerts; batteries at their end; yellow alerts; leads to be looked at; batteries to be replaced;
//! transmissions that are overdue; nothing. Within each the longest first. Silent is who was not heard for fourteen days
//! ([`TRANSMITTER_MS`]). The order of the rest is the *house's*.

use smol_str::SmolStr;

use crate::silence::TRANSMITTER_MS;
use crate::{DAY_MS, Instant, is_ahead};

use super::{AlertLevel, BatteryState, Connectivity, Implant, LeadState};

/// When the way is broken: milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxRule {
    /// Without being heard.
    pub silent_after_ms: i64,
    /// After the transmission was to come.
    pub overdue_after_ms: i64,
}

impl InboxRule {
    /// Fourteen days; a day (*house*).
    pub const USUAL: InboxRule = InboxRule { silent_after_ms: TRANSMITTER_MS, overdue_after_ms: DAY_MS };
}

/// Why somebody is in the inbox, the first the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// Technical: the transmitter is silent, and nothing is known of the implant.
    Silent,
    /// A red alert that nobody dealt with.
    Red,
    /// The battery is at its end.
    BatteryEnded,
    /// A yellow alert that nobody dealt with.
    Yellow,
    /// The implant says that a lead is to be looked at.
    Lead,
    /// The battery is to be replaced.
    BatteryReplace,
    /// Technical: a transmission did not come, or the maker's service misses the monitor.
    Overdue,
}

impl Why {
    /// Whether it is the way that is at fault, and not the implant.
    pub fn is_technical(self) -> bool {
        matches!(self, Why::Silent | Why::Overdue)
    }
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Which.
    pub why: Why,
    /// Since when, as far as that was told.
    pub since: Instant,
    /// The alert, or the lead, that it is about; empty where it is the whole device.
    pub about: SmolStr,
}

/// A line of the inbox.
#[derive(Clone, Debug, PartialEq)]
pub struct InboxRow<'a> {
    /// The implant, with its last transmission and its next.
    pub implant: &'a Implant,
    /// Why it is here, worst first and of each the longest first; empty where nothing is.
    pub reasons: Vec<Reason>,
}

/// All implants, in the order in which they are to be looked at. `until` is until when the makers' services could be heard: nothing was
/// silent or overdue since. Nothing where that is not known: then none is.
pub fn inbox(implants: &[Implant], until: Option<Instant>, rule: InboxRule) -> Vec<InboxRow<'_>> {
    let row = |implant| InboxRow { implant, reasons: reasons(implant, until, rule) };
    let mut rows: Vec<_> = implants.iter().map(row).collect();
    // Those for whom there is no reason come last.
    rows.sort_by(|a, b| {
        let first = |row: &InboxRow<'_>| row.reasons.first().map(|reason| (reason.why, reason.since));
        let (x, y) = (first(a), first(b));
        (x.is_none(), x).cmp(&(y.is_none(), y)).then_with(|| a.implant.id.cmp(&b.implant.id))
    });
    rows
}

fn reasons(implant: &Implant, until: Option<Instant>, rule: InboxRule) -> Vec<Reason> {
    let whole = |why, since| Reason { why, since, about: SmolStr::default() };
    let mut found = Vec::new();
    // What it sent was heard. A time to come is a clock that is wrong, and no sign of life.
    let is_past = |at: &Instant| until.is_none_or(|until| !is_ahead(*at, until));
    let heard = [implant.heard_at, implant.transmitted_at].into_iter().flatten().filter(is_past).max();
    let heard = heard.unwrap_or(implant.since);
    if let Some(now) = until.filter(|_| implant.connectivity != Connectivity::NotExpected) {
        let is_late = |next: &Instant| now.ms_since(*next) > rule.overdue_after_ms && heard < *next;
        if now.ms_since(heard) >= rule.silent_after_ms {
            found.push(whole(Why::Silent, heard));
        } else if let Some(next) = implant.next_at.filter(is_late) {
            found.push(whole(Why::Overdue, next));
        } else if implant.connectivity == Connectivity::Disconnected {
            found.push(whole(Why::Overdue, heard));
        }
    }
    for alert in implant.alerts.iter().filter(|alert| !alert.is_handled) {
        let why = if alert.level == AlertLevel::Red { Why::Red } else { Why::Yellow };
        found.push(Reason { why, since: alert.at, about: alert.id.clone() });
    }
    let measured = implant.battery.at.unwrap_or(heard);
    match implant.battery.state {
        BatteryState::Ended => found.push(whole(Why::BatteryEnded, measured)),
        BatteryState::Replace => found.push(whole(Why::BatteryReplace, measured)),
        BatteryState::Unknown | BatteryState::InService => {}
    }
    for lead in implant.leads.iter().filter(|lead| lead.state == LeadState::Check) {
        let since = lead.at.unwrap_or(heard);
        found.push(Reason { why: Why::Lead, since, about: lead.chamber.clone() });
    }
    found.sort_by(|a, b| (a.why, a.since, &a.about).cmp(&(b.why, b.since, &b.about)));
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Alert, Battery, Lead};
    use super::*;
    use proptest::prelude::*;

    const NOW: Instant = Instant(100 * DAY_MS);

    fn implant(id: &str, heard_days_ago: i64) -> Implant {
        let heard = NOW - heard_days_ago * DAY_MS;
        Implant {
            id: id.into(),
            patient: "p".into(),
            maker: "A".into(),
            since: Instant(0),
            heard_at: Some(heard),
            transmitted_at: Some(heard),
            next_at: None,
            connectivity: Connectivity::Unsaid,
            battery: Battery::default(),
            leads: Vec::new(),
            alerts: Vec::new(),
        }
    }

    fn with_alert(mut implant: Implant, level: AlertLevel, days_ago: i64, is_handled: bool) -> Implant {
        let at = NOW - days_ago * DAY_MS;
        let id = format!("{}-{days_ago}", implant.id);
        implant.alerts.push(Alert { id: id.into(), level, at, text: "AT/AF burden".into(), is_handled });
        implant
    }

    fn with_battery(mut implant: Implant, state: BatteryState) -> Implant {
        implant.battery = Battery { state, at: implant.heard_at, ..Battery::default() };
        implant
    }

    fn order(implants: &[Implant]) -> Vec<String> {
        inbox(implants, Some(NOW), InboxRule::USUAL)
            .into_iter()
            .map(|row| row.implant.id.to_string())
            .collect()
    }

    #[test]
    fn a_silent_transmitter_comes_before_every_alert() {
        let mut lead = implant("lead", 0);
        lead.leads.push(Lead { chamber: "RA".into(), state: LeadState::Check, at: None });
        let mut overdue = implant("overdue", 5);
        overdue.next_at = Some(NOW - 2 * DAY_MS);
        let all = [
            implant("well", 0),
            overdue,
            with_battery(implant("replace", 0), BatteryState::Replace),
            lead,
            with_alert(implant("yellow", 0), AlertLevel::Yellow, 9, false),
            with_battery(implant("ended", 0), BatteryState::Ended),
            with_alert(implant("red", 0), AlertLevel::Red, 1, false),
            with_alert(implant("older red", 0), AlertLevel::Red, 3, false),
            implant("silent", 14),
            implant("longer silent", 20),
            with_alert(implant("handled", 0), AlertLevel::Red, 3, true),
        ];
        let wanted = [
            "longer silent",
            "silent",
            "older red",
            "red",
            "ended",
            "yellow",
            "lead",
            "replace",
            "overdue",
            "handled",
            "well",
        ];
        assert_eq!(order(&all), wanted);
    }

    #[test]
    fn silence_is_told_by_what_was_heard_and_not_where_none_is_expected() {
        let why = |implant: &Implant| -> Vec<_> {
            reasons(implant, Some(NOW), InboxRule::USUAL).into_iter().map(|reason| reason.why).collect()
        };
        assert_eq!(why(&implant("a", 13)), []);
        assert_eq!(why(&implant("a", 14)), [Why::Silent]);
        let mut never = implant("a", 0);
        (never.heard_at, never.transmitted_at) = (None, None);
        assert_eq!(why(&never), [Why::Silent], "since it is watched");
        let mut ahead = implant("a", -3);
        ahead.transmitted_at = None;
        assert_eq!(why(&ahead), [Why::Silent], "a clock that is ahead is no sign of life");
        let mut paused = implant("a", 30);
        paused.connectivity = Connectivity::NotExpected;
        assert_eq!(why(&paused), []);
        let mut lost = implant("a", 3);
        lost.connectivity = Connectivity::Disconnected;
        assert_eq!(why(&lost), [Why::Overdue]);
        let both = with_alert(implant("a", 15), AlertLevel::Red, 16, false);
        assert_eq!(why(&both), [Why::Silent, Why::Red], "both are told");
        assert!(Why::Silent.is_technical() && !Why::Red.is_technical());
        // What was not read is no silence; an alert is there all the same.
        let unread: Vec<_> = reasons(&both, None, InboxRule::USUAL).into_iter().map(|r| r.why).collect();
        assert_eq!(unread, [Why::Red]);
        assert_eq!(reasons(&implant("a", 20), Some(NOW - 7 * DAY_MS), InboxRule::USUAL), []);
    }

    proptest! {
        #[test]
        fn the_order_is_the_same_whatever_the_maker_and_however_it_came(
            rows in proptest::collection::vec((0i64..40, 0usize..3, 0i64..30, 0usize..4), 1..20), turn in 0usize..20,
        ) {
            let made = |(n, (heard, level, days, battery)): (usize, (i64, usize, i64, usize))| {
                let plain = implant(&format!("d{n:02}"), heard);
                let states = [BatteryState::Unknown, BatteryState::InService, BatteryState::Replace, BatteryState::Ended];
                let plain = with_battery(plain, states[battery]);
                match level {
                    0 => plain,
                    1 => with_alert(plain, AlertLevel::Yellow, days, false),
                    _ => with_alert(plain, AlertLevel::Red, days, false),
                }
            };
            let implants: Vec<_> = rows.into_iter().enumerate().map(made).collect();
            let found = order(&implants);
            let mut turned = implants.clone();
            for (n, implant) in turned.iter_mut().enumerate() {
                implant.maker = format!("maker {}", n % 4);
            }
            let by = turn % turned.len();
            turned.rotate_left(by);
            prop_assert_eq!(order(&turned), found);
            let rows = inbox(&implants, Some(NOW), InboxRule::USUAL);
            let silent = |row: &InboxRow<'_>| row.reasons.first().is_some_and(|reason| reason.why == Why::Silent);
            prop_assert!(rows.is_sorted_by_key(|row| !silent(row)));
            prop_assert!(rows.iter().all(|row| row.reasons.is_sorted_by_key(|reason| reason.why)));
        }
    }
}
