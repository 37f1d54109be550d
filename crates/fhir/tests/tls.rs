//! A server under TLS with a site's own authority: reached where the authority is named, and never else.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use fhir::{Bearer, Client, FhirError, Way, network};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;
use zeroize::Zeroizing;

const METADATA: &str = r#"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1"}"#;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for a name of this machine, and its key.
fn certificate(of: &Authority, name: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.subject_alt_names.push(SanType::IpAddress("192.0.2.1".parse().unwrap()));
    (params.signed_by(&key, of).unwrap(), key)
}

/// A server; `wants` is the authority of the stations that it lets in.
async fn server(of: &Authority, name: &str, wants: Option<&Authority>) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let (own, key) = certificate(of, name);
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = match wants {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let config = Arc::new(builder.with_single_cert(vec![own.der().clone()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (line, _) = listener.accept().await.unwrap();
            let acceptor = TlsAcceptor::from(config.clone());
            tokio::spawn(async move {
                let Ok(mut line) = acceptor.accept(line).await else { return };
                let mut asked = [0; 4096];
                let _ = line.read(&mut asked).await;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{METADATA}",
                    METADATA.len()
                );
                let _ = line.write_all(answer.as_bytes()).await;
                let _ = line.shutdown().await;
            });
        }
    });
    address
}

async fn asked(way: Way, address: SocketAddr) -> Result<(), FhirError> {
    let base = format!("https://localhost:{}/r4", address.port());
    Client::over(&base, network(way)?)?.check().await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_certificate_of_a_named_authority_for_this_very_name_is_accepted() {
    let (ours, other) = (authority(), authority());
    let trusting =
        |authority: &Authority| Way { authorities: Some(authority.pem().into_bytes()), ..Way::default() };
    for (name, called, way, is_accepted) in [
        ("nobody named it", "localhost", Way::default(), false),
        ("named", "localhost", trusting(&ours), true),
        ("another one named", "localhost", trusting(&other), false),
        ("a certificate of another name", "other.example", trusting(&ours), false),
    ] {
        let address = server(&ours, called, None).await;
        let went = asked(way, address).await;
        assert_eq!(went.is_ok(), is_accepted, "{name}: {went:?}");
        assert!(is_accepted || matches!(went, Err(FhirError::Tls(_))), "{name}: {went:?}");
    }
    for broken in ["", "nothing", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"] {
        let way = Way { authorities: Some(broken.into()), ..Way::default() };
        assert!(network(way).is_err(), "{broken:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_a_certificate_of_the_station_gets_it_and_nobody_without_one_comes_in() {
    let ours = authority();
    let address = server(&ours, "localhost", Some(&ours)).await;
    let with = |of: &Authority| {
        let (own, key) = certificate(of, "station");
        Some(Zeroizing::new(format!("{}{}", own.pem(), key.serialize_pem()).into_bytes()))
    };
    let authorities = Some(ours.pem().into_bytes());
    for (name, certificate, is_in) in [
        ("none", None, false),
        ("one of another authority", with(&authority()), false),
        ("its own", with(&ours), true),
    ] {
        let way = Way { authorities: authorities.clone(), certificate, proxy: None };
        let went = asked(way, address).await;
        assert_eq!(went.is_ok(), is_in, "{name}: {went:?}");
    }
    let half =
        Way { certificate: Some(Zeroizing::new(b"-----BEGIN CERTIFICATE-----".to_vec())), ..Way::default() };
    let error = network(half).map(drop).unwrap_err();
    assert!(error.to_string().contains("this station's certificate"), "{error}");
}

/// A proxy that notes what it is asked for and answers as the server would.
async fn proxy() -> (Url, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = seen.clone();
    tokio::spawn(async move {
        loop {
            let (mut line, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4096];
            let read = line.read(&mut asked).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&asked[..read]).into_owned();
            let first = head.lines().next().unwrap_or_default().to_owned();
            notes.lock().unwrap().push(first.clone());
            if let Some(place) = first.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) {
                let Ok(mut there) = TcpStream::connect(place).await else { continue };
                let _ = line.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                tokio::spawn(async move { tokio::io::copy_bidirectional(&mut line, &mut there).await });
                continue;
            }
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{METADATA}",
                METADATA.len()
            );
            let _ = line.write_all(answer.as_bytes()).await;
        }
    });
    (url, seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_proxy_carries_everything_and_sees_no_token_that_goes_under_tls() {
    let (url, seen) = proxy().await;
    let ours = authority();
    let address = server(&ours, "localhost", None).await;
    let way = Way { proxy: Some(url.clone()), authorities: Some(ours.pem().into_bytes()), certificate: None };
    assert!(!format!("{way:?}").contains("http"), "its address may hold a password");
    asked(way.clone(), address).await.unwrap();
    let client = Client::over("http://fhir.invalid/r4", network(way).unwrap()).unwrap();
    client.signed_in_by(Arc::new(Bearer::new("x".into()))).check().await.unwrap();
    let seen = seen.lock().unwrap().clone();
    let connect = format!("CONNECT localhost:{} HTTP/1.1", address.port());
    assert_eq!(seen, [connect, "GET http://fhir.invalid/r4/metadata HTTP/1.1".to_owned()]);
}

/// Run by the test below in a process of its own: the environment is everybody's.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_environment_says_of_proxies_is_not_obeyed() {
    let Ok(base) = std::env::var("VIGIL_TEST_BASE") else {
        let (url, seen) = proxy().await;
        let there = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/r4", there.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut line, _) = there.accept().await.unwrap();
            let mut asked = [0; 4096];
            let _ = line.read(&mut asked).await;
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{METADATA}", METADATA.len());
            let _ = line.write_all(answer.as_bytes()).await;
        });
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        again
            .args(["--exact", "what_the_environment_says_of_proxies_is_not_obeyed"])
            .env("VIGIL_TEST_BASE", base);
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            again.env(name, url.as_str());
        }
        let done = tokio::task::spawn_blocking(move || again.status().unwrap());
        assert!(done.await.unwrap().success());
        assert!(seen.lock().unwrap().is_empty());
        return;
    };
    Client::new(&base).unwrap().check().await.unwrap();
}
