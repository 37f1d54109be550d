//! A station on the demo ward, and what its server holds.

use serde_json::json;

use super::{App, Desk, put};

/// The demo ward.
pub(crate) async fn sim() -> ward_sim::WardSim {
    ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap()
}

/// The actions of one verb on one episode that the server holds.
pub(crate) async fn on_server(base: &str, episode: &str, verb: &str) -> usize {
    let url = format!("{base}/Communication?category=urn:vigil:alert-action%7C{verb}&_count=1000");
    let bundle: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let about = format!("DetectedIssue/{episode}");
    bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["resource"]["about"][0]["reference"] == about.as_str())
        .count()
}

/// Everybody is on the board.
pub(crate) const TILES: &str = "return document.querySelectorAll('[data-testid^=tile-]').length === 30";
/// Changes arrive by themselves.
pub(crate) const LIVE: &str = "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'";

/// A station with everybody on its board and changes that arrive by themselves.
pub(crate) async fn live(arguments: &[&str]) -> App {
    live_at(arguments, Desk::default()).await
}

/// The same where the station stands.
pub(crate) async fn live_at(arguments: &[&str], desk: Desk) -> App {
    let app = App::start_at(arguments, desk).await;
    app.until("30 tiles", TILES).await;
    app.until("live", LIVE).await;
    app
}

/// What is wanted of the card of an alarm. Of a long queue only what is near the part in sight is there: where the card is not,
/// the queue goes a screen further, and from its end back to the top.
pub(crate) fn card(episode: &str, wanted: &str) -> String {
    format!(
        "const card = document.querySelector('[data-testid=alert-{episode}]');
        if (card) return {wanted};
        let box = document.querySelector('[data-testid^=alert-]');
        while (box && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement;
        if (box) box.scrollTop = box.scrollTop + box.clientHeight >= box.scrollHeight - 1 ? 0 : box.scrollTop + box.clientHeight;
        return false"
    )
}

/// The row of an action that waits. What the station asks of its own, and an action whose answer was lost, wait in the same list.
pub(crate) fn waits(verb: &str, episode: &str) -> String {
    format!("[data-testid=waits-{verb}-{episode}]")
}

/// An alarm of bed 5's gateway as it stands: ended where `ended` is.
pub(crate) async fn alarm(base: &str, id: &str, severity: &str, text: &str, ended: bool) {
    let now = jiff::Timestamp::now();
    let mut period = json!({ "start": (now - jiff::SignedDuration::from_secs(2)).to_string() });
    if ended {
        period["end"] = json!(now.to_string());
    }
    let issue = json!({
        "resourceType": "DetectedIssue", "id": id, "severity": severity, "code": { "text": text },
        "status": if ended { "final" } else { "preliminary" },
        "patient": { "reference": "Patient/ward-p05" }, "identifiedPeriod": period,
    });
    put(base, &issue).await;
}

/// An alarm of high priority that stays on and that nobody has; what the ward brings along may end at any moment.
pub(crate) async fn open_alert(sim: &ward_sim::WardSim, app: &App, id: &str) -> String {
    alarm(sim.base(), id, "high", &format!("Alarm {id}"), false).await;
    app.see(&format!("[data-testid=queue] [data-testid=take-{id}]")).await;
    id.to_owned()
}

const HUE_PIXELS: &str = "
    const c = document.querySelector('[data-testid=panel-KEY]'); if (!c || !c.width) return 0;
    const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
    for (let i = 0; i < d.length; i += 4) if (Math.abs(d[i] - R) + Math.abs(d[i + 1] - G) + Math.abs(d[i + 2] - B) < 30) n++;
    return n";

/// How many pixels of a panel are in the measure's hue.
pub(crate) async fn hue_pixels(app: &App, key: &str, (r, g, b): (u8, u8, u8)) -> i64 {
    let script = HUE_PIXELS
        .replace("KEY", key)
        .replace('R', &r.to_string())
        .replace('G', &g.to_string())
        .replace("- B)", &format!("- {b})"));
    app.ask(&script).await.as_i64().unwrap()
}
