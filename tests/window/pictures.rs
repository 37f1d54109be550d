//! The trends in the real window, with their words and axes, beside the picture that somebody looked at and kept: every range,
//! both themes, one, one and a half and two pixels to a pixel.
//!
//! `VIGIL_WRITE_PICTURES=1 cargo test --features custom-protocol --test window pictures` writes them anew.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::stay::{NOW, RANGES, stay};
use crate::support::{App, Desk};
use crate::{cache, support, turn};
use clinical::{HOUR_MS, Instant};
use image::RgbImage;
use serde_json::json;
use vault::PageCommit;

/// Pixels on each side of the squares that are compared.
const SQUARE: u32 = 12;
/// How far the mean colour of a square may lie from that of the picture kept: a word that is missing is several times that,
/// another processor's rounding a fraction.
const TOLERANCE: f64 = 6.0;

/// Squares whose mean colour differs, with the largest difference.
fn differing(was: &RgbImage, is: &RgbImage) -> (usize, f64) {
    let (mut count, mut most) = (0, 0.0f64);
    for top in (0..was.height()).step_by(SQUARE as usize) {
        for left in (0..was.width()).step_by(SQUARE as usize) {
            let mean = |picture: &RgbImage, channel: usize| {
                let (right, bottom) = ((left + SQUARE).min(was.width()), (top + SQUARE).min(was.height()));
                let all = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
                let sum: f64 = all.map(|(x, y)| f64::from(picture.get_pixel(x, y).0[channel])).sum();
                sum / f64::from((right - left) * (bottom - top))
            };
            let off = (0..3).map(|c| (mean(was, c) - mean(is, c)).abs()).fold(0.0, f64::max);
            count += usize::from(off > TOLERANCE);
            most = most.max(off);
        }
    }
    (count, most)
}

/// A square that is one word short is told from one that is not.
#[test]
fn a_missing_word_is_seen() {
    let ground = RgbImage::from_pixel(240, 120, image::Rgb([16, 20, 27]));
    let mut word = ground.clone();
    // Four strokes of a letter in the colour of quiet text.
    for x in [100, 103, 106, 109] {
        (50..58).for_each(|y| word.put_pixel(x, y, image::Rgb([150, 160, 175])));
    }
    assert_eq!(differing(&ground, &ground), (0, 0.0));
    assert!(differing(&ground, &word).0 >= 1);
}

