//! Variables of the environment that the tools of the providers read. They are checked first: `object_store` panics on some that
//! are invalid, and does not say which of them an error is about.

use std::ffi::{OsStr, OsString};
use std::io;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::http::{HeaderValue, Uri};
use ureq::tls::{PemItem, RootCerts, parse_pem};
use url::Url;

use super::cause;
use crate::store::regular;

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
    "AZURE_FABRIC_TOKEN_SERVICE_URL",
    "AZURE_IDENTITY_ENDPOINT",
    "AZURE_MSI_ENDPOINT",
    "AZURE_STORAGE_AUTHORITY_HOST",
    "AZURE_STORAGE_ENDPOINT",
    "AZURITE_BLOB_STORAGE_URL",
    "GOOGLE_BASE_URL",
    "IDENTITY_ENDPOINT",
];
/// Variables that become a part of the URL of a server.
const NAMES: &[&str] = &[
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AZURE_AUTHORITY_ID",
    "AZURE_STORAGE_ACCOUNT",
    "AZURE_STORAGE_ACCOUNT_NAME",
    "AZURE_STORAGE_AUTHORITY_ID",
    "AZURE_STORAGE_TENANT_ID",
    "AZURE_TENANT_ID",
];
/// Variables that are keys in Base64.
const KEYS: &[&str] = &[
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_KEY",
    "AZURE_STORAGE_MASTER_KEY",
    "AZURE_ACCESS_KEY",
];
/// Variables that are the path of a file with certificates of authorities.
const ROOTS: &[&str] = &["AWS_CA_BUNDLE", "SSL_CERT_FILE"];
/// Variables that the tools of Azure read, each with the name that `object_store` knows.
const SYNONYMS: &[(&str, &str)] = &[
    ("AZURE_STORAGE_ACCOUNT", "azure_storage_account_name"),
    ("AZURE_STORAGE_KEY", "azure_storage_account_key"),
];
/// Variable with an account, its key and the URL of its server in one text.
const CONNECTION: &str = "AZURE_STORAGE_CONNECTION_STRING";
/// Parts of such a text ([Azure Storage](https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string)),
/// each with the variable of its own.
const CONNECTION_PARTS: &[(&str, &str)] = &[
    ("AccountName", "AZURE_STORAGE_ACCOUNT_NAME"),
    ("AccountKey", "AZURE_STORAGE_ACCOUNT_KEY"),
    ("BlobEndpoint", "AZURE_STORAGE_ENDPOINT"),
    ("SharedAccessSignature", "AZURE_STORAGE_SAS_TOKEN"),
];
/// What `object_store` says without a variable, and what to do.
const MISSING: (&str, &str) = (
    "Account must be specified",
    "the account is unknown; set `AZURE_STORAGE_ACCOUNT_NAME` to the name of the storage account",
);
/// Variables that are JSON, which may have several lines.
const JSON: &[&str] = &["GOOGLE_SERVICE_ACCOUNT_KEY"];
/// Variable that is the path of a file with the value of a header.
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
/// Variables that are paths of files, in addition to those that end in `_FILE`.
const PATHS: &[&str] =
    &["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH"];

/// What is wrong if the credentials of Google cannot be used.
pub(super) const GOOGLE_CREDENTIALS: &str = "cannot be used; set `GOOGLE_APPLICATION_CREDENTIALS` to the path of the JSON file \
                                             of a service account, or `GOOGLE_SERVICE_ACCOUNT_KEY` to its text";
/// What is wrong with a variable without which everything else is valid.
const FAULTS: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "is set, and `AWS_SECRET_ACCESS_KEY` is not; set both"),
    ("AWS_CHECKSUM_ALGORITHM", "is not a checksum; set it to `SHA256` or `CRC64NVME`, or remove it"),
    ("AWS_CONDITIONAL_PUT", "is unknown; set it to `etag` or `disabled`, or remove it"),
    ("AWS_SECRET_ACCESS_KEY", "is set, and `AWS_ACCESS_KEY_ID` is not; set both"),
];

