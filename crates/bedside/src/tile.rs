//! One bed, or one person at home: who, the newest values, the score and the alarm that leads.

use std::collections::HashMap;

use clinical::{
    Acuity, Instant, Measure, PatientId, Person, Place, PlaceId, Presence, Priority, Sex, Site, StaleAfter,
    is_stale,
};
use vault::{SeriesValue, Ward};

use crate::alarm::{AlarmLine, is_live, line, states};
use crate::newest::{Newest, newest};
use crate::score::{NewsBadge, Scored, badge, oxygen, scored};

/// A place on a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Slot {
    Hr,
    SpO2,
    Rr,
    Bp,
    Temp,
    Glucose,
}

/// One value on a tile.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Where it stands.
    pub slot: Slot,
    /// As shown: `118`, `104/62`, `38.4`.
    pub text: String,
    /// As shown.
    pub unit: &'static str,
    /// When it was taken.
    pub taken_at: Instant,
    /// Too old to speak of now.
    pub stale: bool,
    /// Outside the plausible range.
    pub artefact: bool,
    /// The priority of a live alarm about it.
    pub alarm: Option<Priority>,
}

/// A bed, or a person at home.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// Bed as shown: `12`, or `H3` at home.
    pub bed: String,
    /// Ward as shown; empty at home.
    pub ward: String,
    /// Whether the person is at home.
    pub home: bool,
    /// Family name.
    pub family: String,
    /// Given names.
    pub given: String,
    /// Medical record number.
    pub mrn: String,
    /// Birth date as sent.
    pub birth_date: Option<String>,
    /// Whole years.
    pub age: Option<u16>,
    /// Administrative gender.
    pub sex: Sex,
    /// `Air`, `O₂ 2 L`, or nothing where it is not known.
    pub air: Option<String>,
    /// The score.
    pub news: NewsBadge,
    /// The values.
    pub cells: Vec<Cell>,
    /// The worst live alarm.
    pub alarm: Option<AlarmLine>,
    /// Since when nothing has come that speaks of now.
    pub stale_since: Option<Instant>,
    /// Per cent, of the weakest battery.
    pub battery: Option<u8>,
    /// Names of devices in use.
    pub devices: Vec<String>,
    /// Where it stands on the board.
    pub acuity: Acuity,
}

/// Everybody on the board, worst first.
pub(crate) fn tiles(ward: &Ward, now: Instant) -> Vec<Tile> {
    let mut values: HashMap<&PatientId, Vec<&SeriesValue>> = HashMap::new();
    for value in &ward.values {
        values.entry(&value.series.patient).or_default().push(value);
    }
    let mut alarms: HashMap<&PatientId, Vec<(AlarmLine, Option<Measure>)>> = HashMap::new();
    for (episode, state) in states(ward, now).into_iter().filter(|(_, s)| is_live(s.presence)) {
        if let Some(patient) = &episode.patient {
            alarms.entry(patient).or_default().push((line(episode, state), episode.measure));
        }
    }
    let places: HashMap<&PlaceId, &Place> = ward.places.iter().map(|p| (&p.id, p)).collect();
    let mut homes = 0;
    let mut persons: Vec<&Person> = ward.persons.iter().filter(|p| p.active).collect();
    persons.sort_by(|a, b| a.id.cmp(&b.id));
    let mut tiles: Vec<Tile> = persons
        .into_iter()
        .filter_map(|person| {
            let mut stays = ward.stays.iter().filter(|s| s.patient == person.id).peekable();
            let had_stay = stays.peek().is_some();
            let stay = stays.find(|s| s.in_progress);
            // Somebody who was sent home is on no board; somebody with no stay at all is followed at home.
            if had_stay && stay.is_none() {
                return None;
            }
            let bed = stay.and_then(|s| s.place.as_ref()).and_then(|id| places.get(id));
            let bed_name = match bed {
                Some(bed) => bed_number(&bed.name),
                None => {
                    homes += 1;
                    format!("H{homes}")
                }
            };
            let ward_name =
                bed.and_then(|b| b.part_of.as_ref()).and_then(|id| places.get(id)).map(|w| w.name.clone());
            let own = values.get(&person.id).map_or(&[][..], Vec::as_slice);
            let own_alarms = alarms.remove(&person.id).unwrap_or_default();
            let devices = ward
                .devices
                .iter()
                .filter(|d| d.active && d.patient.as_ref() == Some(&person.id))
                .map(|d| d.name.clone())
                .collect();
            let subject = Subject {
                person,
                bed: bed_name,
                unit: ward_name.unwrap_or_default(),
                values: own,
                devices,
                scored: scored(ward, person, now),
                site: &ward.site,
            };
            Some(tile(subject, own_alarms, bed.is_none(), now))
        })
        .collect();
    tiles.sort_by(|a, b| {
        b.acuity.cmp(&a.acuity).then_with(|| a.bed.cmp(&b.bed)).then_with(|| a.patient.cmp(&b.patient))
    });
    tiles
}

