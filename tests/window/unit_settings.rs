//! A unit's settings in the real window: what is set here reaches the server, and what another station sets stands here within seconds.

use clinical::{SECOND_MS, UnitSetting};
use fhir::unit_setting;
use serde_json::{Value, json};

use crate::support::put;
use crate::support::station::{live, sim};
use crate::turn;

const KEY: &str = "alarm.pause@Ward 7B";
/// The line of the setting, by a word behind its name.
fn line(part: &str) -> String {
    format!("[data-testid='setting-{KEY}{part}']")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_for_a_unit_reaches_its_other_stations_and_what_they_set_stands_here() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", data, "--user", "N. Okafor"]).await;
    app.click("[data-testid=nav-settings]").await;
    app.click("[data-testid=part-settings]").await;
    app.click("[data-testid='settings-of-Ward 7B']").await;
    let field = app.see(&line("-value")).await;
    field.clear().await.unwrap();
    field.send_keys("90").await.unwrap();
    app.click(&line("-set")).await;
    let says = |words: &str| {
        format!("return (document.querySelector(`{}`)?.textContent ?? '').includes('{words}')", line(""))
    };
    app.until("who set it", &says("set by N. Okafor at ")).await;
    let told = format!("return document.querySelector(`{}`) === null", line("-waits"));
    app.until("the server has it", &told).await;
    let url = format!("{}/Communication?category=urn:vigil:unit-setting%7C", sim.base());
    let kept: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let [one] = kept["entry"].as_array().unwrap().as_slice() else { panic!("one is kept: {kept}") };
    let resource = &one["resource"];
    let said: Value =
        serde_json::from_str(resource["payload"][0]["contentString"].as_str().unwrap()).unwrap();
    assert_eq!(said, json!({ "key": KEY, "value": "90", "by": "N. Okafor" }));

    // Another station of the unit sets it later.
    let later = UnitSetting {
        key: KEY.into(),
        value: Some("45".into()),
        at: fhir::parse_instant(resource["sent"].as_str().unwrap()).unwrap() + SECOND_MS,
        by: "S. Varga".into(),
        station: "7B-2".into(),
    };
    put(sim.base(), &unit_setting(resource["id"].as_str().unwrap(), &later)).await;
    app.until("the other's", &says("set by S. Varga at 7B-2")).await;
    let holds = format!("return document.querySelector(`{}`)?.value === '45'", line("-value"));
    app.until("what it is", &holds).await;
    app.shot("unit-settings");
    app.close().await;
}
