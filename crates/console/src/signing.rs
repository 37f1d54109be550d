//! A person signs in at the server's sign-in service, and out again. Both stand in the station's log.

use std::time::Duration;

use fhir::Client;
use identity::{Kept, Launch, NotLetIn, sign_out};
use url::Url;
use vault::{EntryKind, NewEntry, Vault, Who};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::opening::{Start, clock};
use crate::view::{Failure, SigningIn};
use crate::way_in::{Program, SignIn};

/// Who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// As they are shown.
    pub who: String,
    /// As the FHIR server knows them, where it does.
    pub id: Option<String>,
}

/// Who signed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOut {
    /// As they were shown.
    pub who: String,
    /// Why the sign-in service was not told, where it was not.
    pub untold: Option<String>,
}

impl Start {
    /// Signs a person in: `open` is given the address for a browser. Waits until they came back.
    ///
    /// # Errors
    /// Where no server or no name of this program is given, a window holds the cache, or the sign-in was not what it must be; then
    /// nothing is kept.
    pub async fn sign_in(
        &self,
        wait: Duration,
        open: impl FnOnce(&Url) -> Result<(), Failure>,
    ) -> Result<SignedIn, Failure> {
        let program = self.way_in.program.clone().ok_or_else(|| {
            Failure::failed("say under what name the sign-in service knows this program: --client-id ID")
        })?;
        let named = self.server.as_deref();
        let vault = Vault::open(&self.folder, self.key(None)?)?;
        let server = self.server_of(&vault, named)?;
        self.sign_in_to(&vault, server, program, wait, open, |_| Ok(())).await
    }

    /// The same at a station that is open: it goes on as them with its next request. `client_id` is the name under which the sign-in
    /// service knows this program, where that is another than the program was begun with.
    ///
    /// # Errors
    /// As [`Start::sign_in`].
    pub async fn sign_in_at(
        &self,
        console: &Console,
        client_id: &str,
        wait: Duration,
        open: impl FnOnce(&Url) -> Result<(), Failure>,
    ) -> Result<SignedIn, Failure> {
        if !matches!(self.way_in.sign_in, SignIn::Kept) {
            return Err(Failure::failed(
                "this station signs in by a file or a key of its own, as it was told when it began",
            ));
        }
        let scopes = self.way_in.program.as_ref().and_then(|program| program.scopes.clone());
        let program = match client_id.trim() {
            "" => self.way_in.program.clone().ok_or_else(|| {
                Failure::failed("say under what name the sign-in service knows this program (client ID)")
            })?,
            client_id => Program { client_id: client_id.to_owned(), scopes },
        };
        let server = self.server_of(&console.vault, None)?;
        let is_of_the_station = |signed_in: &identity::SignedIn| -> Result<(), Failure> {
            let (id, staff) = (signed_in.actor(), console.staff()?);
            let is_known = staff.is_empty() || staff.iter().any(|member| Some(&member.id) == id.as_ref());
            if is_known { Ok(()) } else { Err(ConsoleError::from(NotLetIn::Unknown).into()) }
        };
        let done = self.sign_in_to(&console.vault, server, program, wait, open, is_of_the_station).await?;
        console.retry_now();
        console.come_by_account(done.id.as_deref())?;
        Ok(done)
    }

    async fn sign_in_to(
        &self,
        vault: &Vault,
        server: Option<String>,
        program: Program,
        wait: Duration,
        open: impl FnOnce(&Url) -> Result<(), Failure>,
        may: impl FnOnce(&identity::SignedIn) -> Result<(), Failure>,
    ) -> Result<SignedIn, Failure> {
        let server = server.ok_or_else(|| Failure::failed("name a server: --server URL"))?;
        let transport = self.way_in.network()?;
        let base = Client::over(&server, transport.clone())?.base().clone();
        let launch =
            Launch { transport, base, client_id: program.client_id, scopes: program.scopes, now: clock() };
        let begun = launch.begin().await.map_err(Failure::failed)?;
        open(&begun.address)?;
        let signed_in = begun.finish(wait).await.map_err(Failure::failed)?;
        // Who is nobody of this station leaves whoever is signed in as they were.
        may(&signed_in)?;
        let kept = signed_in.keep(vault).map_err(Failure::failed)?;
        let id = kept.actor().map(String::from);
        let words = match &id {
            Some(id) => format!("{} ({id}) signed in at {}", kept.who(), kept.issuer),
            None => format!("{} signed in at {}", kept.who(), kept.issuer),
        };
        vault.audit(NewEntry::new(EntryKind::SignIn, clock()(), self.commander(), words))?;
        Ok(SignedIn { who: kept.who(), id })
    }

    /// Ends the sign-in at a station that is open: its next request is nobody's. The log names who asked for it, in their sitting. `None`
    /// where nobody was signed in.
    ///
    /// # Errors
    /// Where that sitting is over, or of the cache.
    pub async fn sign_out_at(&self, console: &Console, sitting: u32) -> Result<Option<SignedOut>, Failure> {
        let who = console.who_sits(sitting)?;
        let done = self.sign_out_of(&console.vault, &who).await;
        console.retry_now();
        done
    }

    async fn sign_out_of(&self, vault: &Vault, by: impl Into<Who>) -> Result<Option<SignedOut>, Failure> {
        let done = sign_out(vault, &self.way_in.network()?).await.map_err(Failure::failed)?;
        let Some((kept, untold)) = done else { return Ok(None) };
        let who = kept.who();
        let words = format!("{who} signed out");
        vault.audit(NewEntry::new(EntryKind::SignIn, clock()(), by, words))?;
        Ok(Some(SignedOut { who, untold: untold.map(|why| why.to_string()) }))
    }

    /// How a station that is open signs in now, and under which name a sign-in would ask.
    ///
    /// # Errors
    /// Of the cache.
    pub fn signs_in_at(&self, console: &Console) -> Result<SigningIn, Failure> {
        let kept = Kept::of(&console.vault)?;
        let program = self.way_in.program.as_ref().map(|program| program.client_id.clone());
        Ok(SigningIn {
            by_person: matches!(self.way_in.sign_in, SignIn::Kept),
            who: kept.as_ref().map(Kept::who),
            since: kept.as_ref().map(|kept| kept.since().0),
            client_id: program.or_else(|| kept.map(|kept| kept.client_id)),
        })
    }

    /// Ends the sign-in of this station, at once here, and at the service where it can be told. `None` where nobody was signed in.
    ///
    /// # Errors
    /// Where a window holds the cache, or of the cache.
    pub async fn sign_out(&self) -> Result<Option<SignedOut>, Failure> {
        let vault = Vault::open(&self.folder, self.key(None)?)?;
        self.sign_out_of(&vault, self.commander()).await
    }

    /// Who signed in at this station, also while a window holds its cache; `None` where nobody did.
    ///
    /// # Errors
    /// Where the cache cannot be opened or read.
    pub fn signed_in(&self) -> Result<Option<Kept>, Failure> {
        if !vault::exists(&self.folder) {
            return Ok(None);
        }
        Ok(Kept::of(&Vault::open_to_read(&self.folder, self.key(None)?)?)?)
    }
}
