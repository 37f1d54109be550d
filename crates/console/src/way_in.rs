//! The way in to a server: how this station reaches it, and as whom.

use std::path::PathBuf;
use std::sync::Arc;

use fhir::{Client, Transport, Way, network};
use identity::{BackendService, Now, Registered, TokenFile, Whoever, read_secret};
use url::Url;
use vault::Vault;
use zeroize::Zeroizing;

use crate::view::Failure;

/// As whom this station asks a server.
#[derive(Clone, Debug, Default)]
pub enum SignIn {
    /// As whoever signed in at this station; as nobody where nobody did.
    #[default]
    Kept,
    /// By the token in a file.
    TokenFile(PathBuf),
    /// By a key of the station's own.
    Key(Registered),
}

/// How a server is reached, as somebody said when the program began.
#[derive(Clone, Default)]
pub struct WayIn {
    /// As whom.
    pub sign_in: SignIn,
    /// A proxy that everything goes through.
    pub proxy: Option<String>,
    /// The file of the site's own authority, PEM.
    pub authority: Option<PathBuf>,
    /// The file of this station's certificate with its key, PEM.
    pub certificate: Option<PathBuf>,
    /// A server may be asked by http over a network: everybody on the way can read along.
    pub allow_http: bool,
    /// Under what the sign-in service knows this program, where a person is to sign in.
    pub program: Option<Program>,
}

/// Under what the sign-in service knows this program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its name there.
    pub client_id: String,
    /// What to ask for; what this program needs where nobody says.
    pub scopes: Option<String>,
}

impl std::fmt::Debug for WayIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A proxy's address may hold a password.
        f.debug_struct("WayIn").field("sign_in", &self.sign_in).finish_non_exhaustive()
    }
}

impl WayIn {
    /// The network, as this site has it.
    ///
    /// # Errors
    /// Where a file or the proxy's address cannot be used.
    pub fn network(&self) -> Result<Arc<dyn Transport>, Failure> {
        let proxy = self.proxy.as_deref().map(proxy).transpose()?;
        let authorities = self.authority.as_ref().map(|file| {
            std::fs::read(file).map_err(|why| Failure::failed(format!("{}: {why}", file.display())))
        });
        let certificate = self.certificate.as_ref().map(|file| {
            let pem = read_secret(file, "certificate").map_err(Failure::failed)?;
            Ok::<_, Failure>(Zeroizing::new(pem.as_bytes().to_vec()))
        });
        let way = Way { proxy, authorities: authorities.transpose()?, certificate: certificate.transpose()? };
        Ok(network(way)?)
    }

    /// A client of the server at `base` that asks as whom this station is; who signed in stands in its cache.
    ///
    /// # Errors
    /// Where the address is none, or a file cannot be used.
    pub fn client(&self, base: &str, vault: Option<&Arc<Vault>>, now: Now) -> Result<Client, Failure> {
        let network = self.network()?;
        let client = Client::over(base, network.clone())?;
        Ok(match &self.sign_in {
            SignIn::Kept => {
                let whoever = vault.map(|vault| Whoever::at(vault.clone(), network, now));
                match whoever {
                    Some(whoever) => client.signed_in_by(Arc::new(whoever)),
                    None => client,
                }
            }
            SignIn::TokenFile(file) => {
                client.signed_in_by(Arc::new(TokenFile::open(file).map_err(Failure::failed)?))
            }
            SignIn::Key(registered) => {
                let service = BackendService::new(network, client.base(), registered.clone(), now);
                client.signed_in_by(Arc::new(service.map_err(Failure::failed)?))
            }
        })
    }
}

fn proxy(said: &str) -> Result<Url, Failure> {
    let url = Url::parse(said).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| Failure::failed("--proxy: that is no address such as http://proxy.example:3128"))
}
