//! What IT changes about the people of a station, as data.

use clinical::{ActorId, KnownRole};
use identity::NotLetIn;
use vault::{Pin, StaffMember};

use crate::error::ConsoleError;

/// What IT changes about the people of a station. [`Console::act`](crate::Console::act) is the one way to do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffChange {
    /// Somebody works here, in this role.
    Add {
        /// Who that is, such as `Practitioner/123`.
        id: ActorId,
        /// As shown.
        name: String,
        /// One of [`KnownRole`].
        role: String,
        /// A PIN that lets them in to choose their own; none leaves what they have.
        pin: Option<Secret>,
    },
    /// Somebody works here no more.
    Remove(ActorId),
    /// They come in by this PIN, and choose their own: who gives it knows them, so it is a full sign-in.
    Pin(ActorId, Secret),
    /// No PIN lets them in any more.
    NoPin(ActorId),
    /// Wrong PINs of theirs are forgotten: they may try again with the one they have.
    Unlock(ActorId),
    /// They come in by this badge from now on.
    Badge(ActorId, Secret),
    /// Their badge lets nobody in any more.
    NoBadge(ActorId),
}

/// Something that lets somebody in; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

impl StaffChange {
    /// Whom it is about.
    pub(crate) fn id(&self) -> &ActorId {
        match self {
            StaffChange::Add { id, .. }
            | StaffChange::Remove(id)
            | StaffChange::Pin(id, _)
            | StaffChange::NoPin(id)
            | StaffChange::Unlock(id)
            | StaffChange::Badge(id, _)
            | StaffChange::NoBadge(id) => id,
        }
    }

    /// For the log.
    pub(crate) fn words(&self) -> String {
        match self {
            StaffChange::Add { name, role, pin: None, .. } => format!("{name} works here as {role}"),
            StaffChange::Add { name, role, .. } => {
                format!("{name} works here as {role}, and was given a PIN")
            }
            StaffChange::Remove(_) => "works here no more".into(),
            StaffChange::Pin(..) => "was given a PIN".into(),
            StaffChange::NoPin(_) => "has no PIN any more".into(),
            StaffChange::Unlock(_) => "may try a PIN again".into(),
            StaffChange::Badge(..) => "was given a badge".into(),
            StaffChange::NoBadge(_) => "has no badge any more".into(),
        }
    }

    /// Whether it can be done.
    ///
    /// # Errors
    /// In words for who asked; nothing was changed.
    pub(crate) fn checked(self, known: Option<&StaffMember>) -> Result<StaffChange, ConsoleError> {
        match self {
            StaffChange::Add { id, name, role, pin } => {
                let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
                let has_hidden = name.chars().any(clinical::is_hidden);
                if name.is_empty() || name.chars().count() > 80 || has_hidden {
                    return Err(ConsoleError::NoName);
                }
                let role: KnownRole = role.parse().map_err(|_| ConsoleError::NoSuchRole)?;
                if let Some(pin) = &pin {
                    Pin::chosen(pin.0.clone())?;
                }
                Ok(StaffChange::Add { id, name, role: role.word().to_owned(), pin })
            }
            _ if known.is_none() => Err(NotLetIn::Unknown.into()),
            StaffChange::Pin(id, pin) => {
                Pin::chosen(pin.0.clone())?;
                Ok(StaffChange::Pin(id, pin))
            }
            StaffChange::Badge(id, badge) => {
                let text = badge.0.trim();
                let is_one = (6..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
                if is_one {
                    Ok(StaffChange::Badge(id, Secret(text.to_owned())))
                } else {
                    Err(ConsoleError::NoBadge)
                }
            }
            other => Ok(other),
        }
    }
}
