//! What can go wrong between the console and a server, in words a person can act on.

use std::time::Duration;

/// What the transport said.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a request gave nothing that can be used.
#[derive(Debug, thiserror::Error)]
pub enum FhirError {
    /// The address is no http(s) URL.
    #[error(
        "\"{0}\" is not an http or https address. Enter the FHIR base, such as https://fhir.example.org/r4"
    )]
    Address(String),
    /// The name does not resolve.
    #[error("the server's name could not be found. Check the address and this station's DNS")]
    Dns(#[source] Cause),
    /// Nothing answers there.
    #[error("the server could not be reached. Check the address, the port and the network")]
    Connect(#[source] Cause),
    /// The certificate is not accepted.
    #[error(
        "the server's TLS certificate was not accepted. Ask IT to check the certificate or the station's trusted roots"
    )]
    Tls(#[source] Cause),
    /// No answer in time.
    #[error("the server did not answer in time")]
    Timeout(#[source] Cause),
    /// The answer broke off.
    #[error("the answer broke off before its end")]
    Broken(#[source] Cause),
    /// Signed out: why, and what to do.
    #[error("this server wants a sign-in (401): {0}")]
    SignIn(String),
    /// Who signs this station in did not, for now.
    #[error("the sign-in service could not be used: {0}")]
    SignInService(String),
    /// What this station was granted leaves this out; it was not asked for.
    #[error("not granted to this station: {0}")]
    NotGranted(String),
    /// A part of the way to the server that somebody named.
    #[error("{0}; nothing was sent")]
    Way(String),
    /// Not allowed.
    #[error("this account may not do this here (403)")]
    Forbidden,
    /// No such thing.
    #[error("there is no FHIR server at this address (404)")]
    NotFound,
    /// Deleted, or forgotten.
    #[error("what was asked for is gone (410)")]
    Gone,
    /// A later page of a search that is not to be had any more.
    #[error("the server forgot the search before its last page was read: its pages expire ({status})")]
    Expired {
        /// HTTP status.
        status: u16,
    },
    /// Slow down.
    #[error("the server asks for fewer requests (429)")]
    TooMany(Option<Duration>),
    /// The server failed.
    #[error("the server reported an error ({status}){detail}")]
    Server {
        /// HTTP status.
        status: u16,
        /// The OperationOutcome's text, with a leading colon; empty where there is none.
        detail: String,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// Somebody else was first, or a condition does not hold (409, 412): to be read again, never taken for success.
    #[error("the server has another version of this ({status}){detail}")]
    Conflict {
        /// HTTP status.
        status: u16,
        /// The OperationOutcome's text, with a leading colon; empty where there is none.
        detail: String,
    },
    /// The server refused this request for good.
    #[error("the server refused the request ({status}){detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The OperationOutcome's text, with a leading colon; empty where there is none.
        detail: String,
    },
    /// A web page came instead of data.
    #[error(
        "a web page came back instead of FHIR data: this may be a sign-in page or a network that wants a login in a browser first"
    )]
    WebPage,
    /// The answer is no JSON.
    #[error("the answer is not readable JSON: {0}")]
    Malformed(String),
    /// It is JSON, but no FHIR.
    #[error("the address answers, but not as a FHIR server: {0}")]
    NotFhir(String),
    /// Another release of FHIR.
    #[error("the server speaks FHIR {0}; Vigil needs R4 (4.0 or 4.3)")]
    Version(String),
    /// A page over the limit.
    #[error("one page of the answer is larger than {limit_mib} MiB")]
    TooLarge {
        /// The limit.
        limit_mib: usize,
    },
    /// Paging that never ends.
    #[error(
        "the server sends the same page again and again; reading stopped after {pages} pages, what they held is kept"
    )]
    Loop {
        /// How many pages were read.
        pages: usize,
    },
    /// A `next` link that leaves the server.
    #[error("the server's next-page link leads to another host; it was not followed")]
    ForeignLink,
    /// The live channel failed.
    #[error("the live channel failed: {0}")]
    Live(String),
}

