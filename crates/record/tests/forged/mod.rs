//! Logs that are good, and logs that somebody who holds everything at the station has tampered with.

use record::{
    Entry, EntryKind, Export, Frontier, Hash, Line, PublicKey, Role, SignedCheckpoint, Signer, What, covers,
};

/// A stream of numbers that a seed repeats.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both of them.
    pub(crate) fn within(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }
}

/// How often a station signs.
const EVERY: u64 = 16;

/// A log with all that stands in its file.
pub(crate) struct Log {
    pub(crate) signer: Signer,
    pub(crate) witness: Signer,
    pub(crate) entries: Vec<Entry>,
    /// So many from the front were removed.
    pub(crate) removed: usize,
}

pub(crate) fn entry(seq: u64, dice: &mut Dice) -> Entry {
    let who =
        ["N. Okafor", "Dr. Nkemelu", "Þórdís", "this station"][usize::try_from(dice.next() % 4).unwrap()];
    let known = dice.next().is_multiple_of(2);
    Entry {
        about: known.then(|| format!("ep-{}", dice.next() % 50)),
        // No two at one moment, so that no two say the same.
        at: 1_773_525_600_000 + i64::try_from(seq * 1000 + dice.next() % 900).unwrap(),
        kind: EntryKind::ALL[usize::try_from(dice.next() % 9).unwrap()],
        patient: known.then(|| format!("p{}", dice.next() % 20)),
        role: known.then(|| "Nurse".into()),
        seq,
        station: "7B \"north\"".into(),
        what: ["take", "report saved as pdf: \u{1}rounds\n", "refused: set alarm.pause"]
            [usize::try_from(dice.next() % 3).unwrap()]
        .into(),
        who: who.into(),
        who_id: known.then(|| format!("Practitioner/{}", dice.next() % 9)),
    }
}

