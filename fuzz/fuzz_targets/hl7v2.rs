//! Whatever comes as HL7 v2, in a frame, a message or a file: read or set aside, never a panic, and what is read is read alike again.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (u8, &[u8])| connectors::fuzz(usize::from(input.0), input.1));