/// Builds a store with everything set that variables say whose names begin with one of the prefixes.
///
/// # Errors
/// As [`variables`], and what `build` fails with.
pub(super) fn built<B: Clone, K: FromStr, T>(
    builder: &B,
    prefixes: &[&str],
    set: impl Fn(B, K, String) -> B,
    build: impl Fn(B) -> object_store::Result<T>,
) -> io::Result<T> {
    let found = variables(std::env::vars_os(), prefixes, |name| name.parse::<K>().is_ok())?;
    build_with(&found, builder, set, build)
}

/// Builds a store with some variables. If that fails because of one of them, the error names it.
fn build_with<B: Clone, K: FromStr, T>(
    variables: &[(String, String)],
    builder: &B,
    set: impl Fn(B, K, String) -> B,
    build: impl Fn(B) -> object_store::Result<T>,
) -> io::Result<T> {
    let build_without = |omitted: Option<&str>| {
        let kept = variables.iter().filter(|(name, _)| Some(name.as_str()) != omitted);
        build(kept.fold(builder.clone(), |builder, (name, value)| match name.parse() {
            Ok(key) => set(builder, key, value.clone()),
            // It is for the client itself.
            Err(_) => builder,
        }))
    };
    let why = match build_without(None) {
        Ok(built) => return Ok(built),
        Err(error) => cause(&error),
    };
    if why == MISSING.0 {
        return Err(invalid(MISSING.1));
    }
    let find = |is_culprit: &dyn Fn(&str) -> bool| variables.iter().find(|(name, _)| is_culprit(name));
    let culprit = find(&|name| build_without(Some(name)).is_ok());
    // Others may be invalid too.
    let is_other = |name: &str| build_without(Some(name)).err().is_some_and(|other| cause(&other) != why);
    let culprit = culprit.or_else(|| find(&is_other));
    let Some(name) = culprit.map(|(name, _)| name.to_ascii_uppercase()) else { return Err(invalid(&why)) };
    let fault = match FAULTS.iter().find(|(other, _)| *other == name) {
        Some((_, fault)) => fault,
        None if JSON.contains(&&*name) || PATHS.contains(&&*name) => GOOGLE_CREDENTIALS,
        None if why.ends_with("as boolean") => "is neither `true` nor `false`; correct it, or remove it",
        None => "is invalid; correct it, or remove it",
    };
    Err(invalid(&format!("`{name}` {fault}")))
}

/// Returns the certificates of the authorities that sign those of servers, if a variable names a file with them: the first that
/// is set counts, as it does for the tools of AWS.
///
/// # Errors
/// If the file cannot be read, or has none.
pub(super) fn roots(variable: impl Fn(&str) -> Option<OsString>) -> io::Result<Option<RootCerts>> {
    let set = |&name: &&'static str| Some((name, variable(name).filter(|value| !value.is_empty())?));
    let Some((name, file)) = ROOTS.iter().find_map(set) else { return Ok(None) };
    let shown = file.to_string_lossy();
    let failed = |why: &str| {
        invalid(&format!(
            "`{name}` names `{shown}`, {why}; set it to a file of certificates in PEM, or remove it"
        ))
    };
    let pem = regular::read(std::path::Path::new(&file))
        .map_err(|error| failed(&format!("which cannot be read: {error}")))?;
    let certificates = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    });
    match certificates.collect::<Result<Vec<_>, _>>() {
        Ok(certificates) if certificates.is_empty() => Err(failed("which has no certificate")),
        Ok(certificates) => Ok(Some(certificates.into())),
        Err(_) => Err(failed("which is not PEM")),
    }
}

