//! What comes by another way than from the server: a file, messages of a sender. It is taken in as one, with the entry of the log that
//! tells of it, or not at all; and it can be rehearsed.

use clinical::{Fact, SmolStr};
use rusqlite::{Connection, Transaction};

use crate::changes::{Changes, Ingested};
use crate::entries::append::append;
use crate::entries::entry::NewEntry;
use crate::error::VaultError;
use crate::facts::ingest::{PageCommit, take_page};
use crate::store::durably::durably;
use crate::store::said::known_state;
use crate::store::sources::Sources;
use crate::store::vault::Vault;

/// A piece of it.
#[derive(Debug, Default)]
pub struct Brought {
    /// What it says.
    pub page: PageCommit,
    /// What it says of people and places that others tell more of: taken only where nothing is known of them, and giving way to whatever
    /// is said of them later, also by a word of an earlier time.
    pub if_unknown: Vec<Fact>,
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// A piece.
    Piece(Box<Brought>),
    /// That was all.
    End,
    /// There is more, and it does not come.
    Lost,
}

impl Vault {
    /// Takes messages in, all of them or none. They are on the disk when this returns.
    ///
    /// # Errors
    /// Of the database; nothing was taken then.
    pub fn bring(&self, messages: Vec<Brought>) -> Result<Ingested, VaultError> {
        let facts = messages.iter().map(|message| message.page.facts.len()).sum();
        let mut messages = messages.into_iter();
        let next = move || messages.next().map_or(Next::End, |message| Next::Piece(Box::new(message)));
        self.bring_as_one(facts, next, |_| None, true)
    }

    /// Takes a file in: all its pieces and the entry that tells of it, or nothing. It is on the disk when this returns. The pieces are
    /// asked for on the writer's thread, one at a time: nothing else is written meanwhile.
    ///
    /// # Errors
    /// Of the database, or where the pieces did not come to their end; nothing was taken then.
    pub fn bring_file(
        &self,
        next: impl FnMut() -> Next + Send + 'static,
        entry: impl FnOnce(&Ingested) -> NewEntry + Send + 'static,
    ) -> Result<Ingested, VaultError> {
        self.bring_as_one(PIECE, next, |done| Some(entry(done)), true)
    }

    /// What [`Vault::bring_file`] would do; nothing is changed.
    ///
    /// # Errors
    /// As [`Vault::bring_file`].
    pub fn rehearse_file(&self, next: impl FnMut() -> Next + Send + 'static) -> Result<Ingested, VaultError> {
        self.bring_as_one(PIECE, next, |_| None, false)
    }

    fn bring_as_one(
        &self,
        facts: usize,
        next: impl FnMut() -> Next + Send + 'static,
        entry: impl FnOnce(&Ingested) -> Option<NewEntry> + Send + 'static,
        is_kept: bool,
    ) -> Result<Ingested, VaultError> {
        let sources = self.sources();
        let work = move |connection: &mut Connection| {
            let newest = "SELECT coalesce(max(id), 0) FROM chunk";
            let newest: i64 = connection.query_row(newest, [], |row| row.get(0))?;
            sources.begin();
            let done = durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let done = take_all(&transaction, next, &sources)?;
                if is_kept {
                    if let Some(entry) = entry(&done) {
                        append(&transaction, entry)?;
                    }
                    transaction.commit()?;
                }
                Ok(done)
            });
            if done.is_ok() && is_kept {
                sources.stays()
            } else {
                sources.is_taken_back(newest)
            }
            done
        };
        self.write_page(facts, work, if is_kept { Changes::of } else { |_| Changes::NONE })
    }
}

/// A piece of a file is about so many facts.
const PIECE: usize = 4096;

