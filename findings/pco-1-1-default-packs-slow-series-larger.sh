#!/usr/bin/env bash
# pco 1.1.0 beside 0.4.9 (crates.io).
#
# Left to choose for itself, pco 1.1.0 stores whole numbers that change slowly (a temperature in tenths of a degree, a heart rate with the noise of a
# beat) without taking differences, where 0.4.9 took them: an hour of seconds becomes 2.4 and 24 times as large, and nothing says so; a
# saturation that stays in steps is packed as before. Asked by name for differences of the first order, 1.1.0 packs the same numbers as small as 0.4.9
# did. Whoever moves a store of vital signs from 0.4 to 1.1 with the default configuration reads back the same numbers from a larger file.
#
# Seen: see `want` below, bytes of 3,600 numbers each. Exits non-zero where any of it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.0.0"
edition = "2021"
[dependencies]
new = { package = "pco", version = "=1.1.0" }
old = { package = "pco", version = "=0.4.9" }
[workspace]
TOML
cat > src/main.rs <<'RS'
use new::standalone::{simple_compress, simple_decompress};
use new::{ChunkConfig, DeltaSpec};

fn noise(n: i64) -> i64 {
    ((n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 61) as i64
}

fn main() {
    let series: [(&str, Box<dyn Fn(i64) -> i64>); 3] = [
        ("temperature", Box::new(|s| 368 + s / 400)),
        ("heart rate", Box::new(|s| 80 + s / 300 + noise(s) / 3)),
        ("saturation", Box::new(|s| 95 + noise(s / 40) / 3)),
    ];
    for (name, of) in &series {
        let numbers: Vec<i64> = (0..3600).map(of).collect();
        let before = old::standalone::simpler_compress(&numbers, 8).unwrap();
        let usual = simple_compress(&numbers, &ChunkConfig::default()).unwrap();
        let asked = ChunkConfig::default().with_delta_spec(DeltaSpec::TryConsecutive(1));
        let asked = simple_compress(&numbers, &asked).unwrap();
        for packed in [&usual, &asked] {
            assert_eq!(simple_decompress::<i64>(packed).unwrap(), numbers);
        }
        println!("{name}: 0.4.9 {}, 1.1.0 {}, 1.1.0 asked for differences {}", before.len(), usual.len(), asked.len());
    }
}
RS
want='temperature: 0.4.9 61, 1.1.0 1468, 1.1.0 asked for differences 63
heart rate: 0.4.9 721, 1.1.0 1751, 1.1.0 asked for differences 723
saturation: 0.4.9 159, 1.1.0 161, 1.1.0 asked for differences 161'
got=$(cargo run --quiet --release)
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
