//! A station on the demo ward, and what its server holds.

use super::App;

/// The demo ward.
pub async fn sim() -> ward_sim::WardSim {
    ward_sim::start(ward_sim::Options::default()).await.unwrap()
}

/// The actions of one verb on one episode that the server holds.
pub async fn on_server(base: &str, episode: &str, verb: &str) -> usize {
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
pub const TILES: &str = "return document.querySelectorAll('[data-testid^=tile-]').length === 30";
/// Changes arrive by themselves.
pub const LIVE: &str = "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'";

/// A station with everybody on its board and changes that arrive by themselves.
pub async fn live(arguments: &[&str]) -> App {
    let app = App::start(arguments).await;
    app.until("30 tiles", TILES).await;
    app.until("live", LIVE).await;
    app
}

/// The first alert of the queue that nobody has.
pub async fn first_open_alert(app: &App) -> String {
    let button = app.see("[data-testid=queue] [data-testid^=take-]").await;
    let id = button.attr("data-testid").await.unwrap().unwrap();
    id.trim_start_matches("take-").to_owned()
}
