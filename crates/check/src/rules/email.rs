//! E-mail addresses: alone in Atom, with a name in RSS.

use super::super::log::{Log, shown};
use super::super::rule::{
    Rule,
    Within::{Entry, Item},
};
use super::super::walk::{Family, Scope};

static CONTACT: Rule = Rule::error("email/contact", "No e-mail address")
    .why("RSS means a mailbox here. A name alone belongs into dc:creator.")
    .help("write ann@town.example (Ann), or use dc:creator")
    .spec("RSS 2.0.11, author", "https://www.rssboard.org/rss-specification#ltauthorgtSubelementOfLtitemgt")
    .example(Item, "<author>Ann</author>", "<author>ann@town.example (Ann)</author>");

static ADDRESS: Rule = Rule::error("email/address", "No e-mail address")
    .why("Atom has an element of its own for the name, so nothing but the mailbox may stand here.")
    .help("write name@host and nothing else")
    .spec("RFC 4287, 3.2.3", "https://www.rfc-editor.org/rfc/rfc4287#section-3.2.3")
    .example(
        Entry,
        "<author><name>Ann</name><email>Ann &lt;ann@town.example></email></author>",
        "<author><name>Ann</name><email>ann@town.example</email></author>",
    );

static FORMAT: Rule = Rule::warning("email/format", "An address and a name in an unusual form")
    .why("Of the forms that mail allows, readers know the one with the name in brackets behind the address.")
    .help("write ann@town.example (Ann)")
    .spec("RSS Profile, E-mail Addresses", "https://www.rssboard.org/rss-profile#data-types-email")
    .example(Item, "<author>ann@town.example, Ann</author>", "<author>ann@town.example (Ann)</author>");

static REAL_NAME: Rule = Rule::warning("email/real-name", "An address without a name")
    .why("Readers show the name as the author; without it they show the address, or nothing.")
    .help("write ann@town.example (Ann)")
    .spec("RSS Profile, E-mail Addresses", "https://www.rssboard.org/rss-profile#data-types-email")
    .example(Item, "<author>ann@town.example</author>", "<author>ann@town.example (Ann)</author>");

static HOST: Rule = Rule::warning("email/host", "A host that can't be on the net")
    .why("A host of a single word is known in its own network only.")
    .help("write the full name of the host")
    .spec("RFC 5321, 2.3.5", "https://www.rfc-editor.org/rfc/rfc5321#section-2.3.5")
    .example(
        Entry,
        "<author><name>Ann</name><email>ann@localhost</email></author>",
        "<author><name>Ann</name><email>ann@town.example</email></author>",
    );

static IN_NAME: Rule = Rule::warning("email/in-name", "An address in the place of a name")
    .why("Readers show the name to everybody, and robots collect what they show.")
    .help("put the address into email")
    .spec("RFC 4287, 3.2.1", "https://www.rfc-editor.org/rfc/rfc4287#section-3.2.1")
    .example(
        Entry,
        "<author><name>Ann &lt;ann@town.example></name></author>",
        "<author><name>Ann</name><email>ann@town.example</email></author>",
    );

pub(in super::super) static FAMILY: Family =
    Family::of_rules("email", &[&CONTACT, &ADDRESS, &FORMAT, &REAL_NAME, &HOST, &IN_NAME]);

/// A mailbox; whether its host has a dot.
fn mailbox(text: &str) -> Option<bool> {
    let (local, host) = text.rsplit_once('@')?;
    let local_ok = !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
    let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (local_ok && host.split('.').all(label)).then(|| host.contains('.'))
}

/// A mailbox and nothing else ([RFC 5322, 3.4.1](https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1)).
pub(in super::super) fn address(text: &str) -> Option<&'static Rule> {
    judge(text, &ADDRESS)
}

fn judge(text: &str, rule: &'static Rule) -> Option<&'static Rule> {
    match mailbox(text) {
        None => Some(rule),
        Some(false) => Some(&HOST),
        Some(true) => None,
    }
}

/// `ann@town.example (Ann)`; other forms of mail are odd, and a text without an address is wrong.
pub(in super::super) fn contact(text: &str) -> Option<&'static Rule> {
    let decoded;
    let text = match text.strip_prefix("mailto:") {
        Some(rest) => {
            decoded = percent_encoding::percent_decode_str(rest).decode_utf8_lossy();
            decoded.split('?').next().unwrap_or_default()
        }
        None => text,
    };
    if let Some((address, name)) = text.split_once('(').filter(|_| text.ends_with(')')) {
        let named = name.trim_end_matches(')').trim();
        return judge(address.trim(), &CONTACT).or_else(|| named.is_empty().then_some(&REAL_NAME));
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

/// A name that holds an address in angle brackets.
pub(in super::super) fn not_in_name(scope: &Scope<'_, '_>, log: &mut Log) {
    let text = scope.element.text();
    let found =
        text.split('<').skip(1).any(|t| t.split_once('>').is_some_and(|(m, _)| mailbox(m) == Some(true)));
    if found {
        log.text(&IN_NAME, scope.element, format!("`{}` is `{}`", scope.element.name, shown(&text)));
    }
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
        ] {
            assert_eq!(contact(text).map_or("", |r| r.meta.code), expected, "{text}");
        }
    }
}