impl FhirError {
    pub(crate) fn transport(error: reqwest::Error) -> FhirError {
        if error.is_timeout() {
            return FhirError::Timeout(error.into());
        }
        // reqwest keeps the cause in the source chain; its text is the only thing that tells TLS from DNS.
        // Its own words name the address, in which anything may stand.
        let mut text = String::new();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(&cause.to_string().to_lowercase());
            source = cause.source();
        }
        // A certificate of another name names a `DnsName`.
        if text.contains("certificate") {
            FhirError::Tls(error.into())
        } else if text.contains("dns") || text.contains("lookup") || text.contains("resolve") {
            FhirError::Dns(error.into())
        } else if text.contains("tls") || text.contains("handshake") {
            FhirError::Tls(error.into())
        } else if error.is_connect() {
            FhirError::Connect(error.into())
        } else {
            FhirError::Broken(error.into())
        }
    }

    /// Whether this is about the one search that was asked for: another on the same server may succeed.
    pub fn is_of_one_search(&self) -> bool {
        match self {
            FhirError::Server { status, .. } => !matches!(status, 408 | 502..=504),
            FhirError::Forbidden
            | FhirError::NotGranted(_)
            | FhirError::NotFound
            | FhirError::Gone
            | FhirError::Expired { .. }
            | FhirError::Conflict { .. }
            | FhirError::Refused { .. }
            | FhirError::Malformed(_)
            | FhirError::NotFhir(_)
            | FhirError::TooLarge { .. }
            | FhirError::Loop { .. }
            | FhirError::ForeignLink => true,
            _ => false,
        }
    }

    /// Whether the server is there and gives this station nothing of it.
    pub fn is_barred(&self) -> bool {
        matches!(self, FhirError::Forbidden | FhirError::NotGranted(_))
    }

    /// Whether a search gave pages, and not its last one.
    pub fn is_cut(&self) -> bool {
        matches!(self, FhirError::Expired { .. } | FhirError::Loop { .. } | FhirError::ForeignLink)
    }

    /// Whether the server does not take the question as it was put, and might take another.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            FhirError::Refused { .. }
                | FhirError::NotFound
                | FhirError::Gone
                | FhirError::Server { status: 501, .. }
        )
    }

    /// In words for somebody who reads the kind that was searched before them.
    pub fn of_a_search(&self) -> String {
        match self {
            FhirError::NotFound => "the server does not know this search (404)".to_owned(),
            other => other.to_string(),
        }
    }

    /// The HTTP status, where one tells the error.
    pub fn status(&self) -> Option<u16> {
        match self {
            FhirError::SignIn(_) => Some(401),
            FhirError::Forbidden => Some(403),
            FhirError::NotFound => Some(404),
            FhirError::Gone => Some(410),
            FhirError::TooMany(_) => Some(429),
            FhirError::Server { status, .. }
            | FhirError::Conflict { status, .. }
            | FhirError::Refused { status, .. }
            | FhirError::Expired { status } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            FhirError::Dns(_)
                | FhirError::Connect(_)
                | FhirError::Tls(_)
                | FhirError::Timeout(_)
                | FhirError::Broken(_)
                | FhirError::TooMany(_)
                | FhirError::Server { .. }
                | FhirError::WebPage
                | FhirError::Malformed(_)
                | FhirError::Live(_)
                | FhirError::SignInService(_)
        )
    }

    /// How long the server asks to wait, where it says.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            FhirError::TooMany(after) => *after,
            FhirError::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// A short name of the cause, for the connection chip: `server`, `gateway`, `dns`, `tls`, `sign-in` or `network`.
    pub fn cause(&self) -> &'static str {
        match self {
            FhirError::Dns(_) => "dns",
            FhirError::Tls(_) => "tls",
            FhirError::SignIn(_)
            | FhirError::SignInService(_)
            | FhirError::NotGranted(_)
            | FhirError::Forbidden
            | FhirError::WebPage => "sign-in",
            FhirError::Server { status: 502..=504, .. } => "gateway",
            FhirError::Connect(_) | FhirError::Timeout(_) | FhirError::Broken(_) | FhirError::Live(_) => {
                "network"
            }
            _ => "server",
        }
    }
}
