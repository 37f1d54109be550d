//! What is wrong with a text that is no JSON of R4's shape.

/// The byte at which a reader of a text found fault.
pub(crate) fn place_of(text: &str, error: &serde_json::Error) -> Option<usize> {
    let before = error.line().checked_sub(1)?;
    let line: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    Some((line + error.column()).saturating_sub(1)).filter(|at| *at < text.len())
}

/// serde's message can quote the document, and documents hold patients; the place alone is safe to show.
pub(crate) fn position(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Eof => "ends too early",
        serde_json::error::Category::Syntax => "is not JSON",
        _ => "does not have the shape R4 gives it",
    };
    format!("{kind} (line {}, column {})", error.line(), error.column())
}
