//! Who is let in at a station, and when a PIN or a badge is not enough.
//!
//! A PIN is short, so few are tried: each wrong one makes the next wait longer, and after five of them only a full sign-in helps.
//! Neither is forgotten by a restart. A full sign-in is one at the hospital's sign-in service, or a PIN that IT has just given; PIN
//! and badge stand for it for a while, the lease, and then somebody has to sign in fully again. What has passed of it is counted by
//! [`Vault::time_passed`]: a clock that is set back does not make it longer.

use clinical::{ActorId, HOUR_MS, Instant, MINUTE_MS, SECOND_MS};
use vault::{Pin, StaffMember, TriedBadge, Vault, VaultError};

/// After so many wrong PINs in a row none is taken any more.
pub const MOST_TRIES: u32 = 5;

/// How long the next try waits after so many wrong ones; `None` where there is no next one.
fn wait_after(failures: u32) -> Option<i64> {
    match failures {
        0 => Some(0),
        1 => Some(SECOND_MS),
        2 => Some(5 * SECOND_MS),
        3 => Some(30 * SECOND_MS),
        4 => Some(2 * MINUTE_MS),
        _ => None,
    }
}

/// How long the next badge waits after so many in a row that were nobody's. It grows no further: whoever works here and comes after
/// somebody who tried is kept waiting no longer than that, and their PIN waits for no badge.
fn badge_waits(failures: u32) -> i64 {
    match failures {
        0..5 => 0,
        5..10 => 5 * SECOND_MS,
        _ => 30 * SECOND_MS,
    }
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum NotLetIn {
    /// The PIN is another one.
    #[error("that is not the PIN of {name}; {}", after(*.failures))]
    Wrong {
        /// Whose it is not.
        name: String,
        /// How many were wrong in a row, with this one.
        failures: u32,
    },
    /// It was tried too soon.
    #[error("a wrong PIN was typed for {name}; wait {} s before the next one", left(*.wait_ms))]
    TooSoon {
        /// For whom.
        name: String,
        /// How long it is too soon yet, in milliseconds.
        wait_ms: i64,
    },
    /// Five wrong ones.
    #[error(
        "five wrong PINs were typed for {name}: PIN and badge let nobody in until they sign in with the hospital account, or IT \
         gives them a new PIN"
    )]
    TooMany {
        /// For whom.
        name: String,
    },
    /// The lease is over, or never began.
    #[error(
        "{name} did not sign in fully here in the last {hours} h: sign in with the hospital account once, or let IT give you a new PIN"
    )]
    Lapsed {
        /// Who.
        name: String,
        /// How long a full sign-in holds.
        hours: i64,
    },
    /// They have no PIN.
    #[error(
        "{name} has no PIN here: sign in with the hospital account and choose one, or let IT give you one"
    )]
    NoPin {
        /// Who.
        name: String,
    },
    /// Nobody's badge.
    #[error("this badge is nobody's at this station; IT can give it to somebody (vigil people badge)")]
    NobodysBadge,
    /// Too many that were nobody's.
    #[error("five badges in a row were nobody's: wait {} s before the next one, or type a PIN", left(*.wait_ms))]
    BadgesTooSoon {
        /// How long it is too soon yet, in milliseconds.
        wait_ms: i64,
    },
    /// Nobody of this station.
    #[error("that is nobody of this station; IT takes people in (vigil people add)")]
    Unknown,
    /// Of the cache.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

fn left(ms: i64) -> i64 {
    (ms + SECOND_MS - 1) / SECOND_MS
}

fn after(failures: u32) -> String {
    match wait_after(failures) {
        None => "it was the fifth wrong one: sign in with the hospital account, or let IT give you a new PIN"
            .into(),
        Some(wait) => {
            let tries = MOST_TRIES - failures;
            format!(
                "{tries} {} left, the next in {} s",
                if tries == 1 { "try is" } else { "tries are" },
                left(wait)
            )
        }
    }
}

/// Whether PIN and badge are enough for somebody, when so much time has passed at the station.
///
/// # Errors
/// Where they are not.
pub fn stands(member: &StaffMember, passed: i64, lease_ms: i64) -> Result<(), NotLetIn> {
    let name = || member.name.clone();
    if member.failures >= MOST_TRIES {
        return Err(NotLetIn::TooMany { name: name() });
    }
    let holds = member.full.is_some_and(|(_, full)| (0..=lease_ms).contains(&(passed - full)));
    if holds { Ok(()) } else { Err(NotLetIn::Lapsed { name: name(), hours: lease_ms / HOUR_MS }) }
}

fn waits(member: &StaffMember, passed: i64) -> i64 {
    wait_after(member.failures).map_or(i64::MAX, |wait| (member.failed + wait - passed).max(0))
}

