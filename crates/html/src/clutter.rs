//! Elements that are never content, and obfuscated email addresses.

use super::dom::{self, Dom, NodeId};
use super::links::HIDDEN_EMAIL_PATH;

/// Decodes email addresses that Cloudflare obfuscated. Its key changes with every download, so the article would, too.
pub(super) fn reveal_emails(dom: &mut Dom, root: NodeId) {
    for id in dom.descendants(root) {
        let Some(element) = dom.element(id) else { continue };
        let href = dom::attr(element, "href").unwrap_or_default();
        let is_link = href.contains(HIDDEN_EMAIL_PATH);
        let encoded = dom::attr(element, "data-cfemail")
            .or_else(|| href.split_once('#').map(|(_, h)| h).filter(|_| is_link));
        let Some(email) = encoded.and_then(decode_email) else {
            if encoded.is_some() {
                dom.set_attr(id, "href", None);
            }
            continue;
        };
        let is_text = dom::attr(element, "data-cfemail").is_some();
        if dom.name(id) == "a" {
            dom.set_attr(id, "href", Some(&format!("mailto:{email}")));
        }
        if is_text {
            dom.clear(id);
            dom.append_text(id, email.split('?').next().unwrap_or_default());
        }
    }
}

fn decode_email(hex: &str) -> Option<String> {
    let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    let (key, rest) = bytes.split_first()?;
    let text = String::from_utf8(rest.iter().map(|b| b ^ key).collect()).ok()?;
    let (user, host) = text.split_once('@')?;
    let is_plain = text.chars().all(|c| c.is_ascii_graphic() && !"<>\"'".contains(c));
    (is_plain && !user.is_empty() && host.contains('.') && text.len() < 256).then_some(text)
}

/// Removes elements that are never content: scripts, styles, metadata, and also comments.
pub(super) fn remove_non_content(dom: &mut Dom, root: NodeId) {
    for id in dom.descendants(root) {
        let is_content = dom.get(id).is_some_and(|node| match node.element() {
            None => node.text().is_some(),
            Some(_) => !matches!(
                node.name(),
                "script"
                    | "style"
                    | "template"
                    | "canvas"
                    | "textarea"
                    | "title"
                    | "meta"
                    | "link"
                    | "base"
                    | "dialog"
                    | "map"
                    | "area"
                    | "param"
                    | "applet"
                    | "head"
                    | "noframes"
                    | "noembed"
                    | "bgsound"
                    | "keygen"
                    | "progress"
                    | "meter"
            ),
        });
        if !is_content {
            dom.detach(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses_are_decoded() {
        let key = 0x5A_u8;
        let hidden: String = std::iter::once(key)
            .chain("me@example.org".bytes().map(|b| b ^ key))
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(decode_email(&hidden).as_deref(), Some("me@example.org"));
        for bad in ["", "5", "zz", "770403", "正"] {
            assert_eq!(decode_email(bad), None, "{bad}");
        }
    }
}
