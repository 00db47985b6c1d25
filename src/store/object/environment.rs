//! Variables of the environment that the tools of the providers read. They are checked first: `object_store` panics on some that
//! are invalid, and does not say which of them an error is about.

use std::ffi::{OsStr, OsString};
use std::io;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

/// Variables that are URLs of servers.
const URLS: &[&str] = &[
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ENDPOINT",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_METADATA_ENDPOINT",
    "AZURE_AUTHORITY_HOST",
    "AZURE_ENDPOINT",
    "AZURE_IDENTITY_ENDPOINT",
    "AZURE_MSI_ENDPOINT",
    "AZURE_STORAGE_AUTHORITY_HOST",
    "AZURE_STORAGE_ENDPOINT",
    "AZURITE_BLOB_STORAGE_URL",
    "GOOGLE_BASE_URL",
    "IDENTITY_ENDPOINT",
];
/// Variables that are keys in Base64.
const KEYS: &[&str] = &[
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_MASTER_KEY",
    "AZURE_ACCESS_KEY",
];
/// Variables that are JSON, which may have several lines.
const JSON: &[&str] = &["GOOGLE_SERVICE_ACCOUNT_KEY"];
/// Variables that are paths of files, in addition to those that end in `_FILE`.
const PATHS: &[&str] =
    &["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH"];

/// Sets everything on a builder that variables say whose names begin with one of the prefixes.
///
/// # Errors
/// As [`variables`].
pub(super) fn configured<B, K: FromStr>(
    builder: B,
    prefixes: &[&str],
    set: impl Fn(B, K, String) -> B,
) -> io::Result<B> {
    let found = variables(std::env::vars_os(), prefixes, |name| name.parse::<K>().is_ok())?;
    Ok(found.into_iter().fold(builder, |builder, (name, value)| match name.parse() {
        Ok(key) => set(builder, key, value),
        // It is for the client itself.
        Err(_) => builder,
    }))
}

/// Returns the variables whose names begin with one of the prefixes and that `is_known`, in lower case. Empty ones count as
/// unset.
///
/// # Errors
/// If one is invalid. Its value is not in the message: it may be a secret.
fn variables(
    all: impl Iterator<Item = (OsString, OsString)>,
    prefixes: &[&str],
    is_known: impl Fn(&str) -> bool,
) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for (name, value) in all {
        let Some(name) = name.to_str().filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
        else {
            continue;
        };
        let lower = name.to_ascii_lowercase();
        if value.is_empty() || !is_known(&lower) && !URLS.contains(&name) {
            continue;
        }
        match checked(name, &value) {
            Ok(value) => found.push((lower, value)),
            Err(why) => return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{name}` {why}"))),
        }
    }
    Ok(found)
}

/// Returns the value of a variable, or what is wrong with it.
fn checked(name: &str, value: &OsStr) -> Result<String, &'static str> {
    let value = value.to_str().ok_or("is not UTF-8; set it again")?;
    if JSON.contains(&name) {
        return Ok(value.to_owned());
    }
    if value.trim() != value || value.contains(char::is_control) {
        return Err("has a blank or a line break too many; set it without");
    }
    if PATHS.contains(&name) || name.ends_with("_FILE") {
        return Ok(value.to_owned());
    }
    if !value.is_ascii() {
        return Err("has a character that no credential and no URL has; set it again");
    }
    let is_url = |text: &str| {
        Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    };
    if URLS.contains(&name) && !is_url(value) {
        return Err("is not the URL of a server; write it as `https://host` or `http://host:port`");
    }
    if KEYS.contains(&name) && STANDARD.decode(value).is_err() {
        return Err("is not a key in Base64; copy it again");
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> Result<Vec<(String, String)>, String> {
        let all = std::iter::once((name.into(), value.into()));
        variables(all, &["AWS_", "AZ", "GOOGLE_"], |name| name != "aws_execution_env")
            .map_err(|e| e.to_string())
    }

    #[test]
    fn invalid_variables_are_named_and_their_values_are_not() {
        for (name, value, expected) in [
            ("AWS_ENDPOINT_URL", "127.0.0.1:9", "`AWS_ENDPOINT_URL` is not the URL of a server"),
            ("AWS_ENDPOINT_URL_S3", "localhost:1", "`AWS_ENDPOINT_URL_S3` is not the URL of a server"),
            ("AWS_ENDPOINT_URL", "http://", "`AWS_ENDPOINT_URL` is not the URL"),
            ("AZURITE_BLOB_STORAGE_URL", "file:///x", "`AZURITE_BLOB_STORAGE_URL` is not the URL"),
            ("GOOGLE_BASE_URL", "https://h\n", "`GOOGLE_BASE_URL` has a blank or a line break"),
            ("AWS_SESSION_TOKEN", "hunter2\n", "`AWS_SESSION_TOKEN` has a blank or a line break"),
            ("AWS_SECRET_ACCESS_KEY", " hunter2", "`AWS_SECRET_ACCESS_KEY` has a blank"),
            ("AWS_REGION", "\u{fc}", "`AWS_REGION` has a character that"),
            ("AZURE_STORAGE_ACCOUNT_KEY", "hunter2!", "`AZURE_STORAGE_ACCOUNT_KEY` is not a key in Base64"),
        ] {
            let why = of(name, value).unwrap_err();
            assert!(why.starts_with(expected) && !why.contains("hunter2"), "{why}");
        }
    }

    #[test]
    fn other_variables_are_passed_on() {
        for (name, value) in [
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/home/m\u{fc}ller/token"),
            ("GOOGLE_SERVICE_ACCOUNT_KEY", "{\n}\n"),
            ("AZURE_STORAGE_ACCOUNT_KEY", "c2VjcmV0"),
            ("AZURITE_BLOB_STORAGE_URL", "http://127.0.0.1:1"),
        ] {
            assert_eq!(of(name, value), Ok(vec![(name.to_lowercase(), value.to_owned())]));
        }
        for (name, value) in
            [("AWS_REGION", ""), ("AWS_EXECUTION_ENV", " any\n"), ("HOME", "x"), ("GOOGL_BASE_URL", "x")]
        {
            assert_eq!(of(name, value), Ok(Vec::new()), "{name}");
        }
    }
}
