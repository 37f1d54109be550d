//! What a person's PIN is compared with: Argon2id, so dear that nobody tries many. It protects no key: whoever can read it has opened
//! the cache already.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::VaultError;
use crate::keys::key::random;
use crate::keys::pin::{Pin, derive};

/// One comparison takes so long at least, on the machine it is made for.
pub(crate) const LEAST: Duration = Duration::from_millis(250);
/// What is aimed at: a machine is never measured to the millisecond.
const AIM: Duration = Duration::from_millis(300);
/// Of every comparison.
const MEMORY_KIB: u32 = 65_536;

/// How dear a comparison is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// What takes this machine 250 ms or more. It is measured once, which takes a second or two.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub fn measured() -> Result<Cost, VaultError> {
        static MEASURED: OnceLock<Cost> = OnceLock::new();
        if let Some(known) = MEASURED.get() {
            return Ok(*known);
        }
        let found = Cost::measure(Cost::time)?;
        Ok(*MEASURED.get_or_init(|| found))
    }

    /// For simulations of thousands of sign-ins.
    #[doc(hidden)]
    pub fn cheap() -> Cost {
        Cost { memory_kib: 8, passes: 1 }
    }

    /// `time` is how long a comparison of a cost takes here.
    fn measure(mut time: impl FnMut(Cost) -> Result<Duration, VaultError>) -> Result<Cost, VaultError> {
        let mut cost = Cost { memory_kib: MEMORY_KIB, passes: 2 };
        loop {
            // Of two: what else the machine did meanwhile only makes one longer, and would make the result too cheap.
            let took = time(cost)?.min(time(cost)?);
            if took >= AIM {
                return Ok(cost);
            }
            let factor = AIM.as_secs_f64() / took.as_secs_f64().max(0.001);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
            let wanted = (f64::from(cost.passes) * factor).ceil().clamp(1.0, 10_000.0) as u32;
            cost.passes = wanted.max(cost.passes + 1);
        }
    }

    fn time(self) -> Result<Duration, VaultError> {
        let began = Instant::now();
        derive(&Pin::typed("000000".into()), &[0; 16], self.memory_kib, self.passes)?;
        Ok(began.elapsed())
    }
}

/// What is kept of a person's PIN.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Verifier {
    memory_kib: u32,
    passes: u32,
    salt: [u8; 16],
    hash: [u8; 32],
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

impl Verifier {
    pub(crate) fn of(pin: &Pin, cost: Cost) -> Result<Verifier, VaultError> {
        let salt = random()?;
        let hash = *derive(pin, &salt, cost.memory_kib, cost.passes)?;
        Ok(Verifier { memory_kib: cost.memory_kib, passes: cost.passes, salt, hash })
    }

    /// Whether this is the PIN. It takes as long whether or not.
    pub(crate) fn is_of(&self, pin: &Pin) -> Result<bool, VaultError> {
        let derived = derive(pin, &self.salt, self.memory_kib, self.passes)?;
        let differs = derived.iter().zip(self.hash).fold(0, |differs, (one, other)| differs | (one ^ other));
        Ok(differs == 0)
    }

    /// Whether it was made for a slower machine: a comparison that took so long is too cheap here.
    pub(crate) fn is_cheap(&self, took: Duration) -> bool {
        took < LEAST && self.memory_kib == MEMORY_KIB
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_takes_a_quarter_of_a_second_at_least_on_slow_and_fast_machines_and_busy_ones() {
        // From a machine that needs half a second for one pass to one that needs a tenth of a millisecond.
        for pass in [500_000, 130_000, 60_000, 17_000, 3_000, 100].map(Duration::from_micros) {
            let mut tries = 0;
            let time = |cost: Cost| {
                tries += 1;
                // Every other try something else had the machine as well.
                Ok(pass * cost.passes * if tries % 2 == 0 { 3 } else { 1 })
            };
            let cost = Cost::measure(time).unwrap();
            let takes = pass * cost.passes;
            assert!(takes >= LEAST, "{pass:?} a pass: {takes:?}");
            assert!(takes <= (AIM + pass) * 2 || cost.passes == 2, "{pass:?} a pass: {takes:?}");
            assert!(tries <= 8, "{pass:?} a pass: {tries} tries");
            let made_here =
                Verifier { memory_kib: MEMORY_KIB, passes: cost.passes, salt: [0; 16], hash: [0; 32] };
            assert!(!made_here.is_cheap(takes), "{pass:?}");
            assert!(made_here.is_cheap(takes / 8) == (takes / 8 < LEAST), "a machine eight times as fast");
        }
    }

    #[test]
    fn a_pin_is_kept_as_what_tells_only_yes_or_no_and_costs_what_was_measured() {
        let cost = Cost::measured().unwrap();
        assert!(cost.memory_kib == MEMORY_KIB && cost.passes >= 2);
        let pin = Pin::chosen("480913".into()).unwrap();
        let verifier = Verifier::of(&pin, cost).unwrap();
        let kept = serde_json::to_string(&verifier).unwrap();
        assert!(!kept.contains("480913"));
        let read: Verifier = serde_json::from_str(&kept).unwrap();
        assert_eq!((read.memory_kib, read.passes), (cost.memory_kib, cost.passes));
        for (typed, wanted) in [("480913", true), ("480914", false), ("", false)] {
            let began = Instant::now();
            assert_eq!(read.is_of(&Pin::typed(typed.into())).unwrap(), wanted, "{typed}");
            println!("{} passes over {} KiB: {:?}", cost.passes, cost.memory_kib, began.elapsed());
        }
        let other = Verifier::of(&pin, Cost::cheap()).unwrap();
        assert_ne!((other.salt, other.hash), (verifier.salt, verifier.hash), "two of one PIN are two");
    }

    #[test]
    fn a_person_chooses_six_digits_or_more_and_none_that_everybody_tries() {
        for refused in ["", "12345", "48091a", "4809 3", "٤٨٠٩١٣", "4809134809134"] {
            assert!(matches!(Pin::chosen(refused.into()), Err(VaultError::NotDigits { .. })), "{refused}");
        }
        for easy in ["000000", "99999999", "123456", "345678", "987654", "0123456789"] {
            assert!(matches!(Pin::chosen(easy.into()), Err(VaultError::EasyPin)), "{easy}");
        }
        for good in ["480913", "112233", "121212", "480913480913"] {
            assert!(Pin::chosen(good.into()).is_ok(), "{good}");
        }
    }
}
