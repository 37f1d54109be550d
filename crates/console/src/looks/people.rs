//! A look for anybody on the server, for once: nothing of it is kept, and each look stands in the log before the server is asked.

use fhir::Sought;
use vault::EntryKind;

use crate::console::Console;
use crate::error::ConsoleError;
use crate::view::{FoundPeople, SoughtBy as By};

/// A name is looked for from so many letters on: fewer are a list of everybody.
const LEAST_LETTERS: usize = 2;

impl Console {
    /// Looks for somebody on the whole server, wherever they lie. At most twenty are given.
    ///
    /// # Errors
    /// Where too little was typed, the log cannot be written, or the server is not there or refuses; what was typed is in the log.
    pub async fn find_people(&self, by: By, typed: &str) -> Result<FoundPeople, ConsoleError> {
        let typed = typed.trim();
        let sought = match by {
            By::Name if typed.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_LETTERS => None,
            By::Name => Some(Sought::Name(typed.to_owned())),
            By::Number if typed.is_empty() => None,
            By::Number => Some(Sought::Number(typed.to_owned())),
            By::BirthDate => is_day(typed).then(|| Sought::BirthDate(typed.to_owned())),
        };
        let sought = sought.ok_or(ConsoleError::NobodySought)?;
        let engine = self.engine().ok_or(ConsoleError::NoServer)?;
        let word = match by {
            By::Name => "name",
            By::Number => "number",
            By::BirthDate => "birth date",
        };
        let typed: String = typed.chars().filter(|c| !c.is_control()).take(80).collect();
        let words = format!("looked on the server by {word}: {typed}");
        self.log_as(EntryKind::Search, &self.somebody_here()?, words, None)?;
        Ok(FoundPeople::new(engine.find_people(&sought).await?))
    }
}

/// A whole day.
fn is_day(text: &str) -> bool {
    let shape =
        |(n, byte): (usize, u8)| if matches!(n, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(shape)
}
