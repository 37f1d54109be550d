//! What a token endpoint gives, asked for with the library `oauth2` over the station's own way to the network.

use std::sync::Arc;
use std::time::Duration;

use clinical::Instant;
use fhir::{Bearer, Ear, FhirError, Request, Transport};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, ClientId, EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse,
    RequestTokenError, StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::scopes::Scopes;
use crate::secret::Secret;
use crate::sign_in::SignInError;

pub(crate) const WAIT: Duration = Duration::from_secs(15);
/// A token of which nobody says how long it lives is taken for this long: milliseconds.
const UNSAID: i64 = 5 * clinical::MINUTE_MS;

/// What OpenID Connect and SMART add.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Added {
    id_token: Option<String>,
}

impl ExtraTokenFields for Added {}

pub(crate) type Service = oauth2::Client<
    BasicErrorResponse,
    StandardTokenResponse<Added, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// The token endpoint of a client that has no secret to send.
pub(crate) fn service(client_id: &str, tokens: &Url) -> Service {
    oauth2::Client::new(ClientId::new(client_id.to_owned()))
        .set_token_uri(TokenUrl::from_url(tokens.clone()))
        .set_auth_type(AuthType::RequestBody)
}

/// What was given.
pub(crate) struct Tokens {
    pub(crate) access: Bearer,
    pub(crate) until: Instant,
    /// What was granted, where the service said it.
    pub(crate) scopes: Option<Scopes>,
    pub(crate) refresh: Option<Secret>,
    pub(crate) id_token: Option<Secret>,
}

impl Tokens {
    pub(crate) fn of(answer: &StandardTokenResponse<Added, BasicTokenType>, now: Instant) -> Tokens {
        let lives = answer.expires_in().and_then(|lives| i64::try_from(lives.as_millis()).ok());
        let said =
            answer.scopes().map(|all| all.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(" "));
        Tokens {
            access: Bearer::new(answer.access_token().secret().clone()),
            until: now + lives.unwrap_or(UNSAID),
            scopes: said.map(|said| Scopes::read(&said)),
            refresh: answer.refresh_token().map(|token| Secret::new(token.secret().clone())),
            id_token: answer.extra_fields().id_token.clone().map(Secret::new),
        }
    }
}

/// The network, as the library wants it.
pub(crate) fn over(
    transport: &Arc<dyn Transport>,
) -> impl Fn(HttpRequest) -> std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, FhirError>> + Send>> + use<>
{
    let transport = transport.clone();
    move |asked: HttpRequest| {
        let transport = transport.clone();
        Box::pin(async move {
            let (parts, body) = asked.into_parts();
            let header = |name: &str| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
            let request = Request {
                method: "POST",
                url: Url::parse(&parts.uri.to_string())
                    .map_err(|_| FhirError::Way("the address of the sign-in service is none".into()))?,
                headers: [("accept", header("accept")), ("content-type", header("content-type"))]
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value?)))
                    .collect(),
                body: Some(String::from_utf8_lossy(&body).into_owned()),
                token: None,
                timeout: WAIT,
                ear: Ear::default(),
            };
            let answer = transport.send(request).await?;
            // Not its last word: such an answer may come from whatever stands before it.
            if matches!(answer.status, 408 | 429 | 500..) {
                return Err(FhirError::Server {
                    status: answer.status,
                    detail: String::new(),
                    retry_after: None,
                });
            }
            let mut given = HttpResponse::new(answer.body);
            *given.status_mut() = oauth2::http::StatusCode::from_u16(answer.status).unwrap_or_default();
            *given.headers_mut() = answer.headers;
            Ok(given)
        })
    }
}

/// Why no token was given. The words of an answer that cannot be read are not repeated: a token may stand in them.
pub(crate) fn refused<E>(error: RequestTokenError<FhirError, E>) -> SignInError
where
    E: oauth2::ErrorResponse + std::fmt::Display + 'static,
{
    match error {
        RequestTokenError::ServerResponse(said) => {
            let said: String = said.to_string().chars().filter(|c| !c.is_control()).take(160).collect();
            SignInError::Refused(said)
        }
        RequestTokenError::Request(error) => SignInError::Way(error),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            SignInError::Service("the sign-in service's answer holds no token that can be read".into())
        }
    }
}
