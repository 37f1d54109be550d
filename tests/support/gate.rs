//! A door between one station and the server that can be shut: what a cable pulled at that station alone does.

use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The door.
pub(crate) struct Gate {
    /// The server's base as seen through it.
    pub base: String,
    shut: Arc<watch::Sender<bool>>,
}

impl Gate {
    /// Opens a door to a server on loopback.
    pub(crate) async fn to(base: &str) -> Gate {
        let server: reqwest::Url = base.parse().unwrap();
        let to = (server.host_str().unwrap().to_owned(), server.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shut = Arc::new(watch::Sender::new(false));
        let told = shut.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (mut shut, to) = (told.subscribe(), to.clone());
                tokio::spawn(async move {
                    if *shut.borrow() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(to).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = shut.wait_for(|shut| *shut) => {}
                    }
                });
            }
        });
        Gate { base: format!("http://127.0.0.1:{port}{}", server.path()), shut }
    }

    /// Shuts the door, also for what is passing; or opens it again.
    pub(crate) fn shut(&self, shut: bool) {
        self.shut.send_replace(shut);
    }
}
