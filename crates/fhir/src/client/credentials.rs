//! Who this station is to a server. What signs in implements [`Credentials`]; the client asks it before each request.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::FhirError;

/// A bearer token. It is printed nowhere, and its memory is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct Bearer(Arc<Zeroizing<String>>);

impl Bearer {
    /// A token as it goes into the header.
    pub fn new(token: String) -> Bearer {
        Bearer(Arc::new(Zeroizing::new(token)))
    }

    /// For the header alone.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer(<redacted>)")
    }
}

/// What somebody wants of a kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To search for it.
    Search,
    /// To make one.
    Create,
    /// To change one.
    Update,
}

/// The answer to come.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, FhirError>> + Send + 'a>>;

/// Gives the token of each request.
pub trait Credentials: Send + Sync {
    /// The token of the next request; none where the station asks as nobody.
    fn bearer(&self) -> Asking<'_, Option<Bearer>>;

    /// The server did not take `refused`: another, where there is one.
    fn another(&self, refused: Bearer) -> Asking<'_, Option<Bearer>>;

    /// Whether this was granted, as far as anybody said; what was not is not asked for.
    fn grants(&self, _kind: &str, _access: Access) -> bool {
        true
    }

    /// How this station signs in, in words.
    fn words(&self) -> String;

    /// Why a server that wants a sign-in has none, and what to do.
    fn wanted(&self) -> String;
}

/// A token that never changes.
impl Credentials for Bearer {
    fn bearer(&self) -> Asking<'_, Option<Bearer>> {
        Box::pin(async { Ok(Some(self.clone())) })
    }

    fn another(&self, _refused: Bearer) -> Asking<'_, Option<Bearer>> {
        Box::pin(async { Ok(None) })
    }

    fn words(&self) -> String {
        "by a token".into()
    }

    fn wanted(&self) -> String {
        "it does not take this station's token".into()
    }
}

/// A station that asks as nobody.
pub(crate) struct Nobody;

impl Credentials for Nobody {
    fn bearer(&self) -> Asking<'_, Option<Bearer>> {
        Box::pin(async { Ok(None) })
    }

    fn another(&self, _refused: Bearer) -> Asking<'_, Option<Bearer>> {
        Box::pin(async { Ok(None) })
    }

    fn words(&self) -> String {
        "not at all: this station asks as nobody".into()
    }

    fn wanted(&self) -> String {
        "this station has none. Sign in (vigil sign-in), or give it a token (--token-file) or a key of its own \
         (--client-id, --client-key)"
            .into()
    }
}
