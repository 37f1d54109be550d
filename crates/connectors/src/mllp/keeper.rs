//! Who keeps what comes in.

use std::net::SocketAddr;

use clinical::Instant;
use futures_util::future::BoxFuture;

use crate::way_in::Read;

/// It could not be kept. The sender is told, and sends it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it could not be kept")]
pub struct NotKept;

/// Keeps what messages say: the one function that a listener is given, and what it needs of the world besides.
pub trait Keeper: Send + Sync + 'static {
    /// Keeps what a message said, for good: it is answered as soon as this has ended, and never before. It is called in the order in
    /// which messages of a connection came; what it gives runs beside that of the next ones, and to its end also where the sender has
    /// gone. Who keeps in that order takes a place in a queue of its own before it returns.
    ///
    /// # Errors
    /// Where it was not kept.
    fn keep(&self, read: Read) -> BoxFuture<'static, Result<(), NotKept>>;

    /// The time, for the answers' headers.
    fn now(&self) -> Instant;

    /// Something that a person who looks after the listener wants to know.
    fn notice(&self, from: Option<SocketAddr>, notice: Notice);
}

/// What happened at a listener, besides messages. No words of it come from a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Bytes that stood between two frames.
    Garbage(usize),
    /// A frame of so many bytes that was never ended.
    Torn(usize),
    /// A frame over the limit.
    TooLarge,
    /// A frame that holds no message of HL7 v2: nobody can be answered.
    NoMessage,
    /// An answer, where messages are awaited.
    StrayAnswer,
    /// A frame was begun and not ended in time; the connection was closed.
    TooSlow,
    /// Answers were not taken; the connection was closed.
    Deaf,
    /// A connection too many; it was closed.
    Full,
    /// A connection that did not show a certificate of the site's authority.
    Untrusted,
    /// The connection was lost.
    Lost,
}
