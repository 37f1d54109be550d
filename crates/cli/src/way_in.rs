//! How a server is reached, and as whom: options of every command and of the window.

use std::path::PathBuf;

use clap::Args;
use console::{Program, Registered, SignIn, WayIn};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Sign in by the bearer token in this file, which has to be yours alone (mode 0600); a new token is noticed
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["client_id", "client_key"])]
    token_file: Option<PathBuf>,
    /// The name under which the sign-in service knows this program, or this station
    #[arg(long, global = true, value_name = "ID")]
    client_id: Option<String>,
    /// Sign in by this key of the station's own (SMART Backend Services; PEM or JWK, RSA or P-384), mode 0600
    #[arg(long, global = true, value_name = "FILE", requires = "client_id")]
    client_key: Option<PathBuf>,
    /// What to ask the sign-in service for, where that is other than what this program needs
    #[arg(long, global = true, value_name = "SCOPES", requires = "client_id")]
    scopes: Option<String>,
    /// Ask a server by http over a network, where everybody on the way can read along; needed once
    #[arg(long, global = true)]
    allow_http: bool,
    /// Go through this proxy; what the environment says of proxies is not obeyed
    #[arg(long, global = true, value_name = "URL")]
    proxy: Option<String>,
    /// Trust the authority in this file too, beside those of the system (PEM)
    #[arg(long, global = true, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Show this certificate of the station's own (PEM with its key), mode 0600
    #[arg(long, global = true, value_name = "FILE")]
    client_cert: Option<PathBuf>,
}

impl Options {
    pub(crate) fn read(self) -> WayIn {
        let program =
            self.client_id.clone().map(|client_id| Program { client_id, scopes: self.scopes.clone() });
        let sign_in = match (self.token_file, self.client_id, self.client_key) {
            (Some(file), ..) => SignIn::TokenFile(file),
            (None, Some(client_id), Some(key)) => {
                SignIn::Key(Registered { client_id, key, scopes: self.scopes })
            }
            _ => SignIn::Kept,
        };
        let allow_http = self.allow_http;
        WayIn {
            sign_in,
            allow_http,
            proxy: self.proxy,
            authority: self.ca,
            certificate: self.client_cert,
            program,
        }
    }
}
