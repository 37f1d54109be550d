//! The REST client. It reads pages and writes actions; retries and cursors are the engine's business.

use std::sync::Arc;
use std::time::Duration;

use clinical::{Body, Instant, PatientId, Unreadable};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;
use url::{Host, Url};

use crate::client::credentials::{Access, Credentials, Nobody};
use crate::client::shown::{shown, without_sign_in};
use crate::client::transport::{Answer, Ear, Request, Transport, network};
use crate::client::way::Way;
use crate::error::FhirError;
use crate::map::codes::CALL;
use crate::page::bundle::{looks_like_html, read_page_of, without_bom};
use crate::page::entry::Page;
use crate::wire::bases::Bases;
use crate::wire::json::position;
use crate::wire::server::{CapabilityStatement, OperationOutcome};
use crate::write::{Created, URI, no_such_call, none_exist};

const FHIR_JSON: &str = "application/fhir+json";
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
    /// The resource types whose history it serves, which is where deletions stand.
    pub histories: Vec<String>,
    /// It says that it takes AuditEvents under ids that others choose.
    pub takes_audit_events: bool,
}

/// Whom a resource is about, as far as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This patient.
    Of(PatientId),
    /// No patient.
    Nobodys,
    /// It does not say, or in no way that is understood.
    Unsaid,
}

impl Whose {
    /// Whether it may be about this patient.
    pub fn may_be(&self, patient: &PatientId) -> bool {
        match self {
            Whose::Of(own) => own == patient,
            Whose::Nobodys => false,
            Whose::Unsaid => true,
        }
    }
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
#[derive(Clone)]
pub struct Client {
    base: Url,
    /// Below which its resources lie.
    bases: Arc<Bases>,
    transport: Arc<dyn Transport>,
    credentials: Arc<dyn Credentials>,
    ear: Ear,
    /// How long to wait for a page.
    patience: Duration,
}

/// A page may be 32 MiB over a slow line.
const PAGE_WAIT: Duration = Duration::from_secs(120);
const CHECK_WAIT: Duration = Duration::from_secs(10);

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the token.
        f.debug_struct("Client").field("base", &self.shown()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client for `base`, such as `https://fhir.example.org/r4`.
    ///
    /// # Errors
    /// Where `base` is no http(s) address.
    pub fn new(base: &str) -> Result<Client, FhirError> {
        Client::over(base, network(Way::default())?)
    }

    /// A client over another transport than the network, such as a simulated one.
    ///
    /// # Errors
    /// Where `base` is no http(s) address.
    pub fn over(base: &str, transport: Arc<dyn Transport>) -> Result<Client, FhirError> {
        let trimmed = base.trim().trim_end_matches('/');
        let address = || FhirError::Address(without_sign_in(base).chars().take(80).collect());
        let base = Url::parse(&format!("{trimmed}/")).map_err(|_| address())?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() || base.query().is_some() {
            return Err(address());
        }
        let bases = Arc::new(Bases::of([&base]));
        Ok(Client {
            base,
            bases,
            transport,
            credentials: Arc::new(Nobody),
            ear: Ear::default(),
            patience: PAGE_WAIT,
        })
    }

    /// The same client that asks as somebody.
    #[must_use]
    pub fn signed_in_by(mut self, credentials: Arc<dyn Credentials>) -> Client {
        self.credentials = credentials;
        self
    }

    /// Whether this station was granted this, as far as anybody said.
    pub fn grants(&self, kind: &str, access: Access) -> bool {
        self.credentials.grants(kind, access)
    }

    /// How this station signs in, in words.
    pub fn sign_in(&self) -> String {
        self.credentials.words()
    }

    /// The way to the server, where that is a network.
    pub(crate) fn way(&self) -> Option<&Way> {
        self.transport.way()
    }

    /// The same client with somebody who is told of every sign that the server is there.
    #[must_use]
    pub fn with_ear(mut self, ear: Ear) -> Client {
        self.ear = ear;
        self
    }

    /// The same client that waits for a page no longer than this.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Client {
        self.patience = patience;
        self
    }

    /// The same client for a server that is called by these addresses too, such as the one behind a proxy: what its references
    /// name below them is its own.
    #[must_use]
    pub fn also_at(mut self, addresses: &[Url]) -> Client {
        self.bases = Arc::new(Bases::of(addresses.iter().chain([&self.base])));
        self
    }

    /// The server gave a sign by another way than an answer.
    pub(crate) fn heard(&self) {
        self.ear.heard();
    }

    /// The patient of this server that a reference names.
    pub fn patient_in(&self, reference: &str) -> Option<PatientId> {
        self.bases.id_in(reference, "Patient").map(PatientId::from)
    }

