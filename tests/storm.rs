//! An alarm storm in the real window: two hundred alarms at once; none is dropped, the worst stand first, and it still answers.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::time::Instant;

use serde_json::json;
use support::{App, put};

const STORM: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_alarms_at_once_drop_none_and_stand_worst_first() {
    let sim = ward_sim::start(ward_sim::Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.until("30 tiles", "return document.querySelectorAll('[data-testid^=tile-]').length === 30").await;
    app.until("live", "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'").await;
    app.click("[data-testid=nav-alerts]").await;
    app.see("[data-testid=alerts]").await;

    let sent = Instant::now();
    for n in 0..STORM {
        let severity = ["low", "moderate", "high"][n % 3];
        let issue = json!({
            "resourceType": "DetectedIssue", "id": format!("storm-{n}"), "status": "preliminary", "severity": severity,
            "code": { "text": format!("Storm {n}") },
            "patient": { "reference": format!("Patient/ward-p{:02}", 1 + n % 24) },
            "identifiedPeriod": { "start": jiff::Timestamp::now().to_string() },
        });
        put(sim.base(), &issue).await;
    }
    let raised = sent.elapsed();
    let all = format!("return document.querySelectorAll('[data-testid^=row-storm-]').length === {STORM}");
    app.until("every alarm of the storm", &all).await;
    println!(
        "{STORM} alarms raised in {raised:?}, the last of them on the screen after {:?}",
        sent.elapsed() - raised
    );

    let order = app
        .ask("return [...document.querySelectorAll('[data-testid^=row-]')].map(r => r.dataset.alarm).filter(a => a !== 'tech').join(',')")
        .await;
    let rank = |p: &str| ["high", "med", "low"].iter().position(|known| *known == p).unwrap();
    let ranks: Vec<usize> = order.as_str().unwrap().split(',').map(rank).collect();
    assert!(ranks.windows(2).all(|pair| pair[0] <= pair[1]), "worst first: {ranks:?}");

    // It answers: somebody takes one in the middle of it.
    let clicked = Instant::now();
    app.ask("document.querySelector('[data-testid=row-storm-2] .btn').click(); return true").await;
    app.until(
        "taken",
        "return document.querySelector('[data-testid=row-storm-2]')?.textContent.includes('Handled')",
    )
    .await;
    println!("a take among them was painted after {:?}", clicked.elapsed());
    app.painted().await;
    app.shot("storm");
    app.click("[data-testid=nav-ward]").await;
    app.until("+n on the tiles", "return [...document.querySelectorAll('.tile .banner em')].length >= 24")
        .await;
    app.painted().await;
    app.shot("storm-ward");
    app.close().await;
}
