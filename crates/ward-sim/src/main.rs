//! Runs the simulated ward alone.

use clap::Parser;
use ward_sim::Options;

/// A small FHIR R4 server over a simulated ward
#[derive(Parser)]
struct Arguments {
    /// Port on loopback
    #[arg(long, default_value_t = 8085)]
    port: u16,
    /// Of the ward's random course: the same seed, the same ward
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Simulated seconds in each second
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Beds beside those of the demo
    #[arg(long, default_value_t = 0)]
    more_beds: usize,
    /// Days its devices have been measuring
    #[arg(long, default_value_t = 14)]
    history_days: u32,
    /// People beside those of the wards in the register of the hospital
    #[arg(long, default_value_t = 0)]
    register: usize,
}

fn main() -> std::io::Result<()> {
    let Arguments { port, seed, speed, more_beds, history_days, register } = Arguments::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let sim = ward_sim::start(Options {
            seed,
            speed,
            port,
            more_beds,
            origin_ms: None,
            history_days,
            register,
        })
        .await?;
        println!("FHIR base {}\ntest controls {}", sim.base(), sim.admin());
        tokio::signal::ctrl_c().await
    })
}