    /// Whom a resource that could not be read says that it is about.
    pub fn whose(&self, unreadable: &Unreadable) -> Whose {
        let Ok(body) = serde_json::from_str::<Value>(&unreadable.body) else { return Whose::Unsaid };
        if body["resourceType"] == "Patient" {
            return body["id"].as_str().map_or(Whose::Unsaid, |id| Whose::Of(id.into()));
        }
        let named = ["patient", "subject"].into_iter().find_map(|name| body[name]["reference"].as_str());
        match named.map(|named| (self.patient_in(named), self.bases.relative(named))) {
            Some((Some(patient), _)) => Whose::Of(patient),
            // A group, a place.
            Some((None, Some(other))) if !other.contains("Patient/") => Whose::Nobodys,
            _ => Whose::Unsaid,
        }
    }

    pub(crate) fn bases(&self) -> &Bases {
        &self.bases
    }

    /// Where the server is, as it is shown and logged: without a name and a password.
    pub fn shown(&self) -> String {
        shown(&self.base)
    }

    /// The base, with a closing slash.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Whether what it sends can be read on the way: it goes over a network without TLS.
    pub fn is_in_clear(&self) -> bool {
        let is_here = match self.base.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        self.base.scheme() == "http" && !is_here
    }

    /// Reads the CapabilityStatement.
    ///
    /// # Errors
    /// Everything that can be wrong with an address: see [`FhirError`].
    pub async fn check(&self) -> Result<(Server, Option<Instant>), FhirError> {
        self.check_within(CHECK_WAIT).await
    }