async fn compare(app: &App, name: &str) {
    let shot = support::shots().join(format!("{name}.png"));
    app.painted().await;
    app.shot(name);
    let all = image::open(&shot).unwrap().to_rgb8();
    let corner = app
        .ask("const b = document.querySelector('[data-testid=trends]').getBoundingClientRect(), r = devicePixelRatio * outerWidth / innerWidth;
              return [b.left * r, b.top * r, b.width * r, Math.min(b.height, innerHeight - b.top) * r]")
        .await;
    let at = |n: usize| corner[n].as_f64().unwrap() as u32;
    let is = image::imageops::crop_imm(&all, at(0), at(1), at(2), at(3)).to_image();
    let kept = Path::new("tests/pictures").join(format!("{name}.png"));
    if std::env::var_os("VIGIL_WRITE_PICTURES").is_some() {
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        is.save(&kept).unwrap();
        // A table of colours takes a third of the room.
        let fewer = ["+dither", "-colors", "250", "-define", "png:compression-level=9"];
        assert!(Command::new("mogrify").args(fewer).arg(&kept).status().unwrap().success());
    }
    let was = image::open(&kept).unwrap().to_rgb8();
    assert_eq!(is.dimensions(), was.dimensions(), "{name}");
    let (count, most) = differing(&was, &is);
    println!("{name}: the largest difference is {most:.1} of {TOLERANCE}");
    assert_eq!(count, 0, "{name}: squares that differ; what it is now: {}", shot.display());
}

/// The panels on the screen, from `inset` pixels of the page off their left edge, as wide as leaves room for a move by `MOVED`.
async fn panels(app: &App, name: &str, inset: f64) -> RgbImage {
    app.painted().await;
    app.shot(name);
    let all = image::open(support::shots().join(format!("{name}.png"))).unwrap().to_rgb8();
    let script = "const all = [...document.querySelectorAll('.trends .plot')].map(p => p.getBoundingClientRect()), a = all[0], z = all.at(-1);
        return [a.left, a.top, a.width, z.bottom - a.top, devicePixelRatio * outerWidth / innerWidth]";
    let place = app.ask(script).await;
    let [left, top, width, height, density] = [0, 1, 2, 3, 4].map(|n| place[n].as_f64().unwrap());
    let px = |css: f64| (css * density).round() as u32;
    image::imageops::crop_imm(&all, px(left) + px(inset), px(top), px(width - 2.0 * EDGE - MOVED), px(height))
        .to_image()
}

/// A hand's move, in pixels of the page, and how wide the edges are where words can be cut.
const MOVED: f64 = 100.0;
const EDGE: f64 = 48.0;

/// A drag shows a copy of the panels that the engine scrolls by copying what is on the screen: there and back it is the same to the
/// pixel, and moved it is the same beside.
async fn slides(app: &App, name: &str) {
    let hand = "const t = document.querySelector('[data-testid=trends]'), p = t.querySelector('.plot'), b = p.getBoundingClientRect(); t.setPointerCapture = () => {};
        const at = (kind, px) => p.dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX: b.left + b.width / 2 + px, clientY: b.top + 10, pointerId: 1, button: 0 }));";
    let seen = |want: bool| {
        format!(
            "const f = document.querySelector('.trends > .sliding'); return !!f && (getComputedStyle(f).visibility === 'visible') === {want}"
        )
    };
    app.until("the copy is not seen at rest", &seen(false)).await;
    let rest = panels(app, &format!("{name}-rest"), EDGE).await;
    // By and by, as a hand does: each step copies what the one before left.
    app.ask(&format!("{hand} at('pointerdown', 0); at('pointermove', 30); return true")).await;
    app.until("the copy is seen", &seen(true)).await;
    for px in [7.0, 55.0, MOVED] {
        app.painted().await;
        app.ask(&format!("{hand} at('pointermove', {px}); return true")).await;
    }
    let moved = panels(app, &format!("{name}-moved"), EDGE + MOVED).await;
    let differ = |a: &RgbImage, b: &RgbImage| a.pixels().zip(b.pixels()).filter(|(a, b)| a != b).count();
    assert_eq!(differ(&rest, &moved), 0, "{name}: moved");
    // A hand that held still for longer than what is around the panels is behind it (`FOLLOW`) moves once.
    app.until(
        "a hand that held still",
        "window.__held ??= performance.now(); return performance.now() - window.__held > 1200",
    )
    .await;
    app.ask(&format!("{hand} delete window.__held; at('pointermove', 0); return true")).await;
    assert_eq!(differ(&rest, &panels(app, &format!("{name}-back"), EDGE).await), 0, "{name}: there and back");
    app.ask(&format!("{hand} at('pointerup', 0); return true")).await;
    app.until("the copy is gone", &seen(false)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_range_theme_and_density_looks_in_the_window_as_it_did() {
    let _turn = turn::alone().await;
    let folder = tempfile::tempdir().unwrap();
    let received = Instant::from(SystemTime::now());
    let vault = cache::fill(folder.path());
    vault.commit(PageCommit { facts: stay(), received, ..Default::default() }).unwrap();
    drop(vault);
    for scale in [1.0, 1.5, 2.0] {
        let app = App::start_at(
            &["--data-dir", folder.path().to_str().unwrap()],
            Desk { scale, ..Desk::default() },
        )
        .await;
        app.see("[data-testid=tile-p]").await;
        let density = app.ask("return devicePixelRatio * outerWidth / innerWidth").await;
        assert_eq!(density.as_f64(), Some(scale));
        assert_eq!(app.ask("return innerWidth").await, json!(1440));
        app.ask(&format!(
            "window.__TAURI_INTERNALS__.invoke('look_back', {{ at: {}, asShown: false }}); return true",
            NOW.0
        ))
        .await;
        app.see("[data-testid=past-banner]").await;
        // Where text is enlarged, WebDriver's own clicks land beside what they are for.
        let click = async |what: &str| {
            app.see(&format!("[data-testid={what}]")).await;
            app.ask(&format!("document.querySelector('[data-testid={what}]').click(); return true")).await;
        };
        click("tile-p").await;
        for theme in ["dark", "light"] {
            for (range, hours) in RANGES {
                click(&format!("range-{range}")).await;
                let drawn = format!(
                    "return document.querySelector('[data-testid=trends]')?.dataset.drawn === '{}'",
                    hours * HOUR_MS
                );
                app.until("drawn", &drawn).await;
                if hours <= 24 {
                    // It looks the same in the picture that a gesture would move.
                    let wide = "const d = document.querySelector('[data-testid=trends]').dataset; return Number(d.film) > Number(d.drawn)";
                    app.until("the wider picture", wide).await;
                }
                app.ask("document.activeElement?.blur(); return true").await;
                compare(&app, &format!("trends-{range}-{theme}-{scale}")).await;
                // The words that a panel has nothing to show stand still, and under the copy: an hour has some.
                if hours == 6 || hours == 24 {
                    slides(&app, &format!("slid-{range}-{theme}-{scale}")).await;
                }
            }
            click("theme").await;
        }
        app.close().await;
    }
}
