//! SMART App Launch for a native app: a person signs in with the system's browser, and this station is given what they may read.

use std::sync::Arc;
use std::time::Duration;

use clinical::ActorId;
use fhir::{Bases, Transport};
use jsonwebtoken::jwk::JwkSet;
use oauth2::{
    AuthUrl, AuthorizationCode, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};
use url::Url;
use vault::Vault;

use crate::discovery::{Configuration, discover, get_json, is_private, lacks};
use crate::id_token::{Wanted, Who, check};
use crate::kept::Kept;
use crate::loopback::Loopback;
use crate::sign_in::{Now, SignInError};
use crate::tokens::{Tokens, over, refused, service};

/// What a person's station asks for, by least need.
const SCOPES: [&str; 15] = [
    "openid",
    "fhirUser",
    "offline_access",
    "user/Patient.rs",
    "user/Location.rs",
    "user/Encounter.rs",
    "user/Device.rs",
    "user/Flag.rs",
    "user/Consent.rs",
    "user/Observation.rs",
    "user/MedicationAdministration.rs",
    "user/DetectedIssue.crus",
    "user/Communication.crs",
    "user/CommunicationRequest.crs",
    // The live channel.
    "user/Subscription.crd",
];

/// How a person signs in here.
pub struct Launch {
    /// The way to the network.
    pub transport: Arc<dyn Transport>,
    /// The FHIR server's base.
    pub base: Url,
    /// The name under which the service knows this program.
    pub client_id: String,
    /// What to ask for; what this program needs where nobody says.
    pub scopes: Option<String>,
    /// The clock.
    pub now: Now,
}

/// A sign-in that waits for a person.
pub struct Begun<'a> {
    launch: &'a Launch,
    /// What the browser has to open.
    pub address: Url,
    found: Configuration,
    issuer: String,
    loopback: Loopback,
    verifier: PkceCodeVerifier,
    state: CsrfToken,
    nonce: CsrfToken,
}

impl std::fmt::Debug for Begun<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Begun").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Somebody who signed in.
pub struct SignedIn {
    /// Who.
    pub who: Who,
    kept: Option<Kept>,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("who", &self.who).finish_non_exhaustive()
    }
}

impl SignedIn {
    /// Who, where the server knows them as a person who works there: such as `Practitioner/123`.
    pub fn actor(&self) -> Option<ActorId> {
        self.kept.as_ref().and_then(Kept::actor)
    }

    /// Keeps it in the cache.
    ///
    /// # Errors
    /// Of the cache, or where the service gave nothing that lasts.
    pub fn keep(&self, vault: &Vault) -> Result<Kept, SignInError> {
        let kept = self.kept.clone().ok_or_else(|| {
            SignInError::Service(
                "the sign-in service gave nothing that lasts (no offline_access); nothing was kept. Ask IT"
                    .into(),
            )
        })?;
        kept.keep(vault)?;
        Ok(kept)
    }
}

impl Launch {
    /// Asks the server who signs people in, and opens the port for the answer.
    ///
    /// # Errors
    /// Of the way, or where the service is not one that a native program may use.
    pub async fn begin(&self) -> Result<Begun<'_>, SignInError> {
        let found = self.configuration().await?;
        let issuer = found.issuer.clone().ok_or_else(|| lacks("issuer"))?;
        let place = found.authorization_endpoint.clone().ok_or_else(|| lacks("sign-in page"))?;
        if !found.code_challenge_methods_supported.iter().any(|method| method == "S256") {
            return Err(SignInError::Service(
                "the sign-in service does not prove that a code goes to whoever asked for it (PKCE S256). It is not used".into(),
            ));
        }
        let loopback = Loopback::open().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (state, nonce) = (CsrfToken::new_random(), CsrfToken::new_random());
        let asked = service(&self.client_id, found.token_endpoint()?)
            .set_auth_uri(AuthUrl::from_url(place))
            .set_redirect_uri(RedirectUrl::from_url(loopback.address.clone()));
        let (said, sent) = (self.asked_for(), state.clone());
        let (address, _) = asked
            .authorize_url(move || sent)
            .add_scopes(said)
            .set_pkce_challenge(challenge)
            .add_extra_param("aud", self.base.as_str().trim_end_matches('/'))
            .add_extra_param("nonce", nonce.secret())
            // Many people use one station: nobody is signed in by what the browser remembers of somebody else.
            .add_extra_param("prompt", "login consent")
            .url();
        Ok(Begun { launch: self, address, found, issuer, loopback, verifier, state, nonce })
    }

    fn asked_for(&self) -> Vec<Scope> {
        match &self.scopes {
            Some(said) => said.split_ascii_whitespace().map(|one| Scope::new(one.to_owned())).collect(),
            None => SCOPES.map(|one| Scope::new(one.to_owned())).to_vec(),
        }
    }

    /// What the server says, and where it leaves something out, what its service says.
    async fn configuration(&self) -> Result<Configuration, SignInError> {
        let mut found = discover(&*self.transport, &self.base).await?;
        let Some(issuer) = found.issuer.clone() else { return Ok(found) };
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let place =
            Url::parse(&place).ok().filter(is_private).ok_or_else(|| lacks("issuer with an address"))?;
        let more: Configuration = match get_json(&*self.transport, place).await {
            Ok(more) => more,
            Err(SignInError::Way(error)) => return Err(SignInError::Way(error)),
            Err(_) => return Ok(found),
        };
        if more.issuer.as_deref() != Some(issuer.as_str()) {
            return Err(SignInError::Untrusted("the service at the issuer's address is another one".into()));
        }
        let private = |url: Option<Url>| url.filter(is_private);
        found.jwks_uri = found.jwks_uri.or(private(more.jwks_uri));
        found.token_endpoint = found.token_endpoint.or(private(more.token_endpoint));
        found.revocation_endpoint = found.revocation_endpoint.or(private(more.revocation_endpoint));
        found.authorization_response_iss_parameter_supported |=
            more.authorization_response_iss_parameter_supported;
        Ok(found)
    }
}

