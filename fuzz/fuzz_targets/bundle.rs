//! Whatever a server sends as a page: read, refused or put into quarantine, and never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|page: &[u8]| {
    let _ = fhir::read_page(page);
});
