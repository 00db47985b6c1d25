//! Links that open a podcast in an app.

use std::net::IpAddr;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

/// Ends of names that only a local network has, or none
/// (<https://www.iana.org/assignments/special-use-domain-names>).
const LOCAL: &[&str] = &[".localhost", ".local", ".internal", ".invalid", ".test"];

/// Returns the name of each app with the link that subscribes to a feed in it; none if apps cannot reach the feed.
///
/// Apple: `podcast:` instead of the scheme. Overcast and AntennaPod: the address as a parameter
/// (<https://antennapod.org/documentation/podcasters-hosters/add-on-website>). Pocket Casts: below `pktc://subscribe/`.
pub(super) fn links(feed: &Url) -> Vec<(&'static str, String)> {
    if !is_public(feed) {
        return Vec::new();
    }
    let encoded = utf8_percent_encode(feed.as_str(), NON_ALPHANUMERIC);
    let rest = feed.as_str().split_once("://").map_or("", |(_, rest)| rest);
    vec![
        ("Apple Podcasts", format!("podcast://{rest}")),
        ("Overcast", format!("overcast://x-callback-url/add?url={encoded}")),
        ("Pocket Casts", format!("pktc://subscribe/{rest}")),
        ("AntennaPod", format!("https://antennapod.org/deeplink/subscribe?url={encoded}")),
    ]
}

/// Returns true if the host of a URL may be on the internet: no private address, and no name that only a local network has.
fn is_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.contains('.') && !LOCAL.iter().any(|end| name.ends_with(end))
        }
        Some(Host::Ipv4(address)) => is_public_address(address.into()),
        Some(Host::Ipv6(address)) => is_public_address(address.into()),
        None => false,
    }
}

fn is_public_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified()),
        IpAddr::V6(v6) => {
            !(v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_podcast_that_apps_can_reach_has_links_to_them() {
        let links_of = |url: &str| links(&Url::parse(url).unwrap());
        let all = links_of("https://pod.example/a%20b/rss.xml?x=1");
        let addresses: Vec<&str> = all.iter().map(|(_, link)| link.as_str()).collect();
        let encoded = "https%3A%2F%2Fpod%2Eexample%2Fa%2520b%2Frss%2Exml%3Fx%3D1";
        assert_eq!(
            addresses,
            [
                "podcast://pod.example/a%20b/rss.xml?x=1",
                &format!("overcast://x-callback-url/add?url={encoded}"),
                "pktc://subscribe/pod.example/a%20b/rss.xml?x=1",
                &format!("https://antennapod.org/deeplink/subscribe?url={encoded}"),
            ]
        );
        for url in [
            "http://localhost/rss.xml",
            "http://127.0.0.1:8080/rss.xml",
            "http://192.168.1.5/rss.xml",
            "http://[::1]/rss.xml",
            "http://[fd00::1]/rss.xml",
            "http://nas.local/rss.xml",
            "https://feeds.invalid/rss.xml",
            "http://nas/rss.xml",
        ] {
            assert!(links_of(url).is_empty(), "{url}");
        }
    }
}
