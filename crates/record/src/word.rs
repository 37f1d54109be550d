//! What stations tell each other of their records, through the server: the newest checkpoint of one's own record, with the proofs that
//! it holds what was told before; and that one saw another's. Each is a text of JSON.

use serde::{Deserialize, Serialize};

use crate::checkpoint::SignedCheckpoint;
use crate::hash::Hash;
use crate::note::{PublicKey, RecordError, Role};

/// No word is longer: some ten proofs of a long log.
const LONGEST: usize = 256 << 10;

/// The newest checkpoint of one's own record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Of the log.
    pub key: PublicKey,
    /// With the cosignatures that are known.
    pub note: SignedCheckpoint,
    /// From which size on, and the proof that the log as it was then is the beginning of the log as it is now.
    pub proofs: Vec<(u64, Vec<Hash>)>,
}

/// That a witness saw a checkpoint of another's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// Of the witness.
    pub witness: PublicKey,
    /// Of the log.
    pub log: PublicKey,
    /// What was seen, cosigned.
    pub note: SignedCheckpoint,
}

#[derive(Serialize, Deserialize)]
struct ToldText {
    key: String,
    note: String,
    proofs: Vec<ProofText>,
}

#[derive(Serialize, Deserialize)]
struct ProofText {
    from: u64,
    path: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct WitnessedText {
    log: String,
    note: String,
    witness: String,
}

fn written(what: &impl Serialize) -> String {
    // Texts and numbers can always be written.
    serde_json::to_string(what).unwrap_or_default()
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    serde_json::from_str(text).ok().filter(|_| text.len() <= LONGEST)
}

impl Told {
    /// As it is sent.
    pub fn text(&self) -> String {
        let proof = |(from, path): &(u64, Vec<Hash>)| ProofText {
            from: *from,
            path: path.iter().map(Hash::to_string).collect(),
        };
        written(&ToldText {
            key: self.key.to_string(),
            note: self.note.to_string(),
            proofs: self.proofs.iter().map(proof).collect(),
        })
    }

    /// Reads what was sent; whether it is signed is not looked at yet.
    ///
    /// # Errors
    /// Where it is no such text.
    pub fn read(text: &str) -> Result<Told, RecordError> {
        let read = || {
            let text: ToldText = read(text)?;
            let proof = |proof: ProofText| {
                let path = proof.path.iter().map(|hash| Hash::from_base64(hash)).collect::<Option<_>>()?;
                Some((proof.from, path))
            };
            Some(Told {
                key: text.key.parse().ok()?,
                note: SignedCheckpoint::read(&text.note).ok()?,
                proofs: text.proofs.into_iter().map(proof).collect::<Option<_>>()?,
            })
        };
        read().ok_or(RecordError::Form("checkpoint of a station"))
    }

    /// The proof from a size on.
    pub fn proof(&self, from: u64) -> Option<&[Hash]> {
        self.proofs.iter().find(|(size, _)| *size == from).map(|(_, path)| path.as_slice())
    }
}

impl Witnessed {
    /// As it is sent.
    pub fn text(&self) -> String {
        written(&WitnessedText {
            log: self.log.to_string(),
            note: self.note.to_string(),
            witness: self.witness.to_string(),
        })
    }

    /// Reads what was sent.
    ///
    /// # Errors
    /// Where it is no such text, the log did not sign it, or the witness did not.
    pub fn read(text: &str) -> Result<Witnessed, RecordError> {
        let read = || {
            let text: WitnessedText = read(text)?;
            Some(Witnessed {
                witness: text.witness.parse().ok()?,
                log: text.log.parse().ok()?,
                note: SignedCheckpoint::read(&text.note).ok()?,
            })
        };
        let read = read().ok_or(RecordError::Form("cosignature of a station"))?;
        read.note.is_signed_by(&read.log)?;
        match read.seconds() {
            Some(_) => Ok(read),
            None => Err(RecordError::Signature(read.witness.name().to_owned())),
        }
    }

    /// When it was seen, in seconds since 1970 UTC.
    pub fn seconds(&self) -> Option<u64> {
        self.note.seen_by(&self.witness)
    }
}

/// Stations call their logs so; a short word of their own follows.
const OURS: &str = "vigil/";
/// And their witnesses so, behind that.
const WITNESS: &str = "/witness";

/// The name of the log, or of the witness, of the station with this word.
pub fn name_of(word: &str, role: Role) -> String {
    match role {
        Role::Log => format!("{OURS}{word}"),
        Role::Witness => format!("{OURS}{word}{WITNESS}"),
    }
}

/// The word in a name, where it is one of ours: 16 hexadecimal digits.
pub fn word_of(name: &str) -> Option<&str> {
    let word = name.strip_prefix(OURS)?;
    let word = word.strip_suffix(WITNESS).unwrap_or(word);
    let is_word = word.len() == 16 && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_word.then_some(word)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::note::Signer;

    #[test]
    fn a_word_comes_back_as_it_was_sent_and_one_that_nobody_signed_does_not() {
        let secret = [3; 32];
        let word = "00112233445566aa";
        let log = Signer::new(&secret, &name_of(word, Role::Log), Role::Log).unwrap();
        let witness = Signer::new(&[4; 32], &name_of(word, Role::Witness), Role::Witness).unwrap();
        let note = SignedCheckpoint::sign(3, Hash::leaf(b"x"), &log);
        let proofs = vec![(1, vec![Hash::leaf(b"y"), Hash::leaf(b"z")]), (2, Vec::new())];
        let told = Told { key: log.public().clone(), note: note.clone(), proofs };
        assert_eq!(Told::read(&told.text()).unwrap(), told);
        assert_eq!((told.proof(1).unwrap().len(), told.proof(3)), (2, None));
        let seen = |note: SignedCheckpoint| Witnessed {
            witness: witness.public().clone(),
            log: log.public().clone(),
            note,
        };
        let line = note.cosign(&witness, 77);
        let cosigned = seen(note.clone().with(&line).unwrap());
        assert_eq!(Witnessed::read(&cosigned.text()).unwrap(), cosigned);
        assert_eq!(cosigned.seconds(), Some(77));
        assert!(Witnessed::read(&seen(note).text()).is_err(), "nobody cosigned it");
        let stranger = Signer::new(&[5; 32], log.public().name(), Role::Log).unwrap();
        let other = Witnessed { log: stranger.public().clone(), ..cosigned };
        assert!(Witnessed::read(&other.text()).is_err(), "another's signature");
        for text in ["", "{}", "[]", &told.text()[1..], &format!("{} ", "x".repeat(LONGEST))] {
            assert!(Told::read(text).is_err() && Witnessed::read(text).is_err());
        }
        assert_eq!(word_of(log.public().name()), Some(word));
        assert_eq!(word_of(witness.public().name()), Some(word));
        for name in
            ["vigil/5eed", "other/00112233445566aa", "vigil/00112233445566a/", "vigil/00112233445566AA"]
        {
            assert_eq!(word_of(name), None, "{name}");
        }
    }
}
