//! Restricts requests for media to public addresses. Others write the seeds, and must not be able to reach the private
//! network of the machine that runs feedmill.
//!
//! The guard is the resolver of the HTTP client. The addresses that it returns are the ones that are connected to, so a
//! name cannot mean one address here and another there; and each redirection is resolved here again.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Resolver of the system. Every failure of it is [`Error::HostNotFound`]: its own errors have no kind.
#[derive(Debug, Default)]
pub(super) struct Names(DefaultResolver);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        self.0.resolve(uri, config, timeout).map_err(|error| match error {
            Error::Io(_) => Error::HostNotFound,
            error => error,
        })
    }
}

/// Blocks of IPv4 that are not public
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>, and multicast).
const NOT_PUBLIC_4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Block of public IPv6 addresses (<https://www.iana.org/assignments/ipv6-address-space>).
const PUBLIC_6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Blocks of `PUBLIC_6` that are not public (<https://www.iana.org/assignments/iana-ipv6-special-registry>): those of
/// protocols such as Teredo, documentation, 6to4.
const NOT_PUBLIC_6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Blocks in which IPv4 is written as IPv6: mapped ([RFC 4291, 2.5.5.2](https://www.rfc-editor.org/rfc/rfc4291)), and
/// translated ([RFC 6052, 2.1](https://www.rfc-editor.org/rfc/rfc6052#section-2.1)), which is how networks without IPv4
/// see all of it.
const HOLDS_4: [(Ipv6Addr, u32); 2] =
    [(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96), (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96)];

/// True if an address is reachable from anywhere.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !NOT_PUBLIC_4
            .iter()
            .any(|(block, length)| (v4.to_bits() ^ block.to_bits()).leading_zeros() >= *length),
        IpAddr::V6(v6) => {
            let within = |(block, length): &(Ipv6Addr, u32)| {
                (v6.to_bits() ^ block.to_bits()).leading_zeros() >= *length
            };
            if HOLDS_4.iter().any(within) {
                let [.., a, b, c, d] = v6.octets();
                return is_public(Ipv4Addr::new(a, b, c, d).into());
            }
            within(&PUBLIC_6) && !NOT_PUBLIC_6.iter().any(within)
        }
    }
}

/// True if media may be served on the port of a URL. Below 1024, every port except those of the web belongs to another
/// service, which must not be sent what a seed contains.
fn is_web_port(uri: &Uri) -> bool {
    uri.port_u16().is_none_or(|port| port >= 1024 || matches!(port, 80 | 443))
}

/// Resolver that returns public addresses only.
#[derive(Debug, Default)]
pub(super) struct Guard<R = Names>(R);

impl<R: Resolver> Resolver for Guard<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        if !is_web_port(uri) {
            return Err(Error::Other(Box::new(NotPublic)));
        }
        let all = self.0.resolve(uri, config, timeout)?;
        let mut public = self.empty();
        all.iter().filter(|address| is_public(address.ip())).for_each(|address| public.push(*address));
        if public.is_empty() { Err(Error::Other(Box::new(NotPublic))) } else { Ok(public) }
    }
}

/// Error of a request that was not sent because the server has no public address.
#[derive(Debug)]
pub(super) struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its address is private, or its port is not one for the web")
    }
}

