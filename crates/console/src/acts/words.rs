//! What a person typed, cleaned.

use crate::error::ConsoleError;

/// What a person typed, where it says anything.
pub(crate) fn words(text: &str) -> Result<String, ConsoleError> {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(500).collect();
    if text.is_empty() { Err(ConsoleError::NoWords) } else { Ok(text) }
}
