//! What the fuzzer runs, and the sound chunks it begins with.

#[cfg(fuzzing)]
use crate::series::chunk::{Head, last_until, unpack};
#[cfg(fuzzing)]
use crate::series::min_max::read_min_max;

/// Reads any bytes as a chunk of `n` values: for the fuzzer, which builds with `--cfg fuzzing`.
#[cfg(fuzzing)]
pub fn fuzz_chunk(n: usize, regular: bool, blob: &[u8]) {
    let period_ms = regular.then_some(1000.0);
    let head =
        Head { t0: 0, n, period_ms, scale: 1, source: String::new(), version: String::new(), received: 0 };
    if let Ok(values) = unpack(&head, blob) {
        assert_eq!(values.len(), n);
    }
    let _ = read_min_max(blob, n, |_, _| {});
    let _ = last_until(&head, blob, 3000, i64::MAX);
}

#[cfg(test)]
mod tests {
    use clinical::Decimal;

    use crate::series::chunk::{Value, pack_regular, pack_sealed};
    use crate::series::min_max::pack_min_max;

    /// The fuzzer begins with sound chunks: number of values, whether evenly spaced, blob. `VIGIL_WRITE_SEEDS=1` writes them anew.
    #[test]
    fn the_seeds_of_the_fuzzer_are_sound_chunks() {
        let folder = std::path::Path::new("../../fuzz/corpus/chunk");
        let mantissas: Vec<i64> = (0..600).map(|n| 70 + n * 7 % 23).collect();
        let values: Vec<Value> = (0..40)
            .map(|n| Value {
                t: n * 61_000,
                value: Decimal { mantissa: 365 + n % 9, scale: 1 },
                marks: clinical::Marks::from_code(i64::from(n == 7)),
                source: format!("Observation/{n}"),
                version: "1".into(),
                received: n * 61_000 + 900,
            })
            .collect();
        let seeds = [
            ("regular", 600u16, true, pack_regular(&mantissas).unwrap()),
            ("sealed", 40, false, pack_sealed(&values).unwrap()),
            ("min-max", 600, false, pack_min_max(&mantissas).unwrap()),
        ];
        for (name, n, regular, blob) in seeds {
            let seed = [&n.to_le_bytes()[..], &[u8::from(regular)], &blob].concat();
            let file = folder.join(name);
            if std::env::var_os("VIGIL_WRITE_SEEDS").is_some() {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(&file, &seed).unwrap();
            }
            assert_eq!(std::fs::read(&file).unwrap(), seed, "{name}");
        }
    }
}
