//! What is wrong with a text that is no JSON of R4's shape.

/// serde's message can quote the document, and documents hold patients; the place alone is safe to show.
pub(crate) fn position(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Eof => "ends too early",
        serde_json::error::Category::Syntax => "is not JSON",
        _ => "does not have the shape R4 gives it",
    };
    format!("{kind} (line {}, column {})", error.line(), error.column())
}
