//! What this cache is of, where that is not its whole server: units and programmes, and the people who are or were in them.
//!
//! Who belongs stands among the cursors, so that it changes in the transaction of the page that said so.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use clinical::{Instant, PatientId, Place, PlaceId, Scope, Stay};

use crate::error::VaultError;
use crate::store::vault::{Reader, Vault};

/// The setting that holds the units and programmes.
const SCOPE: &str = "scope";
/// Who belongs, and who did; one row each.
const MEMBER: &str = "member/";
/// Which steps of the first sync somebody was read by.
const READ: &str = "read/";

/// Somebody who belongs to the units or programmes of this station, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// By a stay in a unit.
    pub by_unit: bool,
    /// By a programme.
    pub by_programme: bool,
    /// Since when.
    pub since: Instant,
    /// When this station found that they do not any more.
    pub left: Option<Instant>,
}

impl Member {
    /// The cursor that keeps it.
    pub fn cursor(&self, patient: &PatientId) -> (String, String) {
        let word = |is: bool, word: char| if is { word } else { '-' };
        let left = self.left.map_or_else(|| "-".to_owned(), |at| at.0.to_string());
        let (unit, programme) = (word(self.by_unit, 'u'), word(self.by_programme, 'p'));
        (format!("{MEMBER}{patient}"), format!("{unit}{programme} {} {left}", self.since.0))
    }

    fn from_words(words: &str) -> Option<Member> {
        let mut words = words.split(' ');
        let by = words.next()?;
        let since = Instant(words.next()?.parse().ok()?);
        let left = words.next().and_then(|at| at.parse().ok()).map(Instant);
        Some(Member { by_unit: by.contains('u'), by_programme: by.contains('p'), since, left })
    }

    fn is_one_at(&self, at: Instant) -> bool {
        self.left.is_none_or(|left| at < left)
    }
}

/// The cursor that keeps by which steps somebody was read.
pub fn read_by<'a>(patient: &PatientId, steps: impl Iterator<Item = &'a str>) -> (String, String) {
    (format!("{READ}{patient}"), steps.collect::<Vec<_>>().join(" "))
}

/// Whether a cursor says who belongs.
pub(crate) fn is_member(cursor: &str) -> bool {
    cursor.starts_with(MEMBER)
}

/// Whom a board shows that is of units and programmes alone.
pub(crate) struct Within {
    units: Vec<PlaceId>,
    members: BTreeMap<PatientId, Member>,
    at: Instant,
}

impl Within {
    /// Everybody who belongs: of a programme, or with a stay that goes on in a unit. Who was found to have left does not, whatever
    /// the stay still says.
    pub(crate) fn people(&self, stays: &[Stay], places: &[Place]) -> BTreeSet<PatientId> {
        let here = below(&self.units, places);
        let lies = |stay: &&Stay| stay.in_progress && stay.places.iter().any(|place| here.contains(place));
        let of_programmes = self.members.iter().filter(|(_, member)| member.by_programme);
        let all = stays.iter().filter(lies).map(|stay| &stay.patient).chain(of_programmes.map(|(id, _)| id));
        let is_one = |id: &&PatientId| self.members.get(*id).is_none_or(|member| member.is_one_at(self.at));
        all.filter(is_one).cloned().collect()
    }
}

/// These units with every place that is part of them.
pub fn below(units: &[PlaceId], places: &[Place]) -> HashSet<PlaceId> {
    let mut here: HashSet<PlaceId> = units.iter().cloned().collect();
    // Level by level; nothing is met twice, so that a circle ends.
    loop {
        let is_new = |place: &&Place| {
            !here.contains(&place.id) && place.part_of.as_ref().is_some_and(|above| here.contains(above))
        };
        let more: Vec<PlaceId> = places.iter().filter(is_new).map(|place| place.id.clone()).collect();
        if more.is_empty() {
            return here;
        }
        here.extend(more);
    }
}