impl Begun<'_> {
    /// Waits until the person came back, and checks everything that came with them.
    ///
    /// # Errors
    /// Where nobody came in time, the service said no, or anything is not as it was asked for. Nothing is kept then.
    pub async fn finish(self, wait: Duration) -> Result<SignedIn, SignInError> {
        let (launch, redirect) = (self.launch, self.loopback.address.clone());
        let state = self.state;
        let is_ours = |brought: &Url| part(brought, "state").as_deref() == Some(state.secret().as_str());
        let brought = self.loopback.answer(wait, is_ours).await?;
        let no = |why: &str| SignInError::Untrusted(why.to_owned());
        if !is_ours(&brought) {
            return Err(no("the answer is to another question (state)"));
        }
        match part(&brought, "iss") {
            Some(iss) if iss != self.issuer => return Err(no("the answer is of another service (iss)")),
            None if self.found.authorization_response_iss_parameter_supported => {
                return Err(no("the answer does not say of which service it is (iss)"));
            }
            _ => {}
        }
        if let Some(error) = part(&brought, "error") {
            let said = part(&brought, "error_description").unwrap_or_default();
            let said: String =
                format!("{error} {said}").chars().filter(|c| !c.is_control()).take(160).collect();
            return Err(SignInError::Refused(said.trim_end().to_owned()));
        }
        let code = part(&brought, "code").ok_or_else(|| no("the answer holds no code"))?;
        let endpoint = self.found.token_endpoint()?;
        let given = service(&launch.client_id, endpoint)
            .set_redirect_uri(RedirectUrl::from_url(redirect))
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(self.verifier)
            .request_async(&over(&launch.transport))
            .await
            .map_err(refused)?;
        let now = (launch.now)();
        let tokens = Tokens::of(&given, now);
        let keys = self.found.jwks_uri.clone().ok_or_else(|| lacks("keys"))?;
        let keys: JwkSet = get_json(&*launch.transport, keys).await?;
        let token = tokens.id_token.as_deref().ok_or_else(|| no("it does not say who signed in"))?;
        let wanted = Wanted {
            issuer: &self.issuer,
            client_id: &launch.client_id,
            nonce: Some(self.nonce.secret()),
            access: tokens.access.secret(),
            now,
        };
        let who = check(token, &keys, &wanted)?;
        let kept = tokens.refresh.clone().map(|refresh| Kept {
            issuer: self.issuer.clone(),
            client_id: launch.client_id.clone(),
            subject: who.subject.clone(),
            fhir_user: who.fhir_user.as_deref().and_then(|user| of_server(&launch.base, user)),
            name: who.name.clone(),
            at: now.0,
            token_endpoint: endpoint.clone(),
            revocation_endpoint: self.found.revocation_endpoint.clone(),
            refresh,
        });
        Ok(SignedIn { who, kept })
    }
}

/// Who somebody is on this FHIR server. Who has the same id on another one is somebody else, and nobody here.
fn of_server(base: &Url, fhir_user: &str) -> Option<String> {
    let user = Bases::of([base]).relative(fhir_user.trim_end_matches('/'))?.to_owned();
    Some(user).filter(|user| user.split('/').count() == 2)
}

/// A part of an answer that is there once: twice is an attempt at something.
fn part(brought: &Url, name: &str) -> Option<String> {
    let mut all = brought.query_pairs().filter(|(key, _)| key == name);
    let (_, value) = all.next()?;
    all.next().is_none().then(|| value.into_owned())
}

/// Until when somebody is waited for.
pub const PATIENCE: Duration = Duration::from_secs(5 * 60);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn who_signed_in_is_somebody_here_only_where_this_server_knows_them() {
        let base = Url::parse("https://fhir.example.org/r4/").unwrap();
        for (user, who) in [
            ("Practitioner/7", Some("Practitioner/7")),
            ("https://fhir.example.org/r4/Practitioner/7", Some("Practitioner/7")),
            ("https://fhir.example.org/r4/Practitioner/7/", Some("Practitioner/7")),
            // Behind a proxy a server calls itself otherwise.
            ("http://fhir.example.org/r4/Practitioner/7", Some("Practitioner/7")),
            ("https://other.example.org/r4/Practitioner/7", None),
            ("https://fhir.example.org/tenant/r4/Practitioner/7", None),
            ("https://fhir.example.org/r4/tenant/Practitioner/7", None),
            ("tenant/Practitioner/7", None),
            ("7", None),
        ] {
            assert_eq!(of_server(&base, user).as_deref(), who, "{user}");
        }
    }
}