/// Lets somebody in who typed their PIN.
///
/// # Errors
/// Where they are not let in; a wrong PIN is counted.
pub fn by_pin(
    vault: &Vault,
    id: &ActorId,
    pin: &Pin,
    now: Instant,
    lease_ms: i64,
) -> Result<StaffMember, NotLetIn> {
    let passed = vault.time_passed(now)?;
    let member = vault.read(|reader| reader.member(id))?.ok_or(NotLetIn::Unknown)?;
    if !member.has_pin {
        return Err(NotLetIn::NoPin { name: member.name });
    }
    stands(&member, passed, lease_ms)?;
    match waits(&member, passed) {
        0 => {}
        wait_ms => return Err(NotLetIn::TooSoon { name: member.name, wait_ms }),
    }
    match vault.try_pin(id, pin, now)? {
        Some(true) => Ok(StaffMember { failures: 0, ..member }),
        Some(false) => Err(NotLetIn::Wrong { name: member.name, failures: member.failures + 1 }),
        None => Err(NotLetIn::NoPin { name: member.name }),
    }
}

/// Lets somebody in who held their badge to the reader.
///
/// # Errors
/// Where they are not let in; a badge that is nobody's is counted.
pub fn by_badge(vault: &Vault, badge: &str, now: Instant, lease_ms: i64) -> Result<StaffMember, NotLetIn> {
    let member = match vault.try_badge(badge, now, badge_waits)? {
        TriedBadge::Of(member) => member,
        TriedBadge::Nobodys => return Err(NotLetIn::NobodysBadge),
        TriedBadge::TooSoon { wait_ms } => return Err(NotLetIn::BadgesTooSoon { wait_ms }),
    };
    let passed = vault.time_passed(now)?;
    stands(&member, passed, lease_ms)?;
    Ok(member)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clinical::DAY_MS;
    use vault::{Cost, Key};

    use super::*;

    const LEASE: i64 = 72 * HOUR_MS;
    const START: Instant = Instant(1_770_000_000_000);

    struct At {
        folder: tempfile::TempDir,
        key: Key,
        vault: Vault,
    }

    impl At {
        fn station() -> At {
            let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
            let vault = Vault::open(folder.path(), key.clone()).unwrap();
            let at = At { folder, key, vault };
            at.vault.put_member(&okafor(), "N. Okafor".into(), &"Nurse".into()).unwrap();
            at.vault.set_pin(&okafor(), &Pin::typed("480913".into()), Cost::cheap()).unwrap();
            at.vault.set_badge(&okafor(), Some("04A2B9C1")).unwrap();
            at.vault.signed_in_fully(&okafor(), START).unwrap();
            at
        }

        fn restart(self) -> At {
            let At { folder, key, vault } = self;
            drop(vault);
            let vault = Vault::open(folder.path(), key.clone()).unwrap();
            At { folder, key, vault }
        }

        fn types(&self, pin: &str, now: Instant) -> Result<String, NotLetIn> {
            by_pin(&self.vault, &okafor(), &Pin::typed(pin.into()), now, LEASE).map(|member| member.name)
        }

        fn taps(&self, badge: &str, now: Instant) -> Result<String, NotLetIn> {
            by_badge(&self.vault, badge, now, LEASE).map(|member| member.name)
        }
    }

    fn okafor() -> ActorId {
        "Practitioner/1".into()
    }

    #[test]
    fn each_wrong_pin_makes_the_next_wait_longer_through_restarts_and_set_clocks_and_the_fifth_is_the_last() {
        let mut at = At::station();
        let mut now = START;
        for (n, wait) in [(1, 1_000), (2, 5_000), (3, 30_000), (4, 120_000)] {
            assert!(
                matches!(at.types("480914", now), Err(NotLetIn::Wrong { failures, .. }) if failures == n)
            );
            at = at.restart();
            // The right one does not help before its time, and is not even compared.
            let too_soon = |refused: Result<String, NotLetIn>, left: i64| {
                assert!(matches!(refused, Err(NotLetIn::TooSoon { wait_ms, .. }) if wait_ms == left), "{n}");
            };
            too_soon(at.types("480913", now), wait);
            too_soon(at.types("480913", now + (wait - 1)), 1);
            // A clock that is set back gives nothing, and makes nobody wait longer than that.
            too_soon(at.types("480913", now - DAY_MS), 1);
            now = now - DAY_MS + 1;
        }
        assert!(matches!(at.types("480914", now), Err(NotLetIn::Wrong { failures: 5, .. })));
        for later in [0, HOUR_MS, LEASE / 2] {
            assert!(matches!(at.types("480913", now + later), Err(NotLetIn::TooMany { .. })));
            assert!(
                matches!(at.taps("04A2B9C1", now + later), Err(NotLetIn::TooMany { .. })),
                "the badge neither"
            );
        }
        at.vault.signed_in_fully(&okafor(), now + LEASE).unwrap();
        assert_eq!(at.types("480913", now + LEASE).unwrap(), "N. Okafor");
    }

    #[test]
    fn badges_of_nobody_make_the_next_one_wait_through_restarts_and_set_clocks_and_a_pin_waits_for_none() {
        let mut at = At::station();
        let mut now = START;
        for _ in 0..5 {
            assert!(matches!(at.taps("04A2B9C2", now), Err(NotLetIn::NobodysBadge)));
        }
        let waits = |at: &At, now: Instant| match at.taps("04A2B9C1", now) {
            Err(NotLetIn::BadgesTooSoon { wait_ms }) => wait_ms,
            other => panic!("{other:?}"),
        };
        assert_eq!(waits(&at, now), 5_000);
        at = at.restart();
        assert_eq!(waits(&at, now), 5_000, "a restart forgets none");
        assert_eq!(waits(&at, now - DAY_MS), 5_000, "and no clock helps");
        assert_eq!(at.types("480913", now - DAY_MS).unwrap(), "N. Okafor", "a PIN lets in meanwhile");
        now = now - DAY_MS;
        for _ in 0..5 {
            now = now + 5_000;
            assert!(matches!(at.taps("04A2B9C2", now), Err(NotLetIn::NobodysBadge)));
        }
        for _ in 0..20 {
            assert_eq!(waits(&at, now), 30_000, "what was not compared does not count");
            now = now + 30_000;
            assert!(matches!(at.taps("04A2B9C2", now), Err(NotLetIn::NobodysBadge)));
        }
        assert_eq!(at.taps("04A2B9C1", now + 30_000).unwrap(), "N. Okafor");
        assert!(
            matches!(at.taps("04A2B9C2", now + 30_000), Err(NotLetIn::NobodysBadge)),
            "and all is forgotten"
        );
        assert_eq!(at.taps("04A2B9C1", now + 30_000).unwrap(), "N. Okafor");
    }

    #[test]
    fn a_right_pin_forgets_the_wrong_ones() {
        let at = At::station();
        for _ in 0..4 {
            at.types("480914", START).unwrap_err();
            at.types("480913", START + HOUR_MS).unwrap();
        }
        at.types("480914", START + HOUR_MS).unwrap_err();
        assert_eq!(at.types("480913", START + HOUR_MS + 1_000).unwrap(), "N. Okafor");
    }

    #[test]
    fn pin_and_badge_are_enough_for_72_hours_after_a_full_sign_in_and_no_clock_makes_it_longer() {
        let at = At::station();
        let fits = |now: Instant| (at.types("480913", now).is_ok(), at.taps("04A2B9C1", now).is_ok());
        assert_eq!(fits(START + LEASE), (true, true));
        // Set back again and again: what passes from there on counts.
        assert_eq!(fits(START), (true, true));
        assert_eq!(fits(START + 1), (false, false));
        assert_eq!(fits(START - 40 * LEASE), (false, false));
        let why = at.types("480913", START).unwrap_err().to_string();
        assert!(
            why.contains("N. Okafor") && why.contains("72 h") && why.contains("hospital account"),
            "{why}"
        );
        at.vault.signed_in_fully(&okafor(), START).unwrap();
        assert_eq!(fits(START + 5), (true, true));
    }

    #[test]
    fn nobody_is_let_in_without_ever_having_signed_in_fully_or_by_what_is_not_theirs() {
        let at = At::station();
        at.vault.put_member(&"Practitioner/2".into(), "S. Varga".into(), &"Nurse".into()).unwrap();
        let varga =
            |pin: &str| by_pin(&at.vault, &"Practitioner/2".into(), &Pin::typed(pin.into()), START, LEASE);
        assert!(matches!(varga("480913"), Err(NotLetIn::NoPin { .. })));
        at.vault.set_pin(&"Practitioner/2".into(), &Pin::typed("771204".into()), Cost::cheap()).unwrap();
        assert!(matches!(varga("771204"), Err(NotLetIn::Lapsed { .. })));
        at.vault.signed_in_fully(&"Practitioner/2".into(), START).unwrap();
        assert!(matches!(varga("480913"), Err(NotLetIn::Wrong { .. })), "of somebody else");
        assert!(matches!(at.taps("04A2B9C2", START), Err(NotLetIn::NobodysBadge)));
        let nobody = by_pin(&at.vault, &"Practitioner/3".into(), &Pin::typed("1".into()), START, LEASE);
        assert!(matches!(nobody, Err(NotLetIn::Unknown)));
    }
}
