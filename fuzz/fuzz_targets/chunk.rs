//! Whatever stands in a chunk's blob: values or an error, never a panic, and never more room than the row says.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (u16, bool, &[u8])| {
    let (n, regular, blob) = input;
    vault::fuzz_chunk(usize::from(n), regular, blob);
});
