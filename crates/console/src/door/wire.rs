//! Questions and answers as bytes.

use std::io;
use std::time::Duration;

use interprocess::local_socket::tokio::Stream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long one side waits for the other to say something it has at hand.
const SOON: Duration = Duration::from_secs(5);

/// How long it waits for what has to be drawn, or read by a slow reader.
const IN_THE_END: Duration = Duration::from_secs(300);

/// A question or a head is no longer than this.
const LONGEST: u32 = 64 * 1024;

/// A length and JSON.
pub(super) async fn send(to: &mut Stream, what: &impl Serialize) -> io::Result<()> {
    let bytes = serde_json::to_vec(what)?;
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= LONGEST);
    let length =
        length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "this is too long to ask"))?;
    to.write_all(&length.to_le_bytes()).await?;
    to.write_all(&bytes).await
}

/// What [`send`] sent, refused before it is read where it is too long.
pub(super) async fn receive<T: DeserializeOwned>(from: &mut Stream) -> io::Result<T> {
    let length = from.read_u32_le().await?;
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "this is too long"));
    }
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes).await?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// Within seconds, or an error.
pub(super) async fn soon<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(SOON, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Within minutes, or an error: the other side hangs.
pub(super) async fn in_the_end<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(IN_THE_END, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
