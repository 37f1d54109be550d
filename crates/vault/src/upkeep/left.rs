//! Who was discharged or went elsewhere is taken out of the cache of a station that is of units and programmes, a set time later.

use std::collections::BTreeSet;

use clinical::{Instant, PatientId};
use rusqlite::{Transaction, params};

use crate::codec::PATIENT;
use crate::error::VaultError;
use crate::store::schema::HISTORIES;
use crate::store::vault::Vault;

/// What is about the patient `?1`, in an order in which nothing loses what it hangs on.
const ABOUT: [&str; 22] = [
    // A place of the screen is a word and an id.
    "DELETE FROM draft WHERE substr(place, instr(place, ' ') + 1) = ?1
     OR substr(place, instr(place, ' ') + 1) IN (SELECT id FROM episode WHERE patient = ?1)",
    "DELETE FROM said WHERE source IN (SELECT source FROM sample WHERE series IN (SELECT id FROM series WHERE patient = ?1))",
    "DELETE FROM corrected WHERE source IN (SELECT source FROM sample WHERE series IN (SELECT id FROM series WHERE patient = ?1))",
    "DELETE FROM corrected WHERE source IN (SELECT source FROM chunk WHERE series IN (SELECT id FROM series WHERE patient = ?1))",
    "DELETE FROM sample WHERE series IN (SELECT id FROM series WHERE patient = ?1)",
    "DELETE FROM sample_was WHERE series IN (SELECT id FROM series WHERE patient = ?1)",
    "DELETE FROM latest WHERE series IN (SELECT id FROM series WHERE patient = ?1)",
    "DELETE FROM chunk WHERE series IN (SELECT id FROM series WHERE patient = ?1)",
    "DELETE FROM series WHERE patient = ?1",
    "DELETE FROM given_by WHERE id IN (SELECT id FROM dose WHERE patient = ?1)",
    "DELETE FROM identity WHERE substr(source, 26) IN (SELECT id FROM dose WHERE patient = ?1)",
    "DELETE FROM said WHERE source IN (SELECT 'MedicationAdministration/' || id FROM dose WHERE patient = ?1
     UNION ALL SELECT 'Encounter/' || id FROM stay WHERE patient = ?1 UNION ALL SELECT 'Flag/' || id FROM flag WHERE patient = ?1
     UNION ALL SELECT 'Device/' || id FROM device WHERE patient = ?1
     UNION ALL SELECT 'Consent/' || id FROM consent WHERE patient = ?1
     UNION ALL SELECT 'DetectedIssue/' || id FROM episode WHERE patient = ?1 UNION ALL SELECT 'Patient/' || ?1)",
    "DELETE FROM said WHERE source IN (SELECT source FROM action WHERE episode = ?2 OR episode IN (SELECT id FROM episode WHERE patient = ?1))",
    "DELETE FROM said WHERE source IN (SELECT source FROM call WHERE episode IN (SELECT id FROM episode WHERE patient = ?1))",
    "DELETE FROM call WHERE episode IN (SELECT id FROM episode WHERE patient = ?1)",
    "DELETE FROM renewed WHERE id IN (SELECT id FROM episode WHERE patient = ?1)",
    "DELETE FROM witnessed WHERE episode IN (SELECT id FROM episode WHERE patient = ?1)",
    "DELETE FROM action WHERE episode = ?2 OR episode IN (SELECT id FROM episode WHERE patient = ?1)",
    "DELETE FROM quarantine WHERE instr(body, 'Patient/' || ?1 || '\"') > 0 OR reference = 'Patient/' || ?1",
    "DELETE FROM cursor WHERE kind IN ('member/' || ?1, 'read/' || ?1)",
    "DELETE FROM label WHERE patient = ?1",
    "DELETE FROM merge WHERE id = ?1 OR survivor = ?1",
];

/// Whether anything about the patient waits to be sent.
const WAITS: &str = "SELECT EXISTS (SELECT 1 FROM outbox o LEFT JOIN action a ON a.id = o.action
  WHERE coalesce(a.episode, o.lane) = ?2 OR o.lane = ?2
  OR coalesce(a.episode, o.lane) IN (SELECT id FROM episode WHERE patient = ?1)
  OR o.lane IN (SELECT id FROM episode WHERE patient = ?1))";

