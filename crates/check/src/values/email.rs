//! E-mail addresses: alone in Atom, with a name in RSS.

use crate::rule::{
    Context::{Entry, Item},
    Rule,
};

static CONTACT: Rule = Rule::error("email/contact", "no e-mail address in a contact")
    .why("RSS requires a mailbox here. A name alone belongs in dc:creator.")
    .remedy("write ann@town.example (Ann), or use dc:creator")
    .spec("RSS 2.0.11, author", "https://www.rssboard.org/rss-specification#ltauthorgtSubelementOfLtitemgt")
    .example(Item, "<author>Ann</author>", "<author>ann@town.example (Ann)</author>");

static ADDRESS: Rule = Rule::error("email/address", "invalid e-mail address")
    .why("Atom has a separate element for the name, so only the mailbox is allowed here.")
    .remedy("write name@host and nothing else")
    .spec("RFC 4287, 3.2.3", "https://www.rfc-editor.org/rfc/rfc4287#section-3.2.3")
    .example(
        Entry,
        "<author><name>Ann</name><email>Ann &lt;ann@town.example></email></author>",
        "<author><name>Ann</name><email>ann@town.example</email></author>",
    );

static FORMAT: Rule = Rule::warning("email/format", "unusual form of e-mail address and name")
    .why("Of the forms that e-mail allows, readers know the one with the name in parentheses after the address.")
    .remedy("write ann@town.example (Ann)")
    .spec("RSS Profile, E-mail Addresses", "https://www.rssboard.org/rss-profile#data-types-email")
    .example(Item, "<author>ann@town.example, Ann</author>", "<author>ann@town.example (Ann)</author>");

static REAL_NAME: Rule = Rule::warning("email/real-name", "e-mail address without a name")
    .why("Readers show the name as the author; without it they show the address or nothing.")
    .remedy("write ann@town.example (Ann)")
    .spec("RSS Profile, E-mail Addresses", "https://www.rssboard.org/rss-profile#data-types-email")
    .example(Item, "<author>ann@town.example</author>", "<author>ann@town.example (Ann)</author>");

static HOST: Rule = Rule::warning("email/host", "e-mail host that is not on the internet")
    .why("A host name of a single word is known only in its own network.")
    .remedy("write the full host name")
    .spec("RFC 5321, 2.3.5", "https://www.rfc-editor.org/rfc/rfc5321#section-2.3.5")
    .example(
        Entry,
        "<author><name>Ann</name><email>ann@localhost</email></author>",
        "<author><name>Ann</name><email>ann@town.example</email></author>",
    );

static IN_NAME: Rule = Rule::warning("email/in-name", "e-mail address in a name")
    .why("Readers show the name publicly, and spam robots collect addresses from there.")
    .remedy("move the address to `email`")
    .spec("RFC 4287, 3.2.1", "https://www.rfc-editor.org/rfc/rfc4287#section-3.2.1")
    .example(
        Entry,
        "<author><name>Ann &lt;ann@town.example></name></author>",
        "<author><name>Ann</name><email>ann@town.example</email></author>",
    );

pub(crate) static RULES: &[&Rule] = &[&CONTACT, &ADDRESS, &FORMAT, &REAL_NAME, &HOST, &IN_NAME];

/// Parses a mailbox. Returns true if its host has a dot, `None` if it is not a mailbox.
fn mailbox(text: &str) -> Option<bool> {
    let (local, host) = text.rsplit_once('@')?;
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_local = local.split('.').all(is_atom) || is_quoted(local);
    (is_local && host.split('.').all(is_label)).then(|| host.contains('.'))
}

/// True for a text in quotes ([RFC 5322, 3.2.4](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.4)).
fn is_quoted(text: &str) -> bool {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inside.is_some_and(|inside| {
        let mut is_escaped = false;
        let is_allowed = |c: char| {
            let was_escaped = is_escaped;
            is_escaped = c == '\\' && !was_escaped;
            (c == ' ' || c.is_ascii_graphic()) && (was_escaped || c != '"')
        };
        inside.chars().all(is_allowed) && !is_escaped
    })
}

/// Checks a mailbox without anything else ([RFC 5322, 3.4.1](https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1)).
pub(crate) fn address(text: &str) -> Option<&'static Rule> {
    check(text, &ADDRESS)
}

fn check(text: &str, rule: &'static Rule) -> Option<&'static Rule> {
    match mailbox(text) {
        None => Some(rule),
        Some(false) => Some(&HOST),
        Some(true) => None,
    }
}

/// Checks a contact such as `ann@town.example (Ann)`. Other forms are unusual; a text without an address is an error.
pub(crate) fn contact(text: &str) -> Option<&'static Rule> {
    let decoded;
    let text = match text.strip_prefix("mailto:") {
        Some(rest) => {
            decoded = percent_encoding::percent_decode_str(rest).decode_utf8_lossy();
            decoded.split('?').next().unwrap_or_default()
        }
        None => text,
    };
    let named =
        text.split_once('(').filter(|(address, _)| text.ends_with(')') && mailbox(address.trim()).is_some());
    if let Some((address, name)) = named {
        let named = name.trim_end_matches(')').trim();
        return check(address.trim(), &CONTACT).or_else(|| named.is_empty().then_some(&REAL_NAME));
    }
    let found =
        text.split(|c: char| c.is_whitespace() || "<>(),:;[]\"".contains(c)).any(|w| mailbox(w).is_some());
    if !found {
        Some(&CONTACT)
    } else if text.contains(char::is_whitespace) || mailbox(text).is_none() {
        Some(&FORMAT)
    } else {
        Some(&REAL_NAME)
    }
}

/// Returns the rule about names if a name holds an address in angle brackets.
pub(crate) fn in_name(text: &str) -> Option<&'static Rule> {
    let is_address = |part: &str| part.split_once('>').is_some_and(|(m, _)| mailbox(m) == Some(true));
    text.split('<').skip(1).any(is_address).then_some(&IN_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts() {
        for (text, expected) in [
            ("ann@town.example (Ann)", ""),
            ("mailto:ann@town.example%20(Ann)", ""),
            ("ann@town.example", "email/real-name"),
            ("ann@town.example ()", "email/real-name"),
            ("Ann <ann@town.example>", "email/format"),
            ("ann@town.example (Ann) x", "email/format"),
            ("Ann", "email/contact"),
            ("@", "email/contact"),
            ("Ann (Ann)", "email/contact"),
            ("ann@localhost (Ann)", "email/host"),
            ("Ann (ann@town.example)", "email/format"),
            ("\"a b\"@town.example (Ann)", ""),
            ("\"a\\\"b\"@town.example (Ann)", ""),
            ("\"a\"b\"@town.example (Ann)", "email/contact"),
            (".a@town.example", "email/contact"),
            ("a..b@town.example (Ann)", "email/contact"),
            ("a@-town.example", "email/contact"),
            ("a@town-.example", "email/contact"),
        ] {
            assert_eq!(contact(text).map_or("", |r| r.meta.code), expected, "{text}");
        }
    }
}
