//! The open station: its console, and what lives as long as that does.

use std::path::PathBuf;
use std::sync::Arc;

use console::Console;
use sync::SyncEvent;
use tokio::sync::mpsc;

use crate::notify::Notifier;
use crate::page::Page;
use crate::sound::Speaker;

/// The open console with what lives as long as it does.
pub(crate) struct Open {
    pub console: Arc<Console>,
    pub server: String,
    pub demo: bool,
    /// Read by one at a time: by the pump, also by one that was begun again.
    pub events: tokio::sync::Mutex<mpsc::UnboundedReceiver<SyncEvent>>,
    pub page: Page,
    /// The page was sent its first board.
    pub shown: Arc<tokio::sync::Notify>,
    pub speaker: Speaker,
    pub notifier: Notifier,
    #[cfg(feature = "demo")]
    pub _ward: Option<ward_sim::WardSim>,
    pub _scratch: Option<Scratch>,
}

/// A folder that is removed with the demo.
pub(crate) struct Scratch(pub PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is encrypted under a key that was never written down.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
