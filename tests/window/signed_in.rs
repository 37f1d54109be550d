//! A person signs in at a hospital's server in the window, with the system's browser and a third party's sign-in service.

use std::time::{Duration, Instant};

use url::Url;

use crate::service::{Browser, Service};
use crate::support::{App, Desk, station};
use crate::turn;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_a_sign_in_says_so_once_and_gives_its_ward_to_who_signed_in() {
    let _turn = turn::beside_others().await;
    let sim = station::sim().await;
    let Some(service) = Service::before(Some(sim.base())) else { return };
    let base = service.base("ward");
    let (folder, opened) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // What opens is told where to: the test is the browser.
    let (browser, address) = (opened.path().join("browser"), opened.path().join("address"));
    std::fs::write(&browser, format!("#!/bin/sh\necho \"$1\" > {}\n", address.display())).unwrap();
    std::fs::set_permissions(&browser, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let desk = Desk { with: vec![("BROWSER", browser)], ..Desk::default() };
    let app =
        App::start_at(&["--server", base.as_str(), "--data-dir", folder.path().to_str().unwrap()], desk)
            .await;

    let wanted = "return /sign-in|signed in/i.test(document.querySelector('[data-testid=offline-cause]')?.textContent ?? '')";
    app.until("it wants a sign-in", wanted).await;
    app.shot("signed-out");
    app.click("[data-testid=nav-settings]").await;
    app.click("[data-testid=sign-in]").await;
    let field = app.see("[data-testid=client-id]").await;
    field.send_keys("vigil").await.unwrap();
    app.click("[data-testid=sign-in-go]").await;
    let began = Instant::now();
    let address = loop {
        let text = std::fs::read_to_string(&address).unwrap_or_default();
        if text.ends_with('\n') {
            break Url::parse(text.trim()).unwrap();
        }
        assert!(began.elapsed() < Duration::from_secs(60), "no browser was opened");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    app.shot("signing-in");
    let to = Browser::new().sign_in(&address, "okafor").await;
    let (status, _) = Browser::new().come_back(&to).await.expect("the program waits for the browser");
    assert_eq!(status, 200);
    app.until(
        "who it is",
        "return /N\\. Okafor/.test(document.querySelector('[data-testid=signed-in]')?.textContent ?? '')",
    )
    .await;
    app.shot("signed-in");

    // The ward comes, and what this service did not grant is said.
    app.click("[data-testid=nav-ward]").await;
    app.until("people", "return document.querySelectorAll('[data-testid^=tile-]').length === 30").await;
    app.painted().await;
    app.shot("signed-in-ward");
    let page = app.ask("return document.body.innerText").await;
    assert!(page.as_str().unwrap().contains("not granted"), "{page}");

    // Signed out, it is nobody's again, and says so.
    app.click("[data-testid=nav-settings]").await;
    app.click("[data-testid=sign-out]").await;
    app.until("nobody", "return document.querySelector('[data-testid=signed-in]')?.textContent === 'nobody'")
        .await;
    app.until_within("it wants a sign-in again", wanted, Duration::from_secs(120)).await;
    app.close().await;
}
