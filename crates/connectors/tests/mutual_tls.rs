//! From another machine only who shows a certificate of the site's authority is heard.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::sync::Arc;

use connectors::{
    Answered, Bounds, Desk, Door, Frames, ListenError, Listener, MutualTls, Notice, Peer, Piece, framed,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use support::{Ward, ack, message};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn certificate(of: &Authority) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    (CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, of).unwrap(), key)
}

/// The answer to one message, of somebody who shows a certificate, or none.
async fn asked(
    at: std::net::SocketAddr,
    trusts: &Authority,
    shows: Option<&Authority>,
) -> Option<(String, String)> {
    let mut roots = RootCertStore::empty();
    roots.add(trusts.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match shows {
        None => builder.with_no_client_auth(),
        Some(of) => {
            let (own, key) = certificate(of);
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
            builder.with_client_auth_cert(vec![own.der().clone()], key).unwrap()
        }
    };
    let line = TcpStream::connect(at).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut line = TlsConnector::from(Arc::new(config)).connect(name, line).await.ok()?;
    line.write_all(&framed(message("1", 72).as_bytes())).await.ok()?;
    let (mut frames, mut buffer) = (Frames::new(1 << 16), [0; 4096]);
    loop {
        match line.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => frames.feed(&buffer[..n]),
        }
        if let Some(Piece::Message(answer)) = frames.next() {
            return Some(ack(&answer));
        }
    }
}

#[tokio::test]
async fn only_who_shows_a_certificate_of_the_sites_authority_is_heard_from_another_machine() {
    let (site, other) = (authority(), authority());
    let (own, key) = certificate(&site);
    let pem = own.pem() + &key.serialize_pem();
    let tls = MutualTls::from_pem(site.pem().as_bytes(), pem.as_bytes()).unwrap();
    let door = Door { address: Some("0.0.0.0:0".parse().unwrap()), tls: Some(tls), ..Door::default() };
    let listener = Listener::open(door).await.unwrap().unwrap();
    let at = (std::net::Ipv4Addr::LOCALHOST, listener.address().unwrap().port()).into();
    let ward = Ward::new();
    let desk = Desk::new(ward.clone(), Peer::default(), Bounds::default(), Answered::new(10));
    let serving = tokio::spawn(listener.serve(desk));
    assert_eq!(asked(at, &site, None).await, None, "shows nothing");
    assert_eq!(asked(at, &site, Some(&other)).await, None, "shows another's");
    let mut clear = TcpStream::connect(at).await.unwrap();
    clear.write_all(&framed(message("9", 1).as_bytes())).await.unwrap();
    let mut rest = Vec::new();
    let _ = clear.read_to_end(&mut rest).await;
    assert!(!rest.windows(3).any(|part| part == b"MSA"), "in clear");
    assert_eq!(ward.kept(), [""; 0]);
    assert_eq!(ward.noticed(), vec![Notice::Untrusted; 3]);
    assert_eq!(asked(at, &site, Some(&site)).await, Some(("AA".into(), "1".into())));
    assert_eq!(ward.kept(), ["72"]);
    serving.abort();
}

#[test]
fn a_file_that_is_no_certificate_opens_no_door() {
    let site = authority();
    let (own, key) = certificate(&site);
    let pem = own.pem() + &key.serialize_pem();
    for (authorities, own) in [
        ("", pem.as_str()),
        ("hello", &pem),
        (&site.pem(), ""),
        (&site.pem(), &own.pem()),
        (&site.pem(), &key.serialize_pem()),
    ] {
        let opened = MutualTls::from_pem(authorities.as_bytes(), own.as_bytes());
        assert!(matches!(opened, Err(ListenError::Tls(_))));
    }
}
