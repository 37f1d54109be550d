//! The window as a person starts it: WebDriver changes how the engine paints, so one look is taken without it.

use std::time::{Duration, Instant};

use crate::support::{Unaided, station};
use crate::turn;

/// The ground of a tile with a high alarm, `--high-tint` of the dark tokens.
const HIGH: [u8; 3] = [0x2b, 0x0a, 0x11];

#[tokio::test(flavor = "multi_thread")]
async fn the_ward_is_painted_without_a_compiler_in_the_page() {
    let _turn = turn::alone().await;
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = Unaided::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]);
    let began = Instant::now();
    loop {
        let seen = image::open(app.shot("unaided-ward")).unwrap().to_rgb8();
        // A tile has 60,000 pixels.
        if seen.pixels().filter(|pixel| pixel.0 == HIGH).count() > 20_000 {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(90), "no high alarm was ever painted");
    }
    let page = app.page();
    let maps = std::fs::read_to_string(format!("/proc/{page}/maps")).unwrap();
    assert!(maps.contains("libwebkit2gtk"), "the maps are those of the page");
    let both = maps.lines().filter(|line| line.contains(" rwx")).count();
    assert_eq!(both, 0, "memory that can be written and executed");
    let gpu = std::fs::read_dir("/dev/dri")
        .is_ok_and(|mut d| d.any(|e| e.unwrap().file_name().to_string_lossy().starts_with("render")));
    if gpu {
        println!("a GPU is here: whether Mesa's compiler stays away was not looked at");
    } else {
        assert!(!maps.contains("libLLVM"), "Mesa's compiler was loaded");
    }
}
