//! Proxies that the environment names.

use std::ffi::OsString;

use ureq::Proxy;

/// Checks the variables that name proxies: a client that cannot use what they name goes past them.
///
/// # Errors
/// The message, if one is invalid: lower case, no full stop. The value is not in it: it may have a password.
pub(crate) fn check_proxies() -> Result<(), String> {
    check(|name| std::env::var_os(name))
}

fn check(variable: impl Fn(&str) -> Option<OsString>) -> Result<(), String> {
    let names = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"].map(|name| [name.to_owned(), name.to_lowercase()]);
    for name in names.as_flattened() {
        let value = variable(name).filter(|value| !value.is_empty());
        if value.is_some_and(|value| value.to_str().is_none_or(|value| Proxy::new(value).is_err())) {
            let why = "is not a proxy that can be used; write it as `http://host:port`, or remove it";
            return Err(format!("`{name}` {why}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_that_cannot_be_used_are_named() {
        let check = |name: &str, value: &str| check(|own| (own == name).then(|| value.into()));
        for value in
            ["", "http://proxy.example:3128", "http://user:hunter2@proxy.example", "proxy.example:3128"]
        {
            assert!(check("HTTPS_PROXY", value).is_ok(), "{value}");
        }
        for value in ["http://", ":::", "http://[::1", "http://u:hunter2@no such", "ftp://proxy.example"] {
            let why = check("all_proxy", value).unwrap_err();
            assert!(why.starts_with("`all_proxy` is not a proxy") && !why.contains("hunter2"), "{why}");
        }
    }
}