    /// The same of a server that may need longer than people wait for an answer.
    ///
    /// # Errors
    /// As [`Client::check`].
    pub async fn check_within(&self, wait: Duration) -> Result<(Server, Option<Instant>), FhirError> {
        let url = self.url("metadata")?;
        let (bytes, headers) = self.get(url, wait).await?;
        let text =
            std::str::from_utf8(without_bom(&bytes)).map_err(|e| FhirError::Malformed(e.to_string()))?;
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
                .as_deref()
                .unwrap_or("FHIR server")
                .chars()
                .take(60)
                .collect(),
            histories: resources()
                .filter(|r| r.interaction.iter().any(|i| i.code == "history-type"))
                .map(|r| r.kind.to_string())
                .collect(),
            types: resources().map(|r| r.kind.to_string()).collect(),
            takes_audit_events: resources()
                .any(|r| r.kind == "AuditEvent" && r.interaction.iter().any(|i| i.code == "update")),
            topics: resources()
                .flat_map(|r| &r.extension)
                .filter(|e| e.url == TOPIC_EXTENSION)
                .filter_map(|e| e.value_canonical.as_deref().map(str::to_owned))
                .collect(),
            version: version.to_string(),
        };
        Ok((server, date(&headers)))
    }

    /// Whether the server answers at all, within three seconds; for the connection chip.
    ///
    /// # Errors
    /// Of the transport or of the status.
    pub async fn probe(&self) -> Result<Option<Instant>, FhirError> {
        self.probe_by("Patient?_count=1&_elements=id").await
    }

    /// The same by another question.
    ///
    /// # Errors
    /// As [`Client::probe`].
    pub async fn probe_by(&self, query: &str) -> Result<Option<Instant>, FhirError> {
        let (_, headers) = self.get(self.url(query)?, Duration::from_secs(3)).await?;
        Ok(date(&headers))
    }

    /// The address of a search or read below the base.
    ///
    /// # Errors
    /// Where the query makes no URL.
    pub fn url(&self, query: &str) -> Result<Url, FhirError> {
        self.base.join(query).map_err(|_| FhirError::Address(query.chars().take(80).collect()))
    }

    /// Follows a `next` link of the page at `from`, absolute or relative. One to the own host under another scheme or port, as
    /// a server behind a proxy writes it, is followed where the proxy is.
    ///
    /// # Errors
    /// Where it leaves the server: another host must never get the token.
    pub fn next(&self, from: &Url, link: &str) -> Result<Url, FhirError> {
        // A query alone belongs to the page it stands on; a path is one below the base.
        let document = if link.starts_with('?') { from } else { &self.base };
        let mut url = document.join(link.trim()).map_err(|_| FhirError::ForeignLink)?;
        if !matches!(url.scheme(), "http" | "https") || url.host() != self.base.host() {
            return Err(FhirError::ForeignLink);
        }
        let moved = url.set_scheme(self.base.scheme()).and_then(|()| url.set_port(self.base.port()));
        moved.map_err(|()| FhirError::ForeignLink)?;
        Ok(url)
    }

    /// Fetches and reads one page.
    ///
    /// # Errors
    /// Of the transport, of the status, or of the page as a whole.
    pub async fn page(&self, url: Url) -> Result<Fetched, FhirError> {
        let (bytes, headers) = self.get(url, self.patience).await?;
        let server_time = date(&headers);
        let length = bytes.len();
        // A page of a few MiB takes milliseconds to parse; the timers of other tasks should not wait for it.
        let bases = self.bases.clone();
        let page = tokio::task::spawn_blocking(move || read_page_of(&bytes, &bases))
            .await
            .map_err(|_| FhirError::Malformed("the reader stopped".into()))??;
        Ok(Fetched { page, bytes: length, server_time })
    }

    /// Creates an alert action under its own identifier; a replay finds the first try and makes nothing new.
    ///
    /// # Errors
    /// Of the transport or of the status.
    pub async fn create_action(&self, action_id: &str, resource: &Value) -> Result<Created, FhirError> {
        self.create("Communication", none_exist(action_id), resource).await
    }

    /// Asks the server to pass on a call, under its own identifier: whichever station comes first makes the one message.
    ///
    /// # Errors
    /// Of the transport or of the status.
    pub async fn create_call(&self, call_id: &str, resource: &Value) -> Result<Created, FhirError> {
        self.create("CommunicationRequest", no_such_call(call_id), resource).await
    }

    async fn create(&self, kind: &str, none_exist: String, resource: &Value) -> Result<Created, FhirError> {
        let mut request = self.writing("POST", self.url(kind)?, resource);
        request.headers.push(("if-none-exist", none_exist));
        let answer = self.send(request).await?;
        Ok(if answer.status == 201 { Created::New } else { Created::AlreadyThere })
    }

    /// Whether the server holds a call under its identifier, and if so how often.
    ///
    /// # Errors
    /// Of the transport, of the status, or of the page.
    pub async fn find_call(&self, call_id: &str) -> Result<usize, FhirError> {
        let mut url = self.url("CommunicationRequest")?;
        url.query_pairs_mut().append_pair("identifier", &format!("{CALL}|{call_id}"));
        let found = self.page(url).await?.page;
        let ours = |fact: &&clinical::Fact| matches!(&fact.body, Body::Call(call) if call.id == call_id);
        Ok(found.facts.iter().filter(ours).count())
    }

    /// Whether the server holds an action under its identifier, and if so how often.
    ///
    /// # Errors
    /// Of the transport, of the status, or of the page.
    pub async fn find_action(&self, action_id: &str) -> Result<usize, FhirError> {
        let mut url = self.url("Communication")?;
        url.query_pairs_mut().append_pair("identifier", &format!("{URI}|urn:uuid:{action_id}"));
        let found = self.page(url).await?.page;
        let ours =
            |fact: &&clinical::Fact| matches!(&fact.body, Body::Action(action) if action.id == action_id);
        Ok(found.facts.iter().filter(ours).count())
    }

    /// Makes an alarm that a console found itself known, or over. Whoever comes first makes the resource; what was ended by
    /// somebody else stays ended.
    ///
    /// # Errors
    /// [`FhirError::Conflict`] where somebody else changed it meanwhile: to be tried again; else of the transport or of the
    /// status.
    pub async fn put_issue(&self, issue: &Value) -> Result<Created, FhirError> {
        let id = issue["id"].as_str().unwrap_or_default();
        let path = format!("DetectedIssue/{id}");
        let known = match self.get_json(&path).await {
            Ok(known) => known,
            Err(FhirError::NotFound | FhirError::Gone) => {
                return match self.put_new(&path, issue).await {
                    // Another station was faster.
                    Err(FhirError::Conflict { .. }) if issue["status"] == "preliminary" => {
                        Ok(Created::AlreadyThere)
                    }
                    other => other.map(|()| Created::New),
                };
            }
            Err(error) => return Err(error),
        };
        if issue["status"] != "final" || known["status"] == "final" {
            return Ok(Created::AlreadyThere);
        }
        let mut ended = known.clone();
        ended["status"] = issue["status"].clone();
        ended["identifiedPeriod"] = issue["identifiedPeriod"].clone();
        let version = known["meta"]["versionId"].as_str().unwrap_or_default();
        self.update(&path, version, &ended).await.map(|_| Created::New)
    }

    /// Makes a resource under an id of this station's choice.
    ///
    /// # Errors
    /// [`FhirError::Conflict`] where there is one already; else of the transport or of the status.
    pub async fn put_new(&self, path: &str, resource: &Value) -> Result<(), FhirError> {
        let mut request = self.writing("PUT", self.url(path)?, resource);
        request.headers.push(("if-none-match", "*".into()));
        self.send(request).await.map(|_| ())
    }

    /// Updates a resource whose version is known.
    ///
    /// # Errors
    /// [`FhirError::Conflict`] where somebody else changed it meanwhile; else of the transport or of the status.
    pub async fn update(&self, path: &str, version: &str, resource: &Value) -> Result<Value, FhirError> {
        let mut request = self.writing("PUT", self.url(path)?, resource);
        request.headers.push(("if-match", format!("W/\"{version}\"")));
        let answer = self.send(request).await?;
        serde_json::from_slice(without_bom(&answer.body)).map_err(|e| FhirError::Malformed(position(&e)))
    }

    /// Deletes a resource.
    ///
    /// # Errors
    /// Of the transport or of the status.
    pub async fn delete(&self, path: &str) -> Result<(), FhirError> {
        self.send(self.request("DELETE", self.url(path)?, Duration::from_secs(20))).await.map(|_| ())
    }

    /// Posts any resource and gives back the answer's JSON.
    ///
    /// # Errors
    /// Of the transport, of the status, or where the answer is no JSON.
    pub async fn post(&self, path: &str, resource: &Value) -> Result<Value, FhirError> {
        let answer = self.send(self.writing("POST", self.url(path)?, resource)).await?;
        serde_json::from_slice(without_bom(&answer.body)).map_err(|e| FhirError::Malformed(position(&e)))
    }

    /// Reads any resource as JSON.
    ///
    /// # Errors
    /// Of the transport, of the status, or where the answer is no JSON.
    pub async fn get_json(&self, path: &str) -> Result<Value, FhirError> {
        let (bytes, _) = self.get(self.url(path)?, Duration::from_secs(15)).await?;
        serde_json::from_slice(without_bom(&bytes)).map_err(|e| FhirError::Malformed(position(&e)))
    }

    async fn get(&self, url: Url, timeout: Duration) -> Result<(Vec<u8>, HeaderMap), FhirError> {
        let mut request = self.request("GET", url, timeout);
        request.headers.push(("cache-control", "no-cache".into()));
        let answer = self.send(request).await?;
        Ok((answer.body, answer.headers))
    }

    fn request(&self, method: &'static str, url: Url, timeout: Duration) -> Request {
        let ear = self.ear.clone();
        Request { method, url, headers: Vec::new(), body: None, token: None, timeout, ear }
    }

    fn writing(&self, method: &'static str, url: Url, resource: &Value) -> Request {
        let mut request = self.request(method, url, Duration::from_secs(20));
        request.headers.push(("content-type", FHIR_JSON.into()));
        request.body = Some(resource.to_string());
        request
    }

    /// The answer to a request of whoever this station is. A token that the server does not take is tried again as another one,
    /// once.
    async fn ask(&self, mut request: Request) -> Result<Answer, FhirError> {
        let Some(token) = self.credentials.bearer().await? else { return self.transport.send(request).await };
        request.token = Some(token.clone());
        let answer = self.transport.send(request.clone()).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        match self.credentials.another(token).await? {
            Some(another) => self.transport.send(Request { token: Some(another), ..request }).await,
            None => Ok(answer),
        }
    }

    /// An answer of success; a web page with status 200 is a captive portal and none.
    async fn send(&self, request: Request) -> Result<Answer, FhirError> {
        let answer = self.ask(request).await?;
        self.ear.heard();
        match answer.status {
            200..300 if looks_like_html(&answer.body) => return Err(FhirError::WebPage),
            200..300 => return Ok(answer),
            300..400 => return Err(FhirError::WebPage),
            _ => {}
        }
        let retry_after = retry_after(&answer.headers);
        let detail = outcome(&answer.body).unwrap_or_default();
        Err(match answer.status {
            401 => FhirError::SignIn(self.credentials.wanted()),
            403 => FhirError::Forbidden,
            404 => FhirError::NotFound,
            410 => FhirError::Gone,
            409 | 412 => FhirError::Conflict { status: answer.status, detail },
            429 => FhirError::TooMany(retry_after),
            status @ (408 | 500..) => FhirError::Server { status, detail, retry_after },
            status => FhirError::Refused { status, detail },
        })
    }
}

