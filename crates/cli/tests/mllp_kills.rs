//! A listener that is killed again and again: what was answered is kept, what is sent again is kept once, and no answer is another's.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use clinical::{Instant, PatientId};
use support::{be_the_command, start, vault};

#[test]
fn a_command() {
    be_the_command();
}

/// How often it is killed; a night of it: `VIGIL_MLLP_KILLS=1000`.
fn kills() -> usize {
    std::env::var("VIGIL_MLLP_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// Values of a message.
const ROWS: usize = 4;
/// Messages that are sent before the first of them is answered.
const IN_FLIGHT: usize = 16;

fn listen(folder: &Path) -> (Child, SocketAddr) {
    let mut child = start("a_command", folder, &["listen", "--mllp", "127.0.0.1:0"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let found = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
    let Some(address) = found else {
        let mut wrong = String::new();
        let _ = child.stderr.take().unwrap().read_to_string(&mut wrong);
        panic!("it does not listen: {wrong}");
    };
    (child, address.parse().unwrap())
}

/// Message number `n`: some values of the minute `n`, each with its own.
fn message(n: usize) -> Vec<u8> {
    let at = jiff(n);
    let mut text = format!(
        "MSH|^~\\&|GW|H|||{at}+0000||ORU^R01|C{n}|P|2.6\rPID|||7^^^H^MR||Adeyemi^Ruth\rPV1||I|ICU^^3\rOBR|1||{n}|x|||{at}+0000\r"
    );
    for (row, code) in ["8867-4", "59408-5", "9279-1", "8480-6"].iter().take(ROWS).enumerate() {
        let unit = ["/min", "%", "/min", "mm[Hg]"][row];
        text += &format!("OBX|{}|NM|{code}^^LN|1|{}|{unit}|||||F\r", row + 1, 60 + n % 40);
    }
    [b"\x0B".as_slice(), text.as_bytes(), b"\x1C\r"].concat()
}

fn jiff(n: usize) -> String {
    let (minute, hour, day) = (n % 60, n / 60 % 24, 1 + n / 1440 % 28);
    format!("2026{:02}{day:02}{hour:02}{minute:02}00", 1 + n / 40_320 % 12)
}

/// The answers that are whole in what came: code and control id.
fn answers(bytes: &[u8]) -> Vec<(String, usize)> {
    let text = String::from_utf8_lossy(bytes);
    let of = |frame: &str| {
        let line = frame.split('\r').find(|line| line.starts_with("MSA|"))?.to_owned();
        let mut fields = line.split('|').skip(1);
        Some((fields.next()?.to_owned(), fields.next()?.strip_prefix('C')?.parse().ok()?))
    };
    text.split('\u{b}').filter(|frame| frame.ends_with("\u{1c}\r")).filter_map(of).collect()
}

#[test]
fn nothing_is_lost_doubled_or_answered_wrong_however_often_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut next, mut answered) = (0usize, BTreeSet::new());
    // What was sent and not answered goes first when it is there again, as a sender does it.
    let mut waiting: Vec<usize> = Vec::new();
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    for kill in 0..kills() {
        let (mut child, address) = listen(folder.path());
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // It is killed after so many answers, some of a handful still being on their way.
        let enough = usize::try_from(seed >> 33).unwrap() % 120;
        let (mut came, mut given, mut sent) = (Vec::new(), 0, Vec::new());
        let mut queue: std::collections::VecDeque<usize> = waiting.drain(..).collect();
        while given < enough {
            while sent.len() < given + IN_FLIGHT {
                let n = queue.pop_front().unwrap_or_else(|| {
                    next += 1;
                    next - 1
                });
                stream.write_all(&message(n)).unwrap();
                sent.push(n);
            }
            let mut buffer = [0; 4096];
            match stream.read(&mut buffer) {
                Ok(0) => panic!("it ended by itself"),
                Ok(count) => came.extend_from_slice(&buffer[..count]),
                Err(_) => {}
            }
            given = answers(&came).len();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was on its way when it fell.
        let _ = stream.read_to_end(&mut came);
        let found = answers(&came);
        for (place, (code, n)) in found.iter().enumerate() {
            assert_eq!(
                (code.as_str(), *n),
                ("AA", sent[place]),
                "kill {kill}: in the order in which they were sent"
            );
            answered.insert(*n);
        }
        waiting.extend(sent.iter().skip(found.len()).chain(queue.iter()));
        // Now and then what was answered is sent again too.
        if kill % 3 == 0 {
            waiting.extend(sent.iter().take(found.len().min(8)));
        }
    }
    let (mut child, address) = listen(folder.path());
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    waiting.iter().for_each(|n| stream.write_all(&message(*n)).unwrap());
    let mut came = Vec::new();
    while answers(&came).len() < waiting.len() {
        let mut buffer = [0; 4096];
        if let Ok(count) = stream.read(&mut buffer) {
            came.extend_from_slice(&buffer[..count]);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    answered.extend(answers(&came).into_iter().map(|(_, n)| n));
    assert_eq!(answered.len(), next, "all were answered in the end");

    let vault = vault(folder.path());
    let held: BTreeMap<i64, usize> = vault
        .read(|reader| {
            let ward = reader.ward()?;
            assert_eq!(ward.persons.len(), 1);
            let mut held = BTreeMap::new();
            for series in reader.series_of(&PatientId::from(ward.persons[0].id.as_str()))? {
                for point in reader.points(series.id, Instant(0), Instant(i64::MAX))? {
                    *held.entry(point.t).or_default() += 1;
                }
            }
            Ok(held)
        })
        .unwrap();
    println!("{} kills, {next} messages, {} values", kills(), held.values().sum::<usize>());
    assert_eq!(held.len(), next, "0 lost");
    assert!(held.values().all(|count| *count == ROWS), "0 doubled");
}
