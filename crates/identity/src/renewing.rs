//! A token that is fetched when it is needed, and again shortly before it ends: by one at a time, however many ask.

use std::sync::{Arc, Mutex as Plain, PoisonError};

use clinical::{Instant, MINUTE_MS, SECOND_MS};
use fhir::{Access, Asking, Bearer, Credentials, FhirError};
use tokio::sync::Mutex;

use crate::scopes::Scopes;
use crate::sign_in::{Now, SignInError};
use crate::tokens::Tokens;

/// A token that ends within this is not used any more: milliseconds.
const BEFORE: i64 = 30 * SECOND_MS;
/// Where the service said no, or the server does not take what it gives, it is not asked again for this long: it may count.
const PAUSE: i64 = MINUTE_MS;

/// Where tokens come from.
pub(crate) trait Source: Send + Sync {
    /// A new one.
    fn fetch(&self) -> std::pin::Pin<Box<dyn Future<Output = Result<Tokens, SignInError>> + Send + '_>>;

    /// How this station signs in, in words.
    fn words(&self) -> String;
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    /// Since when it is known that another try is in vain, and why.
    in_vain: Option<(Instant, String)>,
}

struct Token {
    bearer: Bearer,
    until: Instant,
    /// It was fetched because another one was refused.
    instead: bool,
    fetched: Instant,
}

/// Credentials of a source.
pub(crate) struct Renewing<S> {
    pub(crate) source: S,
    now: Now,
    held: Mutex<Held>,
    granted: Plain<Option<Scopes>>,
    why: Plain<Option<String>>,
}

impl<S: Source> Renewing<S> {
    pub(crate) fn new(source: S, now: Now) -> Arc<Renewing<S>> {
        Arc::new(Renewing {
            source,
            now,
            held: Mutex::default(),
            granted: Plain::default(),
            why: Plain::default(),
        })
    }

    fn keep(&self, held: &mut Held, tokens: Tokens, instead: bool) -> Bearer {
        let (bearer, now) = (tokens.access.clone(), (self.now)());
        *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = tokens.scopes;
        *self.why.lock().unwrap_or_else(PoisonError::into_inner) = None;
        held.token = Some(Token { bearer: bearer.clone(), until: tokens.until, instead, fetched: now });
        held.in_vain = None;
        bearer
    }

    async fn renew(&self, held: &mut Held, instead: bool) -> Result<Bearer, FhirError> {
        let now = (self.now)();
        if let Some((_, why)) = held.in_vain.as_ref().filter(|(since, _)| is_within(now, *since, PAUSE)) {
            return Err(FhirError::SignIn(why.clone()));
        }
        match self.source.fetch().await {
            Ok(tokens) => Ok(self.keep(held, tokens, instead)),
            Err(error) => {
                let error = error.of_a_request();
                if let FhirError::SignIn(why) = &error {
                    tracing::warn!("the sign-in service gave no token");
                    held.token = None;
                    held.in_vain = Some(((self.now)(), why.clone()));
                }
                Err(error)
            }
        }
    }
}

/// A clock that was set back is no reason to wait longer.
fn is_within(now: Instant, since: Instant, most: i64) -> bool {
    (0..most).contains(&now.ms_since(since))
}

impl<S: Source> Credentials for Renewing<S> {
    fn bearer(&self) -> Asking<'_, Option<Bearer>> {
        Box::pin(async {
            // Whoever comes second finds what the first one fetched.
            let mut held = self.held.lock().await;
            let now = (self.now)();
            let known = held.token.as_ref().map(|token| (token.bearer.clone(), token.until));
            match known {
                Some((bearer, until)) if until.ms_since(now) > BEFORE => Ok(Some(bearer)),
                Some((bearer, until)) => match self.renew(&mut held, false).await {
                    // It is good for a moment yet.
                    Err(FhirError::SignInService(_)) if until > now => Ok(Some(bearer)),
                    went => went.map(Some),
                },
                None => self.renew(&mut held, false).await.map(Some),
            }
        })
    }

    fn another(&self, refused: Bearer) -> Asking<'_, Option<Bearer>> {
        Box::pin(async move {
            let mut held = self.held.lock().await;
            let now = (self.now)();
            match &held.token {
                // Somebody else was faster.
                Some(token) if token.bearer != refused => return Ok(Some(token.bearer.clone())),
                Some(token) if token.instead && is_within(now, token.fetched, PAUSE) => {
                    let why =
                        "it takes no token that the sign-in service gives this station. Ask IT".to_owned();
                    *self.why.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                    return Ok(None);
                }
                _ => {}
            }
            self.renew(&mut held, true).await.map(Some)
        })
    }

    fn grants(&self, kind: &str, access: Access) -> bool {
        let granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        granted.as_ref().is_none_or(|scopes| !scopes.is_about_data() || scopes.grants(kind, access))
    }

    fn words(&self) -> String {
        self.source.words()
    }

    fn wanted(&self) -> String {
        let why = self.why.lock().unwrap_or_else(PoisonError::into_inner).clone();
        why.unwrap_or_else(|| "it does not take this station's token".to_owned())
    }
}
