//! Where the operating system keeps a secret for a program.

use std::sync::mpsc;
use std::time::Duration;

use zeroize::Zeroizing;

/// Something that keeps a secret under a name.
pub trait KeyStore: Send + Sync {
    /// The secret; `None` where there is none under this name.
    ///
    /// # Errors
    /// In words, where the store does not answer.
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String>;
    /// Keeps a secret.
    ///
    /// # Errors
    /// In words, where the store does not answer.
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), String>;
    /// Forgets a secret.
    ///
    /// # Errors
    /// In words, where the store does not answer.
    fn delete(&self, name: &str) -> Result<(), String>;
}

/// The keyring of the operating system.
#[derive(Debug, Default)]
pub struct OsKeyring;

const SERVICE: &str = "org.vigil.console";

impl OsKeyring {
    fn call<T: Send + 'static>(
        name: &str,
        work: impl FnOnce(keyring::Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let (send, receive) = mpsc::channel();
        let name = name.to_owned();
        // A locked keyring waits for a person without limit, so it waits on a thread of its own.
        std::thread::spawn(move || {
            let result = keyring::Entry::new(SERVICE, &name).and_then(work);
            let _ = send.send(result.map_err(|e| e.to_string()));
        });
        receive.recv_timeout(Duration::from_secs(4)).map_err(|_| "it did not answer in 4 s".to_owned())?
    }
}

impl KeyStore for OsKeyring {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        OsKeyring::call(name, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(other) => Err(other),
        })
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), String> {
        let secret = Zeroizing::new(secret.to_vec());
        OsKeyring::call(name, move |entry| entry.set_secret(&secret))
    }

    fn delete(&self, name: &str) -> Result<(), String> {
        OsKeyring::call(name, |entry| entry.delete_credential())
    }
}

/// Keyrings for tests.
#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    pub(crate) struct Memory(pub(crate) Mutex<HashMap<String, Vec<u8>>>);

    impl KeyStore for Memory {
        fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
            Ok(self.0.lock().unwrap().get(name).cloned().map(Zeroizing::new))
        }
        fn set(&self, name: &str, secret: &[u8]) -> Result<(), String> {
            self.0.lock().unwrap().insert(name.into(), secret.to_vec());
            Ok(())
        }
        fn delete(&self, name: &str) -> Result<(), String> {
            self.0.lock().unwrap().remove(name);
            Ok(())
        }
    }

    pub(crate) struct Absent;

    impl KeyStore for Absent {
        fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
            Err("no keyring here".into())
        }
        fn set(&self, _: &str, _: &[u8]) -> Result<(), String> {
            Err("no keyring here".into())
        }
        fn delete(&self, _: &str) -> Result<(), String> {
            Err("no keyring here".into())
        }
    }
}
