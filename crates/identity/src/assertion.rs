//! The key of a station, and what it signs: who it is (RFC 7523), for RS384 and ES384.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clinical::Instant;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use oauth2::CsrfToken;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::secret_file::{SecretFileError, read_secret};
use crate::sign_in::SignInError;

/// An assertion is good for so long: seconds. SMART allows five minutes; a clock may be a little ahead.
const LIVES: i64 = 4 * 60;

/// The station's key.
pub(crate) struct Key {
    key: EncodingKey,
    algorithm: Algorithm,
    /// The name under which the service knows its public part.
    pub(crate) id: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

/// A private key as JSON: RFC 7518.
#[derive(Deserialize)]
struct Private {
    kty: String,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<Secret>,
    e: Option<Secret>,
    d: Option<Secret>,
    p: Option<Secret>,
    q: Option<Secret>,
    dp: Option<Secret>,
    dq: Option<Secret>,
    qi: Option<Secret>,
    x: Option<Secret>,
    y: Option<Secret>,
}

impl Key {
    /// Reads a key, PEM or JWK, from a file that is the owner's alone.
    pub(crate) fn read(path: &Path) -> Result<Key, SignInError> {
        let text = read_secret(path, "key")?;
        let none = || {
            SignInError::File(SecretFileError::Nothing {
                path: path.to_owned(),
                what: "key for RS384 or ES384",
            })
        };
        let (key, algorithm, named) = match text.trim_start().starts_with('{') {
            true => of_json(&text).ok_or_else(none)?,
            false => of_pem(text.as_bytes()).ok_or_else(none)?,
        };
        // By its own digest where it has no name, as RFC 7638 says.
        let id = Jwk::from_encoding_key(&key, algorithm)
            .and_then(|public| public.thumbprint(ThumbprintHash::SHA256))
            .map_err(|_| none())?;
        let key = Key { key, algorithm, id: named.unwrap_or(id) };
        // A key of another curve is found now and not in the night.
        key.sign("", &Url::parse("https://localhost/").map_err(|_| none())?, Instant(0))
            .map_err(|_| none())?;
        Ok(key)
    }

    /// Who this station is, for one token endpoint.
    pub(crate) fn sign(&self, client_id: &str, audience: &Url, now: Instant) -> Result<String, SignInError> {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.id.clone());
        let iat = now.0.div_euclid(1000);
        let claims = Claims {
            iss: client_id,
            sub: client_id,
            aud: audience.as_str(),
            iat,
            exp: iat + LIVES,
            // 16 random bytes.
            jti: CsrfToken::new_random().into_secret(),
        };
        encode(&header, &claims, &self.key)
            .map_err(|_| SignInError::Service("this station's key could not sign".into()))
    }
}

type Found = (EncodingKey, Algorithm, Option<String>);

fn of_pem(text: &[u8]) -> Option<Found> {
    if let Ok(key) = EncodingKey::from_rsa_pem(text) {
        return Some((key, Algorithm::RS384, None));
    }
    Some((EncodingKey::from_ec_pem(text).ok()?, Algorithm::ES384, None))
}

fn of_json(text: &str) -> Option<Found> {
    let key: Private = serde_json::from_str(text).ok()?;
    let bytes = |part: &Option<Secret>| {
        URL_SAFE_NO_PAD.decode(part.as_ref()?.trim_end_matches('=')).ok().map(Zeroizing::new)
    };
    if key.kty == "RSA" {
        let mut inside = number(&[0]);
        for part in [&key.n, &key.e, &key.d, &key.p, &key.q, &key.dp, &key.dq, &key.qi] {
            inside.extend_from_slice(&number(&bytes(part)?));
        }
        let der = tagged(0x30, &inside);
        return Some((EncodingKey::from_rsa_der(&der), Algorithm::RS384, key.kid));
    }
    if key.kty != "EC" || key.crv.as_deref() != Some("P-384") {
        return None;
    }
    let (d, x, y) = (bytes(&key.d)?, bytes(&key.x)?, bytes(&key.y)?);
    if (d.len(), x.len(), y.len()) != (48, 48, 48) {
        return None;
    }
    let point = tagged(0x03, &[&[0, 4][..], &x, &y].concat());
    let secret = tagged(0x30, &[&number(&[1])[..], &tagged(0x04, &d), &tagged(0xa1, &point)].concat());
    // id-ecPublicKey, secp384r1.
    let curve = [0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 0x06, 5, 0x2b, 0x81, 4, 0, 0x22];
    let der = tagged(0x30, &[&number(&[0])[..], &tagged(0x30, &curve), &tagged(0x04, &secret)].concat());
    Some((EncodingKey::from_ec_der(&der), Algorithm::ES384, key.kid))
}

/// A value of DER with its tag and length.
fn tagged(tag: u8, inside: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = inside.len().to_be_bytes();
    let length = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
    let mut out = Zeroizing::new(Vec::with_capacity(inside.len() + 10));
    out.push(tag);
    if inside.len() > 127 {
        // At most eight bytes.
        out.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
    }
    out.extend_from_slice(length);
    out.extend_from_slice(inside);
    out
}

/// A positive whole number of DER: as short as it can be, and never with the sign of a negative one.
fn number(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len().saturating_sub(1));
    let bytes = &bytes[start..];
    let mut inside = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
    if bytes.first().is_none_or(|byte| *byte > 127) {
        inside.push(0);
    }
    inside.extend_from_slice(bytes);
    tagged(0x02, &inside)
}
