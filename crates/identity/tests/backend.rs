//! A station without people signs in with a key of its own, at a service and a server made for the test.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clinical::{Instant, MINUTE_MS};
use fhir::{Access, Bearer, Client, Credentials, FhirError, Way, network};
use identity::{BackendService, Registered};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, PublicKeyData};
use serde_json::{Value, json};

const START: i64 = 1_770_000_000_000;
const CLIENT: &str = "station-7b";

/// A service that gives tokens, and a server that takes the last one.
#[derive(Default)]
struct World {
    base: Mutex<String>,
    clock: AtomicI64,
    asked: AtomicUsize,
    forms: Mutex<Vec<HashMap<String, String>>>,
    /// What the server takes; nothing where it takes none.
    good: Mutex<Option<String>>,
    /// What the service answers instead of a token.
    instead: Mutex<Option<(u16, Value)>>,
    scope: Mutex<Option<&'static str>>,
    is_deaf: std::sync::atomic::AtomicBool,
    reads: AtomicUsize,
}

type Shared = Arc<World>;

async fn configuration(State(world): State<Shared>) -> Json<Value> {
    let base = world.base.lock().unwrap().clone();
    Json(json!({
        "token_endpoint": format!("{base}/token"),
        "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
        "capabilities": ["client-confidential-asymmetric"],
    }))
}

async fn token(State(world): State<Shared>, form: String) -> Response {
    let form = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    world.forms.lock().unwrap().push(form);
    // Whoever else asks meanwhile would come in here too.
    tokio::task::yield_now().await;
    if let Some((status, body)) = world.instead.lock().unwrap().clone() {
        return (StatusCode::from_u16(status).unwrap(), Json(body)).into_response();
    }
    let n = world.asked.fetch_add(1, Ordering::SeqCst) + 1;
    let token = format!("token-{n}");
    if !world.is_deaf.load(Ordering::SeqCst) {
        *world.good.lock().unwrap() = Some(token.clone());
    }
    let mut given = json!({ "access_token": token, "token_type": "bearer", "expires_in": 300 });
    if let Some(scope) = *world.scope.lock().unwrap() {
        given["scope"] = scope.into();
    }
    Json(given).into_response()
}

