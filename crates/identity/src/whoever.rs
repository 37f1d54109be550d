//! Credentials of whoever is signed in at a station now: nobody, until somebody is, and nobody again once they signed out. A window that
//! is open goes on as them at the next request.

use std::sync::{Arc, Mutex, PoisonError};

use fhir::{Access, Asking, Bearer, Credentials, Transport};
use vault::Vault;

use crate::kept::Kept;
use crate::person::Person;
use crate::sign_in::{Now, SignInError};

/// Whoever is signed in.
pub struct Whoever {
    vault: Arc<Vault>,
    transport: Arc<dyn Transport>,
    now: Now,
    /// Who it was at the last look, and when they signed in.
    known: Mutex<Option<Known>>,
}

struct Known {
    subject: String,
    at: i64,
    person: Arc<Person>,
}

impl std::fmt::Debug for Whoever {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Whoever")
    }
}

impl Whoever {
    /// At the station with this cache.
    pub fn at(vault: Arc<Vault>, transport: Arc<dyn Transport>, now: Now) -> Whoever {
        Whoever { vault, transport, now, known: Mutex::default() }
    }

    fn person(&self) -> Result<Option<Arc<Person>>, SignInError> {
        let kept = Kept::of(&self.vault)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kept) = kept else {
            *known = None;
            return Ok(None);
        };
        let is_same = |known: &Known| known.subject == kept.subject && known.at == kept.at;
        if !known.as_ref().is_some_and(is_same) {
            let person = Person::of(&self.vault, self.transport.clone(), self.now.clone())?;
            *known =
                person.map(|person| Known { subject: kept.subject, at: kept.at, person: Arc::new(person) });
        }
        Ok(known.as_ref().map(|known| known.person.clone()))
    }

    /// Whom a look found that could be made.
    fn found(&self) -> Option<Arc<Person>> {
        self.person().ok().flatten()
    }
}

impl Credentials for Whoever {
    fn bearer(&self) -> Asking<'_, Option<Bearer>> {
        Box::pin(async {
            match self.person().map_err(SignInError::of_a_request)? {
                Some(person) => person.bearer().await,
                None => Ok(None),
            }
        })
    }

    fn another(&self, refused: Bearer) -> Asking<'_, Option<Bearer>> {
        Box::pin(async {
            match self.person().map_err(SignInError::of_a_request)? {
                Some(person) => person.another(refused).await,
                None => Ok(None),
            }
        })
    }

    fn grants(&self, kind: &str, access: Access) -> bool {
        self.found().is_none_or(|person| person.grants(kind, access))
    }

    fn words(&self) -> String {
        self.found().map_or_else(|| "as nobody: nobody is signed in".to_owned(), |person| person.words())
    }

    fn wanted(&self) -> String {
        let nobody = || {
            "nobody is signed in here. Sign in on the Station page (or vigil sign-in), or give the station a token or a key \
             of its own"
                .to_owned()
        };
        self.found().map_or_else(nobody, |person| person.wanted())
    }
}
