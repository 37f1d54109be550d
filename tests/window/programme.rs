//! Whom to call at home, in the real window: the list, its order, a person, and a call that is logged and reaches the server.

use serde_json::json;

use crate::support::put;
use crate::support::station::{live, sim};
use crate::turn;

/// The people of the list, from its top.
const ROWS: &str =
    "return [...document.querySelectorAll('[data-testid^=home-home-p]')].map(r => r.dataset.testid.slice(5))";

#[tokio::test(flavor = "multi_thread")]
async fn who_has_to_be_called_stands_first_and_a_call_that_is_logged_answers_it() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", data, "--user", "L. Chen"]).await;
    let onset = (jiff::Timestamp::now() - jiff::SignedDuration::from_secs(20)).to_string();
    let alarm = json!({
        "resourceType": "DetectedIssue", "id": "home-1", "severity": "high", "status": "preliminary",
        "code": { "text": "Alarm home-1" }, "patient": { "reference": "Patient/home-p5" },
        "identifiedPeriod": { "start": onset },
    });
    put(sim.base(), &alarm).await;
    app.see("[data-testid=queue] [data-testid=take-home-1]").await;

    app.click("[data-testid=nav-programme]").await;
    app.until(
        "every month",
        "return document.querySelector('[data-testid=programme]')?.dataset.pending === '0'",
    )
    .await;
    app.until("the alarm first", "return document.querySelector('[data-testid^=home-home-p]')?.textContent.includes('*** Alarm home-1')").await;
    app.shot("programme");
    let by_reason = app.ask(ROWS).await;
    assert_eq!((by_reason.as_array().unwrap().len(), &by_reason[0]), (6, &json!("home-p5")), "{by_reason}");
    // Of the sensors of four people there are two days of fourteen.
    let few = "return [...document.querySelectorAll('[data-testid^=home-home-p] .range')].filter(c => c.textContent.includes('too little data')).length";
    assert_eq!(app.ask(few).await, 4);

    app.click("[data-testid=sort-name]").await;
    let names = "return [...document.querySelectorAll('[data-testid^=home-home-p] .name')].map(n => n.textContent.trim().toLowerCase())";
    let names: Vec<String> = serde_json::from_value(app.ask(names).await).unwrap();
    assert!(names.len() == 6 && names.is_sorted(), "{names:?}");
    app.click("[data-testid=sort-call]").await;
    assert_eq!(app.ask(ROWS).await[0], "home-p5");

    app.click("[data-testid=home-home-p5] .name").await;
    assert!(app.text("[data-testid=reason-high-alarm]").await.contains("Alarm home-1"));
    app.click("[data-testid=log-call]").await;
    app.click("[data-testid=call-reached]").await;
    let words = app.see("[data-testid=call-words]").await;
    words.send_keys("took sugar").await.unwrap();
    app.click("[data-testid=again-hours]").await;
    app.shot("programme-call");
    app.click("[data-testid=call-record]").await;
    app.until("answered", "return document.querySelector('[data-testid=home-home-p5] [data-testid=answered]')?.textContent.includes(', reached; again')").await;
    assert!(app.text("[data-testid=call-log]").await.contains("took sugar"));
    app.shot("programme-called");
    app.until("the server has it", "return !document.querySelector('[data-testid=waiting-count]')").await;
    let url = format!("{}/Communication?category=urn:vigil:ward-record%7Cannotation&_count=1000", sim.base());
    let notes: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let said = notes["entry"].as_array().unwrap().iter().filter(|entry| {
        let note = entry["resource"]["payload"][0]["contentString"].as_str().unwrap_or_default();
        note.contains("Called, reached: took sugar (look again 2")
    });
    assert_eq!(said.count(), 1);

    app.click("[data-testid=home-open]").await;
    app.see("[data-testid=patient-name]").await;
    app.close().await;
}
