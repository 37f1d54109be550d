//! A person's insulin in words, for a screen, for paper and for a terminal alike: what was found, each with its cause.

use std::collections::HashMap;

use charts::isolated;
use clinical::insulin::{Basal, BasalState, InsulinKind, Shot, WhyStale};
use clinical::{DAY_MS, DoseId, HOUR_MS, Instant, MINUTE_MS, Measure, Shown, WallClock};

use crate::insulin::{Insulin, InsulinShot};

/// Of one sort so many are told, the newest; the rest is counted.
const MOST: usize = 5;

/// Something that was found, and why it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsulinFinding {
    /// `missed`, `not-known`, `double`, `silent`, `disputed`, `withheld`, `kind`, `priming`, `again`.
    pub key: &'static str,
    /// Whether somebody should look at it; the rest says how things were counted.
    pub is_urgent: bool,
    /// What.
    pub text: String,
    /// By which rule, from what.
    pub cause: String,
}

/// `4.5 U`; pens count in tenths at the finest, and computed sums are cut to hundredths.
pub fn insulin_units(units: f64) -> String {
    let text = format!("{units:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    format!("{short} {}", Shown::of(Measure::InsulinDose, []).word())
}

/// A moment on a clock on the wall: `Fri 27 Nov 02:45`, and `02:30+02` in the hour that is there twice.
pub fn on_wall(clock: &WallClock, at: Instant) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let date = clock.date(at);
    let (_, month, day) = date.ymd();
    let month = usize::try_from(month - 1).ok().and_then(|n| MONTHS.get(n)).copied().unwrap_or_default();
    let weekday = DAYS.get(usize::from(date.weekday())).copied().unwrap_or_default();
    let minutes = clock.time_of_day(at) / MINUTE_MS;
    let ahead = clock.ahead_ms(at);
    let is_twice = [-3, 3].into_iter().any(|hours| {
        let other = clock.ahead_ms(at + hours * HOUR_MS);
        other != ahead && clock.ahead_ms(at + (ahead - other)) == other
    });
    let zone = if is_twice {
        let sign = if ahead < 0 { '-' } else { '+' };
        let (hours, minutes) = (ahead.abs() / HOUR_MS, ahead.abs() % HOUR_MS / MINUTE_MS);
        if minutes == 0 { format!("{sign}{hours:02}") } else { format!("{sign}{hours:02}:{minutes:02}") }
    } else {
        String::new()
    };
    format!("{weekday} {day} {month} {:02}:{:02}{zone}", minutes / 60, minutes % 60)
}

/// Of a long-acting dose, of a dose for a meal or a correction, of one of which nobody knows.
pub fn kind_word(kind: InsulinKind) -> &'static str {
    match kind {
        InsulinKind::Rapid => "bolus",
        InsulinKind::Long => "basal",
        InsulinKind::Unknown => "not known",
    }
}

/// What was found, what somebody should look at first.
pub fn insulin_findings(insulin: &Insulin, clock: &WallClock) -> Vec<InsulinFinding> {
    let words = Words { insulin, clock };
    let lists = [
        words.missed(),
        words.doubles(),
        words.silent(),
        words.disputed(),
        words.not_known(),
        words.withheld(),
    ];
    let mut found: Vec<_> = lists.into_iter().flatten().collect();
    found.extend([words.unknown_kind(), words.primings(), words.again()].into_iter().flatten());
    found
}

fn plural(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// The newest few, and how many more there are.
fn few(mut found: Vec<InsulinFinding>) -> Vec<InsulinFinding> {
    if found.len() > MOST
        && let Some(last) = found.get(MOST - 1)
    {
        let (key, is_urgent) = (last.key, last.is_urgent);
        let text = format!("{} more like these, earlier in this time", found.len() - MOST);
        found.truncate(MOST);
        found.push(InsulinFinding {
            key,
            is_urgent,
            text,
            cause: "A shorter time tells each of them.".into(),
        });
    }
    found
}

struct Words<'a> {
    insulin: &'a Insulin,
    clock: &'a WallClock,
}

