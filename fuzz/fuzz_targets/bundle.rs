//! Whatever a server sends as a page: read, refused or put into quarantine, never a panic, and read alike in both ways.
#![no_main]

libfuzzer_sys::fuzz_target!(|page: &[u8]| fhir::fuzz_page(page));
