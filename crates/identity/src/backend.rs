//! SMART Backend Services: a station without people signs in with a key of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fhir::{Access, Asking, Bearer, Credentials, Transport};
use oauth2::Scope;
use tokio::sync::OnceCell;
use url::Url;

use crate::assertion::Key;
use crate::discovery::{Configuration, discover};
use crate::renewing::{Renewing, Source};
use crate::sign_in::{Now, SignInError};
use crate::tokens::{Tokens, over, refused, service};

/// What this station asks for, by least need: what it reads, and what people do about alarms.
const SCOPES: [&str; 12] = [
    "system/Patient.rs",
    "system/Location.rs",
    "system/Encounter.rs",
    "system/Device.rs",
    "system/Flag.rs",
    "system/Consent.rs",
    "system/Observation.rs",
    "system/MedicationAdministration.rs",
    "system/DetectedIssue.crus",
    "system/Communication.crs",
    "system/CommunicationRequest.crs",
    // The live channel.
    "system/Subscription.crd",
];

/// Under what the service knows this station.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its name there.
    pub client_id: String,
    /// The file of its key.
    pub key: PathBuf,
    /// What to ask for; what this program needs where nobody says.
    pub scopes: Option<String>,
}

struct Station {
    transport: Arc<dyn Transport>,
    base: Url,
    registered: Registered,
    key: Key,
    now: Now,
    /// What the server said of who signs its clients in.
    service: OnceCell<Configuration>,
}

impl Source for Station {
    fn fetch(&self) -> std::pin::Pin<Box<dyn Future<Output = Result<Tokens, SignInError>> + Send + '_>> {
        Box::pin(async {
            let found = self.service.get_or_try_init(|| discover(&*self.transport, &self.base)).await?;
            let tokens = found.token_endpoint()?;
            let assertion = self.key.sign(&self.registered.client_id, tokens, (self.now)())?;
            let scopes = match &self.registered.scopes {
                Some(said) => said.split_ascii_whitespace().map(str::to_owned).collect(),
                None => SCOPES.map(str::to_owned).to_vec(),
            };
            let given = service(&self.registered.client_id, tokens)
                .exchange_client_credentials()
                .add_scopes(scopes.into_iter().map(Scope::new))
                .add_extra_param(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .add_extra_param("client_assertion", assertion)
                .request_async(&over(&self.transport))
                .await
                .map_err(refused)?;
            Ok(Tokens::of(&given, (self.now)()))
        })
    }

    fn words(&self) -> String {
        format!("as {} by the key {}", self.registered.client_id, self.key.id)
    }
}

/// Credentials of a station without people.
pub struct BackendService(Arc<Renewing<Station>>);

impl std::fmt::Debug for BackendService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("BackendService").field(&self.0.source.registered.client_id).finish()
    }
}

impl BackendService {
    /// Signs in at the server below `base` when it is asked for the first time.
    ///
    /// # Errors
    /// Where the file of the key is none, others can read it, or there is no key in it that this program can sign with.
    pub fn new(
        transport: Arc<dyn Transport>,
        base: &Url,
        registered: Registered,
        now: Now,
    ) -> Result<BackendService, SignInError> {
        let key = Key::read(Path::new(&registered.key))?;
        let source = Station {
            transport,
            base: base.clone(),
            registered,
            key,
            now: now.clone(),
            service: OnceCell::new(),
        };
        Ok(BackendService(Renewing::new(source, now)))
    }
}

impl Credentials for BackendService {
    fn bearer(&self) -> Asking<'_, Option<Bearer>> {
        self.0.bearer()
    }

    fn another(&self, refused: Bearer) -> Asking<'_, Option<Bearer>> {
        self.0.another(refused)
    }

    fn grants(&self, kind: &str, access: Access) -> bool {
        self.0.grants(kind, access)
    }

    fn words(&self) -> String {
        self.0.words()
    }

    fn wanted(&self) -> String {
        self.0.wanted()
    }
}
