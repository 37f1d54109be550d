//! oidc-provider from npm, a third party's sign-in service, started for a test; and a browser that signs in there.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use reqwest::redirect::Policy;
use url::Url;

const VERSION: &str = "9.13.3";

/// A service that ends with its owner.
pub(crate) struct Service {
    child: Child,
    pub(crate) issuer: Url,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the package lies, kept between runs; `None` with a word of why where it cannot be had.
fn package() -> Option<PathBuf> {
    let home = std::env::var_os("XDG_CACHE_HOME")
        .map_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"), PathBuf::from);
    let place = home.join(format!("vigil/oidc-provider-{VERSION}"));
    if place.join("node_modules/oidc-provider").exists() {
        return Some(place);
    }
    // Beside it first: tests of several programs may come here at once.
    let beside = tempfile::tempdir_in(home.join("vigil")).or_else(|_| tempfile::tempdir()).unwrap();
    let npm = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"])
        .arg(beside.path())
        .arg(format!("oidc-provider@{VERSION}"))
        .status();
    if !npm.is_ok_and(|done| done.success()) {
        println!("skipped: oidc-provider {VERSION} cannot be had from npm here");
        return None;
    }
    std::fs::create_dir_all(home.join("vigil")).unwrap();
    // Somebody else may have been faster.
    if std::fs::rename(beside.path(), &place).is_err() && !place.exists() {
        return Some(beside.keep());
    }
    Some(place)
}

impl Service {
    /// Starts it; `None` where there is no node or no package.
    pub(crate) fn start() -> Option<Service> {
        Service::before(None)
    }

    /// The same before a ward's FHIR server: below `ward` it gives data to who has a token.
    pub(crate) fn before(ward: Option<&str>) -> Option<Service> {
        if Command::new("node").arg("--version").stdout(Stdio::null()).status().is_err() {
            println!("skipped: there is no node here");
            return None;
        }
        let script = Path::new(file!()).with_file_name("provider.mjs");
        let from_here = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join(&script));
        let script = from_here.into_iter().find(|script| script.exists()).expect("the fixture's script");
        let mut child = Command::new("node")
            .arg(script)
            .arg(package()?)
            .args(ward)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = lines.map_while(Result::ok).find(|line| line.starts_with("http://")).unwrap();
        Some(Service { child, issuer: Url::parse(&issuer).unwrap() })
    }

    /// The base of a FHIR server that names this service, in its own way.
    pub(crate) fn base(&self, kind: &str) -> Url {
        self.issuer.join(&format!("{kind}/")).unwrap()
    }
}

/// A browser that goes from page to page and stops before it comes back to the program.
pub(crate) struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new() -> Browser {
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Browser { http, cookies: BTreeMap::new() }
    }

    /// Signs `who` in at the address that the program gave; gives where the browser is sent in the end.
    pub(crate) async fn sign_in(&mut self, address: &Url, who: &str) -> Url {
        let (mut at, mut form) = (address.clone(), None);
        loop {
            let answer = self.ask(&at, form.take()).await;
            if let Some(to) = answer.headers().get("location") {
                let to = at.join(to.to_str().unwrap()).unwrap();
                if to.port() != address.port() {
                    return to;
                }
                at = to;
                continue;
            }
            let page = answer.text().await.unwrap();
            // The first form of a page is the one that goes on.
            let action = page.split("action=\"").nth(1).unwrap_or_else(|| panic!("{at}: {page}"));
            at = at.join(action.split('"').next().unwrap()).unwrap();
            form = Some(match page.contains("value=\"login\"") {
                true => format!("prompt=login&login={who}&password=x"),
                false => "prompt=consent".to_owned(),
            });
        }
    }

    async fn ask(&mut self, at: &Url, form: Option<String>) -> reqwest::Response {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let asked = match form {
            Some(form) => self
                .http
                .post(at.clone())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
            None => self.http.get(at.clone()),
        };
        let answer = asked.header("cookie", cookies).send().await.unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Comes back to the program; gives the status and the words of its page.
    pub(crate) async fn come_back(&self, to: &Url) -> Option<(u16, String)> {
        let answer = self.http.get(to.clone()).send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }
}