fn bed_number(name: &str) -> String {
    let bare = name.strip_prefix("Bed ").or_else(|| name.strip_prefix("bed ")).unwrap_or(name);
    // Beds sort and read by number: 3 and 12 become 03 and 12.
    match bare.parse::<u32>() {
        Ok(number) => format!("{number:02}"),
        Err(_) => bare.chars().take(8).collect(),
    }
}

/// One person with what is known of them.
struct Subject<'a> {
    person: &'a Person,
    bed: String,
    unit: String,
    values: &'a [&'a SeriesValue],
    devices: Vec<String>,
    scored: Scored,
    site: &'a Site,
}

fn tile(subject: Subject, mut alarms: Vec<(AlarmLine, Option<Measure>)>, home: bool, now: Instant) -> Tile {
    let Subject { person, values, .. } = subject;
    let oxygen = oxygen(values);
    let news = badge(values, &subject.scored, &subject.site.windows, now);
    let alarm_of = |measures: &[Measure]| {
        alarms
            .iter()
            // A latched alarm is over: it wants somebody, but the value of now is not alarming.
            .filter(|(line, m)| {
                line.presence != Presence::Latched && m.is_some_and(|m| measures.contains(&m))
            })
            .map(|(line, _)| line.priority)
            .max()
    };
    let cells = cells(values, now, &subject.site.stale, &alarm_of);
    let live: Vec<&Cell> =
        cells.iter().filter(|c| matches!(c.slot, Slot::Hr | Slot::SpO2 | Slot::Rr | Slot::Glucose)).collect();
    let stale_since = (!live.is_empty() && live.iter().all(|c| c.stale))
        .then(|| live.iter().map(|c| c.taken_at).max())
        .flatten();
    alarms.sort_by_key(|(line, _)| (signal(line), line.onset));
    let worst = alarms.iter().map(|(line, _)| line.priority).max();
    let unowned = alarms.iter().any(|(l, _)| Some(l.priority) == worst && l.presence == Presence::Active);
    let since = alarms.iter().filter(|(l, _)| Some(l.priority) == worst).map(|(l, _)| l.onset).min();
    let acuity = Acuity::new(worst, unowned, news.partial, since);
    let more = alarms.len().saturating_sub(1);
    let owner_of = |(line, _): &(AlarmLine, Option<Measure>)| line.owner.as_ref().map(|(who, _)| who.clone());
    let leads = alarms.first().and_then(owner_of);
    let more_owner =
        alarms.iter().skip(1).find_map(owner_of).filter(|who| leads.as_ref().is_none_or(|l| !l.is(who)));
    Tile {
        patient: person.id.clone(),
        bed: subject.bed,
        ward: subject.unit,
        home,
        family: person.family.clone(),
        given: person.given.clone(),
        mrn: person.mrn.clone(),
        birth_date: person.birth_date.clone(),
        age: subject.scored.age,
        sex: person.sex,
        air: oxygen.map(|(_, words)| words),
        news,
        cells,
        alarm: alarms.into_iter().next().map(|(line, _)| AlarmLine { more, more_owner, ..line }),
        stale_since,
        battery: newest(values, &[Measure::Battery]).map(|n| n.value.clamp(0.0, 100.0) as u8),
        devices: subject.devices,
        acuity,
    }
}