impl std::error::Error for NotPublic {}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Mutex;

    use proptest::prelude::*;

    use super::*;

    /// Names that mean something else each time they are looked up.
    #[derive(Debug)]
    struct Rebinding(Mutex<Vec<Vec<SocketAddr>>>);

    impl Resolver for Rebinding {
        fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
            let mut found = self.empty();
            let next = self.0.lock().unwrap().pop().unwrap_or_default();
            next.into_iter().for_each(|address| found.push(address));
            Ok(found)
        }
    }

    fn look_up<R: Resolver>(guard: &Guard<R>, uri: &str) -> Option<Vec<String>> {
        let found = guard.resolve(&uri.parse().unwrap(), &Config::default(), NextTimeout::default());
        match found {
            Ok(found) => Some(found.iter().map(ToString::to_string).collect()),
            Err(Error::Other(why)) if why.is::<NotPublic>() => None,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn policy_probe_a_name_is_judged_each_time_and_only_what_is_public_of_it_is_connected_to() {
        let answers = [
            "127.0.0.1:80",
            "8.8.8.8:80 [::1]:80 169.254.169.254:80",
            "8.8.8.8:80",
            "10.0.0.1:80 [fd00::1]:80",
        ];
        let answers = answers.iter().rev().map(|all| all.split(' ').map(|a| a.parse().unwrap()).collect());
        let guard = Guard(Rebinding(Mutex::new(answers.collect())));
        let public = Some(vec!["8.8.8.8:80".to_owned()]);
        let found: Vec<_> = (0..4).map(|_| look_up(&guard, "http://rebinding.example/")).collect();
        assert_eq!(found, [None, public.clone(), public, None]);
    }

    #[test]
    fn policy_probe_ports_of_other_services_are_refused() {
        for (uri, web) in [
            ("http://a.example/", true),
            ("https://a.example/", true),
            ("http://a.example:443/", true),
            ("http://a.example:8000/", true),
            ("http://a.example:65535/", true),
            ("http://a.example:22/", false),
            ("http://a.example:25/", false),
            ("https://a.example:53/", false),
            ("http://a.example:0/", false),
            ("http://a.example:1023/", false),
        ] {
            let guard = Guard(Rebinding(Mutex::new(vec![vec!["8.8.8.8:80".parse().unwrap()]])));
            assert_eq!(look_up(&guard, uri).is_some(), web, "{uri}");
        }
    }

    #[test]
    fn policy_probe_public_addresses_only() {
        for (address, public) in [
            ("1.1.1.1", true),
            ("8.8.8.8", true),
            ("93.184.215.14", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("9.255.255.255", true),
            ("10.0.0.0", false),
            ("10.255.255.255", false),
            ("11.0.0.0", true),
            ("100.63.255.255", true),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("100.128.0.0", true),
            ("127.0.0.1", false),
            ("127.9.9.9", false),
            ("169.253.0.0", true),
            ("169.254.169.254", false),
            ("172.15.255.255", true),
            ("172.16.0.0", false),
            ("172.31.255.255", false),
            ("172.32.0.0", true),
            ("192.0.0.8", false),
            ("192.0.1.0", true),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.1.1", false),
            ("192.169.0.0", true),
            ("198.17.255.255", true),
            ("198.18.0.0", false),
            ("198.19.255.255", false),
            ("198.20.0.0", true),
            ("198.51.100.7", false),
            ("203.0.113.7", false),
            ("223.255.255.255", true),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700:4700::1111", true),
            ("2a00:1450::1", true),
            ("::", false),
            ("::1", false),
            ("::127.0.0.1", false),
            ("::8.8.8.8", false),
            ("::ffff:8.8.8.8", true),
            ("::ffff:127.0.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("::ffff:0:10.0.0.1", false),
            ("64:ff9b::8.8.8.8", true),
            ("64:ff9b::10.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b:1::8.8.8.8", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:1ff:ffff::", false),
            ("2001:200::1", true),
            ("2001:db8::1", false),
            ("2001:db9::1", true),
            ("2002:7f00:1::", false),
            ("2002:808:808::", false),
            ("2003::1", true),
            ("3fff:fff::1", false),
            ("4000::1", false),
            ("5f00::1", false),
            ("fc00::1", false),
            ("fd12:3456::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    proptest! {
        #[test]
        fn policy_probe_an_address_is_judged_alike_however_it_is_written(bits in any::<u32>()) {
            let v4 = Ipv4Addr::from_bits(bits);
            let known = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
            prop_assert!(!(known && is_public(v4.into())));
            prop_assert_eq!(is_public(v4.to_ipv6_mapped().into()), is_public(v4.into()));
            prop_assert!(!is_public(v4.to_ipv6_compatible().into()));
        }
    }
}
