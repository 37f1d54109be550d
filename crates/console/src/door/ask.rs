//! The command's side.

use std::io;
use std::path::Path;

use interprocess::local_socket::tokio::{Stream, prelude::*};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vault::Key;

use super::place;
use super::wire::{in_the_end, receive, send, soon};
use crate::view::{Answer, Asked, Failure, Head};

/// An answer is no longer than this: a report of a long stay has some ten MB.
const LONGEST_ANSWER: u64 = 2 << 30;

/// What came of asking.
pub(crate) enum Reached {
    /// A window, and its answer.
    Window(Result<Answer, Failure>),
    /// Nobody answers in this folder.
    Nobody,
}

/// Asks the window that holds a folder.
pub(crate) async fn ask(folder: &Path, key: &Key, asked: &Asked) -> Reached {
    let Ok(name) = place::name(folder) else { return Reached::Nobody };
    let Ok(mut stream) = Stream::connect(name).await else { return Reached::Nobody };
    Reached::Window(match converse(&mut stream, key, asked).await {
        Ok((Head { failure: Some(failure), .. }, _)) => Err(failure),
        Ok((head, bytes)) => Ok(Answer { bytes, values: head.values }),
        Err(error) => Err(Failure::failed(format!(
            "the window that holds this cache did not answer ({error}); nothing was written. Its log says whether it was asked"
        ))),
    })
}

async fn converse(stream: &mut Stream, key: &Key, asked: &Asked) -> io::Result<(Head, Vec<u8>)> {
    let mut challenge = [0; 32];
    soon(stream.read_exact(&mut challenge)).await?;
    let proof = key.proof(&challenge).map_err(io::Error::other)?;
    soon(stream.write_all(&proof)).await?;
    soon(send(stream, asked)).await?;
    // Drawing takes as long as it takes.
    let head: Head = in_the_end(receive(stream)).await?;
    if head.length > LONGEST_ANSWER {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the answer is too long"));
    }
    let mut bytes = Vec::new();
    in_the_end(stream.take(head.length).read_to_end(&mut bytes)).await?;
    // Half an answer would pass for a whole one.
    if bytes.len() as u64 != head.length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((head, bytes))
}