impl Log {
    pub(crate) fn new(size: u64, dice: &mut Dice) -> Log {
        let secret = [7; 32];
        let mut entries: Vec<Entry> = (1..=size).map(|seq| entry(seq, dice)).collect();
        let removed = usize::try_from(dice.next() % (size / 4)).unwrap();
        if removed > 0 {
            let at = usize::try_from(dice.within(size / 2, size - 1)).unwrap();
            entries[at].kind = EntryKind::Retention;
            entries[at].about = Some(covers(removed as u64));
        }
        Log {
            signer: Signer::new(&secret, "vigil/5eed", Role::Log).unwrap(),
            witness: Signer::new(&secret, "vigil/0b5e/witness", Role::Witness).unwrap(),
            entries,
            removed,
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(crate) fn with(&self, entries: Vec<Entry>) -> Log {
        let signer = Signer::new(&[7; 32], "vigil/5eed", Role::Log).unwrap();
        let witness = Signer::new(&[7; 32], "vigil/0b5e/witness", Role::Witness).unwrap();
        let mut entries = entries;
        for (n, entry) in entries.iter_mut().enumerate() {
            entry.seq = n as u64 + 1;
        }
        Log { signer, witness, entries, removed: self.removed }
    }

    /// Of every so many, and of all.
    pub(crate) fn checkpoints(&self) -> Vec<SignedCheckpoint> {
        let mut log = Frontier::default();
        let mut made = Vec::new();
        for entry in &self.entries {
            log.push(Hash::leaf(entry.canonical().as_bytes()));
            if log.size().is_multiple_of(EVERY) || log.size() == self.size() {
                made.push(SignedCheckpoint::sign(log.size(), log.root(), &self.signer));
            }
        }
        made
    }

    /// The last one that a witness signed.
    pub(crate) fn witnessed(&self) -> SignedCheckpoint {
        self.checkpoints().into_iter().rfind(|c| c.checkpoint.size.is_multiple_of(EVERY)).unwrap()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |(n, entry): (usize, &Entry)| {
            let leaf = Hash::leaf(entry.canonical().as_bytes());
            match n < self.removed {
                true => Line::Removed { seq: entry.seq, leaf }.text(),
                false => Line::Entry(entry.clone(), leaf).text(),
            }
        };
        self.entries.iter().enumerate().map(line).collect()
    }

    pub(crate) fn head(&self, checkpoints: &[SignedCheckpoint]) -> String {
        let witnesses: [PublicKey; 1] = [self.witness.public().clone()];
        let key = self.signer.public();
        Export { key, size: self.size(), witnesses: &witnesses, checkpoints }.head()
    }

    pub(crate) fn text(&self) -> String {
        let mut checkpoints = self.checkpoints();
        if let Some(last) = checkpoints.iter_mut().rfind(|c| c.checkpoint.size.is_multiple_of(EVERY)) {
            let line = last.cosign(&self.witness, 1_773_529_200);
            *last = last.clone().with(&line).unwrap();
        }
        self.head(&checkpoints) + &self.lines().concat()
    }
}

/// What somebody did to a log.
pub(crate) struct Tampered {
    pub(crate) name: String,
    /// The file that is shown afterwards.
    pub(crate) text: String,
    /// The first entry that is not what it was.
    pub(crate) first: u64,
    /// What may be said of it, for whoever knows a witnessed checkpoint.
    pub(crate) said: Vec<What>,
}

/// How much somebody takes care of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Care {
    /// Rows alone are changed.
    Rows,
    /// Numbers and leaves are made to fit.
    Leaves,
    /// All checkpoints are signed anew with the station's own key.
    Everything,
}

/// What is shown of `changed`, in which the leaves fit, to whoever takes care of so much.
fn shown(was: &Log, changed: &Log, care: Care) -> String {
    if care == Care::Everything {
        return changed.text();
    }
    let mut checkpoints = was.checkpoints();
    checkpoints.retain(|c| c.checkpoint.size <= changed.size());
    changed.head(&checkpoints) + &changed.lines().concat()
}

pub(crate) const WAYS: u64 = 8;

/// Tampers with what the witness has signed.
pub(crate) fn tamper(log: &Log, way: u64, care: Care, dice: &mut Dice) -> Tampered {
    let (known, removed) = (log.witnessed().checkpoint.size, log.removed as u64);
    // An entry that is there and that a witness has signed for.
    let k = dice.within(removed + 1, known);
    let at = |seq: u64| usize::try_from(seq - 1).unwrap();
    let mut entries = log.entries.clone();
    let mut lines = log.lines();
    let rows = |lines: Vec<String>| {
        let head = log
            .text()
            .lines()
            .take_while(|l| !l.contains("\"leaf\""))
            .map(|l| format!("{l}\n"))
            .collect::<String>();
        head + &lines.concat()
    };
    let rewritten = vec![What::Rewritten, What::SplitView];
    let (name, text, first, said) = match way {
        0 => {
            match dice.next() % 4 {
                0 => entries[at(k)].at += 1,
                1 => entries[at(k)].who = "Nobody".into(),
                2 => entries[at(k)].what.push('.'),
                _ => entries[at(k)].about = Some("ep-other".into()),
            }
            if care == Care::Rows {
                let leaf = lines[at(k)].split("\"leaf\":").nth(1).unwrap().to_owned();
                lines[at(k)] = format!("{{\"entry\":{},\"leaf\":{leaf}", entries[at(k)].canonical());
                ("flip", rows(lines), k, vec![What::Changed])
            } else {
                ("flip", shown(log, &log.with(entries), care), k, rewritten)
            }
        }
        1 => {
            if care == Care::Rows {
                lines.remove(at(k));
                let said = if k == log.size() { What::Cut } else { What::Missing };
                ("delete", rows(lines), k, vec![said])
            } else {
                entries.remove(at(k));
                let said = [rewritten, vec![What::Cut]].concat();
                ("delete", shown(log, &log.with(entries), care), k, said)
            }
        }
        2 => {
            let other = dice.within(removed + 1, log.size());
            let (k, other) = (k.min(other), k.max(other));
            if k == other {
                return tamper(log, way, care, dice);
            }
            lines.swap(at(k), at(other));
            entries.swap(at(k), at(other));
            match care {
                Care::Rows => ("swap", rows(lines), k, vec![What::Moved]),
                _ => ("swap", shown(log, &log.with(entries), care), k, rewritten),
            }
        }
        3 => {
            let forged = Entry { what: "forged".into(), ..entry(k, dice) };
            if care == Care::Rows {
                let leaf = Hash::leaf(forged.canonical().as_bytes());
                lines.insert(at(k), Line::Entry(forged, leaf).text());
                ("insert", rows(lines), k, vec![What::Inserted, What::Rewritten])
            } else {
                entries.insert(at(k), forged);
                ("insert", shown(log, &log.with(entries), care), k, rewritten)
            }
        }
        4 => {
            lines.truncate(at(k));
            entries.truncate(at(k));
            match care {
                Care::Rows => ("cut tail", rows(lines), k, vec![What::Cut]),
                // What says that the front was removed may be in the tail.
                _ => ("cut tail", shown(log, &log.with(entries), care), k, vec![What::Cut]),
            }
        }
        5 => {
            let whole = Log::new(log.size(), dice);
            let text = if care == Care::Everything {
                whole.text()
            } else {
                // Without the key, one of one's own has to do.
                let mut other = whole.with(whole.entries.clone());
                other.signer = Signer::new(&[8; 32], "vigil/5eed", Role::Log).unwrap();
                other.removed = whole.removed;
                other.text()
            };
            ("whole rewrite", text, 1, vec![What::Rewritten, What::SplitView, What::OtherKey])
        }
        6 => {
            // The witness was told one story, and whoever asks is told another from `k` on.
            for entry in entries.iter_mut().skip(at(k)) {
                entry.who = "the other story".into();
            }
            let text = log.with(entries).text();
            ("split view", text, k, vec![What::SplitView])
        }
        _ => {
            // Hidden as if retention had removed it.
            let leaf = Hash::leaf(entries[at(k)].canonical().as_bytes());
            lines[at(k)] = Line::Removed { seq: k, leaf }.text();
            ("false retention", rows(lines), k, vec![What::Missing])
        }
    };
    Tampered { name: format!("{name} with {care:?}"), text, first, said }
}
