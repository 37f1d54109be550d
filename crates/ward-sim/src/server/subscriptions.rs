//! Who listens to what: the one topic, the tokens that bind a socket to it, and what changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

/// The one topic: everything that a ward screen shows.
pub(crate) const TOPIC: &str = "urn:vigil:topic:ward";
const TOKEN_LIFE: Duration = Duration::from_secs(30);

/// What changed in one step: reference and JSON of each resource.
pub(crate) type Change = Arc<Vec<(String, String)>>;

/// Tokens that were given out, and the channel that every bound socket listens to.
pub(crate) struct Live {
    tokens: Mutex<HashMap<String, (String, Instant)>>,
    pub changes: broadcast::Sender<Change>,
}

impl Live {
    pub(crate) fn new() -> Live {
        Live { tokens: Mutex::default(), changes: broadcast::channel(4096).0 }
    }

    pub(crate) fn token(&self, subscription: &str) -> String {
        let token = uuid::Uuid::now_v7().simple().to_string();
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, (_, made)| made.elapsed() < TOKEN_LIFE);
        tokens.insert(token.clone(), (subscription.to_owned(), Instant::now()));
        token
    }

    /// A token is good once.
    pub(crate) fn redeem(&self, token: &str) -> Option<String> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens
            .remove(token)
            .filter(|(_, made)| made.elapsed() < TOKEN_LIFE)
            .map(|(subscription, _)| subscription)
    }
}
