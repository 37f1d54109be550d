//! The board of a cache that has been in use for a year, beside a look through everything it keeps of alarms.

use clinical::{
    About, Action, Actor, Body, DAY_MS, Episode, Fact, Instant, MINUTE_MS, Person, Priority, Sex, Source,
    Verb,
};
use vault::{Key, PageCommit, Vault};

use crate::{Table, timed};

const PEOPLE: usize = 30;

fn fact(reference: String, body: Body) -> Fact {
    Fact { source: Source { reference: reference.into(), version: "1".into() }, updated_at: None, body }
}

/// One alarm of `all` in a year: taken a minute after it began, handled ten minutes later.
fn alarm(n: usize, all: usize) -> [Fact; 3] {
    let onset = Instant(DAY_MS * 365 / i64::try_from(all).unwrap() * i64::try_from(n).unwrap());
    let episode = Episode {
        id: format!("alarm-{n}").into(),
        patient: Some(format!("p{}", n % PEOPLE).into()),
        priority: [Priority::Low, Priority::Medium, Priority::High][n % 3],
        text: "SpO2 84 < 90".into(),
        measure: Some(clinical::Measure::SpO2),
        onset,
        ended: (n + 20 < all).then(|| onset + 900_000),
        renewed: None,
    };
    let done = |verb: Verb, minutes: i64, note: Option<&str>| {
        let id = format!("{}-{n}", verb.code());
        let action = Action {
            id: id.as_str().into(),
            about: About::Episode(format!("alarm-{n}").into()),
            verb,
            by: Actor::at_station("5eed", "N. Okafor"),
            at: onset + minutes * MINUTE_MS,
            note: note.map(str::to_owned),
            to: None,
        };
        fact(format!("Communication/{id}"), Body::Action(action))
    };
    [
        fact(format!("DetectedIssue/alarm-{n}"), Body::Episode(episode)),
        done(Verb::Take, 1, None),
        done(Verb::Handled, 11, Some("Treated")),
    ]
}

/// The board with 1,000, 10,000 and 100,000 alarms of a year behind it.
pub(crate) fn years(table: &mut Table) {
    for all in [1_000, 10_000, 100_000] {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let people = (0..PEOPLE).map(|p| {
            let person = Person {
                id: format!("p{p}").into(),
                mrn: format!("M{p}"),
                family: "Family".into(),
                given: "A".into(),
                birth_date: None,
                sex: Sex::Female,
                active: true,
                deceased: false,
                replaced_by: None,
                replaces: Vec::new(),
                contacts: None,
            };
            fact(format!("Patient/p{p}"), Body::Person(person))
        });
        let facts: Vec<Fact> = people.chain((0..all).flat_map(|n| alarm(n, all))).collect();
        for page in facts.chunks(1_000) {
            vault.commit(PageCommit { facts: page.to_vec(), ..Default::default() }).unwrap();
        }
        let runs = if all > 10_000 { 5 } else { 31 };
        let board = timed(31, || vault.read(|r| r.ward()).unwrap());
        let whole =
            timed(runs, || vault.read(|r| Ok((r.episodes_since(Instant(i64::MIN))?, r.actions()?))).unwrap());
        table.row(
            format!("the board with {all} alarms of a year behind it"),
            board,
            "ms",
            format!("all of it {whole:.1} ms"),
        );
    }
}