pub(super) fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
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
        if name == CONNECTION && !value.is_empty() {
            let parts = connection_parts(&value).map_err(|why| invalid(&format!("`{name}` {why}")))?;
            // Variables of their own are set last, and so count.
            found.splice(0..0, parts);
            continue;
        }
        let synonym = SYNONYMS.iter().find(|(synonym, _)| *synonym == name);
        let lower = synonym.map_or_else(|| name.to_ascii_lowercase(), |(_, known)| (*known).to_owned());
        if value.is_empty() || !is_known(&lower) && !URLS.contains(&name) {
            continue;
        }
        match checked(name, &value) {
            Ok(value) if name == TOKEN_FILE && has_line_break(&value) => {
                let why = "which has a line break; write the token alone, without a line break at its end";
                return Err(invalid(&format!("`{name}` names `{value}`, {why}")));
            }
            // The name that `object_store` knows is set last, and so counts.
            Ok(value) if synonym.is_some() => found.insert(0, (lower, value)),
            Ok(value) => found.push((lower, value)),
            Err(why) => return Err(invalid(&format!("`{name}` {why}"))),
        }
    }
    Ok(found)
}

/// Returns the parts of a connection string by the names that `object_store` knows, or what is wrong with it.
fn connection_parts(text: &OsStr) -> Result<Vec<(String, String)>, String> {
    let text = text.to_str().unwrap_or_default();
    let given: Option<Vec<(&str, &str)>> = text
        .split(';')
        .filter(|part| !part.trim().is_empty())
        .map(|part| part.trim().split_once('='))
        .collect();
    let given = given.ok_or("is no connection string; write it as `AccountName=…;AccountKey=…`")?;
    let part = |wanted: &str| {
        given.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| *value)
    };
    if part("UseDevelopmentStorage").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(vec![("azure_storage_use_emulator".to_owned(), "true".to_owned())]);
    }
    let mut found = Vec::new();
    for (name, variable) in CONNECTION_PARTS {
        let Some(value) = part(name) else { continue };
        let value =
            checked(variable, OsStr::new(value)).map_err(|why| format!("has a part `{name}` that {why}"))?;
        found.push((variable.to_ascii_lowercase(), value));
    }
    // Clouds of single countries have other hosts.
    if let (Some(account), None, Some(suffix)) =
        (part("AccountName"), part("BlobEndpoint"), part("EndpointSuffix"))
    {
        let url =
            format!("{}://{account}.blob.{suffix}", part("DefaultEndpointsProtocol").unwrap_or("https"));
        let url = checked("AZURE_STORAGE_ENDPOINT", OsStr::new(&url))
            .map_err(|why| format!("has a part `EndpointSuffix` that {why}"))?;
        found.push(("azure_storage_endpoint".to_owned(), url));
    }
    Ok(found)
}

