//! What stays of a person's sign-in: in the encrypted cache, and nowhere else.

use clinical::{ActorId, Instant};
use serde::{Deserialize, Serialize};
use url::Url;
use vault::{Vault, VaultError};

use crate::secret::Secret;

/// Under which the cache keeps it.
const SETTING: &str = "sign-in";

/// A sign-in that can be renewed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Kept {
    /// Of which service.
    pub issuer: String,
    /// Under which name it knows this program.
    pub client_id: String,
    /// Who, as the service calls them.
    pub subject: String,
    /// Who, as the FHIR server calls them.
    pub fhir_user: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// When, in milliseconds since 1970 UTC.
    pub at: i64,
    pub(crate) token_endpoint: Url,
    pub(crate) revocation_endpoint: Option<Url>,
    pub(crate) refresh: Secret,
}

impl Kept {
    /// The sign-in that a cache keeps; none where there is none, or where nobody can read it any more.
    ///
    /// # Errors
    /// Of the cache.
    pub fn of(vault: &Vault) -> Result<Option<Kept>, VaultError> {
        let text = vault.read(|reader| reader.setting(SETTING))?;
        Ok(text.map(Secret::new).and_then(|text| serde_json::from_str(&text).ok()))
    }

    pub(crate) fn keep(&self, vault: &Vault) -> Result<(), VaultError> {
        vault.set_setting(SETTING, serde_json::to_string(self).unwrap_or_default())
    }

    pub(crate) fn forget(vault: &Vault) -> Result<(), VaultError> {
        vault.set_setting(SETTING, String::new())
    }

    /// Who it is, where the server knows them as a person who works there: such as `Practitioner/123`.
    pub fn actor(&self) -> Option<ActorId> {
        let mut parts = self.fhir_user.as_deref()?.trim_end_matches('/').rsplit('/');
        let (id, kind) = (parts.next()?, parts.next()?);
        let works = matches!(kind, "Practitioner" | "PractitionerRole");
        ActorId::given(&format!("{kind}/{id}")).filter(|_| works)
    }

    /// When.
    pub fn since(&self) -> Instant {
        Instant(self.at)
    }

    /// Who, as it is shown.
    pub fn who(&self) -> String {
        let known = self.name.clone().or_else(|| self.actor().map(String::from));
        known.unwrap_or_else(|| self.subject.clone())
    }
}
