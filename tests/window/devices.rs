//! The devices of people at home, in the real window: what is to be put right stands first, with its cause, and what was not given says so.

use serde_json::json;

use crate::support::put;
use crate::support::station::{live, sim};
use crate::turn;

/// The devices of the list, from its top.
const ROWS: &str = "return [...document.querySelectorAll('tr[data-testid^=\"device-home-p\"]')].map(r => r.dataset.testid.slice(7))";

#[tokio::test(flavor = "multi_thread")]
async fn a_battery_that_is_low_stands_first_and_leads_to_the_person() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", data, "--user", "L. Chen"]).await;
    let now = jiff::Timestamp::now().to_string();
    let battery = json!({
        "resourceType": "Observation", "id": "home-battery", "status": "final",
        "code": { "coding": [{ "system": "urn:iso:std:iso:11073:10101", "code": "67996" }] },
        "subject": { "reference": "Patient/home-p2" }, "device": { "reference": "Device/home-p2-monitor" },
        "effectiveDateTime": now,
        "valueQuantity": { "value": 9, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%" },
    });
    put(sim.base(), &battery).await;

    app.click("[data-testid=nav-programme]").await;
    app.click("[data-testid=view-devices]").await;
    app.until(
        "the battery first",
        "const first = document.querySelector('tr[data-testid^=\"device-home-p\"]');
         return document.querySelector('[data-testid=programme]')?.dataset.pending === '0'
           && first?.dataset.testid === 'device-home-p2/home-p2-monitor' && first.textContent.includes('Battery 9 %')",
    )
    .await;
    app.shot("devices");
    let rows: Vec<String> = serde_json::from_value(app.ask(ROWS).await).unwrap();
    // Six hubs, and of four people a sensor and a pen; the sensor that was worn before is out of use.
    assert_eq!(rows.len(), 14, "{rows:?}");
    let blank = "return [...document.querySelectorAll('tr[data-testid^=\"device-\"] td')].filter(c => c.textContent.trim() === '').length";
    assert_eq!(app.ask(blank).await, 0);

    app.click("[data-testid=devices-fix]").await;
    app.click("[data-testid='device-home-p2/home-p2-monitor'] .name").await;
    assert!(app.text("[data-testid=fault-battery-low]").await.contains("low is 20 % and less"));
    assert!(app.text("[data-testid=device-facts]").await.contains("not given"));
    app.shot("devices-side");
    app.click("[data-testid=device-open]").await;
    app.see("[data-testid=patient-name]").await;
    app.close().await;
}
