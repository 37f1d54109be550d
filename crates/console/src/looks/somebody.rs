//! A look at somebody who is not on this station's board: what the server holds of them now. It stands in the log before the server
//! is asked, it is shown as a tile of the board would show it, without what a consent withholds, and nothing of it is kept.

use bedside::board;
use clinical::PatientId;
use vault::{EntryKind, Key, PageCommit, Vault, VaultError, View};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::view::OnceLook;

/// A record that was merged into another, which was merged again: so often at most.
const MERGES: usize = 8;

impl Console {
    /// What the server holds now of somebody whom [`Console::find_people`] found.
    ///
    /// # Errors
    /// Where the log cannot be written, the server is not there, refuses, or knows nobody under this id any more.
    pub async fn look_once(&self, patient: &PatientId) -> Result<OnceLook, ConsoleError> {
        let engine = self.engine().ok_or(ConsoleError::NoServer)?;
        let who = self.somebody_here()?;
        let words = "looked at somebody who is not of this station";
        self.log_of(EntryKind::View, &who, words.to_owned(), Some(patient))?;
        let mut read = engine.read_once(patient).await?;
        let mut patient = patient.clone();
        // Their record is another one now: what they refused stands there.
        for _ in 0..MERGES {
            let Some(into) = read.merged_into(&patient).filter(|into| *into != patient) else { break };
            self.log_of(EntryKind::View, &who, words.to_owned(), Some(&into))?;
            (read, patient) = (engine.read_once(&into).await?, into);
        }
        let patient = &patient;
        let now = self.now();
        // A cache of its own under a key that nobody else has and that is gone with this call, in a folder that goes with it: what
        // counts as old, as an artefact or as over is decided where it is for every board.
        let folder = tempfile::tempdir().map_err(VaultError::from)?;
        let once = Vault::open(folder.path(), Key::random()?)?;
        once.commit(PageCommit {
            facts: read.facts,
            labels: read.labels,
            unreadable: read.unreadable,
            received: now,
            clock: Some(now),
            ..PageCommit::default()
        })?;
        let mut ward = once.read(|reader| reader.ward())?;
        if !ward.persons.iter().any(|person| person.id == *patient) {
            return Err(ConsoleError::NobodyThere);
        }
        ward.site = self.ward_and_board()?.0.site.clone();
        let sight = once.read_for(View::NOW, &self.looker(&who)?, now, |reader| reader.sight_of(&ward))?;
        let board = board(&ward, now).shown_to(&who).seen(&ward, &sight, now);
        Ok(OnceLook::new(board, patient, now, read.unread))
    }
}
