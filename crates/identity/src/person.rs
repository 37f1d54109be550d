//! Credentials of a person who signed in: renewed with a token that changes each time, and ended where the person says so.

use std::sync::{Arc, Mutex, PoisonError};

use fhir::{Access, Asking, Bearer, Credentials, Ear, Request, Transport};
use oauth2::RefreshToken;
use vault::Vault;

use crate::kept::Kept;
use crate::renewing::{Renewing, Source};
use crate::sign_in::{Now, SignInError};
use crate::tokens::{Tokens, WAIT, over, refused, service};

struct Session {
    transport: Arc<dyn Transport>,
    vault: Arc<Vault>,
    /// As it stands in the cache.
    kept: Mutex<Kept>,
    now: Now,
}

impl Session {
    fn kept(&self) -> Kept {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn over(why: &str) -> SignInError {
        SignInError::Service(format!("{why}. Sign in again (vigil sign-in)"))
    }
}

impl Source for Session {
    fn fetch(&self) -> std::pin::Pin<Box<dyn Future<Output = Result<Tokens, SignInError>> + Send + '_>> {
        Box::pin(async {
            // Somebody may have signed in anew, or out.
            let kept = Kept::of(&self.vault)?.ok_or_else(|| Session::over("nobody is signed in"))?;
            let refresh = RefreshToken::new(kept.refresh.to_string());
            let given = service(&kept.client_id, &kept.token_endpoint)
                .exchange_refresh_token(&refresh)
                .request_async(&over(&self.transport))
                .await
                .map_err(refused);
            let given = match given {
                Err(SignInError::Refused(said)) if said.contains("invalid_grant") => {
                    // It never comes back to life; the service may have seen it used twice.
                    Kept::forget(&self.vault)?;
                    return Err(Session::over(&format!("the sign-in of {} is over ({said})", kept.who())));
                }
                other => other?,
            };
            let tokens = Tokens::of(&given, (self.now)());
            if let Some(refresh) = tokens.refresh.clone() {
                let kept = Kept { refresh, ..kept };
                // Before anything is asked with what came along: the old one is dead.
                kept.keep(&self.vault)?;
                *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
            }
            Ok(tokens)
        })
    }

    fn words(&self) -> String {
        let kept = self.kept();
        format!("as {}, who signed in at {}", kept.who(), kept.issuer)
    }
}

/// Credentials of the person whose sign-in a cache keeps.
pub struct Person(Arc<Renewing<Session>>);

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person")
    }
}

impl Person {
    /// Whoever signed in at this station; nobody where nobody did.
    ///
    /// # Errors
    /// Of the cache.
    pub fn of(
        vault: &Arc<Vault>,
        transport: Arc<dyn Transport>,
        now: Now,
    ) -> Result<Option<Person>, SignInError> {
        let Some(kept) = Kept::of(vault)? else { return Ok(None) };
        let session = Session { transport, vault: vault.clone(), kept: Mutex::new(kept), now: now.clone() };
        Ok(Some(Person(Renewing::new(session, now))))
    }
}

impl Credentials for Person {
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

/// Ends the sign-in that a cache keeps, here at once and at the service. Gives who was signed in, and why the service did not
/// hear of it, where it did not.
///
/// # Errors
/// Of the cache.
pub async fn sign_out(
    vault: &Vault,
    transport: &Arc<dyn Transport>,
) -> Result<Option<(Kept, Option<SignInError>)>, SignInError> {
    let Some(kept) = Kept::of(vault)? else { return Ok(None) };
    Kept::forget(vault)?;
    let told = revoke(&kept, transport).await.err();
    Ok(Some((kept, told)))
}

/// A token that cannot be revoked by itself dies with the one that renews it.
async fn revoke(kept: &Kept, transport: &Arc<dyn Transport>) -> Result<(), SignInError> {
    let place = kept.revocation_endpoint.as_ref().ok_or_else(|| {
        SignInError::Service("the sign-in service cannot be told; what it gave ends by itself".into())
    })?;
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("token", &kept.refresh)
        .append_pair("token_type_hint", "refresh_token")
        .append_pair("client_id", &kept.client_id)
        .finish();
    let request = Request {
        method: "POST",
        url: place.clone(),
        headers: vec![
            ("accept", "application/json".into()),
            ("content-type", "application/x-www-form-urlencoded".into()),
        ],
        body: Some(form),
        token: None,
        timeout: WAIT,
        ear: Ear::default(),
    };
    match transport.send(request).await.map_err(SignInError::Way)?.status {
        200..300 => Ok(()),
        status => {
            Err(SignInError::Service(format!("the sign-in service did not take the sign-out ({status})")))
        }
    }
}
