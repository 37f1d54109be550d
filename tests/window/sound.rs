//! Sound that is there: a real PulseAudio or PipeWire server with a null sink, which is muted, turned down, ended and begun again.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::pulse::{Kind, Pulse};
use crate::support::station::alarm;
use crate::support::{App, station};
use crate::turn;

/// What the bar says of the sound; empty where it says nothing.
const BAR: &str = "document.querySelector('[data-testid=no-audio]')?.textContent ?? ''";

async fn says(app: &App, words: &str) {
    let began = Instant::now();
    app.until(words, &format!("return ({BAR}) === '{words}'")).await;
    println!("\"{words}\" after {} ms", began.elapsed().as_millis());
}

async fn heard_by(pulse: &Pulse, folder: &Path, base: &str) -> App {
    App::start_at(&["--server", base, "--data-dir", folder.to_str().unwrap()], pulse.desk()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_that_is_muted_turned_down_or_gone_is_said_and_comes_back_by_itself() {
    let _turn = turn::beside_others().await;
    heard_or_said(Kind::PulseAudio).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_by_pipewire_is_heard_and_is_said_where_it_is_muted_or_turned_down() {
    let _turn = turn::beside_others().await;
    heard_or_said(Kind::PipeWire).await;
}

async fn heard_or_said(kind: Kind) {
    let mut pulse = Pulse::of(kind);
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = heard_by(&pulse, folder.path(), sim.base()).await;
    app.see("[data-testid=app]").await;
    says(&app, "").await;

    assert!(pulse.ask(&["set-sink-mute", "ward", "1"]));
    says(&app, "Muted").await;
    app.painted().await;
    app.shot("sound-muted");
    assert!(pulse.ask(&["set-sink-mute", "ward", "0"]));
    says(&app, "").await;
    assert!(pulse.ask(&["set-sink-volume", "ward", "5%"]));
    says(&app, "Volume 5 %").await;
    assert!(pulse.ask(&["set-sink-volume", "ward", "100%"]));
    says(&app, "").await;

    // This program alone, as a desktop's mixer does it, and a device of its own that nobody hears.
    pulse.ask_of_stream("set-sink-input-mute", "1");
    says(&app, "Muted").await;
    pulse.ask_of_stream("set-sink-input-mute", "0");
    says(&app, "").await;
    pulse.ask_of_stream("set-sink-input-volume", "7%");
    says(&app, "Volume 7 %").await;
    pulse.ask_of_stream("set-sink-input-volume", "100%");
    says(&app, "").await;
    assert!(pulse.ask(&["load-module", "module-null-sink", "sink_name=other"]));
    pulse.mute_for_good("other");
    pulse.ask_of_stream("move-sink-input", "other");
    says(&app, "Muted").await;
    pulse.ask_of_stream("move-sink-input", "ward");
    says(&app, "").await;

    alarm(sim.base(), "before", "high", "SpO2 80 < 90", false).await;
    app.see("[data-testid=alert-before]").await;
    assert!(pulse.is_heard(Duration::from_secs(20)), "an alarm that is on was not heard");

    // PipeWire wakes a device that was suspended as soon as something plays, and is not ended here: the other server is.
    if kind == Kind::PipeWire {
        return app.close().await;
    }
    // A device that its server has suspended takes what it is given for a while, and nothing comes out; muted it is not.
    assert!(pulse.ask(&["suspend-sink", "ward", "1"]));
    says(&app, "Not heard").await;
    app.shot("sound-suspended");
    assert!(pulse.ask(&["suspend-sink", "ward", "0"]));
    says(&app, "").await;
    assert!(pulse.is_heard(Duration::from_secs(20)), "the alarm is on and was not heard again");

    pulse.end();
    says(&app, "No sound").await;
    app.shot("sound-gone");
    pulse.begin();
    says(&app, "").await;
    assert!(pulse.is_heard(Duration::from_secs(20)), "the alarm is on and was not heard again");
    let log = std::fs::read_to_string(app.home().join("log")).unwrap();
    assert!(log.len() < 4_000, "{} bytes of log", log.len());
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_can_hear_whether_the_sound_works() {
    let _turn = turn::beside_others().await;
    let pulse = Pulse::start();
    // A server without an alarm: nothing else is heard.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let quiet =
        ward_sim::OddServer::start(ward_sim::Manners::default(), i64::try_from(now).unwrap()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = heard_by(&pulse, folder.path(), quiet.base()).await;
    app.click("[data-testid=nav-settings]").await;
    app.see("[data-testid=test-sound]").await;
    app.painted().await;
    app.shot("sound-test");
    assert!(!pulse.is_heard(Duration::from_secs(2)), "something else is heard");
    let listening = std::thread::spawn(move || (pulse.is_heard(Duration::from_secs(30)), pulse));
    app.click("[data-testid=test-sound]").await;
    let (heard, _pulse) = listening.join().unwrap();
    assert!(heard, "the test was not heard");
    app.close().await;
}
