//! Listening: off unless a site says where, and on other machines' side only under mutual TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::connection::{Desk, serve};
use super::error::ListenError;
use super::keeper::{Keeper, Notice};
use super::tls::MutualTls;

/// Where a site lets senders in.
#[derive(Clone, Debug)]
pub struct Door {
    /// Off where there is none.
    pub address: Option<SocketAddr>,
    /// What senders must show.
    pub tls: Option<MutualTls>,
    /// The most connections at once.
    pub connections: usize,
}

impl Default for Door {
    fn default() -> Door {
        Door { address: None, tls: None, connections: 64 }
    }
}

/// An open listener.
pub struct Listener {
    socket: TcpListener,
    door: Door,
}

impl Listener {
    /// Opens one; nothing where the site says of none.
    ///
    /// # Errors
    /// An address of more than this machine without mutual TLS, or one that cannot be had.
    pub async fn open(door: Door) -> Result<Option<Listener>, ListenError> {
        let Some(address) = door.address else { return Ok(None) };
        if door.tls.is_none() && !address.ip().to_canonical().is_loopback() {
            return Err(ListenError::NotLoopback(address.ip()));
        }
        let socket = TcpListener::bind(address).await?;
        Ok(Some(Listener { socket, door }))
    }

    /// Where it listens.
    ///
    /// # Errors
    /// Where the system does not say.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves whoever comes. It never ends; dropped, it closes every connection, and what is being kept is kept to its end.
    pub async fn serve<K: Keeper>(self, desk: Arc<Desk<K>>) {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            };
            let Ok((stream, from)) = accepted else {
                // No more files may be opened, or the sender has gone again.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            if connections.len() >= self.door.connections {
                desk.notice(Some(from), Notice::Full);
                continue;
            }
            // Answers are small, and each is awaited.
            let _ = stream.set_nodelay(true);
            connections.spawn(let_in(stream, from, self.door.tls.clone(), desk.clone()));
        }
    }
}

async fn let_in<K: Keeper>(stream: TcpStream, from: SocketAddr, tls: Option<MutualTls>, desk: Arc<Desk<K>>) {
    let Some(tls) = tls else { return serve(stream, desk, Some(from)).await };
    match timeout(desk.bounds().patience, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => serve(stream, desk, Some(from)).await,
        _ => desk.notice(Some(from), Notice::Untrusted),
    }
}
