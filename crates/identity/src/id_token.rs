//! Who signed in, as the service signed it. Libraries leave half of these checks to their callers, so all of them stand here.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clinical::Instant;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use crate::sign_in::SignInError;

/// Two clocks may differ by so much: seconds.
const LEEWAY: i64 = 60;

/// What signs a token that is believed; none that a client's own secret, or nobody, could have made.
const SIGNED_BY: [Algorithm; 4] = [Algorithm::RS256, Algorithm::RS384, Algorithm::ES256, Algorithm::ES384];

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: OneOrMore,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    at_hash: Option<String>,
    #[serde(rename = "fhirUser")]
    fhir_user: Option<String>,
    name: Option<String>,
}

/// What is to be found in a token.
pub(crate) struct Wanted<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    /// What was sent with the question; a token that is refreshed may leave it out.
    pub(crate) nonce: Option<&'a str>,
    /// The access token that came with it.
    pub(crate) access: &'a str,
    pub(crate) now: Instant,
}

/// Who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// As the service calls them.
    pub subject: String,
    /// As the FHIR server knows them, such as `https://fhir.example/r4/Practitioner/123`.
    pub fhir_user: Option<String>,
    /// Their name, as it is shown.
    pub name: Option<String>,
}

/// Checks a token, and gives who it is about.
///
/// # Errors
/// With the first thing that is wrong; nothing of the token is quoted.
pub(crate) fn check(token: &str, keys: &JwkSet, wanted: &Wanted) -> Result<Who, SignInError> {
    let no = |why: &str| SignInError::Untrusted(why.to_owned());
    let header = decode_header(token).map_err(|_| no("its id token cannot be read"))?;
    if !SIGNED_BY.contains(&header.alg) {
        return Err(no("its id token is signed in a way that proves nothing"));
    }
    let named = keys.keys.iter().filter(|key| match &header.kid {
        Some(kid) => key.common.key_id.as_ref() == Some(kid),
        None => true,
    });
    // The times are checked below, by the clock of this station.
    let mut rules = Validation::new(header.alg);
    rules.required_spec_claims.clear();
    (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
    let claims = named
        .filter_map(|key| DecodingKey::from_jwk(key).ok())
        .find_map(|key| decode::<Claims>(token, &key, &rules).ok())
        .ok_or_else(|| no("its id token is not signed by the service's own key, or lacks what it must hold"))?
        .claims;
    if claims.iss != wanted.issuer {
        return Err(no("its id token is of another service"));
    }
    let (is_for_us, is_for_others) = match &claims.aud {
        OneOrMore::One(one) => (one == wanted.client_id, false),
        OneOrMore::More(all) => {
            (all.iter().any(|one| one == wanted.client_id), all.iter().any(|one| one != wanted.client_id))
        }
    };
    let is_ours = claims.azp.as_deref().map_or(!is_for_others, |azp| azp == wanted.client_id);
    if !is_for_us || !is_ours {
        return Err(no("its id token is for another program"));
    }
    // Whole seconds; a service may send a fraction.
    let now = wanted.now.0 as f64 / 1000.0;
    let leeway = LEEWAY as f64;
    if claims.iat > now + leeway || claims.nbf.is_some_and(|nbf| nbf > now + leeway) {
        let by = ((claims.iat - now) / 60.0).max(1.0).round();
        return Err(no(&format!(
            "its id token is of a time to come, by {by} min: this station's clock and the service's differ. Set this station's clock"
        )));
    }
    if claims.exp <= now - leeway {
        return Err(no(
            "its id token is over already: it is an old one, or this station's clock is ahead of the service's",
        ));
    }
    if wanted.nonce.is_some_and(|nonce| claims.nonce.as_deref() != Some(nonce)) {
        return Err(no("its id token answers another question (nonce)"));
    }
    if claims.at_hash.is_some_and(|said| said != half_digest(header.alg, wanted.access)) {
        return Err(no("its id token came with another access token"));
    }
    let short = |text: String| text.chars().filter(|c| !c.is_control()).take(120).collect::<String>();
    Ok(Who { subject: claims.sub, fhir_user: claims.fhir_user, name: claims.name.map(short) })
}

/// The left half of a digest, as long as the signature's.
fn half_digest(algorithm: Algorithm, access: &str) -> String {
    let by = match algorithm {
        Algorithm::RS384 | Algorithm::ES384 => &digest::SHA384,
        _ => &digest::SHA256,
    };
    let whole = digest::digest(by, access.as_bytes());
    URL_SAFE_NO_PAD.encode(&whole.as_ref()[..whole.as_ref().len() / 2])
}
