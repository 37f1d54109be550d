//! A person signs in with the system's browser, and out again.

use std::process::ExitCode;

use console::view::Failure;
use console::{PATIENCE, Start};

use super::terminal::print;

/// Opens the system's browser.
///
/// # Errors
/// Where there is none.
pub fn open_browser(address: &url::Url) -> Result<(), Failure> {
    webbrowser::open(address.as_str()).map_err(|why| {
        Failure::failed(format!(
            "no browser could be opened ({why}); close the window, take `vigil sign-in --print` and open the address yourself"
        ))
    })
}

pub(crate) async fn sign_in(start: &Start, prints: bool) -> Result<ExitCode, Failure> {
    let open = |address: &url::Url| {
        if prints {
            return print(format_args!("open this address in a browser of this machine:\n{address}"))
                .map(drop);
        }
        open_browser(address)?;
        print(format_args!("sign in in the browser that opens; this waits for you")).map(drop)
    };
    let done = start.sign_in(PATIENCE, open).await?;
    match done.id {
        Some(id) => print(format_args!("signed in: {} ({id})", done.who)),
        None => print(format_args!("signed in: {}; the server names no Practitioner for them", done.who)),
    }
}

pub(crate) async fn sign_out(start: &Start) -> Result<ExitCode, Failure> {
    match start.sign_out().await? {
        None => print(format_args!("nobody is signed in")),
        Some(done) => {
            print(format_args!("signed out: {}", done.who))?;
            match done.untold {
                None => Ok(ExitCode::SUCCESS),
                Some(why) => print(format_args!("note: {why}")),
            }
        }
    }
}