async fn anything(State(world): State<Shared>, headers: HeaderMap, _uri: Uri) -> Response {
    world.reads.fetch_add(1, Ordering::SeqCst);
    let good = world.good.lock().unwrap().clone().map(|token| format!("Bearer {token}"));
    let said = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    if good.is_none() || said != good {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(json!({ "resourceType": "Bundle", "type": "searchset" })).into_response()
}

async fn world() -> Shared {
    let world = Shared::default();
    world.clock.store(START, Ordering::SeqCst);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    *world.base.lock().unwrap() = format!("http://{}/r4", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/r4/.well-known/smart-configuration", get(configuration))
        .route("/r4/token", post(token))
        .fallback(anything)
        .with_state(world.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    world
}

fn write(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("key");
    std::fs::write(&file, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    file
}

fn station(world: &Shared, key: PathBuf) -> Arc<BackendService> {
    let base = url::Url::parse(&format!("{}/", world.base.lock().unwrap())).unwrap();
    let registered = Registered { client_id: CLIENT.into(), key, scopes: None };
    let clock = world.clone();
    let now = Arc::new(move || Instant(clock.clock.load(Ordering::SeqCst)));
    Arc::new(BackendService::new(network(Way::default()).unwrap(), &base, registered, now).unwrap())
}

fn client(world: &Shared, station: &Arc<BackendService>) -> Client {
    Client::new(&world.base.lock().unwrap()).unwrap().signed_in_by(station.clone())
}

fn curve() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap()
}

/// Whole numbers of a sequence of DER, as long as it holds nothing else.
fn numbers(der: &[u8]) -> Vec<Vec<u8>> {
    fn header(der: &[u8]) -> (u8, usize, &[u8]) {
        match der[1] {
            0x82 => (der[0], usize::from(der[2]) << 8 | usize::from(der[3]), &der[4..]),
            0x81 => (der[0], usize::from(der[2]), &der[3..]),
            short => (der[0], usize::from(short), &der[2..]),
        }
    }
    let mut rest = header(der).2;
    let mut out = Vec::new();
    while !rest.is_empty() {
        let (tag, length, inside) = header(rest);
        assert_eq!(tag, 2);
        out.push(inside[..length].iter().copied().skip_while(|byte| *byte == 0).collect());
        rest = &inside[length..];
    }
    out
}

fn as_json(pair: &KeyPair) -> Value {
    let base = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let der = pair.serialize_der();
    if pair.algorithm() == &PKCS_ECDSA_P384_SHA384 {
        let at = der.windows(2).position(|two| two == [4, 48]).unwrap() + 2;
        let point = pair.der_bytes();
        return json!({
            "kty": "EC", "crv": "P-384", "kid": "its-name", "d": base(&der[at..at + 48]),
            "x": base(&point[1..49]), "y": base(&point[49..]),
        });
    }
    // What PKCS #8 wraps is PKCS #1.
    let at = der.windows(5).skip(10).position(|w| w[0] == 0x30 && w[1] == 0x82 && w[4] == 2).unwrap() + 10;
    let n = numbers(&der[at..]);
    let mut key = json!({ "kty": "RSA", "kid": "its-name" });
    for (name, value) in ["n", "e", "d", "p", "q", "dp", "dq", "qi"].iter().zip(&n[1..]) {
        key[name] = base(value).into();
    }
    key
}

#[derive(serde::Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    jti: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_form_of_a_key_signs_what_its_public_part_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let rsa = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let ec = curve();
    for (name, text, pair, algorithm, has_name) in [
        ("RSA as PEM", rsa.serialize_pem(), &rsa, Algorithm::RS384, false),
        ("EC as PEM", ec.serialize_pem(), &ec, Algorithm::ES384, false),
        ("RSA as JWK", as_json(&rsa).to_string(), &rsa, Algorithm::RS384, true),
        ("EC as JWK", as_json(&ec).to_string(), &ec, Algorithm::ES384, true),
    ] {
        let world = world().await;
        let station = station(&world, write(folder.path(), &text));
        assert_eq!(
            client(&world, &station).probe().await.map(drop).map_err(|e| e.to_string()),
            Ok(()),
            "{name}"
        );
        let form = world.forms.lock().unwrap()[0].clone();
        assert_eq!(form["grant_type"], "client_credentials");
        assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        assert!(form["scope"].contains("system/Observation.rs") && !form.contains_key("client_secret"));
        let public = match algorithm {
            Algorithm::ES384 => DecodingKey::from_ec_pem(pair.public_key_pem().as_bytes()).unwrap(),
            _ => DecodingKey::from_rsa_pem(pair.public_key_pem().as_bytes()).unwrap(),
        };
        let mut check = Validation::new(algorithm);
        check.validate_exp = false;
        check.set_audience(&[format!("{}/token", world.base.lock().unwrap())]);
        let assertion = decode::<Claims>(&form["client_assertion"], &public, &check).unwrap().claims;
        assert_eq!((assertion.iss.as_str(), assertion.sub.as_str()), (CLIENT, CLIENT));
        assert_eq!(assertion.iat, START / 1000);
        assert!(
            assertion.exp > assertion.iat && assertion.exp <= assertion.iat + 300 && assertion.jti.len() > 20
        );
        let kid = decode_header(&form["client_assertion"]).unwrap().kid.unwrap();
        assert_eq!(kid == "its-name", has_name, "{name}: {kid}");
        assert!(station.words().contains(&kid), "IT has to find it at the service");
        let said = format!("{station:?} {}", station.words());
        assert!(!said.contains("PRIVATE") && !said.contains("token-"), "{said}");
        assert!(assertion.aud.ends_with("/token"));
    }
    let p256 = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap().serialize_pem();
    for (name, text) in [
        ("another curve", p256.as_str()),
        ("no key", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"),
        ("a public key", &ec.public_key_pem()),
        ("half a JWK", r#"{"kty":"RSA","n":"AQAB"}"#),
        ("a JWK of another curve", r#"{"kty":"EC","crv":"P-256","d":"AA","x":"AA","y":"AA"}"#),
        ("JSON", "{}"),
        ("a word", "secret-4711"),
    ] {
        let registered =
            Registered { client_id: CLIENT.into(), key: write(folder.path(), text), scopes: None };
        let base = url::Url::parse("http://127.0.0.1:9/r4/").unwrap();
        let made =
            BackendService::new(network(Way::default()).unwrap(), &base, registered, Arc::new(|| Instant(0)));
        let error = made.map(drop).expect_err(name).to_string();
        assert!(error.contains("key for RS384 or ES384") && !error.contains("4711"), "{name}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_used_until_shortly_before_it_ends_and_fetched_by_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let world = world().await;
    let station = station(&world, write(folder.path(), &curve().serialize_pem()));
    let client = client(&world, &station);
    let all = (0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.probe().await.map(drop) })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap().unwrap();
    }
    assert_eq!(world.asked.load(Ordering::SeqCst), 1);
    for (after, tokens) in
        [(4 * MINUTE_MS, 1), (4 * MINUTE_MS + 31_000, 2), (9 * MINUTE_MS, 2), (10 * MINUTE_MS, 3)]
    {
        world.clock.store(START + after, Ordering::SeqCst);
        client.probe().await.unwrap();
        assert_eq!(world.asked.load(Ordering::SeqCst), tokens, "{after} ms");
    }
    // The service does not answer now, and the token is good for some seconds more.
    let before = world.reads.load(Ordering::SeqCst);
    *world.instead.lock().unwrap() = Some((503, json!({})));
    world.clock.store(START + 14 * MINUTE_MS + 45_000, Ordering::SeqCst);
    client.probe().await.unwrap();
    world.clock.store(START + 16 * MINUTE_MS, Ordering::SeqCst);
    let error = client.probe().await.unwrap_err();
    assert!(matches!(error, FhirError::SignInService(_)) && error.is_transient(), "{error:?}");
    assert_eq!(world.reads.load(Ordering::SeqCst), before + 1, "nothing is asked without a token");
    *world.instead.lock().unwrap() = None;
    client.probe().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_replaced_once_and_then_the_station_is_signed_out_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let world = world().await;
    let station = station(&world, write(folder.path(), &curve().serialize_pem()));
    let client = client(&world, &station);
    client.probe().await.unwrap();
    // Revoked before its time: nobody notices.
    *world.good.lock().unwrap() = None;
    client.probe().await.unwrap();
    assert_eq!(world.asked.load(Ordering::SeqCst), 2);
    // The server takes nothing any more: one more token is fetched in a minute, and not one for each request.
    world.is_deaf.store(true, Ordering::SeqCst);
    *world.good.lock().unwrap() = None;
    world.clock.fetch_add(2 * MINUTE_MS, Ordering::SeqCst);
    for _ in 0..10 {
        let error = client.probe().await.unwrap_err();
        assert!(matches!(error, FhirError::SignIn(_)), "{error:?}");
        assert!(error.to_string().contains("wants a sign-in"), "{error}");
    }
    assert_eq!(world.asked.load(Ordering::SeqCst), 3);
    assert_eq!(client.probe().await.unwrap_err().cause(), "sign-in");
    // It does again.
    world.is_deaf.store(false, Ordering::SeqCst);
    world.clock.fetch_add(2 * MINUTE_MS, Ordering::SeqCst);
    client.probe().await.unwrap();
    // The service knows this station no more: asked once a minute, and in its words.
    *world.instead.lock().unwrap() =
        Some((401, json!({ "error": "invalid_client", "error_description": "unknown\u{1b}[2J" })));
    *world.good.lock().unwrap() = None;
    world.clock.fetch_add(2 * MINUTE_MS, Ordering::SeqCst);
    let before = world.forms.lock().unwrap().len();
    for _ in 0..10 {
        let error = client.probe().await.unwrap_err();
        assert!(matches!(error, FhirError::SignIn(_)), "{error:?}");
        let said = error.to_string();
        assert!(said.contains("invalid_client") && !said.contains('\u{1b}'), "{said}");
    }
    assert_eq!(world.forms.lock().unwrap().len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_grants_is_kept_and_what_it_does_not_say_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let world = world().await;
    let key = write(folder.path(), &curve().serialize_pem());
    for (said, observations, actions) in [
        (None, true, true),
        (Some("openid"), true, true),
        (Some("system/*.rs"), true, false),
        (Some("system/Patient.rs system/Communication.crs"), false, true),
    ] {
        *world.scope.lock().unwrap() = said;
        let station = station(&world, key.clone());
        client(&world, &station).probe().await.unwrap();
        assert_eq!(station.grants("Observation", Access::Search), observations, "{said:?}");
        assert_eq!(station.grants("Communication", Access::Create), actions, "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_answers_that_is_no_token_is_never_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let world = world().await;
    let key = write(folder.path(), &curve().serialize_pem());
    for (status, body, is_over) in [
        (200, json!({ "access_token": "secret-4711" }), true),
        (200, json!(["secret-4711"]), true),
        (200, json!({ "token_type": "bearer", "id_token": "secret-4711" }), true),
        (400, json!({ "error": "invalid_scope" }), true),
        (404, json!("secret-4711"), true),
        (500, json!("secret-4711"), false),
        (429, json!({ "error": "slow_down" }), false),
    ] {
        *world.instead.lock().unwrap() = Some((status, body));
        let station = station(&world, key.clone());
        let error = client(&world, &station).probe().await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("4711"), "{error:?}");
        assert_eq!(matches!(error, FhirError::SignIn(_)), is_over, "{status}: {error:?}");
    }
    let nobody = Bearer::new("x".into());
    assert!(nobody.grants("Observation", Access::Search));
}
