//! The REST client. It reads pages and writes actions; retries and cursors are the engine's business.

use std::time::Duration;

use clinical::Instant;
use futures_util::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use url::Url;

use crate::bundle::{Page, looks_like_html, position, read_page};
use crate::error::FhirError;
use crate::resource::{CapabilityStatement, OperationOutcome};
use crate::write::{Created, none_exist};

const FHIR_JSON: &str = "application/fhir+json";
/// A page over this is refused, and asked for again in smaller pieces.
const PAGE_LIMIT_MIB: usize = 32;
const TOPIC_EXTENSION: &str = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical";

/// What the CapabilityStatement says that the console needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// `software.name`, as shown.
    pub name: String,
    /// `fhirVersion`.
    pub version: String,
    /// The resource types it serves.
    pub types: Vec<String>,
    /// Canonical URLs of subscription topics it offers (R5 backport).
    pub topics: Vec<String>,
}

/// A page with what the transport said about it.
#[derive(Debug)]
pub struct Fetched {
    /// What was read.
    pub page: Page,
    /// Bytes of JSON, after decompression.
    pub bytes: usize,
    /// The server's clock, from the `Date` header (whole seconds).
    pub server_time: Option<Instant>,
}

/// A client for one FHIR base.
#[derive(Clone, Debug)]
pub struct Client {
    base: Url,
    http: reqwest::Client,
    token: Option<String>,
}

