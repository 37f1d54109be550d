//! Runs the simulated ward alone: `cargo run -p ward-sim -- [--port N] [--seed N] [--speed X] [--more-beds N]`.

use ward_sim::Options;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1));
    let number = |name: &str, otherwise: f64| value(name).and_then(|v| v.parse().ok()).unwrap_or(otherwise);
    let options = Options {
        seed: number("--seed", 7.0) as u64,
        speed: number("--speed", 1.0),
        port: number("--port", 8085.0) as u16,
        more_beds: number("--more-beds", 0.0) as usize,
        origin_ms: None,
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let sim = ward_sim::start(options).await?;
        println!("FHIR base {}\ntest controls {}", sim.base(), sim.admin());
        tokio::signal::ctrl_c().await
    })
}