/// `Retry-After` in seconds, or until a date by the server's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = http_date(text)?.ms_since(date(headers)?);
    Some(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
}

fn date(headers: &HeaderMap) -> Option<Instant> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

fn http_date(text: &str) -> Option<Instant> {
    let stamp = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Instant(stamp.timestamp().as_millisecond()))
}

/// The first issue of an OperationOutcome, as `: text`.
fn outcome(bytes: &[u8]) -> Option<String> {
    let outcome: OperationOutcome = serde_json::from_slice(without_bom(bytes)).ok()?;
    let issue = outcome.issue.first()?;
    let text = issue.diagnostics.as_deref().or_else(|| issue.details.as_ref().and_then(|d| d.words()))?;
    Some(format!(": {}", text.chars().filter(|c| !c.is_control()).take(160).collect::<String>()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_next_link_is_followed_below_the_own_server_in_every_form_and_nowhere_else() {
        let client = Client::new("https://host.example/fhir/r4").unwrap();
        let page = client.url("Patient?_count=2").unwrap();
        let below = "https://host.example/fhir/r4";
        for (link, wanted) in [
            ("https://host.example/fhir/r4/Patient?page=2", Some(format!("{below}/Patient?page=2"))),
            (
                "https://host.example/fhir/r4?_getpages=x",
                Some("https://host.example/fhir/r4?_getpages=x".into()),
            ),
            ("Patient?page=2", Some(format!("{below}/Patient?page=2"))),
            ("?page=2", Some(format!("{below}/Patient?page=2"))),
            ("/fhir/r4/Patient?page=2", Some(format!("{below}/Patient?page=2"))),
            // What a proxy in front of the server makes of its own address.
            ("http://host.example/fhir/r4/Patient?page=2", Some(format!("{below}/Patient?page=2"))),
            ("http://host.example:8080/fhir/r4/Patient?page=2", Some(format!("{below}/Patient?page=2"))),
            ("https://inner.example/fhir/r4/Patient?page=2", None),
            ("https://host.example.evil/fhir/r4/Patient?page=2", None),
            ("//inner.example/Patient?page=2", None),
            ("ftp://host.example/Patient", None),
            ("urn:uuid:0", None),
        ] {
            assert_eq!(client.next(&page, link).ok().map(String::from), wanted, "{link}");
        }
    }

    #[test]
    fn whom_a_resource_that_cannot_be_read_is_about_is_told_where_it_says_so() {
        let client = Client::new("https://host.example/fhir/r4").unwrap();
        let of = |id: &str| Whose::Of(id.into());
        for (body, whose) in [
            (
                r#"{"resourceType":"DetectedIssue","patient":{"reference":"Patient/a"},"modifierExtension":[{}]}"#,
                of("a"),
            ),
            (
                r#"{"resourceType":"Encounter","subject":{"reference":"http://host.example/fhir/r4/Patient/a"}}"#,
                of("a"),
            ),
            (r#"{"resourceType":"Patient","id":"a","link":7}"#, of("a")),
            (
                r#"{"resourceType":"Encounter","subject":{"reference":"https://other.example/Patient/a"}}"#,
                Whose::Unsaid,
            ),
            (r#"{"resourceType":"Encounter","subject":{"reference":"Group/a"}}"#, Whose::Nobodys),
            (r#"{"resourceType":"Encounter"}"#, Whose::Unsaid),
            (r#"{"resourceType":"Encounter","subject":{"refe"#, Whose::Unsaid),
        ] {
            let one = Unreadable { reference: "x".into(), reason: String::new(), body: body.into() };
            assert_eq!(client.whose(&one), whose, "{body}");
        }
    }

    #[test]
    fn only_what_stays_on_this_machine_or_goes_by_tls_is_not_in_clear() {
        for (base, is_in_clear) in [
            ("http://fhir.example/r4", true),
            ("http://10.0.0.7/r4", true),
            ("http://[2001:db8::1]/r4", true),
            ("http://localhost.example/r4", true),
            ("https://fhir.example/r4", false),
            ("http://localhost:8080/r4", false),
            ("http://127.0.0.1/r4", false),
            ("http://[::1]/r4", false),
        ] {
            assert_eq!(Client::new(base).unwrap().is_in_clear(), is_in_clear, "{base}");
        }
    }

    #[test]
    fn a_wait_is_read_in_seconds_and_as_a_date_by_the_servers_own_clock() {
        let wait = |after: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, after.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            retry_after(&headers)
        };
        let now = Some("Sat, 14 Mar 2026 03:12:00 GMT");
        assert_eq!(wait("7", None), Some(Duration::from_secs(7)));
        assert_eq!(wait("Sat, 14 Mar 2026 03:12:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(wait("Sat, 14 Mar 2026 03:11:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(wait("Sat, 14 Mar 2026 03:12:30 GMT", None), None);
        assert_eq!(wait("soon", now), None);
    }
}
