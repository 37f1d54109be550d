//! A server that sends its askers elsewhere: what was named by the site is asked, and nobody else gets the question or the token.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use fhir::{Bearer, Client, Way, network};

/// Answers everything the same way, and keeps how often and with which token it was asked.
async fn server(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> (SocketAddr, Asked) {
    let asked = Asked::default();
    let kept = asked.clone();
    let router = Router::new().fallback(move |request: Request| {
        kept.0.fetch_add(1, Ordering::SeqCst);
        let token = request.headers().get(header::AUTHORIZATION).map(|it| it.to_str().unwrap().to_owned());
        kept.1.lock().unwrap().extend(token);
        let answer = answer();
        async move { answer }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, asked)
}

#[derive(Clone, Default)]
struct Asked(Arc<AtomicUsize>, Arc<Mutex<Vec<String>>>);

#[tokio::test]
async fn a_server_that_redirects_is_not_followed_anywhere_by_any_request() {
    let (elsewhere, stolen) = server(|| StatusCode::OK.into_response()).await;
    for status in [301, 302, 303, 307, 308] {
        let there = format!("http://{elsewhere}/Patient");
        let (base, asked) = server(move || {
            let to = [(header::LOCATION, there.clone())];
            (StatusCode::from_u16(status).unwrap(), to).into_response()
        })
        .await;
        let client = Client::over(&format!("http://{base}/fhir"), network(Way::default()).unwrap()).unwrap();
        let client = client.signed_in_by(Arc::new(Bearer::new("of-this-station".into())));
        let read = client.get_json("Patient?_count=1").await.unwrap_err().to_string();
        let action = serde_json::json!({ "resourceType": "Communication" });
        let written = client.create_action("1", &action).await.unwrap_err().to_string();
        for said in [read, written] {
            assert!(!said.contains(&elsewhere.port().to_string()), "it is not quoted: {said}");
        }
        assert_eq!(asked.0.load(Ordering::SeqCst), 2, "{status}: asked once each");
        assert_eq!(*asked.1.lock().unwrap(), ["Bearer of-this-station"; 2]);
    }
    assert_eq!(stolen.0.load(Ordering::SeqCst), 0, "nobody else was asked");
}
