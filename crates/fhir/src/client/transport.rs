//! What carries a request: the network, or in a simulation a model of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use url::Url;

use crate::client::credentials::Bearer;
use crate::client::way::Way;
use crate::error::FhirError;

/// A page over this is refused, and asked for again in smaller pieces.
pub(crate) const PAGE_LIMIT_MIB: usize = 32;
const FHIR_JSON: &str = "application/fhir+json";

/// Is told of every sign that the server is there: an answer that began, a piece of one, a message of the live channel.
#[derive(Clone, Default)]
pub struct Ear(Option<Arc<dyn Fn() + Send + Sync>>);

impl Ear {
    /// One that tells of each sign.
    pub fn new(tell: impl Fn() + Send + Sync + 'static) -> Ear {
        Ear(Some(Arc::new(tell)))
    }

    /// The server gave a sign.
    pub fn heard(&self) {
        if let Some(tell) = &self.0 {
            tell();
        }
    }
}

impl std::fmt::Debug for Ear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Ear").field(&self.0.is_some()).finish()
    }
}

/// A request as the client makes it.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// Where to.
    pub url: Url,
    /// Beside `Authorization`, and `Accept` where FHIR is wanted.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Option<String>,
    /// Bearer token.
    pub token: Option<Bearer>,
    /// How long to wait for the whole answer.
    pub timeout: Duration,
    /// Who is told while an answer is coming.
    pub ear: Ear,
}

/// An answer of any status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, after decompression.
    pub body: Vec<u8>,
}

/// The answer to come.
pub type Answering = Pin<Box<dyn Future<Output = Result<Answer, FhirError>> + Send>>;

/// Carries requests.
pub trait Transport: Send + Sync {
    /// Sends one request and gives its answer, whatever the status.
    fn send(&self, request: Request) -> Answering;

    /// The way it goes, where that is another than the usual one.
    fn way(&self) -> Option<&Way> {
        None
    }
}

/// The network, by the way that a site names.
///
/// # Errors
/// Where a certificate or the proxy cannot be used.
pub fn network(way: Way) -> Result<Arc<dyn Transport>, FhirError> {
    Ok(Arc::new(Http { client: way.http()?, way }))
}

/// The network.
struct Http {
    client: reqwest::Client,
    way: Way,
}

impl Transport for Http {
    fn send(&self, request: Request) -> Answering {
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
        let mut built = self.client.request(method, request.url).timeout(request.timeout);
        if !request.headers.iter().any(|(name, _)| *name == "accept") {
            built = built.header(ACCEPT, FHIR_JSON);
        }
        for (name, value) in request.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                built = built.header(name, value);
            }
        }
        if let Some(token) = request.token {
            built = built.bearer_auth(token.secret());
        }
        if let Some(body) = request.body {
            built = built.body(body);
        }
        Box::pin(async move {
            let response = built.send().await.map_err(FhirError::transport)?;
            request.ear.heard();
            let status = response.status();
            let headers = response.headers().clone();
            let body = match read_body(response, &request.ear).await {
                // What is wrong is known from the status; its words are a courtesy.
                Err(_) if status != StatusCode::OK && !status.is_success() => Vec::new(),
                other => other?,
            };
            Ok(Answer { status: status.as_u16(), headers, body })
        })
    }

    fn way(&self) -> Option<&Way> {
        Some(&self.way)
    }
}

async fn read_body(response: reqwest::Response, ear: &Ear) -> Result<Vec<u8>, FhirError> {
    let limit = PAGE_LIMIT_MIB << 20;
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(limit));
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(FhirError::transport)?;
        ear.heard();
        if bytes.len() + chunk.len() > limit {
            return Err(FhirError::TooLarge { limit_mib: PAGE_LIMIT_MIB });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
