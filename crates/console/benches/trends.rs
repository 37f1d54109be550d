#![allow(missing_docs, clippy::unwrap_used)]
#[path = "../../../benches/cache/mod.rs"]
mod cache;
#[path = "../../../benches/charts/stay.rs"]
#[allow(dead_code)]
mod stay;
mod support {
    pub const PIN: &str = "2580-night";
}
use std::sync::Arc;
use std::time::Instant as Clock;

use clinical::Instant;

fn main() {
    let folder = std::path::Path::new("/tmp/stay-cache");
    let end = if folder.exists() {
        std::fs::read_to_string("/tmp/stay-end").unwrap().trim().parse().unwrap()
    } else {
        std::fs::create_dir_all(folder).unwrap();
        let stay = stay::keep(folder, 1_430_000);
        std::fs::write("/tmp/stay-end", stay.end.to_string()).unwrap();
        stay.end
    };
    let vault = Arc::new(cache::look(folder));
    let now: sync::Now = Arc::new(move || Instant(end));
    let station = console::Station { name: "b".into(), user: "b".into() };
    let (console, _events) = console::Console::open(vault, None, station, now).unwrap();
    const HOUR: i64 = 3_600_000;
    for hours in [24, 72, 336] {
        let from = Instant(end - hours * HOUR);
        let request = console::TrendsRequest {
            patient: "p0".into(), from, to: Instant(end), focus: (from, Instant(end)),
            width: 900, height: 80, scale: 1.0, light: false, axes: vec![],
        };
        let mut took: Vec<f64> = (0..15).map(|_| {
            let began = Clock::now();
            let drawn = console.trends(&request).unwrap();
            assert!(drawn.panels[0].samples > 80_000);
            began.elapsed().as_secs_f64() * 1e3
        }).collect();
        took.sort_by(f64::total_cmp);
        println!("{hours} h: p50 {:.1} ms, max {:.1} ms", took[7], took[14]);
    }
}
