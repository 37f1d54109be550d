//! Every range, theme and density of the trends beside the picture that somebody looked at and kept.
//!
//! `VIGIL_WRITE_PICTURES=1 cargo test -p trends --test pictures` writes them anew.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(clippy::unwrap_used, missing_docs)]

mod stay;

use clinical::{HOUR_MS, TimeRange};
use std::fs;
use std::path::Path;

use stay::{NOW, RANGES, stay};
use trends::{TrendsRequest, trends};
use vault::{Key, PageCommit, Vault};

fn pixels(png: &[u8]) -> (u32, u32, Vec<u8>) {
    let image = image::load_from_memory(png).unwrap().to_rgb8();
    (image.width(), image.height(), image.into_raw())
}

#[test]
fn every_range_theme_and_density_looks_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
    vault.commit(PageCommit { facts: stay(), received: NOW, ..Default::default() }).unwrap();
    let kept = Path::new("tests/pictures");
    let write = std::env::var_os("VIGIL_WRITE_PICTURES").is_some();
    for (length, hours) in RANGES {
        for (theme, light) in [("dark", false), ("light", true)] {
            for scale in [1.0, 1.5, 2.0] {
                let range = TimeRange::last(hours * HOUR_MS, NOW);
                let request = TrendsRequest {
                    patient: "p".into(),
                    range,
                    focus: range,
                    width: 360,
                    height: 48,
                    scale,
                    light,
                    axes: Vec::new(),
                };
                let trends = vault.read(|reader| Ok(trends(reader, &request))).unwrap().unwrap();
                assert_eq!(trends.panels.len(), 7, "six measures and the score");
                let name = format!("{length}-{theme}-{scale}.png");
                let file = kept.join(&name);
                if write {
                    fs::create_dir_all(kept).unwrap();
                    fs::write(&file, &trends.png).unwrap();
                }
                let (width, height, was) = pixels(&fs::read(&file).unwrap());
                let (w, h, is) = pixels(&trends.png);
                assert_eq!((w, h), (width, height), "{name}");
                let off = |(a, b): &(&[u8], &[u8])| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 24);
                let differing = was.chunks(3).zip(is.chunks(3)).filter(off).count();
                // Rounding of another processor may move a hair; a thousandth of the picture is more than that.
                if differing * 1000 > was.len() / 3 {
                    let now = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
                    fs::write(&now, &trends.png).unwrap();
                    panic!("{name}: {differing} pixels differ; what it is now: {}", now.display());
                }
            }
        }
    }
}
