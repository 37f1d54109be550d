//! A look for anybody on the server, by what people know of somebody. One request each, and a few of those it finds.

use clinical::{Body, Person};

use crate::client::rest::Client;
use crate::error::FhirError;

/// The most that one look gives.
pub const FOUND_AT_MOST: usize = 20;

/// What is known of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// A name, or the beginning of one.
    Name(String),
    /// An identifier: a record number, or another that the server knows.
    Number(String),
    /// `YYYY-MM-DD`.
    BirthDate(String),
}

impl Sought {
    fn parameter(&self) -> (&'static str, &str) {
        match self {
            Sought::Name(text) => ("name", text),
            Sought::Number(text) => ("identifier", text),
            Sought::BirthDate(text) => ("birthdate", text),
        }
    }
}

/// Whom a look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPeople {
    /// At most [`FOUND_AT_MOST`], as the server gave them.
    pub people: Vec<Person>,
    /// The server has more.
    pub is_more: bool,
}

impl Client {
    /// Looks for people on the server, wherever they are.
    ///
    /// # Errors
    /// Of the transport, of the status, or of the page.
    pub async fn find_people(&self, sought: &Sought) -> Result<FoundPeople, FhirError> {
        let (name, text) = sought.parameter();
        let mut url = self.url("Patient")?;
        url.query_pairs_mut()
            .append_pair(name, &escaped(text))
            .append_pair("_count", &FOUND_AT_MOST.to_string());
        let page = self.page(url).await?.page;
        let mut people: Vec<Person> = page
            .facts
            .into_iter()
            .filter_map(|fact| match fact.body {
                Body::Person(person) => Some(person),
                _ => None,
            })
            .collect();
        // One that cannot be read is one more that is not shown.
        let is_more = page.next.is_some()
            || !page.unreadable.is_empty()
            || people.len() > FOUND_AT_MOST
            || page.total.is_some_and(|total| total > FOUND_AT_MOST as u64);
        people.truncate(FOUND_AT_MOST);
        Ok(FoundPeople { people, is_more })
    }
}

/// What R4 takes for a sign between words is part of what was typed.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.trim().chars().filter(|letter| !letter.is_control()) {
        if matches!(letter, '\\' | ',' | '|' | '$') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_looked_for_and_no_list_of_everybody() {
        for (typed, wanted) in [
            (" Adeyemi ", "Adeyemi"),
            ("O'Brien, Maeve", "O'Brien\\, Maeve"),
            ("urn:x|7", "urn:x\\|7"),
            ("a$b\\c\u{7}", "a\\$b\\\\c"),
        ] {
            assert_eq!(escaped(typed), wanted);
        }
    }
}
