//! What signs a station in lies in files that nobody else reads, and is noticed when somebody changes it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use fhir::{Bearer, Credentials, FhirError};
use identity::TokenFile;

#[cfg(unix)]
fn write(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

async fn token(of: &TokenFile) -> String {
    of.bearer().await.unwrap().unwrap().secret().to_owned()
}

#[cfg(unix)]
#[test]
fn a_token_that_others_can_read_or_that_is_none_is_not_taken_and_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    for (text, mode, wanted) in [
        ("secret-4711\n", 0o600, None),
        ("secret-4711", 0o400, None),
        ("secret-4711\r\n", 0o700, None),
        ("secret-4711", 0o640, Some("mode 640")),
        ("secret-4711", 0o604, Some("chmod 600")),
        ("secret-4711", 0o620, Some("mode 620")),
        ("secret-4711", 0o666, Some("mode 666")),
        ("", 0o600, Some("holds no token")),
        ("\n\n", 0o600, Some("holds no token")),
        ("secret 4711", 0o600, Some("holds no token")),
        ("secret-4711\nanother", 0o600, Some("holds no token")),
        ("secret-4711\u{7}", 0o600, Some("holds no token")),
    ] {
        write(&file, text, mode);
        let opened = TokenFile::open(&file);
        let said = match &opened {
            Ok(opened) => format!("{opened:?} {} {}", opened.words(), opened.wanted()),
            Err(error) => format!("{error} {error:?}"),
        };
        assert!(!said.contains("4711"), "{said}");
        assert_eq!(
            opened.err().map(|e| e.to_string().contains(wanted.unwrap_or("?"))),
            wanted.map(|_| true),
            "{said}"
        );
    }
    assert!(TokenFile::open(folder.path()).unwrap_err().to_string().contains("no regular file"));
    assert!(TokenFile::open(&folder.path().join("none")).is_err());
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg("-m").arg("600").arg(&pipe).status().unwrap().success());
    assert!(
        TokenFile::open(&pipe).unwrap_err().to_string().contains("no regular file"),
        "and it does not wait"
    );
    write(&file, &"x".repeat(70_000), 0o600);
    assert!(TokenFile::open(&file).unwrap_err().to_string().contains("holds no token"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_token_in_the_file_is_used_without_starting_anything_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    write(&file, "first\n", 0o600);
    let opened = TokenFile::open(&file).unwrap();
    assert_eq!(token(&opened).await, "first");
    let again = opened.another(Bearer::new("first".into())).await.unwrap();
    assert_eq!(again, None, "the same one once more is refused once more");
    // As a careful program writes it: beside, then in its place.
    let beside = folder.path().join("new");
    write(&beside, "second", 0o600);
    std::fs::rename(&beside, &file).unwrap();
    assert_eq!(token(&opened).await, "second");
    // Written into the same file within a tick of the file system's clock: the server's word makes it look.
    write(&file, "third!", 0o600);
    let instead = opened.another(Bearer::new("second".into())).await.unwrap().unwrap();
    assert_eq!(instead.secret(), "third!");
    // Somebody opened it to all: nothing more is sent, and that is said.
    write(&file, "fourth", 0o644);
    let error = opened.bearer().await.unwrap_err();
    assert!(matches!(&error, FhirError::SignIn(_)) && error.to_string().contains("chmod 600"), "{error}");
    write(&file, "fifth", 0o600);
    assert_eq!(token(&opened).await, "fifth");
}

#[test]
fn no_token_stands_in_what_is_logged() {
    let token = Bearer::new("secret-4711".into());
    let client = fhir::Client::new("https://fhir.example/r4")
        .unwrap()
        .signed_in_by(std::sync::Arc::new(token.clone()));
    for said in [format!("{token:?}"), format!("{client:?}"), client.sign_in()] {
        assert!(!said.contains("4711"), "{said}");
    }
}