impl Vault {
    /// Binds this cache to units and programmes, or (`None`) to its whole server. Everything is asked for anew; what is here stays
    /// until it is too old.
    ///
    /// # Errors
    /// Of the database; then nothing was changed.
    pub fn bind(&self, scope: Option<&Scope>) -> Result<(), VaultError> {
        let words = scope.map(ToString::to_string);
        self.write(move |connection| {
            let transaction = connection.transaction()?;
            match &words {
                Some(words) => {
                    transaction.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [SCOPE, words])?
                }
                None => transaction.execute("DELETE FROM setting WHERE key = ?", [SCOPE])?,
            };
            transaction.execute(
                "DELETE FROM cursor WHERE kind GLOB 'first/*' OR kind GLOB 'since/*' OR kind GLOB 'deleted/*'
                 OR kind GLOB 'read/*' OR kind GLOB 'member/*'",
                [],
            )?;
            Ok(transaction.commit()?)
        })
    }
}

impl Reader<'_> {
    /// The units and programmes that this cache is of; `None` where it is of its whole server.
    ///
    /// # Errors
    /// Of the database.
    pub fn scope(&self) -> Result<Option<Scope>, VaultError> {
        Ok(self.setting(SCOPE)?.as_deref().and_then(Scope::from_words))
    }

    /// Everybody who belongs, and who did and is still in this cache.
    ///
    /// # Errors
    /// Of the database.
    pub fn members(&self) -> Result<BTreeMap<PatientId, Member>, VaultError> {
        let rows: Vec<(String, String)> = self.cursors(MEMBER)?;
        let member = |(id, words): (String, String)| Some((id.into(), Member::from_words(&words)?));
        Ok(rows.into_iter().filter_map(member).collect())
    }

    /// By which steps of the first sync each of them was read.
    ///
    /// # Errors
    /// Of the database.
    pub fn members_read(&self) -> Result<BTreeMap<PatientId, BTreeSet<String>>, VaultError> {
        let rows = self.cursors(READ)?.into_iter();
        let steps = |words: String| words.split_whitespace().map(str::to_owned).collect();
        Ok(rows.map(|(id, words)| (id.into(), steps(words))).collect())
    }

    /// Everybody of whom this cache has anything, among them who belongs to none of its units any more.
    ///
    /// # Errors
    /// Of the database.
    pub fn people(&self) -> Result<BTreeSet<PatientId>, VaultError> {
        let ids: Vec<String> = self.list(
            "SELECT id FROM person UNION SELECT patient FROM stay UNION SELECT patient FROM series
             UNION SELECT patient FROM episode WHERE patient <> ''",
            [],
            |row| row.get(0),
        )?;
        Ok(ids.into_iter().map(PatientId::from).collect())
    }

    /// Everybody whose own record is here.
    ///
    /// # Errors
    /// Of the database.
    pub fn persons_known(&self) -> Result<BTreeSet<PatientId>, VaultError> {
        let ids: Vec<String> = self.list("SELECT id FROM person", [], |row| row.get(0))?;
        Ok(ids.into_iter().map(PatientId::from).collect())
    }

    /// The records of these people: their own, and all that were merged with them as far as any of them says so.
    ///
    /// # Errors
    /// Of the database.
    pub fn records_with(&self, people: &BTreeSet<PatientId>) -> Result<BTreeSet<PatientId>, VaultError> {
        let pairs: Vec<(String, String)> =
            self.list("SELECT id, survivor FROM merge", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let pairs: Vec<(PatientId, PatientId)> =
            pairs.into_iter().map(|(old, into)| (old.into(), into.into())).collect();
        let mut all = people.clone();
        loop {
            let before = all.len();
            for (old, into) in &pairs {
                if all.contains(old) || all.contains(into) {
                    all.extend([old.clone(), into.clone()]);
                }
            }
            if all.len() == before {
                return Ok(all);
            }
        }
    }

    /// Whom the board of the view's moment shows; `None` where it shows everybody.
    pub(crate) fn within(&self) -> Result<Option<Within>, VaultError> {
        let Some(scope) = self.scope()? else { return Ok(None) };
        let at = self.view.at.min(self.view.known_by);
        Ok(Some(Within { units: scope.units, members: self.members()?, at }))
    }

    /// All cursors whose names begin so, without that beginning.
    fn cursors(&self, prefix: &str) -> Result<Vec<(String, String)>, VaultError> {
        self.list(
            "SELECT substr(kind, length(?1) + 1), value FROM cursor WHERE kind >= ?1 AND kind < ?1 || x'FF'",
            [prefix],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}
