//! From a data folder to an open console: by the window, by a command, and by the demo.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clinical::{ActorId, Instant};
use fhir::without_sign_in;
use sync::{Now, SyncEvent};
use tokio::sync::mpsc;
use vault::{Access, Key, OsKeyring, Pin, Vault, VaultError, unlock, wraps};

use crate::clock::Clock;
use crate::console::{Console, Station};
use crate::door::{Reached, ask as ask_window};
use crate::its_units::{Units, bind, is_as_kept};
use crate::one_server::{is_private_enough, server_of};
use crate::site_file::SiteFile;
use crate::view::{Answer, Ask, Asked, Failure};
use crate::way_in::WayIn;

/// A command waits this long for a cache that another command holds.
const PATIENCE: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_millis(100);

/// How a station is started.
pub struct Start {
    /// Of the encrypted cache.
    pub folder: PathBuf,
    /// A FHIR base; where there is none, the one that is kept.
    pub server: Option<String>,
    /// Somebody knows that server for another name of the one that is kept.
    pub same_server: bool,
    /// The units and programmes it is of.
    pub units: Units,
    /// The station's PIN, where it was given.
    pub pin: Option<Pin>,
    /// Who sits here.
    pub user: Option<String>,
    /// Who that is for certain.
    pub user_id: Option<ActorId>,
    /// The station's name.
    pub station: Option<String>,
    /// How its server is reached, and as whom.
    pub way_in: WayIn,
    /// What the site says of all its stations.
    pub site: SiteFile,
}

impl std::fmt::Debug for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let server = self.server.as_deref().map(without_sign_in);
        f.debug_struct("Start").field("folder", &self.folder).field("server", &server).finish_non_exhaustive()
    }
}

/// The system's clock.
pub fn clock() -> Now {
    Arc::new(|| Instant::from(SystemTime::now()))
}

fn account() -> Option<String> {
    std::env::var("USER").or_else(|_| std::env::var("USERNAME")).ok().filter(|name| !name.is_empty())
}

impl Start {
    /// Who sits where; the account of the system stands for somebody who gave no name.
    pub fn station(&self) -> Station {
        let user = self.user.clone().or_else(account).unwrap_or("Station user".into());
        Station { name: self.station_name(), user, user_id: self.user_id.clone() }
    }

    /// As [`Start::station`], with another name for somebody who gave none.
    pub fn station_of(&self, user: &str) -> Station {
        let user = self.user.clone().unwrap_or_else(|| user.to_owned());
        Station { name: self.station_name(), user, user_id: self.user_id.clone() }
    }

    fn station_name(&self) -> String {
        self.station.clone().unwrap_or("Station 1".into())
    }

    /// Who the log names for a command.
    pub(crate) fn commander(&self) -> String {
        let account =
            || account().map_or("the command line".to_owned(), |a| format!("the command line ({a})"));
        self.user.clone().unwrap_or_else(account)
    }

    /// The data key, by keyring or PIN.
    pub(crate) fn key(&self, pin: Option<&Pin>) -> Result<Key, VaultError> {
        unlock(&self.folder, &Access { keyring: &OsKeyring, pin: pin.or(self.pin.as_ref()) })
    }

    /// Whether this folder has a key already.
    ///
    /// # Errors
    /// Where the file of keys cannot be read.
    pub fn is_known(&self) -> Result<bool, Failure> {
        Ok(!wraps(&self.folder)?.is_empty())
    }

    /// Opens the station: its cache, and its server where one is named or was kept.
    ///
    /// # Errors
    /// Where the key is not reached, another program holds the cache, or the server's address is none or another server's.
    pub fn open(&self, pin: Option<&Pin>, server: Option<String>) -> Result<Opening, Failure> {
        self.open_with(self.key(pin)?, server)
    }

    fn open_with(&self, key: Key, server: Option<String>) -> Result<Opening, Failure> {
        let vault = match Vault::open(&self.folder, key.clone()) {
            Ok(vault) => Arc::new(vault),
            Err(error @ (VaultError::Damaged | VaultError::Unreadable(_))) => {
                return Ok(Opening::Damaged(Damaged { key, server }, error.into()));
            }
            Err(error) => return Err(error.into()),
        };
        let Some(server) = self.server_of(&vault, server.as_deref())? else { return Ok(Opening::NoServer) };
        let clock = Clock::system();
        let client = self.way_in.client(&server, Some(&vault), clock.reading())?;
        let (console, events) = Console::open_by(vault, Some(client), self.station(), clock.reading())?;
        console.keep_time(clock);
        Ok(Opening::Open(Open { console, events, server: without_sign_in(&server) }))
    }

