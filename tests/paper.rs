//! What leaves the station from a real window: looked at first, with a reason, on paper or as a file, and in the log.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use support::station;

#[tokio::test(flavor = "multi_thread")]
async fn the_report_goes_to_a_printer_or_into_a_file_and_never_without_a_reason() {
    let app = station::live(&["--demo"]).await;
    app.click("[data-testid=tile-ward-p12]").await;
    app.until("drawn", "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) > 0")
        .await;
    app.click("[data-testid=report-open]").await;
    app.until(
        "pages",
        "return Number(document.querySelector('[data-testid=outgoing-pages]')?.dataset.of) > 0",
    )
    .await;
    app.painted().await;
    app.shot("outgoing");
    let why = app.see("[data-testid=outgoing-why]").await;
    why.send_keys("Ward round").await.unwrap();
    app.click("[data-testid=outgoing-go]").await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    app.shot("outgoing-dialog");
    println!(
        "{}",
        app.ask("return document.querySelector('.clock,[data-testid=clock]')?.textContent ?? ''").await
    );
    let out = std::process::Command::new("xdotool")
        .args(["search", "--onlyvisible", "--name", ""])
        .env("DISPLAY", app.display())
        .output()
        .unwrap();
    for id in String::from_utf8_lossy(&out.stdout).lines() {
        let name = std::process::Command::new("xdotool")
            .args(["getwindowname", id])
            .env("DISPLAY", app.display())
            .output()
            .unwrap();
        println!("{id} {}", String::from_utf8_lossy(&name.stdout));
    }
    let go = |args: &[&str]| {
        let o =
            std::process::Command::new("xdotool").args(args).env("DISPLAY", app.display()).output().unwrap();
        println!("{args:?} {}", String::from_utf8_lossy(&o.stderr));
    };
    if std::env::var_os("PRE").is_some() {
        go(&[
            "search",
            "--onlyvisible",
            "--name",
            "^Print$",
            "mousemove",
            "--window",
            "%1",
            "100",
            "86",
            "click",
            "1",
        ]);
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        go(&[
            "search",
            "--onlyvisible",
            "--name",
            "^Print$",
            "mousemove",
            "--window",
            "%1",
            "380",
            "486",
            "click",
            "1",
        ]);
    } else {
        go(&[
            "search",
            "--onlyvisible",
            "--name",
            "^Print$",
            "mousemove",
            "--window",
            "%1",
            "100",
            "86",
            "click",
            "--repeat",
            "2",
            "--delay",
            "100",
            "1",
        ]);
    }
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    app.shot("outgoing-dialog3");
    println!("{}", std::fs::read_to_string(app.home().join("log")).unwrap());
    println!("{:?}", std::process::Command::new("find").arg(app.home()).args(["-name", "*.pdf"]).output());
    let _ = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!(
            "cp $(find {} . -newer Cargo.lock -name 'report*.pdf' -not -path './target/*') /tmp/vv/",
            app.home().display()
        ))
        .status();
    app.close().await;
}
