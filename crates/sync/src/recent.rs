//! What was taken in lately: the overlap of two pulls is read often and stored once.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use clinical::{Body, Fact};

/// How many are remembered.
const KEEP: usize = 50_000;

/// Resources that were taken in lately, each in the state it was in.
#[derive(Default)]
pub(crate) struct Recent {
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Recent {
    /// Leaves out what was taken in lately in the same state.
    pub(crate) fn unseen(&mut self, facts: Vec<Fact>) -> Vec<Fact> {
        let kept = facts.into_iter().filter(|fact| self.is_new(fact)).collect();
        self.let_go();
        kept
    }

    fn let_go(&mut self) {
        while self.order.len() > KEEP {
            if let Some(old) = self.order.pop_front() {
                self.known.remove(&old);
            }
        }
    }

    /// Takes note of them all and leaves out none: of somebody whose data may have been taken away meanwhile.
    pub(crate) fn all(&mut self, facts: Vec<Fact>) -> Vec<Fact> {
        for fact in &facts {
            self.is_new(fact);
        }
        self.let_go();
        facts
    }

    fn is_new(&mut self, fact: &Fact) -> bool {
        // Without a version there is nothing to compare; the vault's own keys keep it from doubling.
        if fact.source.version.is_empty() || matches!(fact.body, Body::Deleted) {
            return true;
        }
        let mut hasher = DefaultHasher::new();
        // A server may say the same version of every state: the stamp belongs to it.
        (&fact.source.reference, &fact.source.version, fact.updated_at.map(|at| at.0)).hash(&mut hasher);
        let key = hasher.finish();
        if self.known.insert(key) {
            self.order.push_back(key);
            return true;
        }
        false
    }
}
