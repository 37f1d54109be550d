//! What leaves the station from a real window: looked at first, with a reason, to a real print dialog or into a file, and
//! all of it in the log.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{App, station};
use crate::{command, turn};

/// Does something in the app's print dialog; a place is one in it.
fn in_dialog(app: &App, doing: &[&str]) {
    let find = ["search", "--sync", "--onlyvisible", "--name", "^Print$"];
    let mut tool = Command::new("timeout");
    let done =
        tool.args(["60", "xdotool"]).args(find).args(doing).env("DISPLAY", app.display()).output().unwrap();
    assert!(done.status.success(), "no print dialog: {}", String::from_utf8_lossy(&done.stderr));
}

/// Whether the app's print dialog is open.
fn dialog_is_open(app: &App) -> bool {
    let find = ["search", "--onlyvisible", "--name", "^Print$"];
    Command::new("xdotool").args(find).env("DISPLAY", app.display()).output().unwrap().status.success()
}

/// The printer that every system has: into a file.
const TO_FILE: [&str; 5] = ["mousemove", "--window", "%1", "100", "86"];
const TWICE: [&str; 6] = ["click", "--repeat", "2", "--delay", "100", "1"];

const PAGES: &str = "const pages = [...document.querySelectorAll('[data-testid=outgoing] .page canvas')];
    const inked = (c) => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
        for (let i = 0; i < d.length; i += 4) if (d[i] < 128) n++; return n; };
    return pages.length > 0 && pages.length === Number(document.querySelector('[data-testid=outgoing-pages]').dataset.of)
        && inked(pages[0]) > 1000";

async fn says(app: &App, why: &str) {
    app.see("[data-testid=outgoing-why]").await.send_keys(why).await.unwrap();
}

/// What the dialog says of what was done.
async fn done(app: &App, what: &str) -> String {
    let said = format!(
        "return document.querySelector('[data-testid=outgoing-done]')?.textContent.startsWith('{what}') === true"
    );
    app.until(what, &said).await;
    app.text("[data-testid=outgoing-done]").await
}

/// Saves in this form; gives the file.
async fn save(app: &App, form: &str, ending: &str) -> PathBuf {
    app.click(&format!("[data-testid=form-{form}]")).await;
    app.click("[data-testid=outgoing-go]").await;
    let file = PathBuf::from(done(app, "Saved: ").await.trim_start_matches("Saved: ").trim());
    assert_eq!(file.extension().unwrap(), ending);
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    assert!(
        name.starts_with("report-") || name.starts_with("handover-") || name.starts_with("ward-list-"),
        "no patient and no ward: {name}"
    );
    file
}

/// The first page of a PDF, and how many there are.
fn rendered(file: &Path) -> (image::RgbImage, usize) {
    let folder = tempfile::tempdir().unwrap();
    let drawn = Command::new("pdftoppm")
        .args(["-r", "50", "-png"])
        .arg(file)
        .arg(folder.path().join("page"))
        .output();
    assert!(drawn.unwrap().status.success(), "{} is no PDF", file.display());
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    pages.sort();
    (image::open(&pages[0]).unwrap().to_rgb8(), pages.len())
}

/// How much ink a page has, and how much of it another has nowhere near: outlines and letters are softened differently.
fn missing(page: &image::RgbImage, other: &image::RgbImage) -> (usize, usize) {
    let dark = |p: &image::Rgb<u8>, limit| p.0.iter().any(|c| *c < limit);
    let near = |x: u32, y: u32| {
        let around = |at: u32, end: u32| at.saturating_sub(1)..=(at + 1).min(end - 1);
        let mut all = around(x, other.width()).flat_map(|x| around(y, other.height()).map(move |y| (x, y)));
        all.any(|(x, y)| dark(other.get_pixel(x, y), 215))
    };
    let ink: Vec<(u32, u32)> =
        page.enumerate_pixels().filter(|(.., p)| dark(p, 150)).map(|(x, y, _)| (x, y)).collect();
    (ink.len(), ink.iter().filter(|(x, y)| !near(*x, *y)).count())
}

