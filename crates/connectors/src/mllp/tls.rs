//! TLS with certificates of both sides: the only way in from another machine.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::error::ListenError;

/// What this station shows, and whose certificates it takes.
#[derive(Clone)]
pub struct MutualTls(Arc<ServerConfig>);

impl MutualTls {
    /// From PEM: the authorities that senders' certificates must be of, and the station's own chain and key.
    ///
    /// # Errors
    /// Where one of them cannot be read.
    pub fn from_pem(authorities: &[u8], own: &[u8]) -> Result<MutualTls, ListenError> {
        let wrong = |what: &'static str| ListenError::Tls(what);
        let mut roots = RootCertStore::empty();
        let found = CertificateDer::pem_slice_iter(authorities).filter_map(Result::ok);
        // Without one nobody would be let in.
        if roots.add_parsable_certificates(found).0 == 0 {
            return Err(wrong("the file of the senders' authorities"));
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map_err(|_| wrong("the file of the senders' authorities"))?;
        let chain: Vec<CertificateDer> = CertificateDer::pem_slice_iter(own).filter_map(Result::ok).collect();
        let key = PrivateKeyDer::from_pem_slice(own).map_err(|_| wrong("this station's key"))?;
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| wrong("this station's certificate"))?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .map_err(|_| wrong("this station's certificate"))?;
        Ok(MutualTls(Arc::new(config)))
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.0.clone())
    }
}

impl std::fmt::Debug for MutualTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MutualTls")
    }
}
