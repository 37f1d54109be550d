//! A person signs in at a third party's service: oidc-provider from npm.
#![allow(clippy::unwrap_used, clippy::panic)]

mod service;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinical::{Instant, MINUTE_MS};
use fhir::{Access, Credentials, FhirError, Way, network};
use identity::{Begun, Kept, Launch, Person, SignInError, SignedIn, sign_out};
use service::{Browser, Service};
use url::Url;
use vault::{Key, Vault};

const WAIT: Duration = Duration::from_secs(20);

struct Station {
    launch: Launch,
    vault: Arc<Vault>,
    ahead: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

/// A station whose clock is ahead by so much.
fn station(base: Url, ahead: i64) -> Station {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    let ahead = Arc::new(AtomicI64::new(ahead));
    let by = ahead.clone();
    let now = Arc::new(move || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        Instant(i64::try_from(since).unwrap() + by.load(Ordering::SeqCst))
    });
    let transport = network(Way::default()).unwrap();
    let launch = Launch { transport, base, client_id: "vigil".into(), scopes: None, now };
    Station { launch, vault, ahead, folder }
}

impl Station {
    fn person(&self) -> Option<Person> {
        Person::of(&self.vault, self.launch.transport.clone(), self.launch.now.clone()).unwrap()
    }

    async fn sign_in(&self, who: &str) -> Result<SignedIn, SignInError> {
        let begun = self.launch.begin().await.unwrap();
        let to = Browser::new().sign_in(&begun.address, who).await;
        come_back(begun, to).await.0
    }
}

/// Comes back to `to`; gives what became of it, and the page.
async fn come_back(begun: Begun<'_>, to: Url) -> (Result<SignedIn, SignInError>, Option<(u16, String)>) {
    let browser = Browser::new();
    tokio::join!(begun.finish(WAIT), browser.come_back(&to))
}

