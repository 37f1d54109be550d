//! Where a server says who signs its clients in: `.well-known/smart-configuration`.

use std::time::Duration;

use fhir::{Ear, FhirError, Request, Transport};
use serde::Deserialize;
use url::{Host, Url};

use crate::sign_in::SignInError;

const WAIT: Duration = Duration::from_secs(10);

/// What the server says, as far as this station needs it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Configuration {
    /// Who signs id tokens.
    pub(crate) issuer: Option<String>,
    /// Its keys.
    pub(crate) jwks_uri: Option<Url>,
    /// Where a person signs in.
    pub(crate) authorization_endpoint: Option<Url>,
    /// Where tokens come from.
    pub(crate) token_endpoint: Option<Url>,
    /// Where they end.
    pub(crate) revocation_endpoint: Option<Url>,
    /// Proofs that a code is asked for by whoever began.
    pub(crate) code_challenge_methods_supported: Vec<String>,
    /// Scopes that there are.
    pub(crate) scopes_supported: Vec<String>,
    /// Whether `iss` comes with the code.
    pub(crate) authorization_response_iss_parameter_supported: bool,
    /// What signs an id token.
    pub(crate) id_token_signing_alg_values_supported: Vec<String>,
}

impl Configuration {
    /// The token endpoint.
    ///
    /// # Errors
    /// Where it is named nowhere.
    pub(crate) fn token_endpoint(&self) -> Result<&Url, SignInError> {
        self.token_endpoint.as_ref().ok_or_else(|| lacks("token endpoint"))
    }
}

pub(crate) fn lacks(what: &str) -> SignInError {
    SignInError::Service(format!("this server names no {what} under .well-known/smart-configuration; ask IT"))
}

/// Asks the server below `base` who signs its clients in. Secrets go to no place that others can read along with.
///
/// # Errors
/// Of the way to it, or where what it names is no place for a secret.
pub(crate) async fn discover(transport: &dyn Transport, base: &Url) -> Result<Configuration, SignInError> {
    let place = base.join(".well-known/smart-configuration").map_err(|_| lacks("sign-in service"))?;
    let found: Configuration = match get_json(transport, place).await {
        Ok(found) => found,
        Err(SignInError::Way(FhirError::NotFound)) => {
            return Err(SignInError::Service(
                "this server does not say who signs its clients in (no .well-known/smart-configuration)"
                    .into(),
            ));
        }
        Err(error) => return Err(error),
    };
    let named =
        [&found.jwks_uri, &found.authorization_endpoint, &found.token_endpoint, &found.revocation_endpoint];
    for url in named.into_iter().flatten() {
        if !is_private(url) {
            return Err(SignInError::Service(format!(
                "the sign-in service at {} is reached in clear; nothing was sent there",
                url.host_str().unwrap_or_default()
            )));
        }
    }
    Ok(found)
}

/// Whether nobody on the way can read along.
pub(crate) fn is_private(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

pub(crate) async fn get_json<T: serde::de::DeserializeOwned>(
    transport: &dyn Transport,
    url: Url,
) -> Result<T, SignInError> {
    let request = Request {
        method: "GET",
        url,
        headers: vec![("accept", "application/json".into())],
        body: None,
        token: None,
        timeout: WAIT,
        ear: Ear::default(),
    };
    let answer = transport.send(request).await.map_err(SignInError::Way)?;
    match answer.status {
        200 => serde_json::from_slice(&answer.body)
            .map_err(|_| SignInError::Service("the sign-in service's answer cannot be read".into())),
        404 => Err(SignInError::Way(FhirError::NotFound)),
        status @ (408 | 429 | 500..) => {
            Err(SignInError::Way(FhirError::Server { status, detail: String::new(), retry_after: None }))
        }
        status => Err(SignInError::Service(format!("the sign-in service answers with {status}"))),
    }
}
