//! The way to a server: through a proxy that somebody named, with a site's own authority, with a certificate of this station.
//! What the environment says of proxies is not obeyed: nobody would see where a ward's data go.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Certificate, Identity, Proxy};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use url::Url;
use zeroize::Zeroizing;

use crate::error::FhirError;

/// What a site says of its network.
#[derive(Clone, Default)]
pub struct Way {
    /// A proxy that everything goes through, http or https.
    pub proxy: Option<Url>,
    /// Certificates of the site's own authorities, PEM; they come beside those of the system.
    pub authorities: Option<Vec<u8>>,
    /// This station's certificate and its key, PEM.
    pub certificate: Option<Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A proxy's address may hold a password.
        f.debug_struct("Way")
            .field("proxy", &self.proxy.is_some())
            .field("authorities", &self.authorities.is_some())
            .field("certificate", &self.certificate.is_some())
            .finish()
    }
}

impl Way {
    /// A client of HTTP that goes this way.
    ///
    /// # Errors
    /// Where a certificate or the proxy cannot be used.
    pub(crate) fn http(&self) -> Result<reqwest::Client, FhirError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("Vigil/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(30))
            // A redirect could carry the token elsewhere; a FHIR server has no need of one.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(Proxy::all(proxy.as_str()).map_err(|_| wrong("the proxy's address"))?);
        }
        if let Some(pem) = &self.authorities {
            let own = Certificate::from_pem_bundle(pem).ok().filter(|own| !own.is_empty());
            builder = builder.tls_certs_merge(own.ok_or_else(|| wrong("the file of the site's authority"))?);
        }
        if let Some(pem) = &self.certificate {
            let own = Identity::from_pem(pem);
            builder = builder.identity(own.map_err(|_| wrong("the file of this station's certificate"))?);
        }
        builder.build().map_err(FhirError::transport)
    }

    /// The same for a socket.
    ///
    /// # Errors
    /// As [`Way::http`].
    pub(crate) fn tls(&self) -> Result<Arc<ClientConfig>, FhirError> {
        let mut roots = RootCertStore::empty();
        // One that cannot be read is no reason to trust none.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(pem) = &self.authorities {
            roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).filter_map(Result::ok));
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let refused = |_| wrong("this station's certificate");
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(refused)?
            .with_root_certificates(roots);
        let Some(pem) = &self.certificate else { return Ok(Arc::new(builder.with_no_client_auth())) };
        let chain = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| wrong("this station's certificate"))?;
        Ok(Arc::new(builder.with_client_auth_cert(chain, key).map_err(refused)?))
    }
}

fn wrong(what: &str) -> FhirError {
    FhirError::Way(format!("{what} cannot be used"))
}
