//! What a redraw of the trends costs in Rust alone, without a window: six panels of ten million values each in an encrypted
//! cache. `cargo bench -p trends --bench trends`, and `cargo xtask bench charts` for the whole way to pixels.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(missing_docs, clippy::unwrap_used, dead_code)]

#[path = "../../../benches/cache/mod.rs"]
mod cache;
#[path = "../../../benches/charts/stay.rs"]
mod stay;
mod support {
    pub(crate) const PIN: &str = "2580-night";
}

use clinical::{HOUR_MS, Instant, TimeRange};

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let end = stay::keep(folder.path(), 10_000_000 / 7).end;
    let vault = cache::look(folder.path());
    for hours in [24, 72, 336] {
        let range = TimeRange::last(hours * HOUR_MS, Instant(end));
        let request = trends::TrendsRequest {
            patient: "p0".into(),
            range,
            focus: range,
            width: 900,
            height: 80,
            scale: 1.0,
            light: false,
            axes: vec![],
        };
        let draw = |_| {
            let began = std::time::Instant::now();
            let drawn = vault.read(|reader| Ok(trends::trends(reader, &request))).unwrap().unwrap();
            assert!(drawn.panels[0].samples as i64 > (hours - 1) * 3_590);
            began.elapsed().as_secs_f64() * 1e3
        };
        let mut took: Vec<f64> = (0..20).map(draw).collect();
        took.sort_by(f64::total_cmp);
        println!("{hours} h: p50 {:.1} ms, p95 {:.1} ms", took[10], took[18]);
    }
}