/// What the log of the station says of what left, oldest first.
fn logged(folder: &Path) -> Vec<String> {
    let output = command::vigil(folder, command::PIN, &["log", "--json", "--most", "50"]);
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let entries = log.as_array().unwrap().iter().rev();
    let of = |e: &serde_json::Value| {
        format!("{} {}", e["what"].as_str().unwrap(), e["about"].as_str().unwrap_or("-"))
    };
    entries
        .map(of)
        .filter(|e| e.starts_with("report ") || e.starts_with("handover ") || e.starts_with("ward-list "))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_looked_at_then_printed_or_saved_and_never_without_a_reason() {
    let _turn = turn::alone().await;
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = station::live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.click("[data-testid=tile-ward-p05]").await;
    app.until("drawn", "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) > 0")
        .await;
    app.click("[data-testid=report-open]").await;
    app.until("the pages", PAGES).await;
    let go = "return document.querySelector('[data-testid=outgoing-go]').disabled";
    assert_eq!(app.ask(go).await, true, "nothing leaves without a reason");
    says(&app, "   ").await;
    assert_eq!(app.ask(go).await, true, "blanks are none");
    says(&app, "Ward round").await;
    app.painted().await;
    app.shot("outgoing");

    app.page.set_window_size(1024, 700).await.unwrap();
    app.until("the size", "return innerWidth === 1024 && innerHeight === 700").await;
    app.painted().await;
    app.shot("outgoing-small");
    // What lies behind the dialog is seen through its ground alone.
    let behind = |is: &str| {
        format!("document.querySelector('[data-testid=app]').style.visibility = '{is}'; return true")
    };
    app.ask(&behind("hidden")).await;
    assert_eq!(app.ask(include_str!("../support/legible.js")).await, serde_json::json!([]));
    app.ask(&behind("")).await;
    app.page.set_window_size(1440, 900).await.unwrap();

    // The dialog is the system's own. The console goes on beside it: an alarm that begins now is on the screen.
    app.click("[data-testid=outgoing-go]").await;
    in_dialog(&app, &[]);
    station::alarm(sim.base(), "while-printing", "high", "Alarm while-printing", false).await;
    app.until("the alarm", "return document.body.textContent.includes('*** Alarm while-printing')").await;
    assert!(dialog_is_open(&app));
    app.shot("print-dialog");
    in_dialog(&app, &["windowfocus", "--sync", "%1", "key", "Escape"]);
    app.until("cancelled", "return document.querySelector('[data-testid=outgoing-go]').disabled === false")
        .await;
    assert_eq!(
        app.ask("return document.querySelector('[data-testid=outgoing-done]')").await,
        serde_json::Value::Null
    );

    // Printed into a file, a page is what the PDF of the same moment is.
    app.click("[data-testid=outgoing-go]").await;
    in_dialog(&app, &[&TO_FILE[..], &TWICE[..]].concat());
    done(&app, "Sent to the printer").await;
    let printed = app.home().join("report.pdf");
    let saved = save(&app, "pdf", "pdf").await;
    app.painted().await;
    app.shot("outgoing-saved");
    let ((page, of), (other, pages)) = (rendered(&printed), rendered(&saved));
    assert_eq!((page.dimensions(), of), (other.dimensions(), pages));
    for (a, b) in [(&page, &other), (&other, &page)] {
        let (ink, missing) = missing(a, b);
        // A value or a minute may be a newer one.
        assert!(ink > 3000 && missing * 100 < ink, "{missing} of {ink} are in one of them alone");
    }

    let csv = std::fs::read_to_string(save(&app, "csv", "csv").await).unwrap();
    assert!(
        csv.lines().count() > 1000 && csv.contains(",http://loinc.org,8867-4,HR,"),
        "{} lines",
        csv.lines().count()
    );
    let bundle = std::fs::read(save(&app, "bundle", "json").await).unwrap();
    let page = fhir::read_page(&bundle).unwrap();
    assert!(page.resources > 1000 && page.unreadable.is_empty(), "{} resources", page.resources);

    app.click("[data-testid=outgoing-close]").await;
    app.click("[data-testid=nav-handover]").await;
    app.click("[data-testid=handover-print]").await;
    app.until("the pages", PAGES).await;
    let forms =
        "return [...document.querySelectorAll('[data-testid^=form-]')].map(b => b.textContent).join(' ')";
    assert_eq!(app.ask(forms).await, "Print PDF", "a handover has no values of its own");
    says(&app, "Night shift").await;
    let pack = save(&app, "pdf", "pdf").await;
    app.painted().await;
    app.shot("outgoing-handover");
    let read = Command::new("pdftotext").args(["-layout", pack.to_str().unwrap(), "-"]).output().unwrap();
    let read = String::from_utf8_lossy(&read.stdout).into_owned();
    assert!(read.contains("Alarm while-printing") && read.contains("I take over"), "{read}");
    app.click("[data-testid=outgoing-close]").await;
    app.click("[data-testid=list-print]").await;
    app.until("the pages", PAGES).await;
    says(&app, "Maintenance tonight").await;
    let list = save(&app, "pdf", "pdf").await;
    let read = Command::new("pdftotext").args(["-layout", list.to_str().unwrap(), "-"]).output().unwrap();
    assert!(String::from_utf8_lossy(&read.stdout).contains("Ward list"));
    app.close().await;

    assert_eq!(
        logged(folder.path()),
        [
            "report to the printer: Ward round ward-p05",
            "report not printed: cancelled ward-p05",
            "report to the printer: Ward round ward-p05",
            "report saved as pdf: Ward round ward-p05",
            "report saved as csv: Ward round ward-p05",
            "report saved as json: Ward round ward-p05",
            "handover saved as pdf: Night shift -",
            "ward-list saved as pdf: Maintenance tonight -",
        ]
    );
}
