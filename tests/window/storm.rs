//! An alarm storm in the real window: two hundred alarms at once; none is dropped, the worst stand first, and it still answers.

use std::time::Instant;

use crate::support::{App, put, station};
use crate::turn;
use serde_json::json;

const STORM: usize = 200;

/// Goes a screen further down the list of alarms, and from its end back to the top: of a long list only what is near the part in
/// sight is there. What a way down has seen is kept by its place in the list.
const DOWN: &str = "
    const list = document.querySelector('[data-testid=alert-rows]'), box = list.closest('.table');
    const rows = (window.__rows ??= new Map());
    if (box.scrollTop === 0) rows.clear();
    for (const row of list.querySelectorAll('tbody tr[aria-rowindex]'))
        rows.set(Number(row.getAttribute('aria-rowindex')), `${row.dataset.testid ?? row.textContent} ${row.dataset.alarm ?? ''}`);
    const isEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
    box.scrollTop = isEnd ? 0 : box.scrollTop + box.clientHeight;
    const whole = isEnd && rows.size === Number(list.getAttribute('aria-rowcount')) - 1;";

/// The rows of the first group, the one of alarms that are on and that nobody has, with their priority.
const ACTIVE: &str = "
    const rows = [...window.__rows].sort(([a], [b]) => a - b).map(([, row]) => row);
    if (!rows[0].includes('Active, not owned')) return 'no such group';
    const end = rows.findIndex((row, n) => n > 0 && !row.startsWith('row-'));
    return rows.slice(1, end).join(',');";

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_alarms_at_once_drop_none_and_stand_worst_first() {
    let _turn = turn::alone().await;
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.until("30 tiles", "return document.querySelectorAll('[data-testid^=tile-]').length === 30").await;
    app.until("live", "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'").await;
    // What ended and nobody took stands below whatever is still on, also where its priority is higher.
    station::alarm(sim.base(), "over", "high", "Over before the storm", true).await;
    app.click("[data-testid=nav-alerts]").await;
    app.see("[data-testid=alerts]").await;
    app.see("[data-testid=row-over]").await;

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
    let all = format!(
        "{DOWN} return whole && [...rows.values()].filter((row) => row.startsWith('row-storm-')).length === {STORM}"
    );
    app.until("every alarm of the storm", &all).await;
    let took = sent.elapsed() - raised;
    println!("{STORM} alarms raised in {raised:?}, the last of them on the screen after {took:?}");

    let rank = |row: &str| ["high", "medium", "low"].iter().position(|known| row.ends_with(known)).unwrap();
    let is_sorted = |order: &str| order.split(',').map(rank).is_sorted();
    let mut order = app.ask(ACTIVE).await;
    // A list that is sorted anew between two steps of a way down is seen in parts: then it is gone down once more.
    for _ in 0..8 {
        if order.as_str().is_some_and(|order| order.contains("row-") && is_sorted(order)) {
            break;
        }
        app.until("every alarm once more", &all).await;
        order = app.ask(ACTIVE).await;
    }
    let rows: Vec<&str> = order.as_str().unwrap().split(',').collect();
    assert!(!rows.contains(&"row-over high"), "what ended stands in a group of its own");
    assert_eq!(rows.iter().filter(|row| row.starts_with("row-storm-")).count(), STORM, "all of it is active");
    let ranks: Vec<usize> = rows.iter().map(|row| rank(row)).collect();
    assert!(ranks.is_sorted(), "worst first: {ranks:?}");

    // Most of them are not in the window's memory as rows.
    let there = app.ask("return document.querySelectorAll('[data-testid^=row-storm-]').length").await;
    assert!(there.as_u64().unwrap() < STORM as u64 / 2, "{there} rows are there");

    // It answers: somebody takes one in the middle of it.
    app.until(
        "it is in sight",
        // Where it is, the list stands still: a screen further down it would be gone again.
        &format!("if (document.querySelector('[data-testid=row-storm-2]')) return true; {DOWN} return false"),
    )
    .await;
    let clicked = Instant::now();
    app.ask("document.querySelector('[data-testid=row-storm-2] .btn').click(); return true").await;
    app.until(
        "taken",
        &format!("{DOWN} return document.querySelector('[data-testid=row-storm-2]')?.textContent.includes('Handled')"),
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