fn take_all(
    transaction: &Transaction,
    mut next: impl FnMut() -> Next,
    sources: &Sources,
) -> Result<Ingested, VaultError> {
    let mut done = Ingested::default();
    loop {
        let Brought { mut page, if_unknown } = match next() {
            Next::Piece(piece) => *piece,
            Next::End => return Ok(done),
            Next::Lost => return Err(VaultError::NotBrought),
        };
        for fact in if_unknown {
            if known_state(transaction, &fact.source.reference)?.is_none() {
                page.facts.push(without_state(fact));
            }
        }
        done.add(take_page(transaction, &page, sources)?);
    }
}

/// The same as one that no state is remembered of: everything that is said of it takes its place.
fn without_state(mut fact: Fact) -> Fact {
    fact.updated_at = None;
    fact.source.version = SmolStr::default();
    fact
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clinical::{Body, Code, Decimal, Instant, Person, Quality, Sample, Sex, Source, Unreadable};
    use record::EntryKind;

    use super::*;
    use crate::keys::key::Key;

    fn value(n: i64) -> Fact {
        let sample = Sample {
            patient: "p".into(),
            device: Some("d".into()),
            code: Code::Loinc("99504-3".into()),
            value: Decimal::whole(n % 300),
            comparator: None,
            unit: "mg/dL".into(),
            taken_at: Instant(n * 300_000),
            quality: Quality::Good,
        };
        let source = Source { reference: format!("Observation/clarity-{n}").into(), version: "1".into() };
        Fact { source, updated_at: Some(Instant(9_000_000_000)), body: Body::Samples(vec![sample]) }
    }

    fn pieces(numbers: std::ops::Range<i64>, end: fn() -> Next) -> impl FnMut() -> Next + Send + 'static {
        let numbers: Vec<i64> = numbers.collect();
        let mut left: Vec<Vec<i64>> = numbers.chunks(500).rev().map(<[i64]>::to_vec).collect();
        move || match left.pop() {
            Some(numbers) => {
                let facts = numbers.into_iter().map(value).collect();
                let page = PageCommit { facts, received: Instant(9_000_000_000), ..PageCommit::default() };
                Next::Piece(Box::new(Brought { page, if_unknown: Vec::new() }))
            }
            None => end(),
        }
    }

    fn entry(done: &Ingested) -> NewEntry {
        NewEntry::new(EntryKind::Act, Instant(1), "IT", format!("{} values", done.samples))
    }

    fn held(vault: &Vault) -> usize {
        vault
            .read(|reader| {
                let series = reader.series_of(&"p".into())?;
                let all = |id| reader.points(id, Instant(i64::MIN), Instant(i64::MAX));
                series.iter().map(|s| all(s.id).map(|points| points.len())).sum()
            })
            .unwrap()
    }

    fn newest_entry(vault: &Vault) -> Option<String> {
        vault.read(|reader| reader.log(1)).unwrap().first().map(|entry| entry.what.clone())
    }

    #[test]
    fn a_file_is_taken_in_once_and_whole_with_its_entry_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let rehearsed = vault.rehearse_file(pieces(0..5000, || Next::End)).unwrap();
        assert_eq!((rehearsed.samples, held(&vault), newest_entry(&vault)), (5000, 0, None));
        assert!(matches!(
            vault.bring_file(pieces(0..5000, || Next::Lost), entry),
            Err(VaultError::NotBrought)
        ));
        assert_eq!((held(&vault), newest_entry(&vault)), (0, None));
        assert_eq!(vault.bring_file(pieces(0..5000, || Next::End), entry).unwrap().samples, 5000);
        assert_eq!((held(&vault), newest_entry(&vault).as_deref()), (5000, Some("5000 values")));
        // Again, and one that overlaps it, after it has been sealed into chunks.
        assert_eq!(vault.rehearse_file(pieces(4000..6000, || Next::End)).unwrap().samples, 1000);
        assert_eq!(vault.bring_file(pieces(0..5000, || Next::End), entry).unwrap().samples, 0);
        assert_eq!(vault.bring_file(pieces(4000..6000, || Next::End), entry).unwrap().samples, 1000);
        assert_eq!(held(&vault), 6000);
    }

    #[test]
    fn what_was_taken_back_is_forgotten_and_doubles_nothing_later() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        assert!(vault.bring_file(pieces(0..3000, || Next::Lost), entry).is_err());
        // Its rows are given to the chunks of others.
        vault.bring_file(pieces(50_000..53_000, || Next::End), entry).unwrap();
        vault.bring_file(pieces(0..3000, || Next::End), entry).unwrap();
        assert_eq!(vault.bring_file(pieces(50_000..53_000, || Next::End), entry).unwrap().samples, 0);
        assert_eq!(held(&vault), 6000);
    }

    #[test]
    fn a_rehearsal_that_opens_chunks_leaves_what_is_known_of_them_right() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        vault.bring_file(pieces(0..5000, || Next::End), entry).unwrap();
        // Between the others: chunks are made one with those that they overlap.
        let mut left = Some(());
        let between = move || match left.take() {
            Some(()) => {
                let facts = (0..3000)
                    .map(|n| {
                        let mut fact = value(10_000 + n);
                        if let Body::Samples(samples) = &mut fact.body {
                            samples[0].taken_at = Instant(n * 300_000 + 7);
                        }
                        fact
                    })
                    .collect();
                Next::Piece(Box::new(Brought {
                    page: PageCommit { facts, received: Instant(9_000_000_000), ..PageCommit::default() },
                    if_unknown: Vec::new(),
                }))
            }
            None => Next::End,
        };
        assert_eq!(vault.rehearse_file(between).unwrap().samples, 3000);
        vault.bring_file(pieces(50_000..53_000, || Next::End), entry).unwrap();
        for range in [0..5000, 50_000..53_000] {
            assert_eq!(vault.bring_file(pieces(range, || Next::End), entry).unwrap().samples, 0);
        }
        assert_eq!(held(&vault), 8000);
    }

    fn person(name: &str, at: i64) -> Fact {
        let person = Person {
            id: "p".into(),
            mrn: String::new(),
            family: name.into(),
            given: String::new(),
            birth_date: None,
            sex: Sex::Unknown,
            active: true,
            deceased: false,
            replaced_by: None,
            replaces: Vec::new(),
            contacts: None,
        };
        let source = Source { reference: "Patient/p".into(), version: "1".into() };
        Fact { source, updated_at: Some(Instant(at)), body: Body::Person(person) }
    }

    #[test]
    fn a_monitors_short_notion_of_somebody_gives_way_to_an_admission_whichever_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let says = |facts: Vec<Fact>, if_unknown: Vec<Fact>| {
            let page = PageCommit { facts, received: Instant(50), ..PageCommit::default() };
            vault.bring(vec![Brought { page, if_unknown }]).unwrap();
            vault.read(|reader| reader.ward()).unwrap().persons[0].family.clone()
        };
        assert_eq!(says(vec![], vec![person("Bed 3", 20)]), "Bed 3");
        assert_eq!(says(vec![person("Adeyemi", 10)], vec![]), "Adeyemi", "said earlier, heard later");
        assert_eq!(says(vec![], vec![person("Bed 3", 30)]), "Adeyemi");
    }

    #[test]
    fn of_several_messages_all_are_taken_with_what_could_not_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let message = |n: i64| {
            let held = Unreadable {
                reference: format!("Message/{n}"),
                reason: "it has no unit".into(),
                body: String::new(),
            };
            let (facts, unreadable) = (vec![value(n)], vec![held]);
            Brought {
                page: PageCommit { facts, unreadable, ..PageCommit::default() },
                if_unknown: Vec::new(),
            }
        };
        let done = vault.bring((0..40).map(message).collect()).unwrap();
        assert_eq!((done.samples, done.quarantined, held(&vault)), (40, 40, 40));
        assert_eq!(vault.bring((0..40).map(message).collect()).unwrap().samples, 0, "the same again");
    }
}
