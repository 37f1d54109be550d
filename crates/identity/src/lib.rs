//! Signing in: what a station shows a server so that it may read there, who gave it, and what it allows.
//!
//! And who of a station's people is let in at it.
//!
//! Deliberately not here: any window, and what a person may do at this station. Time comes in as a function; the browser that a
//! person signs in with is opened by somebody else.

mod people;
mod scopes;
mod secret;
mod secret_file;
mod sign_in;

mod discovery;
mod kept;
mod loopback;
mod token_file;

mod id_token;
mod tokens;

mod assertion;
mod launch;
mod renewing;

mod backend;
mod person;

mod whoever;

pub use backend::{BackendService, Registered};
pub use id_token::Who;
pub use kept::Kept;
pub use launch::{Begun, Launch, PATIENCE, SignedIn};
pub use people::{MOST_TRIES, NotLetIn, by_badge, by_pin, stands};
pub use person::{Person, sign_out};
pub use scopes::Scopes;
pub use secret_file::{SecretFileError, read_secret};
pub use sign_in::{Now, SignInError};
pub use token_file::TokenFile;
pub use whoever::Whoever;