    /// The server that a cache is of, whose units are those that were named, where any were.
    pub(crate) fn server_of(&self, vault: &Vault, asked: Option<&str>) -> Result<Option<String>, Failure> {
        let (who, now) = (self.commander(), clock()());
        let server = server_of(vault, asked, self.same_server, &who, now)?;
        if let Some(server) = &server {
            is_private_enough(vault, server, self.way_in.allow_http, &who, now)?;
        }
        bind(vault, &self.units, &who, now)?;
        self.site.apply(vault, now)?;
        Ok(server)
    }

    /// A station whose key lives in memory only: nothing in `folder` can be read when it is closed.
    ///
    /// # Errors
    /// Of the cache, or where the server's address is none.
    pub fn open_for_once(&self, folder: PathBuf, server: String, station: Station) -> Result<Open, Failure> {
        let vault = Arc::new(Vault::open(&folder, Key::random()?)?);
        bind(&vault, &self.units, &self.commander(), clock()())?;
        let clock = Clock::system();
        let (console, events) = Console::open(vault, Some(&server), station, clock.reading())?;
        console.keep_time(clock);
        Ok(Open { console, events, server: without_sign_in(&server) })
    }

    /// Asks the station for something: opens its cache, or asks the window that holds it. What leaves is in the log either way.
    ///
    /// # Errors
    /// In words for the person; then nothing left.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, Failure> {
        // A site's settings and people may be set before a station is opened for the first time.
        if !vault::exists(&self.folder) && !matches!(ask, Ask::Set { .. } | Ask::ChangeStaff { .. }) {
            return Err(Failure::failed(format!(
                "there is no cache in {}; run `vigil sync --once` first",
                self.folder.display()
            )));
        }
        let key = self.key(None)?;
        let asked = Asked {
            version: env!("CARGO_PKG_VERSION").into(),
            user: self.commander(),
            user_id: self.user_id.as_ref().map(String::from),
            ask,
        };
        let mut left = PATIENCE;
        loop {
            let busy = match Vault::open(&self.folder, key.clone()) {
                Ok(vault) => {
                    is_as_kept(&vault, &self.units)?;
                    self.site.apply(&vault, clock()())?;
                    let (console, _events) = Console::open(Arc::new(vault), None, self.station(), clock())?;
                    let answered = tokio::task::spawn_blocking(move || console.answer(asked)).await;
                    return answered.map_err(Failure::failed)?;
                }
                Err(error @ VaultError::Busy(_)) => error,
                Err(error) => return Err(error.into()),
            };
            match ask_window(&self.folder, &key, &asked).await {
                Reached::Window(answer) => return answer,
                // Another command, or a window that is just opening.
                Reached::Nobody if left > Duration::ZERO => {
                    tokio::time::sleep(AGAIN).await;
                    left = left.saturating_sub(AGAIN);
                }
                Reached::Nobody => return Err(busy.into()),
            }
        }
    }
}

/// An open station.
pub struct Open {
    /// What it does.
    pub console: Arc<Console>,
    /// What to look at again.
    pub events: mpsc::UnboundedReceiver<SyncEvent>,
    /// Where its server is, as it is shown: without a name and a password.
    pub server: String,
}

/// How far a station could be opened.
pub enum Opening {
    /// All the way.
    Open(Open),
    /// It has no server yet.
    NoServer,
    /// The cache is not what was written.
    Damaged(Damaged, Failure),
}

/// What opens a damaged cache.
pub struct Damaged {
    key: Key,
    server: Option<String>,
}

impl Start {
    /// Actions in a damaged cache that were not sent and would be kept.
    pub fn unsent(&self, damaged: &Damaged) -> usize {
        vault::salvageable(&self.folder, &damaged.key)
    }

    /// Begins a damaged cache anew with everything that was not sent, and opens it.
    ///
    /// # Errors
    /// Of the disk; then nothing was changed.
    pub fn begin_anew(&self, damaged: &Damaged) -> Result<Opening, Failure> {
        vault::rebuild(&self.folder, &damaged.key, clock()())?;
        self.open_with(damaged.key.clone(), damaged.server.clone())
    }
}