fn with(url: &Url, name: &str, value: Option<&str>) -> Url {
    let mut changed = url.clone();
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| key != name)
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .collect();
    changed.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
    changed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_is_known_is_renewed_and_is_signed_out() {
    let Some(service) = Service::start() else { return };
    let station = station(service.base("r4"), 0);
    let begun = station.launch.begin().await.unwrap();
    let asked: std::collections::HashMap<_, _> = begun.address.query_pairs().into_owned().collect();
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(format!("{}/", asked["aud"]), service.base("r4").as_str());
    assert!(asked["scope"].contains("offline_access") && !asked["scope"].contains('*'));
    let to = Browser::new().sign_in(&begun.address, "okafor").await;
    let (signed_in, page) = come_back(begun, to.clone()).await;
    let signed_in = signed_in.unwrap();
    let (status, words) = page.unwrap();
    assert!(status == 200 && words.contains("go back to Vigil"), "{words}");
    assert!(Browser::new().come_back(&to).await.is_none(), "the port answers once");
    assert_eq!(signed_in.who.name.as_deref(), Some("N. Okafor"));
    let kept = signed_in.keep(&station.vault).unwrap();
    assert_eq!(kept.actor().map(String::from).as_deref(), Some("Practitioner/okafor"));

    // What was asked for and not given is known.
    let person = Arc::new(station.person().unwrap());
    let first = person.bearer().await.unwrap().unwrap();
    assert!(person.grants("Observation", Access::Search) && person.grants("Patient", Access::Search));
    assert!(!person.grants("Device", Access::Search) && !person.grants("Communication", Access::Create));

    // One at a time, however many ask: a token that is used twice is the end of both.
    station.ahead.store(6 * MINUTE_MS, Ordering::SeqCst);
    let all = (0..8).map(|_| {
        let person = person.clone();
        tokio::spawn(async move { person.bearer().await.unwrap().unwrap() })
    });
    let mut tokens = Vec::new();
    for one in all.collect::<Vec<_>>() {
        tokens.push(one.await.unwrap());
    }
    assert!(tokens.iter().all(|token| *token == tokens[0] && *token != first));
    // A program that begins anew goes on with what was kept last.
    station.ahead.store(12 * MINUTE_MS, Ordering::SeqCst);
    let again = station.person().unwrap();
    assert!(again.bearer().await.is_ok());
    let said = format!("{kept:?} {again:?} {} {}", again.words(), again.wanted());
    assert!(said.contains("N. Okafor") && !said.contains(first.secret()), "{said}");

    // Nothing in a file can be read.
    let last = Kept::of(&station.vault).unwrap().unwrap();
    let secret = serde_json::to_value(&last).unwrap()["refresh"].as_str().unwrap().to_owned();
    for file in std::fs::read_dir(station.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()));
    }

    let (out, untold) = sign_out(&station.vault, &station.launch.transport).await.unwrap().unwrap();
    assert_eq!(out.who(), "N. Okafor");
    assert!(untold.is_none(), "{untold:?}");
    assert!(
        station.person().is_none()
            && sign_out(&station.vault, &station.launch.transport).await.unwrap().is_none()
    );
    // The service took it back: what somebody kept a copy of gives nothing.
    station.vault.set_setting("sign-in", serde_json::to_string(&last).unwrap()).unwrap();
    let error = station.person().unwrap().bearer().await.unwrap_err();
    assert!(matches!(error, FhirError::SignIn(_)), "{error:?}");
    assert!(error.to_string().contains("Sign in again"), "{error}");
    assert!(station.person().is_none(), "what is dead is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_somebody_else_used_ends_the_sign_in_and_says_so() {
    let Some(service) = Service::start() else { return };
    let station = station(service.base("r4"), 0);
    station.sign_in("okafor").await.unwrap().keep(&station.vault).unwrap();
    let stolen = Kept::of(&station.vault).unwrap().unwrap();
    station.person().unwrap().bearer().await.unwrap();
    let renewed = Kept::of(&station.vault).unwrap().unwrap();
    // The copy is used: the whole family dies.
    station.vault.set_setting("sign-in", serde_json::to_string(&stolen).unwrap()).unwrap();
    assert!(station.person().unwrap().bearer().await.is_err());
    station.vault.set_setting("sign-in", serde_json::to_string(&renewed).unwrap()).unwrap();
    let error = station.person().unwrap().bearer().await.unwrap_err();
    assert!(error.to_string().contains("N. Okafor is over"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_to_what_was_asked_signs_nobody_in() {
    let Some(service) = Service::start() else { return };
    type Change = fn(&Url) -> Url;
    let as_it_is: Change = |url| url.clone();
    for (name, ahead, asked, brought, wanted) in [
        ("wrong state", 0, as_it_is, (|url| with(url, "state", Some("other"))) as Change, "(state)"),
        ("no state", 0, as_it_is, |url| with(url, "state", None), "(state)"),
        ("state twice", 0, as_it_is, |url| Url::parse(&format!("{url}&state=x")).unwrap(), "(state)"),
        ("wrong issuer", 0, as_it_is, |url| with(url, "iss", Some("https://other.example")), "(iss)"),
        ("no issuer", 0, as_it_is, |url| with(url, "iss", None), "(iss)"),
        ("no code", 0, as_it_is, |url| with(url, "code", None), "no code"),
        ("another code", 0, as_it_is, |url| with(url, "code", Some("x")), "invalid_grant"),
        ("another nonce", 0, |url| with(url, "nonce", Some("other")), as_it_is, "(nonce)"),
        ("no nonce", 0, |url| with(url, "nonce", None), as_it_is, "(nonce)"),
        (
            "another proof",
            0,
            |url| with(url, "code_challenge", Some(&"A".repeat(43))),
            as_it_is,
            "invalid_grant",
        ),
        ("a clock that is behind by 5 min", -5 * MINUTE_MS, as_it_is, as_it_is, "Set this station's clock"),
        ("a clock that is ahead by 7 min", 7 * MINUTE_MS, as_it_is, as_it_is, "over already"),
        (
            "no right to last",
            0,
            |url| with(url, "scope", Some("openid fhirUser")),
            as_it_is,
            "no offline_access",
        ),
    ] {
        let station = station(service.base("r4"), ahead);
        let begun = station.launch.begin().await.unwrap();
        let to = Browser::new().sign_in(&asked(&begun.address), "okafor").await;
        let (came, page) = come_back(begun, brought(&to)).await;
        let error = came.and_then(|came| came.keep(&station.vault).map(drop)).expect_err(name).to_string();
        assert!(error.contains(wanted), "{name}: {error}");
        let is_refused = wanted == "(state)";
        assert_eq!(page.unwrap().0, if is_refused { 400 } else { 200 }, "{name}");
        assert!(Kept::of(&station.vault).unwrap().is_none(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_and_a_no_of_the_person_is_one() {
    let Some(service) = Service::start() else { return };
    let station = station(service.base("r4"), 0);
    let begun = station.launch.begin().await.unwrap();
    let to = Browser::new().sign_in(&begun.address, "okafor").await;
    let code = to.query_pairs().find(|(key, _)| key == "code").unwrap().1.into_owned();
    come_back(begun, to).await.0.unwrap();
    let begun = station.launch.begin().await.unwrap();
    let other = Browser::new().sign_in(&begun.address, "okafor").await;
    let error = come_back(begun, with(&other, "code", Some(&code))).await.0.unwrap_err();
    assert!(error.to_string().contains("invalid_grant"), "{error}");
    let begun = station.launch.begin().await.unwrap();
    let mut no = begun.address.query_pairs().find(|(key, _)| key == "redirect_uri").unwrap().1.into_owned();
    let state = begun.address.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
    no.push_str(&format!(
        "?error=access_denied&error_description=no%1b%5b2J&state={state}&iss={}",
        service.issuer.as_str().trim_end_matches('/')
    ));
    let error = come_back(begun, Url::parse(&no).unwrap()).await.0.unwrap_err().to_string();
    assert!(error.contains("refused: access_denied") && !error.contains('\u{1b}'), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_a_native_program_must_not_use_is_named_before_anybody_types_a_password() {
    let Some(service) = Service::start() else { return };
    for (kind, wanted) in [
        ("plain", "PKCE S256"),
        ("unproven", "PKCE S256"),
        ("elsewhere", "another one"),
        ("clear", "in clear"),
        ("nameless", "issuer"),
        ("nothing", "does not say who signs"),
    ] {
        let station = station(service.base(kind), 0);
        let error = station.launch.begin().await.map(drop).expect_err(kind).to_string();
        assert!(error.contains(wanted), "{kind}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whom_the_server_does_not_know_as_a_practitioner_gets_no_id_of_one() {
    let Some(service) = Service::start() else { return };
    let station = station(service.base("r4"), 0);
    let kept = station.sign_in("stranger").await.unwrap().keep(&station.vault).unwrap();
    assert_eq!((kept.actor(), kept.who()), (None, "stranger".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_comes_is_not_waited_for_for_ever_and_other_requests_are_no_answer() {
    let Some(service) = Service::start() else { return };
    let station = station(service.base("r4"), 0);
    let begun = station.launch.begin().await.unwrap();
    let redirect = begun.address.query_pairs().find(|(key, _)| key == "redirect_uri").unwrap().1.into_owned();
    let redirect = Url::parse(&redirect).unwrap();
    assert_eq!((redirect.host_str(), redirect.path()), (Some("127.0.0.1"), "/callback"));
    let browser = Browser::new();
    let others = async {
        let favicon = browser.come_back(&redirect.join("/favicon.ico").unwrap()).await.unwrap();
        assert_eq!(favicon.0, 404);
        // A page elsewhere that gave this machine a name of its own.
        let mut named = redirect.clone();
        named.set_host(Some("localhost")).unwrap();
        assert!(browser.come_back(&with(&named, "code", Some("x"))).await.is_none());
    };
    let (late, ()) = tokio::join!(begun.finish(Duration::from_millis(1500)), others);
    assert!(matches!(late.unwrap_err(), SignInError::TooLate(1)));
}
