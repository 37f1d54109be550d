//! Signed notes and their keys (C2SP signed-note): a text, an empty line, and a line for each signature.

use std::fmt::{self, Display};
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::hash::{base64, from_base64, sha256};

/// What can be wrong with a text of the record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It is no such text.
    #[error("this is no {0}")]
    Form(&'static str),
    /// It is not signed by whom it should be.
    #[error("the signature of {0} is not right")]
    Signature(String),
}

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The checkpoints of its own log.
    Log,
    /// That it saw another log's checkpoint (C2SP tlog-cosignature, v1).
    Witness,
}

impl Role {
    /// The byte that stands for it in the key's id.
    const fn byte(self) -> u8 {
        match self {
            Role::Log => 1,
            Role::Witness => 4,
        }
    }
}

/// Whoever signs, as everybody may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    role: Role,
    key: VerifyingKey,
}

impl PublicKey {
    /// Whose it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The four bytes by which a signature names its key.
    pub fn id(&self) -> [u8; 4] {
        let hash = sha256(&[self.name.as_bytes(), b"\n", &[self.role.byte()], self.key.as_bytes()]);
        [hash[0], hash[1], hash[2], hash[3]]
    }

    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

/// As `name+id+key`, the form in which such keys are passed on.
impl Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key = [&[self.role.byte()][..], self.key.as_bytes()].concat();
        write!(f, "{}+{id:08x}+{}", self.name, base64(&key))
    }
}

impl FromStr for PublicKey {
    type Err = RecordError;

    fn from_str(text: &str) -> Result<PublicKey, RecordError> {
        let wrong = RecordError::Form("public key of a log");
        let read = || {
            // A name has no `+`, a key may.
            let (name, rest) = text.trim().split_once('+')?;
            let (_, key) = rest.split_once('+')?;
            let bytes = from_base64(key)?;
            let (byte, key) = bytes.split_first()?;
            let role = [Role::Log, Role::Witness].into_iter().find(|role| role.byte() == *byte)?;
            let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
            let read = PublicKey { name: name.to_owned(), role, key };
            (is_name(name) && read.to_string() == text.trim()).then_some(read)
        };
        read().ok_or(wrong)
    }
}

/// Whether a key may be called so.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

/// A key that signs. It is never printed, and wiped when dropped.
pub struct Signer {
    public: PublicKey,
    key: SigningKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, <redacted>)", self.public.name)
    }
}

impl Signer {
    /// The key of a role, from the one secret of a station. A log and a witness never share a key: what one signs can never be taken
    /// for what the other signs.
    ///
    /// # Errors
    /// Where nobody can be called so.
    pub fn new(secret: &[u8; 32], name: &str, role: Role) -> Result<Signer, RecordError> {
        if !is_name(name) {
            return Err(RecordError::Form("name of a key"));
        }
        let seed = Zeroizing::new(sha256(&[b"vigil record key\n", &[role.byte()], secret]));
        let key = SigningKey::from_bytes(&seed);
        let public = PublicKey { name: name.to_owned(), role, key: key.verifying_key() };
        Ok(Signer { public, key })
    }

    /// What everybody may know.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

/// One line below a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignatureLine {
    pub name: String,
    pub id: [u8; 4],
    pub bytes: Vec<u8>,
}

const DASH: &str = "\u{2014} ";

impl Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{DASH}{} {}", self.name, base64(&[&self.id[..], &self.bytes].concat()))
    }
}

/// A note's text with its last line's end, and the lines below it.
pub(crate) fn split(note: &str) -> Option<(&str, Vec<SignatureLine>)> {
    let end = note.rfind("\n\n")? + 1;
    let (text, below) = (&note[..end], &note[end + 1..]);
    let lines = below.strip_suffix('\n')?.split('\n').map(line).collect::<Option<Vec<_>>>()?;
    (!lines.is_empty()).then_some((text, lines))
}

fn line(text: &str) -> Option<SignatureLine> {
    let (name, signature) = text.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = from_base64(signature)?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    is_name(name).then(|| SignatureLine { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}
