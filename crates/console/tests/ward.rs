//! The console over the simulated ward: board, lines, trends and the life of an action, without a window.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::time::SystemTime;

use clinical::{EpisodeId, HOUR_MS, Instant, PatientId, Presence, Priority, TimeRange};
use console::{Act, Console, ConsoleError, Response, Station, TrendsRequest};
use vault::{Key, Vault};

fn now() -> Instant {
    Instant::from(SystemTime::now())
}

fn handled(episode: &EpisodeId, reason: &str, words: &str) -> Act {
    Act::alarm(episode.clone(), Response::Handled { reason: reason.into(), words: words.into() })
}

async fn synced() -> (tempfile::TempDir, ward_sim::WardSim, Arc<Console>) {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let (folder, console) = station(&sim).await;
    (folder, sim, console)
}

async fn station(sim: &ward_sim::WardSim) -> (tempfile::TempDir, Arc<Console>) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    let station = Station { name: "7B-1".into(), user: "N. Okafor".into(), user_id: None };
    let (console, _) = Console::open(vault, Some(sim.base()), station, Arc::new(now)).unwrap();
    console.engine().unwrap().sync_first_day().await.unwrap();
    (folder, console)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ward_is_shown_worst_first_with_its_lines_and_trends() {
    let (_folder, _sim, console) = synced().await;
    let board = console.board().unwrap();
    assert_eq!(board.tiles.len(), 30);
    assert!(board.tiles.windows(2).all(|w| w[0].acuity >= w[1].acuity));
    assert_eq!(
        board.tiles[0].alarm.as_ref().map(|a| (a.priority, a.presence)),
        Some((Priority::High, Presence::Active))
    );
    assert!(
        board.queue.iter().all(|item| item.line.presence != Presence::Latched),
        "the night shift took its alarms"
    );
    let glucose = board.queue.iter().find(|i| i.line.text.starts_with("Glucose")).unwrap();
    let value: f64 = glucose.line.text.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(value < 3.9, "{}", glucose.line.text);

    let all: Vec<PatientId> = board.tiles.iter().map(|t| t.patient.clone()).collect();
    let lines = console.sparklines(&all, 100).unwrap();
    assert!(lines.values().filter(|l| l[0].is_some()).count() >= 28, "{lines:?}");

    let patient = PatientId::from("ward-p12");
    let request = |hours: i64| TrendsRequest {
        patient: patient.clone(),
        range: TimeRange::last(hours * HOUR_MS, now()),
        focus: TimeRange::last(hours * HOUR_MS, now()),
        width: 800,
        height: 90,
        scale: 1.0,
        light: false,
        axes: Vec::new(),
    };
    for hours in [1, 6, 24, 72, 336] {
        let trends = console.trends(&request(hours)).unwrap();
        assert_eq!(trends.panels.len(), 7);
        assert!(trends.panels[0].samples > 3000, "{hours} h: {}", trends.panels[0].samples);
        assert!(trends.png.starts_with(b"\x89PNG"));
    }
    let day = console.trends(&request(24)).unwrap();
    let words = &day.panels[0].summary;
    assert!(words.starts_with("HR 24 h: median ") && words.contains(", last "), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_take_is_durable_then_sent_and_handled_needs_a_reason() {
    let (_folder, _sim, console) = synced().await;
    let episode = console.board().unwrap().queue[0].line.episode.clone();
    console.act(Act::alarm(episode.clone(), Response::Take)).unwrap();
    assert_eq!(console.waiting().unwrap().len(), 1);
    let shown = console.board().unwrap();
    let line = &shown.queue.iter().find(|i| i.line.episode == episode).unwrap().line;
    assert_eq!(line.owner.as_ref().map(|o| o.0.name.as_str()), Some("N. Okafor"));
    assert!(line.known_here_only);
    assert!(matches!(console.act(handled(&episode, "", "")), Err(ConsoleError::NoReason)));
    assert!(matches!(console.act(handled(&episode, "Other", "  ")), Err(ConsoleError::NoReason)));
    assert!(matches!(
        console.act(Act::alarm("no-such-episode", Response::Take)),
        Err(ConsoleError::NoEpisode)
    ));
    console.act(handled(&episode, "Treated", "O2 up")).unwrap();
    console.engine().unwrap().flush().await.unwrap();
    assert!(console.waiting().unwrap().is_empty());
    let mut timeline = console.timeline(&episode).unwrap();
    // The simulated alarm began before this station did: by now somebody is due, by the timer and not by a person.
    let by = timeline.iter().filter(|e| e.what == "call").map(|e| e.by.as_deref());
    assert!(by.into_iter().all(|by| by == Some("Nobody had taken it")));
    timeline.retain(|e| e.what != "call");
    let what: Vec<&str> = timeline.iter().map(|e| e.what).collect();
    assert_eq!(what, ["raised", "take", "handled"]);
    assert!(timeline.iter().all(|e| e.sent));
    assert_eq!(timeline[2].note.as_deref(), Some("Treated: O2 up"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_of_one_name_at_two_stations_cannot_let_go_of_each_others_alarms() {
    let (_here, sim, here) = synced().await;
    let (_there, there) = station(&sim).await;
    async fn tell(from: &Console, to: &Console) {
        from.engine().unwrap().flush().await.unwrap();
        to.engine().unwrap().sync_changes().await.unwrap();
    }
    let line = |console: &Console, episode: &EpisodeId| {
        let queue = console.board().unwrap().queue;
        queue.into_iter().map(|item| item.line).find(|line| line.episode == *episode).unwrap()
    };
    let free = here.board().unwrap().queue.into_iter().map(|item| item.line);
    let free: Vec<EpisodeId> =
        free.filter(|l| l.owner.is_none() && l.presence == Presence::Active).map(|l| l.episode).collect();
    let [one, other] = &free[..2] else { panic!("two alarms that nobody has") };

    here.act(Act::alarm(one.clone(), Response::Take)).unwrap();
    tell(&here, &there).await;
    assert!(line(&here, one).mine);
    let seen = line(&there, one);
    assert_eq!(seen.owner.as_ref().map(|(who, _)| who.name.as_str()), Some("N. Okafor"));
    assert!(!seen.mine && !seen.free_for_me && seen.namesake, "of the same name, and not the same");
    assert!(matches!(there.act(Act::alarm(one.clone(), Response::Release)), Err(ConsoleError::NotYours)));

    // The only one of that name who ever did something is who is meant.
    there.act(Act::alarm(one.clone(), Response::HandTo("n. okafor".into()))).unwrap();
    assert!(line(&there, one).owner.unwrap().0.is(&here.user()));
    // Of two it cannot be said: whoever of them takes it has it.
    there.act(Act::alarm(other.clone(), Response::Take)).unwrap();
    tell(&there, &here).await;
    here.act(Act::alarm(one.clone(), Response::HandTo("N. Okafor".into()))).unwrap();
    tell(&here, &there).await;
    for station in [&here, &there] {
        let line = line(station, one);
        assert!(!line.mine && line.free_for_me && line.owner.unwrap().0.id.is_name_only());
        assert!(
            matches!(station.act(Act::alarm(one.clone(), Response::Release)), Err(ConsoleError::NotYours)),
            "nobody has taken it yet"
        );
    }
    there.act(Act::alarm(one.clone(), Response::Take)).unwrap();
    tell(&there, &here).await;
    assert!(line(&there, one).mine && !line(&here, one).free_for_me);
    assert!(matches!(here.act(Act::alarm(one.clone(), Response::Release)), Err(ConsoleError::NotYours)));
    there.act(Act::alarm(one.clone(), Response::Release)).unwrap();
    tell(&there, &here).await;
    assert_eq!(line(&here, one).owner, None);
}
