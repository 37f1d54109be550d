//! Messages of HL7 v2 over MLLP, kept in the cache before they are answered.
//!
//! What came together is committed together: senders that have several messages in flight wait for one write, not for one each. What a
//! message says is kept under ids that are made from what it says, so that one that comes again after a fall of power says nothing twice.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use clinical::Instant;
use connectors::{Answered, Bounds, Desk, Door, Keeper, Listener, MutualTls, NotKept, Notice, Peer, Read};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sync::Now;
use tokio::sync::oneshot;
use vault::{Brought, EntryKind, NewEntry, PageCommit, Vault};

use crate::console::Console;
use crate::opening::{Start, clock};
use crate::view::Failure;

/// At most so many messages are written at once.
const AT_ONCE: usize = 64;
/// As many messages are known again by their control ids; those before them by what they say.
const REMEMBERED: usize = 10_000;

/// Where senders are let in.
#[derive(Clone, Debug)]
pub struct Listen {
    /// An address of this machine, or with certificates of any.
    pub address: SocketAddr,
    /// What senders must show, and this station shows.
    pub tls: Option<ListenTls>,
    /// The zone of times that name none, `Europe/Berlin`; without it such values are set aside.
    pub zone: Option<String>,
    /// Who gives the numbers of patients that name nobody.
    pub authority: Option<String>,
}

/// Certificates of both sides, as PEM.
#[derive(Clone, Debug)]
pub struct ListenTls {
    /// Of whom senders' certificates must be.
    pub authorities: PathBuf,
    /// The station's own, with its key.
    pub own: PathBuf,
}

type Answer = oneshot::Sender<Result<(), NotKept>>;

/// Keeps messages in the order in which they come.
struct Keeping {
    queue: Sender<(Read, Answer)>,
    now: Now,
}

impl Keeping {
    fn over(vault: Arc<Vault>, now: Now) -> std::io::Result<Keeping> {
        let (queue, waiting) = channel();
        let clock = now.clone();
        std::thread::Builder::new()
            .name("mllp-keeper".into())
            .spawn(move || keep(&vault, &waiting, &clock))?;
        Ok(Keeping { queue, now })
    }
}

/// Writes what waits, and tells whoever sent it.
fn keep(vault: &Vault, waiting: &Receiver<(Read, Answer)>, now: &Now) {
    while let Ok(first) = waiting.recv() {
        let mut messages = vec![first];
        while messages.len() < AT_ONCE
            && let Ok(next) = waiting.try_recv()
        {
            messages.push(next);
        }
        let (read, answers): (Vec<Read>, Vec<Answer>) = messages.into_iter().unzip();
        let kept = vault.bring(read.iter().map(|read| brought(read.clone(), now())).collect());
        if kept.is_ok() {
            // Who has gone was kept all the same.
            for answer in answers {
                let _ = answer.send(Ok(()));
            }
            continue;
        }
        // One of them: each by itself, so that none falls with another's fault.
        for (read, answer) in read.into_iter().zip(answers) {
            let kept = vault.bring(vec![brought(read, now())]);
            let _ = answer.send(kept.map(drop).map_err(|_| NotKept));
        }
    }
}

fn brought(read: Read, now: Instant) -> Brought {
    let page = PageCommit {
        facts: read.facts,
        unreadable: read.unreadable,
        received: now,
        clock: Some(now),
        ..PageCommit::default()
    };
    Brought { page, if_unknown: read.if_unknown }
}

impl Keeper for Keeping {
    fn keep(&self, read: Read) -> BoxFuture<'static, Result<(), NotKept>> {
        let (send, kept) = oneshot::channel();
        // Its place is taken before this returns.
        let is_queued = self.queue.send((read, send)).is_ok();
        async move { if is_queued { kept.await.unwrap_or(Err(NotKept)) } else { Err(NotKept) } }.boxed()
    }

    fn now(&self) -> Instant {
        (self.now)()
    }

    fn notice(&self, _: Option<SocketAddr>, notice: Notice) {
        tracing::info!(?notice, "mllp");
    }
}

impl Start {
    /// Listens for messages until it is dropped, and answers commands meanwhile. `told` is told where, once it does.
    ///
    /// # Errors
    /// Where the address or the certificates cannot be used, or another program holds the cache.
    pub async fn listen(&self, asked: &Listen, told: impl FnOnce(SocketAddr)) -> Result<(), Failure> {
        let zone = match asked.zone.as_deref() {
            None => None,
            Some(name) => Some(jiff::tz::TimeZone::get(name).map_err(|_| {
                Failure::failed(format!(
                    "--zone: \"{name}\" is no zone; write it like Europe/Berlin. Nobody is listened to"
                ))
            })?),
        };
        let tls = match &asked.tls {
            None => None,
            Some(files) => {
                let read = |path: &PathBuf| {
                    std::fs::read(path).map_err(|why| {
                        Failure::failed(format!(
                            "{} cannot be read ({why}). Nobody is listened to",
                            path.display()
                        ))
                    })
                };
                let (authorities, own) = (read(&files.authorities)?, read(&files.own)?);
                Some(MutualTls::from_pem(&authorities, &own).map_err(Failure::failed)?)
            }
        };
        let vault = Arc::new(Vault::open(&self.folder, self.key(None)?)?);
        self.site.apply(&vault, clock()())?;
        let door = Door { address: Some(asked.address), tls, ..Door::default() };
        let Some(listener) = Listener::open(door).await.map_err(Failure::failed)? else { return Ok(()) };
        let address = listener.address()?;
        let words = format!("listens for HL7 v2 on {address}");
        vault.audit(NewEntry::new(EntryKind::Station, clock()(), self.commander(), words))?;
        let (console, _events) = Console::open(vault.clone(), None, self.station(), clock())?;
        let (asked_of, folder) = (Arc::downgrade(&console), self.folder.clone());
        let commands = tokio::spawn(async move { crate::door::serve(asked_of, &folder).await });
        let keeper = Arc::new(Keeping::over(vault, clock())?);
        let peer = Peer { zone, authority: asked.authority.clone(), ..Peer::default() };
        told(address);
        listener.serve(Desk::new(keeper, peer, Bounds::default(), Answered::new(REMEMBERED))).await;
        commands.abort();
        Ok(())
    }
}
