//! What a clinician records about a patient beside the alarms, in two real windows: limits, presets, notes, the report.

use std::time::Duration;

use crate::support::App;
use crate::turn;

async fn on_server(base: &str, verb: &str) -> Vec<serde_json::Value> {
    let url = format!("{base}/Communication?category=urn:vigil:ward-record%7C{verb}&_count=1000");
    let bundle: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    bundle["entry"].as_array().cloned().unwrap_or_default()
}

/// Waits until the server holds one of a kind; then there must be exactly one.
async fn arrives(base: &str, verb: &str) -> serde_json::Value {
    let mut look = tokio::time::interval(Duration::from_millis(50));
    let found = async {
        loop {
            look.tick().await;
            let found = on_server(base, verb).await;
            if !found.is_empty() {
                return found;
            }
        }
    };
    let limit = Duration::from_secs(60);
    let found = tokio::time::timeout(limit, found).await.unwrap_or_else(|_| panic!("no {verb} ever arrived"));
    assert_eq!(found.len(), 1, "{verb} arrived more than once");
    found[0]["resource"].clone()
}

async fn station(base: &str, folder: &std::path::Path, name: &str, user: &str) -> App {
    let arguments =
        ["--server", base, "--data-dir", folder.to_str().unwrap(), "--station", name, "--user", user];
    let app = App::start(&arguments).await;
    app.until("30 tiles", "return document.querySelectorAll('[data-testid^=tile-]').length === 30").await;
    app.until("live", "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'").await;
    app.click("[data-testid=tile-ward-p12]").await;
    app.until("trends", "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) > 0")
        .await;
    app
}

async fn write(app: &App, css: &str, text: &str) {
    let field = app.see(css).await;
    // As a person does: to the end, back over what stands there, then the words.
    field.send_keys(&format!("\u{E010}{}{text}", "\u{E003}".repeat(12))).await.unwrap();
}

const LOW: &str = "[data-testid='low-59408-5']";

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_set_with_a_reason_holds_on_every_station_and_a_note_stands_at_its_moment() {
    let _turn = turn::alone().await;
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let (home_a, home_b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let a = station(sim.base(), home_a.path(), "7B-1", "Dr Varga").await;

    a.click("[data-testid=limits-open]").await;
    a.until("the unit's limit", &format!("return document.querySelector(\"{LOW}\")?.value === '90'")).await;
    // Switching an alarm off is refused in words, and nothing is sent.
    write(&a, LOW, "").await;
    write(&a, "[data-testid=limit-reason]", "COPD").await;
    a.click("[data-testid=role-Physician]").await;
    a.click("[data-testid=limit-record]").await;
    a.until("the refusal", "return /not switched off/.test(document.querySelector('[data-testid=limit-trouble]')?.textContent ?? '')").await;
    a.shot("limits-refused");
    assert!(on_server(sim.base(), "limit").await.is_empty());
    write(&a, LOW, "86").await;
    write(&a, "[data-testid=preset-name]", "COPD").await;
    a.click("[data-testid=preset-save]").await;
    a.until("the preset", "return [...document.querySelectorAll('[data-testid=limits-dialog] button')].some(b => b.textContent === 'COPD')").await;
    a.click("[data-testid=limit-record]").await;
    a.until("closed", "return !document.querySelector('[data-testid=limits-dialog]')").await;
    let sent = arrives(sim.base(), "limit").await;
    let words = sent["payload"][0]["contentString"].as_str().unwrap();
    assert!(words.contains("86 to -") && words.ends_with("Physician; COPD"), "{words}");
    a.until(
        "drawn anew",
        "return [...document.querySelectorAll('.limit-label')].some(l => l.textContent === '86')",
    )
    .await;

    // A note offline: shown at once, and sent once when the link is back.
    sim.cut_link(true);
    a.until("offline", "return document.querySelector('[data-testid=offline-banner]') !== null").await;
    a.click("[data-testid=note-open]").await;
    write(&a, "[data-testid=words]", "Turned to the left side").await;
    a.click("[data-testid=words-record]").await;
    a.until(
        "the note",
        "return /Turned to the left/.test(document.querySelector('[data-testid=notes]')?.textContent ?? '')",
    )
    .await;
    a.shot("note-offline");
    sim.cut_link(false);
    arrives(sim.base(), "annotation").await;
    // The banner leaves, and what stands below it moves up: a hand waits for that too.
    a.until("live", "return document.querySelector('[data-testid=offline-banner]') === null").await;

    a.click("[data-testid=report-open]").await;
    write(&a, "[data-testid=outgoing-why]", "Ward round").await;
    a.click("[data-testid=form-pdf]").await;
    a.see("[data-testid=outgoing-go]:enabled").await;
    a.click("[data-testid=outgoing-go]").await;
    a.until(
        "written",
        "return /report-\\d+\\.pdf/.test(document.querySelector('[data-testid=outgoing-done]')?.textContent ?? '')",
    )
    .await;
    let place = a.text("[data-testid=outgoing-done]").await;
    let file = place.trim_start_matches("Saved: ").trim();
    let read = std::process::Command::new("pdftotext").args(["-layout", file, "-"]).output().unwrap();
    let read = String::from_utf8_lossy(&read.stdout).into_owned();
    assert!(read.contains("Turned to the left side") && read.contains("Dr Varga"), "{read}");

    let b = station(sim.base(), home_b.path(), "7B-2", "N. Okafor").await;
    b.until(
        "the note of the other",
        "return /Turned to the left/.test(document.querySelector('[data-testid=notes]')?.textContent ?? '')",
    )
    .await;
    b.click("[data-testid=limits-open]").await;
    b.until("the limit of the other", &format!("return document.querySelector(\"{LOW}\")?.value === '86'"))
        .await;
    // One person cannot change another's preset.
    write(&b, "[data-testid=preset-name]", "copd").await;
    b.click("[data-testid=preset-save]").await;
    b.until(
        "the refusal",
        "return /Dr Varga's/.test(document.querySelector('[data-testid=limit-trouble]')?.textContent ?? '')",
    )
    .await;
    b.shot("limits");
    a.close().await;
    b.close().await;
}
