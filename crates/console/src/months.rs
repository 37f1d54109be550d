//! What the last month of everybody at home adds up to, kept from look to look: a look works out anew who changed, some people at a time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use clinical::consent::Looker;
use clinical::{Instant, MINUTE_MS, PatientId, WallClock};
use trends::{AtHome, at_home};
use vault::{Follower, Sight, Vault, VaultError, View};

/// So many are worked out in one look; who is left is worked out in the next ones.
const MOST_ANEW: usize = 40;
/// A month moves on: it is worked out again after this long, whether anything came or not.
const LASTS_MS: i64 = 15 * MINUTE_MS;
/// Where something is withheld, the time of a consent may begin or end.
const LASTS_WITHHELD_MS: i64 = MINUTE_MS;

/// Whose eyes a month was read with, and of which moment.
#[derive(Clone, PartialEq)]
pub(crate) struct Eyes {
    pub looker: Looker,
    pub view: View,
}

/// Somebody's month, and when it was worked out.
struct Kept {
    at: Instant,
    of: Arc<AtHome>,
    /// Something came since.
    is_old: bool,
}

/// The months of everybody at home.
pub(crate) struct Months {
    follower: Follower,
    eyes: Option<Eyes>,
    sight: Arc<Sight>,
    kept: HashMap<PatientId, Kept>,
}

impl Months {
    pub(crate) fn new(follower: Follower) -> Months {
        Months { follower, eyes: None, sight: Arc::default(), kept: HashMap::new() }
    }

    /// Brings the months of these people towards `now`, and gives how many are still to be worked out. What was read with other
    /// eyes, or before a patient said otherwise, is gone.
    pub(crate) fn look(
        &mut self,
        vault: &Vault,
        people: &[PatientId],
        eyes: Eyes,
        sight: &Arc<Sight>,
        (now, clock): (Instant, &WallClock),
    ) -> Result<usize, VaultError> {
        // Asked first and read then: what comes between the two is told of once more.
        let changes = self.follower.changes();
        let is_another = self.eyes.as_ref() != Some(&eyes) || self.sight.veil != sight.veil;
        if is_another {
            self.kept.clear();
        }
        (self.eyes, self.sight) = (Some(eyes.clone()), sight.clone());
        let wanted: BTreeSet<&PatientId> = people.iter().collect();
        self.kept.retain(|id, _| wanted.contains(id));
        // A value may be sent for a record that was merged into another one.
        let touched = match changes.patients.is_empty() {
            true => changes.patients,
            false => vault.read(|reader| reader.records_with(&changes.patients))?,
        };
        for (id, kept) in &mut self.kept {
            kept.is_old |= changes.everything || touched.contains(id);
        }
        let mut due: Vec<(Option<Instant>, &PatientId)> = people
            .iter()
            .filter_map(|id| match self.kept.get(id) {
                None => Some((None, id)),
                Some(kept) => {
                    (kept.is_old || is_over(kept, sight.is_over(id), now)).then_some((Some(kept.at), id))
                }
            })
            .collect();
        // Who was never worked out comes first, then the oldest.
        due.sort_by_key(|(at, _)| *at);
        let left = due.len().saturating_sub(MOST_ANEW);
        due.truncate(MOST_ANEW);
        if due.is_empty() {
            return Ok(0);
        }
        let fresh = vault.read_for(eyes.view, &eyes.looker, now, |reader| {
            let month = |id: &PatientId| Ok((id.clone(), at_home(reader, id, now, clock)?));
            due.iter().map(|(_, id)| month(id)).collect::<Result<Vec<_>, VaultError>>()
        })?;
        for (id, of) in fresh {
            self.kept.insert(id, Kept { at: now, of: Arc::new(of), is_old: false });
        }
        Ok(left)
    }

    /// Somebody's month, where it was worked out.
    pub(crate) fn of(&self, patient: &PatientId) -> Option<&Arc<AtHome>> {
        self.kept.get(patient).map(|kept| &kept.of)
    }
}

fn is_over(kept: &Kept, withheld: bool, now: Instant) -> bool {
    let lasts = if withheld { LASTS_WITHHELD_MS } else { LASTS_MS };
    // Of a clock that was put back nothing is known.
    !(0..lasts).contains(&now.ms_since(kept.at))
}