fn cells(
    values: &[&SeriesValue],
    now: Instant,
    after: &StaleAfter,
    alarm_of: &dyn Fn(&[Measure]) -> Option<Priority>,
) -> Vec<Cell> {
    let mut out = Vec::new();
    let mut add = |slot: Slot, measures: &[Measure], text: &dyn Fn(&Newest) -> (String, &'static str)| {
        if let Some(found) = newest(values, measures) {
            let (text, unit) = text(&found);
            let measure = found.from.series.measure().unwrap_or(measures[0]);
            let by_device = found.from.series.device.is_some();
            out.push(Cell {
                slot,
                text,
                unit,
                taken_at: found.from.taken_at,
                stale: is_stale(
                    measure,
                    found.from.series.streamed,
                    by_device,
                    found.from.taken_at,
                    now,
                    after,
                ),
                artefact: found.from.artefact,
                alarm: alarm_of(measures),
            });
        }
    };
    let whole = |unit: &'static str| move |n: &Newest| (format!("{:.0}", n.value), unit);
    add(Slot::Hr, &[Measure::HeartRate, Measure::PulseRate], &whole("/min"));
    add(Slot::SpO2, &[Measure::SpO2], &whole("%"));
    add(Slot::Rr, &[Measure::RespRate], &whole("/min"));
    let diastolic = newest(values, &[Measure::DiastolicBp, Measure::ArterialDiastolic]);
    add(Slot::Bp, &[Measure::SystolicBp, Measure::ArterialSystolic], &|n| {
        let low = diastolic.filter(|d| d.from.taken_at == n.from.taken_at);
        (
            low.map_or_else(|| format!("{:.0}/–", n.value), |d| format!("{:.0}/{:.0}", n.value, d.value)),
            "mmHg",
        )
    });
    add(Slot::Temp, &[Measure::Temperature], &|n| (format!("{:.1}", n.value), "°C"));
    // Glucose is shown in the unit the site sends.
    add(Slot::Glucose, &[Measure::Glucose], &|n| {
        if n.from.series.unit == "mmol/L" {
            (format!("{:.1}", n.from.value.to_f64()), "mmol/L")
        } else {
            (format!("{:.0}", n.value), "mg/dL")
        }
    });
    out
}