impl Vault {
    /// Takes away everything about those who left so long ago as the site says; how many rows that were. Nothing goes of somebody
    /// about whom something waits to be sent, or whose record was merged with that of somebody who is here.
    ///
    /// # Errors
    /// Of the database; what was taken away so far stays away.
    pub(crate) fn remove_who_left(&self, now: Instant) -> Result<usize, VaultError> {
        let gone = self.read(|reader| {
            if reader.scope()?.is_none() {
                return Ok(Vec::new());
            }
            let (members, keep) = (reader.members()?, reader.site()?.keep_after_discharge_ms);
            let here = members.iter().filter(|(_, member)| member.left.is_none()).map(|(id, _)| id.clone());
            let here: BTreeSet<PatientId> = reader.records_with(&here.collect())?;
            let is_due = |left: Option<Instant>| left.is_some_and(|left| now.ms_since(left) >= keep);
            let due = members.into_iter().filter(|(id, member)| is_due(member.left) && !here.contains(id));
            Ok(due.map(|(id, member)| (member.cursor(&id), id)).collect::<Vec<_>>())
        })?;
        let mut rows = 0;
        for ((member, left), patient) in gone {
            rows += self.write(move |connection| {
                let transaction = connection.transaction()?;
                // Who came back meanwhile stays.
                let has_left = "SELECT EXISTS (SELECT 1 FROM cursor WHERE kind = ? AND value = ?)";
                if !transaction.query_row(has_left, [&member, &left], |row| row.get::<_, bool>(0))? {
                    return Ok(0);
                }
                let rows = remove(&transaction, &patient)?;
                transaction.commit()?;
                Ok(rows)
            })?;
        }
        Ok(rows)
    }
}