impl Client {
    /// A client for `base`, such as `https://fhir.example.org/r4`.
    ///
    /// # Errors
    /// Where `base` is no http(s) address.
    pub fn new(base: &str) -> Result<Client, FhirError> {
        let trimmed = base.trim().trim_end_matches('/');
        let address = || FhirError::Address(base.chars().take(80).collect());
        let base = Url::parse(&format!("{trimmed}/")).map_err(|_| address())?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() || base.query().is_some() {
            return Err(address());
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("Vigil/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(FhirError::transport)?;
        Ok(Client { base, http, token: None })
    }

    /// The same client with a bearer token.
    pub fn with_token(mut self, token: Option<String>) -> Client {
        self.token = token;
        self
    }

    /// The base, with a closing slash.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Reads the CapabilityStatement.
    ///
    /// # Errors
    /// Everything that can be wrong with an address: see [`FhirError`].
    pub async fn check(&self) -> Result<(Server, Option<Instant>), FhirError> {
        let url = self.url("metadata")?;
        let (bytes, headers) = self.get(url, Duration::from_secs(10)).await?;
        let text = std::str::from_utf8(&bytes).map_err(|e| FhirError::Malformed(e.to_string()))?;
        let value: CapabilityStatement =
            serde_json::from_str(text).map_err(|e| FhirError::Malformed(position(&e)))?;
        let Some(version) = value.fhir_version else {
            return Err(FhirError::NotFhir("no CapabilityStatement under /metadata".into()));
        };
        if !(version.starts_with("4.0") || version.starts_with("4.3")) {
            return Err(FhirError::Version(version.chars().take(20).collect()));
        }
        let resources = || value.rest.iter().flat_map(|rest| &rest.resource);
        let server = Server {
            name: value
                .software
                .and_then(|s| s.name)
                .unwrap_or("FHIR server".into())
                .chars()
                .take(60)
                .collect(),
            types: resources().map(|r| r.kind.clone().into_owned()).collect(),
            topics: resources()
                .flat_map(|r| &r.extension)
                .filter(|e| e.url == TOPIC_EXTENSION)
                .filter_map(|e| e.value_canonical.clone().map(|c| c.into_owned()))
                .collect(),
            version: version.into_owned(),
        };
        Ok((server, date(&headers)))
    }

    /// Whether the server answers at all, within three seconds; for the connection chip.
    ///
    /// # Errors
    /// Of the transport or of the status.
    pub async fn probe(&self) -> Result<Option<Instant>, FhirError> {
        let (_, headers) =
            self.get(self.url("Patient?_count=1&_elements=id")?, Duration::from_secs(3)).await?;
        Ok(date(&headers))
    }

    /// The address of a search or read below the base.
    ///
    /// # Errors
    /// Where the query makes no URL.
    pub fn url(&self, query: &str) -> Result<Url, FhirError> {
        self.base.join(query).map_err(|_| FhirError::Address(query.chars().take(80).collect()))
    }

    /// Follows a `next` link, absolute or relative.
    ///
    /// # Errors
    /// Where it leaves the server: another host must never get the token.
    pub fn next(&self, link: &str) -> Result<Url, FhirError> {
        let url = self.base.join(link).map_err(|_| FhirError::ForeignLink)?;
        if url.origin() == self.base.origin() { Ok(url) } else { Err(FhirError::ForeignLink) }
    }

    /// Fetches and reads one page.
    ///
    /// # Errors
    /// Of the transport, of the status, or of the page as a whole.
    pub async fn page(&self, url: Url) -> Result<Fetched, FhirError> {
        let (bytes, headers) = self.get(url, Duration::from_secs(120)).await?;
        let server_time = date(&headers);
        let length = bytes.len();
        // A page of a few MiB takes milliseconds to parse; the timers of other tasks should not wait for it.
        let page = tokio::task::spawn_blocking(move || read_page(&bytes))
            .await
            .map_err(|_| FhirError::Malformed("the reader stopped".into()))??;
        Ok(Fetched { page, bytes: length, server_time })
    }

    /// Creates an alert action under its own identifier; a replay finds the first try and makes nothing new.
    ///
    /// # Errors
    /// Of the transport or of the status.
    pub async fn create_action(&self, action_id: &str, resource: &Value) -> Result<Created, FhirError> {
        let request = self
            .request(Method::POST, self.url("Communication")?)
            .header("If-None-Exist", none_exist(action_id))
            .header(CONTENT_TYPE, FHIR_JSON)
            .timeout(Duration::from_secs(20))
            .body(resource.to_string());
        let response = self.send(request).await?;
        // A web page with status 200 is a captive portal, not an acceptance.
        let status = response.status();
        let (bytes, _) = read_body(response).await?;
        if looks_like_html(&bytes) {
            return Err(FhirError::WebPage);
        }
        Ok(if status == StatusCode::CREATED { Created::New } else { Created::AlreadyThere })
    }

    /// Posts any resource and gives back the answer's JSON.
    pub(crate) async fn post(&self, path: &str, resource: &Value) -> Result<Value, FhirError> {
        let request = self
            .request(Method::POST, self.url(path)?)
            .header(CONTENT_TYPE, FHIR_JSON)
            .timeout(Duration::from_secs(15))
            .body(resource.to_string());
        let (bytes, _) = read_body(self.send(request).await?).await?;
        serde_json::from_slice(&bytes).map_err(|e| FhirError::Malformed(position(&e)))
    }

    pub(crate) async fn get_json(&self, path: &str) -> Result<Value, FhirError> {
        let (bytes, _) = self.get(self.url(path)?, Duration::from_secs(15)).await?;
        serde_json::from_slice(&bytes).map_err(|e| FhirError::Malformed(position(&e)))
    }

    async fn get(&self, url: Url, timeout: Duration) -> Result<(Vec<u8>, HeaderMap), FhirError> {
        let request = self.request(Method::GET, url).header("Cache-Control", "no-cache").timeout(timeout);
        let (bytes, headers) = read_body(self.send(request).await?).await?;
        if looks_like_html(&bytes) {
            return Err(FhirError::WebPage);
        }
        Ok((bytes, headers))
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.http.request(method, url).header(ACCEPT, FHIR_JSON);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, FhirError> {
        let response = request.send().await.map_err(FhirError::transport)?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            return Err(FhirError::WebPage);
        }
        let retry_after = retry_after(response.headers());
        let detail =
            read_body(response).await.ok().and_then(|(bytes, _)| outcome(&bytes)).unwrap_or_default();
        Err(match status.as_u16() {
            401 => FhirError::SignIn,
            403 => FhirError::Forbidden,
            404 => FhirError::NotFound,
            429 => FhirError::TooMany(retry_after),
            408 | 500.. => FhirError::Server { status: status.as_u16(), detail, retry_after },
            status => FhirError::Refused { status, detail },
        })
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

fn date(headers: &HeaderMap) -> Option<Instant> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let stamp = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Instant(stamp.timestamp().as_millisecond()))
}

/// The first issue of an OperationOutcome, as `: text`.
fn outcome(bytes: &[u8]) -> Option<String> {
    let outcome: OperationOutcome = serde_json::from_slice(bytes).ok()?;
    let issue = outcome.issue.first()?;
    let text = issue.diagnostics.as_deref().or_else(|| issue.details.as_ref().and_then(|d| d.words()))?;
    Some(format!(": {}", text.chars().filter(|c| !c.is_control()).take(160).collect::<String>()))
}

async fn read_body(response: Response) -> Result<(Vec<u8>, HeaderMap), FhirError> {
    let headers = response.headers().clone();
    let limit = PAGE_LIMIT_MIB << 20;
    let mut bytes = Vec::with_capacity(response.content_length().unwrap_or(0).min(limit as u64) as usize);
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(FhirError::transport)?;
        if bytes.len() + chunk.len() > limit {
            return Err(FhirError::TooLarge { limit_mib: PAGE_LIMIT_MIB });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, headers))
}