/// Which alarm a tile leads with: of those that nobody has the highest, whether it is on or latched (IEC 60601-1-8: a latched
/// signal keeps its priority); then what is owned, then the technical ones.
fn signal(line: &AlarmLine) -> (u8, std::cmp::Reverse<Priority>, bool) {
    let latched = line.presence == Presence::Latched;
    let group = match line.presence {
        _ if line.priority == Priority::Technical => 2,
        Presence::Active | Presence::Latched => 0,
        Presence::Owned | Presence::Handled | Presence::Closed => 1,
    };
    (group, std::cmp::Reverse(line.priority), latched)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::board;
    use clinical::{About, Action, Actor, Band, Decimal, Episode, SeenAction, Stay, Verb};
    use vault::SeriesInfo;

    const NOW: Instant = Instant(1_767_225_600_000);

    fn value(code: &str, value: &str, unit: &str, age_s: i64, streamed: bool) -> SeriesValue {
        SeriesValue {
            series: SeriesInfo {
                id: 0,
                patient: "p".into(),
                device: streamed.then(|| "d".into()),
                code: code.into(),
                mdc: false,
                unit: unit.into(),
                streamed,
            },
            value: value.parse().unwrap_or(Decimal::whole(0)),
            taken_at: NOW - age_s * 1000,
            artefact: false,
            source: "Observation/x".into(),
        }
    }

    fn ward() -> Ward {
        Ward {
            persons: vec![Person {
                id: "p".into(),
                mrn: "m".into(),
                family: "Adeyemi".into(),
                given: "Ruth".into(),
                birth_date: Some("1955-03-14".into()),
                sex: Sex::Female,
                active: true,
                replaced_by: None,
                replaces: Vec::new(),
            }],
            places: vec![
                Place { id: "w".into(), name: "Ward 7B".into(), is_bed: false, part_of: None },
                Place { id: "b".into(), name: "Bed 3".into(), is_bed: true, part_of: Some("w".into()) },
            ],
            stays: vec![Stay {
                id: "s".into(),
                patient: "p".into(),
                place: Some("b".into()),
                in_progress: true,
            }],
            values: vec![
                value("8867-4", "118", "/min", 1, true),
                value("59408-5", "84", "%", 1, true),
                value("9279-1", "26", "/min", 4, true),
                value("8480-6", "104", "mm[Hg]", 480, false),
                value("8462-4", "62", "mm[Hg]", 480, false),
                value("8310-5", "101.1", "[degF]", 5160, false),
                value("3151-8", "2", "L/min", 3600, false),
                value("67775-7", "0", "{ACVPU}", 1560, false),
            ],
            ..Ward::default()
        }
    }

    fn episode(id: &str, priority: Priority, onset_s: i64, measure: Option<Measure>) -> Episode {
        Episode {
            id: id.into(),
            patient: Some("p".into()),
            priority,
            text: "SpO2 84 < 90".into(),
            measure,
            onset: NOW - onset_s * 1000,
            ended: None,
        }
    }

    #[test]
    fn the_sick_patient_of_the_design_scores_twelve() {
        let board = board(&ward(), NOW);
        let tile = &board.tiles[0];
        assert_eq!((tile.bed.as_str(), tile.ward.as_str(), tile.age), ("03", "Ward 7B", Some(70)));
        // RR 3, SpO2 3, oxygen 2, systolic 1, pulse 2, alert 0, temperature 38.4 gives 1.
        assert_eq!((tile.news.total, tile.news.band), (Some(12), Some(Band::High)));
        let texts: Vec<&str> = tile.cells.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(texts, ["118", "84", "26", "104/62", "38.4"]);
        assert_eq!(tile.air.as_deref(), Some("O₂ 2 L"));
    }

    #[test]
    fn an_unowned_high_alarm_lights_its_value_and_a_take_is_shown_with_who() {
        let mut ward = ward();
        ward.episodes = vec![
            episode("low", Priority::Low, 600, None),
            episode("high", Priority::High, 72, Some(Measure::SpO2)),
        ];
        let before = board(&ward, NOW);
        let alarm = before.tiles[0].alarm.as_ref().expect("an alarm");
        assert_eq!((alarm.episode.as_str(), alarm.more, alarm.presence), ("high", 1, Presence::Active));
        assert_eq!(before.tiles[0].cells[1].alarm, Some(Priority::High));
        ward.actions = vec![SeenAction {
            action: Action {
                id: "1".into(),
                about: About::Episode("high".into()),
                verb: Verb::Take,
                by: Actor::named("N. Okafor"),
                at: NOW,
                note: None,
                to: None,
            },
            accepted_at: None,
        }];
        let after = board(&ward, NOW);
        let high = after.queue.iter().find(|i| i.line.episode == "high").expect("still in the queue");
        assert_eq!(high.line.owner.as_ref().map(|o| o.0.name.as_str()), Some("N. Okafor"));
        assert!(high.line.known_here_only);
    }

    #[test]
    fn a_latched_high_alarm_leads_its_tile_before_a_medium_one_that_is_on() {
        let mut ward = ward();
        let over =
            Episode { ended: Some(NOW - 30_000), ..episode("over", Priority::High, 90, Some(Measure::SpO2)) };
        ward.episodes = vec![episode("on", Priority::Medium, 20, Some(Measure::HeartRate)), over];
        let found = board(&ward, NOW);
        let tile = &found.tiles[0];
        let lead = tile.alarm.as_ref().expect("an alarm");
        assert_eq!((lead.episode.as_str(), lead.presence, lead.more), ("over", Presence::Latched, 1));
        assert_eq!(tile.cells[0].alarm, Some(Priority::Medium), "what is on still lights its value");
        assert_eq!(tile.cells[1].alarm, None, "and what is over does not");
        ward.episodes.push(episode("again", Priority::High, 5, Some(Measure::SpO2)));
        let again = board(&ward, NOW);
        assert_eq!(again.tiles[0].alarm.as_ref().expect("an alarm").episode, "again", "on before over");
    }

    #[test]
    fn a_bed_without_fresh_data_says_since_when() {
        let mut ward = ward();
        for value in ward.values.iter_mut().take(3) {
            value.taken_at = NOW - 360_000;
        }
        assert_eq!(board(&ward, NOW).tiles[0].stale_since, Some(NOW - 360_000));
    }

    #[test]
    fn who_went_home_leaves_the_board_and_who_lives_there_stays() {
        let mut ward = ward();
        ward.stays[0].in_progress = false;
        assert!(board(&ward, NOW).tiles.is_empty());
        ward.stays.clear();
        assert_eq!(board(&ward, NOW).tiles[0].bed, "H1");
    }
}