fn remove(transaction: &Transaction, patient: &PatientId) -> Result<usize, VaultError> {
    let (id, about) = (patient.as_str(), format!("{PATIENT}{patient}"));
    if transaction.query_row(WAITS, params![id, about], |row| row.get(0))? {
        return Ok(0);
    }
    let mut rows = 0;
    for sql in ABOUT {
        let mut statement = transaction.prepare(sql)?;
        rows += match statement.parameter_count() {
            1 => statement.execute([id])?,
            _ => statement.execute(params![id, about])?,
        };
    }
    for (table, columns, _) in HISTORIES {
        let whose = match table {
            "person" => "id",
            _ if columns.starts_with("patient") => "patient",
            _ => continue,
        };
        for table in [table.to_owned(), format!("{table}_was")] {
            rows += transaction.execute(&format!("DELETE FROM {table} WHERE {whose} = ?"), [id])?;
        }
    }
    rows += transaction.execute("DELETE FROM merge_was WHERE id = ?1 OR survivor = ?1", [id])?;
    Ok(rows)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clinical::consent::{
        Confidentiality, Consent, Effect, Label, Provision, Scope as ConsentScope, Status,
    };
    use clinical::{
        About, Action, Actor, Body, Care, Code, Contacts, Decimal, Device, DeviceMake, Episode, Fact, Flag,
        HOUR_MS, Person, Place, PlaceKind, Priority, Quality, Sample, Scope, Sex, Source, Stay, Verb,
    };

    use super::*;
    use crate::facts::ingest::PageCommit;
    use crate::keys::key::Key;
    use crate::store::scope::{Member, read_by};

    fn fact(reference: &str, body: Body) -> Fact {
        let source = Source { reference: reference.into(), version: "1".into() };
        Fact { source, updated_at: Some(Instant(5)), body }
    }

    /// Everything that is ever kept of somebody.
    fn all_of(id: &str) -> Vec<Fact> {
        let patient: PatientId = id.into();
        let person = |family: &str| Person {
            id: patient.clone(),
            mrn: format!("mrn of {id}"),
            family: family.to_owned(),
            given: String::new(),
            birth_date: None,
            sex: Sex::Unknown,
            active: true,
            deceased: false,
            replaced_by: None,
            replaces: vec![format!("{id}-old").as_str().into()],
            contacts: Some(Box::new(Contacts {
                address: Some(format!("where {family} {id} lives")),
                ..Contacts::default()
            })),
        };
        let stay = |in_progress| Stay {
            id: format!("{id}-stay").as_str().into(),
            patient: patient.clone(),
            places: vec!["bed".into()],
            in_progress,
            care: Care::Hospital,
        };
        let samples = (0..3000).map(|n| Sample {
            comparator: None,
            patient: patient.clone(),
            device: None,
            code: Code::Loinc("8310-5".into()),
            value: Decimal::whole(n),
            unit: "Cel".into(),
            taken_at: Instant(n),
            quality: Quality::Good,
        });
        let values = samples
            .enumerate()
            .map(|(n, sample)| fact(&format!("Observation/{id}-{n}"), Body::Samples(vec![sample])));
        let episode = Episode {
            id: format!("{id}-alarm").as_str().into(),
            patient: Some(patient.clone()),
            priority: Priority::High,
            text: "SpO2".into(),
            measure: None,
            onset: Instant(1),
            ended: None,
            renewed: None,
        };
        let take = |name: &str, about: About| Action {
            id: format!("{id}-{name}").as_str().into(),
            about,
            verb: Verb::Take,
            by: Actor::named("N. Okafor"),
            at: Instant(2),
            note: None,
            to: None,
        };
        let device = Device {
            id: format!("{id}-device").as_str().into(),
            patient: Some(patient.clone()),
            name: "Monitor".into(),
            active: true,
            make: Some(Box::new(DeviceMake {
                serial: Some(format!("serial of {id}")),
                ..DeviceMake::default()
            })),
        };
        let flag = Flag {
            id: format!("{id}-flag").as_str().into(),
            patient: patient.clone(),
            codes: vec!["a|b".into()],
            by: String::new(),
            since: Instant(1),
            until: None,
        };
        let consent = Consent {
            id: format!("{id}-consent").as_str().into(),
            patient: patient.clone(),
            status: Status::Active,
            scope: ConsentScope::Privacy,
            categories: Vec::new(),
            given: None,
            provision: Provision::all(Effect::Permit),
        };
        let mut all = vec![
            fact(&format!("Patient/{id}"), Body::Person(person("Before"))),
            fact(&format!("Encounter/{id}-stay"), Body::Stay(stay(true))),
            fact(&format!("Device/{id}-device"), Body::Device(device)),
            fact(&format!("Flag/{id}-flag"), Body::Flag(flag)),
            fact(&format!("Consent/{id}-consent"), Body::Consent(consent)),
            fact(&format!("DetectedIssue/{id}-alarm"), Body::Episode(episode.clone())),
            fact(&format!("Communication/{id}-take"), Body::Action(take("take", About::Episode(episode.id)))),
            fact(
                &format!("Communication/{id}-note"),
                Body::Action(take("note", About::Patient(patient.clone()))),
            ),
        ];
        all.extend(values);
        all
    }

    fn filled(folder: &std::path::Path) -> Vault {
        let vault = Vault::open(folder, Key::random().unwrap()).unwrap();
        let scope = Scope::from_words("Location/ward");
        vault.bind(scope.as_ref()).unwrap();
        let place =
            Place { id: "bed".into(), name: "1".into(), kind: PlaceKind::Bed, part_of: Some("ward".into()) };
        let mut facts = vec![fact("Location/bed", Body::Place(place))];
        facts.extend(["somebody", "neighbour"].into_iter().flat_map(all_of));
        let member = |left| Member { by_unit: true, by_programme: false, since: Instant(1), left };
        let cursors = vec![
            member(Some(Instant(0))).cursor(&"somebody".into()),
            read_by(&"somebody".into(), ["first/Flag"].into_iter()),
            member(None).cursor(&"neighbour".into()),
        ];
        let labels = facts
            .iter()
            .map(|fact| (fact.source.clone(), vec![Label::Confidentiality(Confidentiality::Restricted)]));
        let labels = labels.collect();
        vault
            .commit(PageCommit { facts, cursors, labels, received: Instant(3), ..Default::default() })
            .unwrap();
        // What was said before stands in the histories.
        let mut later = all_of("somebody");
        later.truncate(2);
        if let Body::Person(person) = &mut later[0].body {
            person.family = "After".into();
        }
        if let Body::Stay(stay) = &mut later[1].body {
            stay.in_progress = false;
        }
        later.iter_mut().for_each(|fact| fact.updated_at = Some(Instant(6)));
        vault.commit(PageCommit { facts: later, received: Instant(4), ..Default::default() }).unwrap();
        vault
    }

    /// In which columns of the whole cache a text stands, but for the station's own log.
    fn stands_in(vault: &Vault, text: &'static str) -> Vec<String> {
        vault
            .read(move |reader| {
                let tables: Vec<String> =
                    reader
                        .list("SELECT name FROM sqlite_master WHERE type = 'table'", [], |row| row.get(0))?;
                let mut found = Vec::new();
                for table in tables.iter().filter(|table| *table != "entry" && !table.starts_with("sqlite_"))
                {
                    let columns: Vec<String> = reader.list(
                        &format!("SELECT name FROM pragma_table_info('{table}')"),
                        [],
                        |row| row.get(0),
                    )?;
                    for column in columns {
                        let sql = format!(
                            "SELECT count(*) FROM {table} WHERE instr(CAST({column} AS TEXT), ?1) > 0"
                        );
                        let many: i64 = reader.list(&sql, [text], |row| row.get(0))?[0];
                        if many > 0 {
                            found.push(format!("{table}.{column}"));
                        }
                    }
                }
                Ok(found)
            })
            .unwrap()
    }

    #[test]
    fn of_somebody_who_left_nothing_stays_and_of_the_neighbour_everything_does() {
        let folder = tempfile::tempdir().unwrap();
        let vault = filled(folder.path());
        let (of_neighbour, of_somebody) = (stands_in(&vault, "neighbour"), stands_in(&vault, "somebody"));
        assert!(of_somebody.len() >= of_neighbour.len() && of_neighbour.len() > 10, "{of_somebody:?}");
        vault.retain(Instant(24 * HOUR_MS - 1)).unwrap();
        assert_eq!(stands_in(&vault, "somebody"), of_somebody, "not before the time");
        vault.retain(Instant(24 * HOUR_MS)).unwrap();
        assert_eq!(stands_in(&vault, "somebody"), Vec::<String>::new());
        assert_eq!(stands_in(&vault, "neighbour"), of_neighbour);
    }

    #[test]
    fn what_waits_to_be_sent_keeps_all_that_it_is_about() {
        for about in [About::Episode("somebody-alarm".into()), About::Patient("somebody".into())] {
            let folder = tempfile::tempdir().unwrap();
            let vault = filled(folder.path());
            let before = stands_in(&vault, "somebody");
            let action = Action {
                id: "waits".into(),
                about: about.clone(),
                verb: Verb::Note,
                by: Actor::named("N. Okafor"),
                at: Instant(7),
                note: Some("a word".into()),
                to: None,
            };
            vault.record_action(action, "{}".into()).unwrap();
            vault.retain(Instant(48 * HOUR_MS)).unwrap();
            let after = stands_in(&vault, "somebody");
            assert!(before.iter().all(|column| after.contains(column)), "{about:?}");
            vault.sent("waits".into(), Instant(8)).unwrap();
            vault.retain(Instant(48 * HOUR_MS)).unwrap();
            assert_eq!(stands_in(&vault, "somebody"), Vec::<String>::new(), "{about:?}");
        }
    }

    #[test]
    fn a_station_of_the_whole_server_forgets_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let vault = filled(folder.path());
        vault.bind(None).unwrap();
        vault.retain(Instant(48 * HOUR_MS)).unwrap();
        assert!(stands_in(&vault, "somebody").contains(&"person.id".to_owned()));
    }
}
