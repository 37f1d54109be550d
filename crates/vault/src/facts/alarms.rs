//! What is read of alarms and of what people did about them.
//!
//! A cache keeps a year of both, and a board asks several times a second for the few that are open: no question here but
//! [`Reader::actions`] looks through all of them.

use clinical::{
    AHEAD_MS, About, Action, Actor, DAY_MS, Episode, EpisodeId, Instant, Measure, PatientId, Person,
    Priority, Renewal, SeenAction, Verb,
};
use rusqlite::{ToSql, params};

use crate::codec::{PATIENT, about, actor, id, json, some_id};
use crate::error::VaultError;
use crate::store::history::as_known_by;
use crate::store::vault::Reader;

fn priority(code: i64) -> Priority {
    match code {
        0 => Priority::Technical,
        1 => Priority::Low,
        2 => Priority::Medium,
        _ => Priority::High,
    }
}

impl Reader<'_> {
    /// Episodes with an onset up to the view's moment that have not ended by then, or ended within the last day before it, or
    /// that are of high priority and nobody ever took: those stay until somebody does, however old they are.
    ///
    /// # Errors
    /// Of the database.
    pub fn episodes(&self) -> Result<Vec<Episode>, VaultError> {
        let mut episodes = self.episodes_whole()?;
        self.hide_words(&mut episodes)?;
        Ok(episodes)
    }

    /// The same with their words, whoever looks: for a ward, which knows which of them are withheld.
    pub(crate) fn episodes_whole(&self) -> Result<Vec<Episode>, VaultError> {
        // Which ones nobody took is kept for what is known now; for what was known then it is looked up.
        let untaken = if self.view.is_now() {
            "id IN (SELECT id FROM untaken)".to_owned()
        } else {
            format!(
                "(priority = 3 AND NOT EXISTS (SELECT 1 FROM action a WHERE a.episode = e.id AND a.verb IN ('take', 'handled', 'hand-to')
                 AND NOT EXISTS (SELECT 1 FROM renewed r WHERE r.id = e.id AND r.at <= ?1 AND r.received <= {}
                   AND r.at >= coalesce(a.accepted_at, a.at))))",
                self.view.known_by.0
            )
        };
        let condition = format!("(ended IS NULL OR ended > ?2 OR {untaken})");
        self.episodes_where(&condition, &self.day_before()?.0)
    }

    /// Episodes with an onset up to the view's moment that were on at `since` or later, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn episodes_since(&self, since: Instant) -> Result<Vec<Episode>, VaultError> {
        let mut episodes = self.episodes_since_whole(since)?;
        self.hide_words(&mut episodes)?;
        Ok(episodes)
    }

    /// The same with their words, whoever looks.
    pub(crate) fn episodes_since_whole(&self, since: Instant) -> Result<Vec<Episode>, VaultError> {
        self.episodes_where("(ended IS NULL OR ended > ?2)", &since.0)
    }

    /// One episode with an onset up to the view's moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn episode(&self, id: &EpisodeId) -> Result<Option<Episode>, VaultError> {
        let mut found = self.episodes_where("id = ?2", &id.as_str())?;
        self.hide_words(&mut found)?;
        Ok(found.into_iter().next())
    }

    fn episodes_where(&self, condition: &str, bound: &dyn ToSql) -> Result<Vec<Episode>, VaultError> {
        let until = self.view.at;
        // The plus keeps the index of onsets, which all of them fit, out of the choice.
        let mut episodes = self.list(
            &format!(
                "SELECT id, patient, priority, text, measure, onset, ended,
                   (SELECT max(at) FROM renewed WHERE id = e.id AND at <= ?1 AND received <= {})
                 FROM {} e WHERE +onset <= ?1 AND {condition} ORDER BY +onset, id",
                self.view.known_by.0,
                as_known_by("episode", self.view.known_by)
            ),
            params![until.0, bound],
            |row| {
                let measure: Option<String> = row.get(4)?;
                let ended: Option<i64> = row.get(6)?;
                Ok(Episode {
                    id: id(row, 0)?,
                    patient: some_id(row, 1)?,
                    priority: priority(row.get(2)?),
                    text: row.get(3)?,
                    measure: measure.and_then(|c| Measure::from_loinc(&c).or(Measure::from_mdc(&c))),
                    onset: Instant(row.get(5)?),
                    // What ended later had not ended then.
                    ended: ended.map(Instant).filter(|ended| *ended <= until),
                    renewed: row.get::<_, Option<i64>>(7)?.map(|at| Renewal {
                        at: Instant(at),
                        received: Instant(at),
                        after: None,
                    }),
                })
            },
        )?;
        for episode in &mut episodes {
            if let Some(renewed) = &mut episode.renewed {
                *renewed = self.renewal(&episode.id, renewed.at)?;
            }
        }
        let survivors = self.survivors(self.view.known_by)?;
        episodes.iter_mut().filter_map(|e| e.patient.as_mut()).for_each(|patient| survivors.rename(patient));
        Ok(episodes)
    }

    fn renewal(&self, id: &EpisodeId, at: Instant) -> Result<Renewal, VaultError> {
        let mut statement =
            self.connection.prepare_cached("SELECT received, after FROM renewed WHERE id = ? AND at = ?")?;
        Ok(statement.query_row(params![id.as_str(), at.0], |row| {
            let after: Option<i64> = row.get(1)?;
            Ok(Renewal { at, received: Instant(row.get(0)?), after: after.map(Instant) })
        })?)
    }

    /// A day before the view's moment; of the present, before the last thing that is known of any alarm.
    fn day_before(&self) -> Result<Instant, VaultError> {
        let now = match self.view.at {
            Instant(i64::MAX) => {
                let last_until = |until: i64| -> Result<i64, VaultError> {
                    Ok(self
                        .connection
                        .prepare_cached(
                            "SELECT max(coalesce((SELECT max(onset) FROM episode WHERE onset <= ?1), 0),
                                        coalesce((SELECT max(ended) FROM episode WHERE ended <= ?1), 0))",
                        )?
                        .query_row([until], |row| row.get(0))?)
                };
                let last = last_until(i64::MAX)?;
                // One alarm from the far future is no reason to forget those of the day.
                let heard: Option<i64> = self
                    .connection
                    .prepare_cached("SELECT max(received) FROM episode")?
                    .query_row([], |row| row.get(0))?;
                match heard.map(|at| at.saturating_add(AHEAD_MS)) {
                    Some(heard) if last > heard => last_until(heard)?,
                    _ => last,
                }
            }
            Instant(at) => at,
        };
        Ok(Instant(now - DAY_MS))
    }

    /// When this station first heard of an episode.
    ///
    /// # Errors
    /// Of the database.
    pub fn first_received(&self, episode: &EpisodeId) -> Result<Option<Instant>, VaultError> {
        let first: Option<i64> = self.connection.query_row(
            "SELECT min(received) FROM (SELECT received FROM episode WHERE id = ?1
             UNION ALL SELECT received FROM episode_was WHERE id = ?1)",
            [episode.as_str()],
            |row| row.get(0),
        )?;
        Ok(first.map(Instant))
    }

    /// Every action up to the view's moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn actions(&self) -> Result<Vec<SeenAction>, VaultError> {
        let mut actions = self.actions_where("1", params![])?;
        self.hide_notes(&mut actions)?;
        Ok(actions)
    }

    /// What was done about one episode up to the view's moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn actions_on(&self, episode: &EpisodeId) -> Result<Vec<SeenAction>, VaultError> {
        let mut actions = self.actions_where("episode = ?3", params![episode.as_str()])?;
        self.hide_notes(&mut actions)?;
        Ok(actions)
    }

    /// What was written about one patient up to the view's moment: limits and notes, under every record of that person.
    ///
    /// # Errors
    /// Of the database.
    pub fn actions_about(&self, patient: &PatientId) -> Result<Vec<SeenAction>, VaultError> {
        let mut actions = self.actions_about_whole(patient)?;
        self.hide_notes(&mut actions)?;
        Ok(actions)
    }

    /// The same with their words, whoever looks.
    pub(crate) fn actions_about_whole(&self, patient: &PatientId) -> Result<Vec<SeenAction>, VaultError> {
        let about = format!("episode IN (SELECT '{PATIENT}' || id FROM {})", self.records_of("?3"));
        self.actions_where(&about, params![patient.as_str()])
    }

    /// The notes on these patients up to the view's moment, by the records that are named.
    ///
    /// # Errors
    /// Of the database.
    pub fn notes_on<'a>(
        &self,
        patients: impl IntoIterator<Item = &'a PatientId>,
    ) -> Result<Vec<SeenAction>, VaultError> {
        let about: Vec<String> = patients.into_iter().map(|id| format!("{PATIENT}{id}")).collect();
        let mut notes = self.actions_where(
            "episode IN (SELECT value FROM json_each(?3)) AND verb = ?4",
            params![json(&about), Verb::Annotate.code()],
        )?;
        self.hide_notes(&mut notes)?;
        Ok(notes)
    }

    /// What was done at `since` or later, up to the view's moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn actions_since(&self, since: Instant) -> Result<Vec<SeenAction>, VaultError> {
        let mut actions = self.actions_where("at >= ?3", params![since.0])?;
        self.hide_notes(&mut actions)?;
        Ok(actions)
    }

    /// What belongs to no patient: shifts, and the limits that were saved under a name.
    ///
    /// # Errors
    /// Of the database.
    pub fn actions_of_unit(&self) -> Result<Vec<SeenAction>, VaultError> {
        self.actions_where("episode = ''", params![])
    }

    /// What the server does not have yet.
    ///
    /// # Errors
    /// Of the database.
    pub fn actions_unsent(&self) -> Result<Vec<SeenAction>, VaultError> {
        let mut actions = self.actions_where("id IN (SELECT action FROM outbox)", params![])?;
        self.hide_notes(&mut actions)?;
        Ok(actions)
    }

    /// Everybody who ever acted under a name and of whom more than the name is known; capitals do not matter.
    ///
    /// # Errors
    /// Of the database.
    pub fn people_named(&self, name: &str) -> Result<Vec<Actor>, VaultError> {
        self.list(
            "SELECT by, by_id, NULL FROM action WHERE by = ?1 COLLATE NOCASE AND by_id IS NOT NULL GROUP BY by_id",
            [name],
            |row| actor(row, 0),
        )
    }

    /// What a board needs: what was done about its episodes, the limits of its people, and all of the last day.
    pub(crate) fn actions_of_board(
        &self,
        episodes: &[Episode],
        persons: &[Person],
    ) -> Result<Vec<SeenAction>, VaultError> {
        let episodes: Vec<&str> = episodes.iter().map(|e| e.id.as_str()).collect();
        let people: Vec<String> = persons.iter().map(|p| format!("{PATIENT}{}", p.id)).collect();
        self.actions_where(
            "(at > ?3 OR episode IN (SELECT value FROM json_each(?4))
              OR (episode IN (SELECT value FROM json_each(?5)) AND verb = ?6))",
            params![self.day_before()?.0, json(&episodes), json(&people), Verb::SetLimit.code()],
        )
    }

    /// Actions up to the view's moment for which a condition on `?3` and more holds. A station whose clock is fast dates ahead what it
    /// does: that was done when the server had it at the latest.
    fn actions_where(&self, condition: &str, bounds: &[&dyn ToSql]) -> Result<Vec<SeenAction>, VaultError> {
        let known_by = self.view.known_by;
        let mut all: Vec<&dyn ToSql> = vec![&self.view.at.0, &known_by.0];
        all.extend(bounds);
        let mut actions = self.list(
            &format!(
                "SELECT id, episode, verb, by, by_id, by_role, at, note, to_id, accepted_at FROM action
                 WHERE min(at, coalesce(accepted_at, at)) <= ?1 AND received <= ?2 AND {condition} ORDER BY +at, id"
            ),
            all.as_slice(),
            |row| {
                let verb: String = row.get(2)?;
                Ok(SeenAction {
                    action: Action {
                        id: id(row, 0)?,
                        about: about(row.get_ref(1)?.as_str()?),
                        verb: Verb::from_code(&verb).unwrap_or(Verb::Note),
                        by: actor(row, 3)?,
                        at: Instant(row.get(6)?),
                        note: row.get(7)?,
                        to: some_id(row, 8)?,
                    },
                    accepted_at: row.get::<_, Option<i64>>(9)?.map(Instant).filter(|at| *at <= known_by),
                })
            },
        )?;
        let survivors = self.survivors(known_by)?;
        for SeenAction { action, .. } in &mut actions {
            if let About::Patient(patient) = &mut action.about {
                survivors.rename(patient);
            }
        }
        Ok(actions)
    }
}
