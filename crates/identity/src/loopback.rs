//! Where the browser comes back to: a port of this machine that answers one sign-in and is closed.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use url::Url;

use crate::sign_in::SignInError;

/// A browser's request is no longer.
const HEAD: usize = 16 << 10;
/// A connection on which nothing comes is closed after so long.
const QUIET: Duration = Duration::from_secs(10);
const PATH: &str = "/callback";

/// The port, while somebody signs in.
pub(crate) struct Loopback {
    listener: TcpListener,
    pub(crate) address: Url,
}

impl Loopback {
    pub(crate) async fn open() -> Result<Loopback, SignInError> {
        let failed =
            |why| SignInError::Service(format!("no port of this machine is free for the sign-in: {why}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let address = format!("http://127.0.0.1:{port}{PATH}");
        let address = Url::parse(&address).map_err(|_| SignInError::Service("no port".into()))?;
        Ok(Loopback { listener, address })
    }

    /// What the browser brought, once. `is_ours` says whether it is an answer to what was asked; only then it is told so.
    pub(crate) async fn answer(
        self,
        wait: Duration,
        is_ours: impl Fn(&Url) -> bool,
    ) -> Result<Url, SignInError> {
        let (send, mut came) = mpsc::channel(1);
        let address = Arc::new(self.address);
        let accept = async {
            // A browser opens lines that it may need, and says nothing on them.
            loop {
                if let Ok((line, _)) = self.listener.accept().await {
                    tokio::spawn(serve(line, address.clone(), send.clone()));
                }
            }
        };
        let (brought, line) = tokio::select! {
            came = tokio::time::timeout(wait, came.recv()) => came.ok().flatten(),
            () = accept => None,
        }
        .ok_or(SignInError::TooLate(wait.as_secs().div_ceil(60)))?;
        // Nobody else is let in from here on.
        drop(self.listener);
        reply(line, is_ours(&brought)).await;
        Ok(brought)
    }
}

/// Reads one request; what is no answer to a sign-in gets none.
async fn serve(mut line: TcpStream, address: Arc<Url>, send: mpsc::Sender<(Url, TcpStream)>) {
    let Ok(Some(target)) = tokio::time::timeout(QUIET, head(&mut line, &address)).await else { return };
    match address.join(&target).ok().filter(|url| url.path() == PATH && url.origin() == address.origin()) {
        // Whoever comes second is not heard.
        Some(url) => drop(send.try_send((url, line))),
        None => drop(
            line.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await,
        ),
    }
}

/// The target of a GET that was meant for this port: a page elsewhere may have given it another name.
async fn head(line: &mut TcpStream, address: &Url) -> Option<String> {
    let mut head = Vec::new();
    let mut piece = [0; 2048];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = line.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&piece[..read]);
        if head.len() > HEAD {
            return None;
        }
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let target = lines.next()?.strip_prefix("GET ")?.split(' ').next()?.to_owned();
    let host = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    })?;
    (host == format!("127.0.0.1:{}", address.port()?) && target.starts_with('/')).then_some(target)
}

async fn reply(mut line: TcpStream, is_ours: bool) {
    let (status, words) = match is_ours {
        true => {
            ("200 OK", "Vigil has the answer of the sign-in service. Close this page and go back to Vigil.")
        }
        false => {
            ("400 Bad Request", "This is no answer to a sign-in of this station. Nothing was signed in.")
        }
    };
    let page = format!("<!doctype html><html lang=\"en\"><title>Vigil</title><p>{words}</p></html>");
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    // Whether the person saw it changes nothing.
    let _ = line.write_all(answer.as_bytes()).await;
    let _ = line.shutdown().await;
}
