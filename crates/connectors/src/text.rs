//! Text of a sender on its way to a screen.

use clinical::is_hidden;

/// Takes out what can change how the rest of a line reads: control characters and bidirectional overrides.
pub(crate) fn clean(text: &str, most: usize) -> String {
    text.chars().filter(|c| !is_hidden(*c)).take(most).collect::<String>().trim().to_owned()
}