/// True if a file has bytes that a header cannot have.
fn has_line_break(file: &str) -> bool {
    regular::read(std::path::Path::new(file)).is_ok_and(|token| HeaderValue::from_bytes(&token).is_err())
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
    let is_uri = |text: &str| text.parse::<Uri>().is_ok();
    let is_url = |text: &str| {
        Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            && is_uri(text)
    };
    // The bucket and the object would be added to it.
    if URLS.contains(&name) && value.contains(['?', '#']) {
        return Err("has a query or a fragment; write it as `https://host` or `http://host:port`");
    }
    if URLS.contains(&name) && !is_url(value) {
        return Err("is not the URL of a server; write it as `https://host` or `http://host:port`");
    }
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if NAMES.contains(&name) && !value.chars().all(is_in_name) {
        return Err("has a character that no name has; write letters, digits, `-`, `_` and `.`");
    }
    if name == "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" && !(value.starts_with('/') && is_uri(value)) {
        return Err("is not the path of a URL; write it as `/v2/credentials`");
    }
    if KEYS.contains(&name) && STANDARD.decode(value).is_err() {
        return Err("is not a key in Base64; copy it again");
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use object_store::aws::AmazonS3Builder;
    use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};

    use super::super::http::Connector;
    use super::*;

    fn of(name: &str, value: &str) -> Result<Vec<(String, String)>, String> {
        let all = std::iter::once((name.into(), value.into()));
        variables(all, &["AWS_", "AZ", "GOOGLE_"], |name| name != "aws_execution_env")
            .map_err(|e| e.to_string())
    }

    #[test]
    fn a_connection_string_is_what_its_parts_are() {
        let parts = |text: &str| of(CONNECTION, text);
        let pairs = |pairs: &[(&str, &str)]| {
            Ok(pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<Vec<_>>())
        };
        let text = "DefaultEndpointsProtocol=https;AccountName=quay;AccountKey=a2V5==;EndpointSuffix=core.chinacloudapi.cn";
        assert_eq!(
            parts(&text.replace("a2V5==", "a2U=")),
            pairs(&[
                ("azure_storage_account_name", "quay"),
                ("azure_storage_account_key", "a2U="),
                ("azure_storage_endpoint", "https://quay.blob.core.chinacloudapi.cn"),
            ])
        );
        assert_eq!(
            parts(
                "BlobEndpoint=http://127.0.0.1:9/quay;AccountName=quay;SharedAccessSignature=sv=2024&sig=x%3D;"
            ),
            pairs(&[
                ("azure_storage_account_name", "quay"),
                ("azure_storage_endpoint", "http://127.0.0.1:9/quay"),
                ("azure_storage_sas_token", "sv=2024&sig=x%3D"),
            ])
        );
        assert_eq!(parts("UseDevelopmentStorage=true"), pairs(&[("azure_storage_use_emulator", "true")]));
        for (text, why) in [
            (text, "has a part `AccountKey` that is not a key in Base64"),
            ("hunter2", "is no connection string; write it as"),
            ("BlobEndpoint=quay", "has a part `BlobEndpoint` that is not the URL"),
        ] {
            let error = parts(text).unwrap_err();
            assert!(
                error.starts_with(&format!("`{CONNECTION}` {why}")) && !error.contains("a2V5"),
                "{error}"
            );
        }
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
            ("AWS_REGION", "us east", "`AWS_REGION` has a character that no name has"),
            (
                "AZURE_STORAGE_ACCOUNT_NAME",
                "x y",
                "`AZURE_STORAGE_ACCOUNT_NAME` has a character that no name",
            ),
            ("AWS_ENDPOINT_URL", "http://h:1/?sig=x", "`AWS_ENDPOINT_URL` has a query"),
            ("AWS_ENDPOINT_URL", "http://h/a b", "`AWS_ENDPOINT_URL` is not the URL of a server"),
            (
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "@h",
                "`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` is not",
            ),
            ("AZURE_STORAGE_ACCOUNT_KEY", "hunter2!", "`AZURE_STORAGE_ACCOUNT_KEY` is not a key in Base64"),
        ] {
            let why = of(name, value).unwrap_err();
            assert!(why.starts_with(expected) && !why.contains("hunter2"), "{why}");
        }
    }

    #[test]
    fn a_token_file_with_a_line_break_is_reported() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        std::fs::write(path, "hunter2").unwrap();
        assert!(of(TOKEN_FILE, path).is_ok());
        std::fs::write(path, "hunter2\n").unwrap();
        let why = of(TOKEN_FILE, path).unwrap_err();
        assert!(
            why.starts_with(&format!("`{TOKEN_FILE}` names `{path}`, which has a line break; ")),
            "{why}"
        );
    }

    #[test]
    fn a_file_of_authorities_that_cannot_be_used_is_named_with_its_variable() {
        let dir = tempfile::tempdir().unwrap();
        let of = |name: &'static str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            move |variable: &str| (variable == name).then(|| path.clone().into_os_string())
        };
        assert!(roots(|_| None).unwrap().is_none());
        let pem = b"a text\n-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        for name in ROOTS {
            let Some(RootCerts::Specific(found)) = roots(of(name, pem)).unwrap() else { panic!("{name}") };
            assert_eq!(found.len(), 1);
            let why = roots(of(name, b"")).unwrap_err().to_string();
            assert!(
                why.starts_with(&format!("`{name}` names `")) && why.contains("has no certificate"),
                "{why}"
            );
        }
        let why = roots(|_| Some(dir.path().join("none").into())).unwrap_err().to_string();
        assert!(why.starts_with("`AWS_CA_BUNDLE` names `") && why.contains("which cannot be read"), "{why}");
    }

    #[test]
    fn a_variable_with_which_nothing_can_be_built_is_named() {
        let with = |other: &str, name: &str, value: &str| {
            let variables = [("aws_region", "eu-west-1"), (name, value), ("aws_request_payer", other)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
            let set = |builder: AmazonS3Builder, key, value| builder.with_config(key, value);
            let build = |builder: AmazonS3Builder| {
                let connector = Connector::new(1, [Duration::from_secs(1); 2], None, None);
                builder.with_bucket_name("news").with_http_connector(connector).build()
            };
            build_with(&variables, &AmazonS3Builder::new(), set, build).map_err(|error| error.to_string())
        };
        for (name, value, expected) in [
            ("aws_checksum_algorithm", "hunter2", "`AWS_CHECKSUM_ALGORITHM` is not a checksum; set it to"),
            ("aws_conditional_put", "hunter2", "`AWS_CONDITIONAL_PUT` is unknown; set it to `etag`"),
            ("aws_skip_signature", "hunter2", "`AWS_SKIP_SIGNATURE` is neither `true` nor `false`; correct"),
            ("aws_server_side_encryption", "hunter2", "`AWS_SERVER_SIDE_ENCRYPTION` is invalid; correct it"),
            (
                "aws_access_key_id",
                "hunter2",
                "`AWS_ACCESS_KEY_ID` is set, and `AWS_SECRET_ACCESS_KEY` is not",
            ),
        ] {
            for other in ["requester", "invalid too"] {
                let why = with(other, name, value).unwrap_err();
                assert!(why.starts_with(expected) && !why.contains("hunter2"), "{why}");
            }
        }
        assert!(with("requester", "aws_checksum_algorithm", "SHA256").is_ok());
    }

    #[test]
    fn the_names_of_the_tools_of_azure_are_known_and_a_missing_account_is_named() {
        let all = [("AZURE_STORAGE_ACCOUNT_NAME", "own"), ("AZURE_STORAGE_ACCOUNT", "other")];
        let all = all.into_iter().chain([("AZURE_STORAGE_KEY", "c2VjcmV0")]);
        let all = all.map(|(name, value)| (name.into(), value.into()));
        let found = variables(all, &["AZURE_"], |name| name.parse::<AzureConfigKey>().is_ok()).unwrap();
        let build = |variables: &[(String, String)]| {
            let set = |builder: MicrosoftAzureBuilder, key, value| builder.with_config(key, value);
            let build = |builder: MicrosoftAzureBuilder| {
                let get = |key| builder.get_config_value(&key).unwrap_or_default();
                let account = [get(AzureConfigKey::AccountName), get(AzureConfigKey::AccessKey)];
                let connector = Connector::new(1, [Duration::from_secs(1); 2], None, None);
                let builder = builder.with_container_name("news").with_http_connector(connector);
                builder.build().map(|_| account)
            };
            build_with(variables, &MicrosoftAzureBuilder::new(), set, build)
        };
        assert_eq!(build(&found).unwrap(), ["own", "c2VjcmV0"]);
        assert!(build(&[]).unwrap_err().to_string().contains("set `AZURE_STORAGE_ACCOUNT_NAME` to"));
        let why = of("AZURE_STORAGE_KEY", "hunter2!").unwrap_err();
        assert!(why.starts_with("`AZURE_STORAGE_KEY` is not a key in Base64"), "{why}");
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