impl Words<'_> {
    fn at(&self, at: Instant) -> String {
        on_wall(self.clock, at)
    }

    fn time(&self, at: Instant) -> String {
        let minutes = self.clock.time_of_day(at) / MINUTE_MS;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    fn shots(&self) -> impl Iterator<Item = &InsulinShot> {
        self.insulin.shots.iter()
    }

    fn by_id(&self) -> HashMap<&DoseId, &Shot> {
        self.shots().map(|shot| (&shot.shot.record.id, &shot.shot)).collect()
    }

    fn missed(&self) -> Vec<InsulinFinding> {
        let doses = self.by_id();
        let one = |basal: &Basal| {
            let BasalState::Missed { elsewhere } = &basal.state else { return None };
            let other = elsewhere.as_ref().and_then(|id| doses.get(id)).map_or_else(String::new, |shot| {
                format!(" {} of {} may be it.", insulin_units(shot.units()), self.at(shot.at()))
            });
            Some(InsulinFinding {
                key: "missed",
                is_urgent: true,
                text: format!("Basal dose of about {} missed", self.at(basal.due)),
                cause: format!(
                    "None from {} to {}; one was given near that time on {} of the 15 days before.{other}",
                    self.time(basal.window.from()),
                    self.time(basal.window.to()),
                    basal.of_days
                ),
            })
        };
        few(self.insulin.basal.iter().filter_map(one).collect())
    }

    fn not_known(&self) -> Vec<InsulinFinding> {
        let silent = self.insulin.basal.iter().filter(|basal| basal.state == BasalState::NotRead);
        let dues: Vec<Instant> = silent.map(|basal| basal.due).collect();
        let Some(newest) = dues.first() else { return Vec::new() };
        vec![InsulinFinding {
            key: "not-known",
            is_urgent: true,
            text: format!(
                "{} not known whether given, the last of about {}",
                plural(dues.len(), "basal dose"),
                self.at(*newest)
            ),
            cause: "None came, and nothing of that pen has come since.".into(),
        }]
    }

    fn doubles(&self) -> Vec<InsulinFinding> {
        let doses = self.by_id();
        let one = |double: &clinical::insulin::DoubleDose| {
            let second = doses.get(&double.second)?;
            let first = double.units - second.units();
            let pens = if double.of_two_pens { ", of two pens" } else { "" };
            Some(InsulinFinding {
                key: "double",
                is_urgent: true,
                text: format!(
                    "Two bolus doses of like size, {} and {}, at {}",
                    insulin_units(first),
                    insulin_units(second.units()),
                    self.at(second.at() - double.apart_ms)
                ),
                cause: format!(
                    "{} min apart{pens}: the second may be one too many. A large dose in two parts looks alike.",
                    double.apart_ms / MINUTE_MS
                ),
            })
        };
        few(self.insulin.doubles.iter().filter_map(one).collect())
    }

    fn silent(&self) -> Vec<InsulinFinding> {
        let one = |pen: &crate::insulin::SilentPen| {
            let days = self.insulin.at.ms_since(pen.stale.since) / DAY_MS;
            let cause = match pen.stale.why {
                WhyStale::NotRead => {
                    format!("For {days} days: not read, or not used. What it gave is not known.")
                }
                WhyStale::NotUsed => "It was read later, and no other dose was in it.".to_owned(),
            };
            let name = isolated(&pen.name);
            let other = if pen.is_replaced { " Another pen gave this insulin since." } else { "" };
            let text = match pen.stale.why {
                WhyStale::NotRead => {
                    format!("Nothing came of {name} since {}", self.at(pen.stale.since))
                }
                WhyStale::NotUsed => format!("{name} gave no dose since {}", self.at(pen.stale.since)),
            };
            InsulinFinding {
                key: "silent",
                is_urgent: !pen.is_replaced,
                text,
                cause: format!("{cause}{other}"),
            }
        };
        few(self.insulin.silent.iter().map(one).collect())
    }

    fn disputed(&self) -> Vec<InsulinFinding> {
        let one = |shot: &InsulinShot| {
            let others =
                shot.shot.again.iter().filter(|again| (again.units - shot.shot.units()).abs() >= 0.05);
            let others: Vec<_> = others.map(|again| insulin_units(again.units)).collect();
            InsulinFinding {
                key: "disputed",
                is_urgent: true,
                text: format!(
                    "One dose with two amounts, {} and {}, at {}",
                    insulin_units(shot.shot.units()),
                    others.join(", "),
                    self.at(shot.shot.at())
                ),
                cause: "The pen gave both one number; the first is counted.".into(),
            }
        };
        few(self.shots().filter(|shot| shot.shot.is_disputed()).map(one).collect())
    }

    fn withheld(&self) -> Vec<InsulinFinding> {
        let told = InsulinFinding {
            key: "withheld",
            is_urgent: true,
            text: "Not told: whether a basal dose was missed, and of which pen nothing came".into(),
            cause: if self.insulin.withheld.is_empty() {
                "Earlier doses are withheld, and the sums may be less than what was given.".into()
            } else {
                format!(
                    "Doses of this time, of whatever drug: {}. The sums may be less than what was given.",
                    self.insulin.withheld
                )
            },
        };
        if self.insulin.is_whole { Vec::new() } else { vec![told] }
    }

    fn unknown_kind(&self) -> Option<InsulinFinding> {
        let units: Vec<f64> = self
            .shots()
            .filter(|shot| shot.shot.counts() && shot.shot.kind() == InsulinKind::Unknown)
            .map(|shot| shot.shot.units())
            .collect();
        let sum = insulin_units(units.iter().sum());
        (!units.is_empty()).then(|| InsulinFinding {
            key: "kind",
            is_urgent: false,
            text: format!("{} of {sum} together: kind not known", plural(units.len(), "dose")),
            cause: "The name tells neither basal nor bolus: in neither sum, and not on board.".into(),
        })
    }

    fn primings(&self) -> Option<InsulinFinding> {
        let units: Vec<f64> =
            self.shots().filter(|shot| !shot.shot.counts()).map(|shot| shot.shot.units()).collect();
        let sum = insulin_units(units.iter().sum());
        (!units.is_empty()).then(|| InsulinFinding {
            key: "priming",
            is_urgent: false,
            text: format!("{} of {sum} together: priming", plural(units.len(), "shot")),
            cause: "At most 2 U, and the same pen gave a larger dose within 5 min: in no sum.".into(),
        })
    }

    fn again(&self) -> Option<InsulinFinding> {
        let again = self.shots().filter(|shot| !shot.shot.again.is_empty()).count();
        (again > 0).then(|| InsulinFinding {
            key: "again",
            is_urgent: false,
            text: format!("{} came by more than one way", plural(again, "dose")),
            cause: "One amount within a minute by two ways, or one number of one pen: counted once.".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_the_digits_that_they_need_and_none_more() {
        for (units, wanted) in
            [(14.0, "14 U"), (4.5, "4.5 U"), (0.05, "0.05 U"), (3.204, "3.2 U"), (0.0, "0 U")]
        {
            assert_eq!(insulin_units(units), wanted);
        }
        assert_eq!(insulin_units(100.0), "100 U");
    }

    #[test]
    fn a_moment_in_the_hour_that_is_there_twice_says_which() {
        // 2026-10-25T01:00Z: in Berlin the clock is put back from 03:00 to 02:00.
        let change = Instant(1_792_890_000_000);
        let berlin = WallClock::new(2 * HOUR_MS, [(change, HOUR_MS)]);
        let told = |minutes: i64| on_wall(&berlin, change + minutes * MINUTE_MS);
        assert_eq!(told(-61), "Sun 25 Oct 01:59");
        assert_eq!(told(-30), "Sun 25 Oct 02:30+02");
        assert_eq!(told(30), "Sun 25 Oct 02:30+01");
        assert_eq!(told(61), "Sun 25 Oct 03:01");
        let india = WallClock::new(11 * HOUR_MS / 2, []);
        assert_eq!(on_wall(&india, change), "Sun 25 Oct 06:30");
    }

    #[test]
    fn of_many_of_one_sort_the_newest_are_told_and_the_rest_is_counted() {
        let one = |n: usize| InsulinFinding {
            key: "double",
            is_urgent: true,
            text: n.to_string(),
            cause: String::new(),
        };
        assert_eq!(few((0..5).map(one).collect()).len(), 5);
        let found = few((0..12).map(one).collect());
        assert_eq!((found.len(), found[4].text.as_str()), (6, "4"));
        assert!(found[5].text.starts_with("7 more") && found[5].is_urgent && found[5].key == "double");
    }
}
