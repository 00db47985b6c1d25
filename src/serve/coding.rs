//! Content codings: which of them a client wants, and how bytes are put in one
//! ([RFC 9110, 8.4 and 12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)).

use std::io::{self, Write};

use brotli::enc::BrotliEncoderParams;
use hyper::HeaderMap;
use hyper::header::ACCEPT_ENCODING;

/// How the bytes of a document are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Zstd,
    Gzip,
    /// As they are.
    Identity,
}

/// What a document may be put in. Of codings that are equally welcome the first is taken: it makes feeds smallest.
pub(super) const CODINGS: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

impl Coding {
    /// Its name in `Content-Encoding`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// What a client calls it; `x-gzip` is an old name ([RFC 9110, 8.4.1.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.3)).
    fn is_called(self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.name()) || self == Self::Gzip && name.eq_ignore_ascii_case("x-gzip")
    }

    /// Puts bytes in it. It is done once a document, so it may take 100 ms for a megabyte; what takes ten times that to make
    /// it 5 % smaller (brotli 11, zstd 19) is left.
    pub(super) fn encode(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Brotli => {
                let mut out = Vec::new();
                let params = BrotliEncoderParams {
                    quality: 9,
                    size_hint: bytes.len(),
                    ..BrotliEncoderParams::default()
                };
                brotli::BrotliCompress(&mut &*bytes, &mut out, &params)?;
                Ok(out)
            }
            Self::Zstd => {
                let mut encoder = zstd::bulk::Compressor::new(12)?;
                // Browsers refuse windows of more than 8 MiB: RFC 9659, 3.
                encoder.set_parameter(zstd::zstd_safe::CParameter::WindowLog(23))?;
                encoder.compress(bytes)
            }
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
                encoder.write_all(bytes)?;
                encoder.finish()
            }
            Self::Identity => Ok(bytes.to_vec()),
        }
    }
}

/// How welcome each coding is, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    codings: [u16; CODINGS.len()],
    identity: u16,
}

impl Accepted {
    /// Nothing but the bytes as they are.
    pub(super) const IDENTITY: Self = Self { codings: [0; CODINGS.len()], identity: 1000 };

    /// What a request says. Where it says nothing it gets the bytes as they are: a client that can do more says so.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut said = [None; CODINGS.len()];
        let (mut identity, mut rest) = (None, None);
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        for item in values.flat_map(|value| value.split(',')) {
            let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
            let (name, weight) = (name.trim(), Some(weight(parameters)));
            if let Some(index) = CODINGS.iter().position(|coding| coding.is_called(name)) {
                said[index] = weight;
            } else if name == "*" {
                rest = weight;
            } else if Coding::Identity.is_called(name) {
                identity = weight;
            }
        }
        // Unless it is refused, identity is the last resort.
        let last = if rest == Some(0) { 0 } else { 1 };
        Self { codings: said.map(|weight| weight.or(rest).unwrap_or(0)), identity: identity.unwrap_or(last) }
    }

    /// The most welcome coding of those that a document is offered in. One that refuses all gets the bytes as they are: RFC
    /// 9110, 12.5.3 leaves it to us, and a feed that is read is better than a 406.
    pub(super) fn best(&self, is_offered: impl Fn(Coding) -> bool) -> Coding {
        let mut best = (Coding::Identity, self.identity.max(1));
        for (coding, weight) in CODINGS.into_iter().zip(self.codings) {
            // A coding stands before the bytes as they are, where both are equally welcome.
            let is_better = weight > best.1 || weight == best.1 && best.0 == Coding::Identity;
            if weight > 0 && is_better && is_offered(coding) {
                best = (coding, weight);
            }
        }
        best.0
    }
}

/// The weight among parameters, in thousandths ([RFC 9110, 12.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2)).
fn weight(parameters: &str) -> u16 {
    let value = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then_some(value.trim())
    });
    let Some(value) = value else { return 1000 };
    value.parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_welcome_coding_is_taken_and_one_that_is_refused_never() {
        for (said, best) in [
            ("", "identity"),
            ("gzip", "gzip"),
            ("x-gzip", "gzip"),
            ("GZIP;Q=1", "gzip"),
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, deflate, zstd", "zstd"),
            ("br;q=0.1, gzip;q=0.2", "gzip"),
            ("br;q=0, *", "zstd"),
            ("br;q=0, gzip;q=0.001", "gzip"),
            ("*;q=0", "identity"),
            ("identity;q=0", "identity"),
            ("identity;q=0, gzip;q=0.5", "gzip"),
            ("identity, gzip", "gzip"),
            ("identity, gzip;q=0.5", "identity"),
            ("identity;q=1, *;q=0", "identity"),
            ("deflate, compress", "identity"),
            ("gzip;q=x", "identity"),
            ("gzip;q=NaN", "identity"),
            ("gzip;level=3;q=0", "identity"),
            (",, ,gzip,", "gzip"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, said.parse().unwrap());
            assert_eq!(Accepted::of(&headers).best(|_| true).name(), best, "{said}");
        }
        assert_eq!(Accepted::of(&HeaderMap::new()).best(|_| true), Coding::Identity);
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, "zstd".parse().unwrap());
        headers.append(ACCEPT_ENCODING, "gzip;q=0.5".parse().unwrap());
        assert_eq!(Accepted::of(&headers).best(|c| c != Coding::Zstd), Coding::Gzip);
    }
}
