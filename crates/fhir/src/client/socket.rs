//! A WebSocket by the way that a site names. It bears no token: what binds it to a Subscription is a word of its own.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};
use url::Url;

use crate::client::way::Way;
use crate::error::FhirError;

/// What a proxy says before the line is open is no longer.
const HEAD: usize = 8 << 10;

pub(crate) async fn connect(
    way: Option<&Way>,
    address: &Url,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, FhirError> {
    let live = |e: Error| FhirError::Live(e.to_string());
    let failed = |e: std::io::Error| FhirError::Live(e.to_string());
    let usual = Way::default();
    let way = way.unwrap_or(&usual);
    let line = match &way.proxy {
        Some(proxy) => through(proxy, address).await.map_err(failed)?,
        None => TcpStream::connect(place(address)).await.map_err(failed)?,
    };
    let connector = match address.scheme() {
        "wss" => Connector::Rustls(way.tls()?),
        _ => Connector::Plain,
    };
    let (socket, _) =
        client_async_tls_with_config(address.as_str(), line, None, Some(connector)).await.map_err(live)?;
    Ok(socket)
}

fn place(address: &Url) -> String {
    let port = address.port_or_known_default().unwrap_or(443);
    format!("{}:{port}", address.host_str().unwrap_or_default())
}

/// A line to `address` that a proxy opened.
async fn through(proxy: &Url, address: &Url) -> std::io::Result<TcpStream> {
    let refused = |why: &str| std::io::Error::other(format!("the proxy {why}"));
    if proxy.scheme() != "http" || !proxy.username().is_empty() {
        return Err(refused("takes no live channel; polls"));
    }
    let mut line = TcpStream::connect(place(proxy)).await?;
    let place = place(address);
    line.write_all(format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n").as_bytes()).await?;
    let mut head = Vec::new();
    // Byte by byte: what follows is the server's, and not ours to keep.
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > HEAD {
            return Err(refused("gave no answer that can be read"));
        }
        head.push(line.read_u8().await?);
    }
    let is_open = head.starts_with(b"HTTP/1.1 2") || head.starts_with(b"HTTP/1.0 2");
    if is_open { Ok(line) } else { Err(refused("did not open a line")) }
}
