//! A plain bearer token in a file, for a station without people. Whoever puts a new one there need not start anything again.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fhir::{Asking, Bearer, Credentials};

use crate::secret_file::{SecretFileError, Stamp, look, read};
use crate::sign_in::SignInError;

/// The token of a file.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    /// What was read last.
    held: Mutex<Option<(Bearer, Stamp)>>,
}

impl TokenFile {
    /// The token that stands in a file now, and whatever stands there later.
    ///
    /// # Errors
    /// Where the file is none, others can read it, or there is no token in it.
    pub fn open(path: &Path) -> Result<TokenFile, SignInError> {
        let file = TokenFile { path: path.to_owned(), held: Mutex::default() };
        file.renew(&mut file.held())?;
        Ok(file)
    }

    fn held(&self) -> MutexGuard<'_, Option<(Bearer, Stamp)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn renew(&self, held: &mut Option<(Bearer, Stamp)>) -> Result<Bearer, SecretFileError> {
        *held = None;
        let (text, stamp) = read(&self.path, "token")?;
        // What no header can hold would go out as none.
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SecretFileError::Nothing { path: self.path.clone(), what: "token" });
        }
        let token = Bearer::new(text.to_string());
        *held = Some((token.clone(), stamp));
        Ok(token)
    }

    fn now(&self) -> Result<Bearer, SignInError> {
        let mut held = self.held();
        match &*held {
            Some((token, stamp)) if look(&self.path)? == *stamp => Ok(token.clone()),
            _ => Ok(self.renew(&mut held)?),
        }
    }
}

impl Credentials for TokenFile {
    fn bearer(&self) -> Asking<'_, Option<Bearer>> {
        Box::pin(async { self.now().map(Some).map_err(SignInError::of_a_request) })
    }

    fn another(&self, refused: Bearer) -> Asking<'_, Option<Bearer>> {
        Box::pin(async move {
            // A file that was written twice within a tick of its clock looks the same.
            let read = self.renew(&mut self.held()).map_err(SignInError::from);
            let token = read.map_err(SignInError::of_a_request)?;
            Ok((token != refused).then_some(token))
        })
    }

    fn words(&self) -> String {
        format!("by the token in {}", self.path.display())
    }

    fn wanted(&self) -> String {
        format!("it does not take the token in {}. Put a new one there", self.path.display())
    }
}
