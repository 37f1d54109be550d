//! One connection: messages come in, are kept, and are answered in the order in which they came.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, ready};
use futures_util::stream::{FuturesOrdered, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::timeout;

use super::answered::{Answered, Seen};
use super::frame::{Frames, Piece, framed};
use super::keeper::{Keeper, Notice};
use crate::hl7v2::answer::answer;
use crate::hl7v2::fault::{Fault, Kind};
use crate::hl7v2::header::Header;
use crate::hl7v2::peer::Peer;
use crate::hl7v2::reader::{Heard, Verdict, hear};

/// What a connection may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The most bytes of a message.
    pub message: usize,
    /// The most messages that are being kept at once.
    pub in_flight: usize,
    /// How long a frame may take from its begin, and an answer until it is taken.
    pub patience: Duration,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { message: 1 << 20, in_flight: 64, patience: Duration::from_secs(30) }
    }
}

/// What all connections of a listener share.
pub struct Desk<K> {
    keeper: Arc<K>,
    peer: Peer,
    bounds: Bounds,
    answered: Answered,
    answers: AtomicU64,
}

impl<K: Keeper> Desk<K> {
    /// For one sender, or several that the site says the same of.
    pub fn new(keeper: Arc<K>, peer: Peer, bounds: Bounds, answered: Answered) -> Arc<Desk<K>> {
        Arc::new(Desk { keeper, peer, bounds, answered, answers: AtomicU64::new(0) })
    }

    /// What it may ask for.
    pub(crate) fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Tells the keeper.
    pub(crate) fn notice(&self, from: Option<SocketAddr>, notice: Notice) {
        self.keeper.notice(from, notice);
    }

    /// An answer in its frame; empty where none is wanted.
    fn answer(&self, header: &Header, verdict: &Verdict) -> Vec<u8> {
        let now = self.keeper.now();
        let number = self.answers.fetch_add(1, Ordering::Relaxed) % 0x1_0000;
        // At most 20 characters, as old versions have it.
        let id = format!("V{:x}{number:04x}", now.0.max(0));
        answer(header, verdict, &id, now).map(|answer| framed(&answer)).unwrap_or_default()
    }

    /// Begins to keep a message; what it gives is its answer.
    fn take(self: &Arc<Self>, message: &[u8], from: Option<SocketAddr>) -> BoxFuture<'static, Vec<u8>> {
        let Heard { header, read, verdict } = hear(message, &self.peer);
        let desk = self.clone();
        let Some(header) = header else {
            self.notice(from, Notice::NoMessage);
            let keeping = self.keeper.keep(read);
            return tokio::spawn(keeping).map(|_| Vec::new()).boxed();
        };
        if header.is_answer() {
            self.notice(from, Notice::StrayAnswer);
            return ready(Vec::new()).boxed();
        }
        // Without a control id no two of them are told apart, and it is refused each time.
        match self.answered.see(&header, message) {
            Seen::Before(verdict) => async move { desk.answer(&header, &known(verdict).await) }.boxed(),
            Seen::New(ticket) => {
                let keeping = self.keeper.keep(read);
                // On its own: it is kept to its end, and remembered, also where the connection is lost meanwhile.
                let kept = tokio::spawn(async move {
                    match keeping.await {
                        Ok(()) => {
                            ticket.kept(verdict.clone());
                            verdict
                        }
                        Err(_) => Verdict::not_kept(),
                    }
                });
                async move { desk.answer(&header, &kept.await.unwrap_or_else(|_| Verdict::not_kept())) }
                    .boxed()
            }
        }
    }

    /// The answer to a frame that is too large, as far as it shows whose it is.
    fn refuse(&self, head: &[u8]) -> Vec<u8> {
        let Some(header) = hear(head, &self.peer).header.filter(|header| !header.control_id.is_empty())
        else {
            return Vec::new();
        };
        let words = format!("it is larger than {} KiB", self.bounds.message >> 10);
        let refused = Heard::refused(None, Fault::whole(Kind::UnsupportedMessage, words), "");
        self.answer(&header, &refused.verdict)
    }
}

/// The verdict on a message that came before, as soon as there is one.
async fn known(mut verdict: watch::Receiver<Option<Verdict>>) -> Verdict {
    match verdict.wait_for(Option::is_some).await {
        Ok(found) => found.clone().unwrap_or_else(Verdict::not_kept),
        Err(_) => Verdict::not_kept(),
    }
}

/// Serves one stream until its sender ends it, or breaks a bound.
pub async fn serve<K: Keeper>(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    desk: Arc<Desk<K>>,
    from: Option<SocketAddr>,
) {
    let Bounds { message, in_flight, patience } = desk.bounds;
    let (mut stream, mut frames) = (stream, Frames::new(message));
    let mut flying: FuturesOrdered<BoxFuture<'static, Vec<u8>>> = FuturesOrdered::new();
    let (mut buffer, mut is_over) = (vec![0; 32 << 10], false);
    // When the frame that is open must be ended.
    let mut until = None;
    loop {
        while flying.len() < in_flight {
            let Some(piece) = frames.next() else { break };
            match piece {
                Piece::Message(message) => flying.push_back(desk.take(&message, from)),
                Piece::TooLarge(head) => {
                    desk.notice(from, Notice::TooLarge);
                    flying.push_back(ready(desk.refuse(&head)).boxed());
                }
                Piece::Garbage(bytes) => desk.notice(from, Notice::Garbage(bytes)),
                Piece::Torn(bytes) => desk.notice(from, Notice::Torn(bytes)),
            }
        }
        if is_over && flying.is_empty() {
            return;
        }
        let deadline = until.unwrap_or_else(|| tokio::time::Instant::now() + patience);
        let may_read = !is_over && flying.len() < in_flight;
        tokio::select! {
            Some(answer) = flying.next(), if !flying.is_empty() => {
                let sent = async {
                    stream.write_all(&answer).await?;
                    stream.flush().await
                };
                match timeout(patience, sent).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return desk.notice(from, Notice::Lost),
                    Err(_) => return desk.notice(from, Notice::Deaf),
                }
            }
            read = stream.read(&mut buffer), if may_read => match read {
                Ok(0) => {
                    is_over = true;
                    frames.finish();
                }
                Ok(n) => {
                    frames.feed(&buffer[..n]);
                    until = frames.is_inside().then(|| until.unwrap_or(tokio::time::Instant::now() + patience));
                }
                Err(_) => return desk.notice(from, Notice::Lost),
            },
            () = tokio::time::sleep_until(deadline), if may_read && frames.is_inside() => {
                return desk.notice(from, Notice::TooSlow);
            }
        }
    }
}
