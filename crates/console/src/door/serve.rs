//! The window's side: it answers one command after the other, for as long as the station is open.

use std::io;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use interprocess::local_socket::tokio::{Stream, prelude::*};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use vault::Key;

use super::place;
use super::wire::{in_the_end, receive, send, soon};
use crate::console::Console;
use crate::view::{Answer, Asked, Failure, Head};

/// Commands answered at the same time; the next ones wait.
const AT_ONCE: usize = 4;

/// After a connection that could not be taken.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers commands for as long as the console is open. The station works as well without: then a command says that it cannot
/// ask.
///
/// # Errors
/// Where there can be no socket in this folder.
pub async fn serve(console: Weak<Console>, folder: &Path) -> io::Result<()> {
    let listener = place::listener(folder)?.create_tokio()?;
    let free = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let stream = match listener.accept().await {
            Ok(stream) => stream,
            // Such as too many open files: that passes.
            Err(_) if console.strong_count() > 0 => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        let Ok(place) = free.clone().acquire_owned().await else { return Ok(()) };
        let Some(console) = console.upgrade() else { return Ok(()) };
        tokio::spawn(async move {
            // What went wrong with one command is that command's to say; nothing of it belongs in a log.
            if attend(stream, console).await.is_err() {
                tracing::debug!("a command was not answered");
            }
            drop(place);
        });
    }
}

async fn attend(mut stream: Stream, console: Arc<Console>) -> io::Result<()> {
    let challenge = Key::challenge().map_err(io::Error::other)?;
    soon(stream.write_all(&challenge)).await?;
    let mut given = [0; 32];
    soon(stream.read_exact(&mut given)).await?;
    let asked: Asked = soon(receive(&mut stream)).await?;
    let answer = if !console.vault.is_proof(&challenge, &given).map_err(io::Error::other)? {
        Err(Failure::failed("this command does not hold the key of the station's cache; nothing left it"))
    } else if asked.version != env!("CARGO_PKG_VERSION") {
        Err(Failure::failed(format!(
            "the station's window is Vigil {}, this command is {}; use the same program, or close the window. Nothing left the station",
            env!("CARGO_PKG_VERSION"),
            asked.version.chars().take(20).collect::<String>()
        )))
    } else {
        tokio::task::spawn_blocking(move || console.answer(asked))
            .await
            .unwrap_or_else(|_| Err(Failure::failed("the window could not answer; nothing left the station")))
    };
    let (failure, Answer { bytes, values }) = match answer {
        Ok(answer) => (None, answer),
        Err(failure) => (Some(failure), Answer::default()),
    };
    soon(send(&mut stream, &Head { failure, values, length: bytes.len() as u64 })).await?;
    in_the_end(stream.write_all(&bytes)).await?;
    soon(stream.flush()).await
}
