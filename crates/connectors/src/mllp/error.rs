//! Why nobody is listened to.

use std::net::IpAddr;

/// Why nobody is listened to.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another machine could send in clear, and anything.
    #[error(
        "{0} is not this machine alone: give certificates for both sides (mutual TLS), or listen on 127.0.0.1"
    )]
    NotLoopback(IpAddr),
    /// The address cannot be had.
    #[error("cannot listen there: {0}")]
    Address(#[from] std::io::Error),
    /// Something of the certificates.
    #[error("{0} cannot be used")]
    Tls(&'static str),
}
