//! Waves, numbers in steps and the moment of an alarm, in the real window: live, measured, paged through, and without a network.

use crate::support::App;
use crate::turn;

/// Pixels of the ECG's hue on a strip.
async fn trace(app: &App, css: &str) -> u64 {
    let script = format!(
        "const c = document.querySelector({css:?}); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
         let n = 0; for (let i = 0; i < d.length; i += 4) if (Math.abs(d[i] - 126) < 3 && Math.abs(d[i + 1] - 208) < 3) n++; return n;"
    );
    app.ask(&script).await.as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn waves_run_live_are_measured_and_open_again_without_the_network() {
    let _turn = turn::alone().await;
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.until("live", "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'").await;
    app.click("[data-testid=tile-ward-p12]").await;
    app.click("[data-testid=view-waves]").await;
    app.until("both strips", "return document.querySelector('[data-testid=waves]')?.dataset.strips === '2'")
        .await;
    app.until("a full sheet", "return document.querySelector('[data-testid=sheet]')?.dataset.rows === '20'")
        .await;
    app.until(
        "beats",
        "return Number(document.querySelector('[data-testid=waves]')?.dataset.samples) > 1500",
    )
    .await;
    app.painted().await;
    assert!(trace(&app, "[data-testid=strip-0]").await > 1000, "the ECG is drawn");
    app.shot("waves-live");

    // It runs, and the window answers meanwhile.
    let frames = "return Number(document.querySelector('[data-testid=wave-page]').dataset.frames)";
    let before = app.ask(frames).await.as_u64().unwrap();
    app.until(
        "fifty more frames",
        &format!(
            "return Number(document.querySelector('[data-testid=wave-page]').dataset.frames) > {}",
            before + 50
        ),
    )
    .await;
    app.click("[data-testid=speed-50]").await;
    app.click("[data-testid=gain-20]").await;

    // A moment on the sheet; calipers over half a second and half a millivolt.
    app.ask("const s = document.querySelector('[data-testid=sheet]'), b = s.getBoundingClientRect();
        s.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: b.left + b.width / 2, clientY: b.top + b.height * 0.6 })); return true")
        .await;
    app.until(
        "stands still",
        "return document.querySelector('[data-testid=wave-page]')?.dataset.live === 'false'",
    )
    .await;
    app.until(
        "the new gain",
        "return document.querySelector('.strip-name')?.textContent.includes('20 mm/mV')",
    )
    .await;
    app.until(
        "beats of then",
        "return Number(document.querySelector('[data-testid=waves]')?.dataset.samples) > 800",
    )
    .await;
    app.ask("const p = document.querySelector('.waves .strip'), b = p.getBoundingClientRect(); p.setPointerCapture = () => {};
        const at = (kind, x, y) => p.dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX: b.left + x, clientY: b.top + y, pointerId: 1, button: 0 }));
        at('pointerdown', 200, 90); at('pointermove', 200 + 25 * 96 / 25.4, 90 - 10 * 96 / 25.4); at('pointerup', 200 + 25 * 96 / 25.4, 90 - 10 * 96 / 25.4); return true")
        .await;
    app.until("measured", "return !!document.querySelector('[data-testid=measured]')").await;
    // 25 mm at 50 mm/s are half a second, 10 mm at 20 mm/mV half a millivolt.
    let measured = app.text("[data-testid=measured]").await;
    let ms: f64 = measured.split(' ').next().unwrap().parse().unwrap();
    assert!((ms - 500.0).abs() < 6.0 && measured.ends_with("0.50 mV"), "{measured}");
    app.painted().await;
    app.shot("waves-measured");

    // The link goes: what was looked at is still there.
    sim.cut_link(true);
    app.until("offline", "return !!document.querySelector('[data-testid=offline-banner]')").await;
    app.click("[data-testid=view-trends]").await;
    app.click("[data-testid=view-waves]").await;
    app.until(
        "kept beats",
        "return Number(document.querySelector('[data-testid=sheet]')?.dataset.rows) === 20",
    )
    .await;
    app.painted().await;
    app.shot("waves-offline");
    sim.cut_link(false);

    // Numbers in steps.
    app.click("[data-testid=view-flow]").await;
    app.until("a day of hours", "return document.querySelectorAll('[data-testid=flowsheet] tbody tr').length >= 5 && document.querySelectorAll('[data-testid=flowsheet] thead th').length === 25").await;
    let cell = app.ask("return [...document.querySelector('[data-testid=flowsheet] tbody tr').querySelectorAll('td')].at(-2).textContent").await;
    assert!(cell.as_str().unwrap().contains("n 3600"), "an hour of seconds: {cell}");
    app.painted().await;
    app.shot("flowsheet");

    // From an alarm to its moment.
    app.click("[data-testid=nav-alerts]").await;
    app.see("[data-testid=alerts]").await;
    app.until("the wave around the onset", "return Number(document.querySelector('[data-testid=around] [data-testid=waves]')?.dataset.strips) >= 1").await;
    app.painted().await;
    app.shot("alert-around");
    app.click("[data-testid=to-moment]").await;
    app.until("an hour around it", "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) === 3600e3 && !!document.querySelector('[data-testid=onset-hr]')").await;
    app.painted().await;
    app.shot("alert-moment");
    app.close().await;
}
