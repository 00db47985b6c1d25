//! Content codings: which ones a client accepts, and how bytes are compressed
//! ([RFC 9110, 8.4 and 12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)).

use std::io::{self, Write};

use brotli::enc::BrotliEncoderParams;
use hyper::HeaderMap;
use hyper::header::ACCEPT_ENCODING;

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Zstd,
    Gzip,
    /// Uncompressed.
    Identity,
}

/// Codings that documents are offered in. If a client prefers none, the first one wins: it makes feeds smallest.
pub(super) const CODINGS: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

impl Coding {
    /// Name in `Content-Encoding`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// True if a client means this coding; `x-gzip` is an old name of gzip
    /// ([RFC 9110, 8.4.1.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.3)).
    fn is_named(self, name: &[u8]) -> bool {
        name.eq_ignore_ascii_case(self.name().as_bytes())
            || self == Self::Gzip && name.eq_ignore_ascii_case(b"x-gzip")
    }

    /// Compresses bytes. This happens once per document, so it may take 100 ms per megabyte; levels that take ten times
    /// as long to save another 5 % (brotli 11, zstd 19) are not worth it.
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

/// Weights that a client gives to codings, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    codings: [u16; CODINGS.len()],
    identity: u16,
}

impl Accepted {
    /// Accepts uncompressed bytes only.
    pub(super) const IDENTITY: Self = Self { codings: [0; CODINGS.len()], identity: 1000 };

    /// Reads `Accept-Encoding`. A request without it gets uncompressed bytes: clients that can decompress say so.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut weights = [None; CODINGS.len()];
        let (mut identity, mut rest) = (None, None);
        let values = headers.get_all(ACCEPT_ENCODING).iter();
        for item in values.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')) {
            let end = item.iter().position(|byte| *byte == b';').unwrap_or(item.len());
            let (name, weight) = (item[..end].trim_ascii(), Some(weight(&item[end..])));
            if let Some(index) = CODINGS.iter().position(|coding| coding.is_named(name)) {
                weights[index] = weight;
            } else if name == b"*" {
                rest = weight;
            } else if Coding::Identity.is_named(name) {
                identity = weight;
            }
        }
        // Identity is the last resort, unless the client refuses it.
        let fallback = if rest == Some(0) { 0 } else { 1 };
        Self {
            codings: weights.map(|weight| weight.or(rest).unwrap_or(0)),
            identity: identity.unwrap_or(fallback),
        }
    }

    /// Returns the preferred coding among those that a document is offered in. A client that refuses all of them gets
    /// uncompressed bytes: RFC 9110, 12.5.3 permits it, and a feed that can be read is better than a 406.
    pub(super) fn best(&self, is_offered: impl Fn(Coding) -> bool) -> Coding {
        let mut best = (Coding::Identity, self.identity.max(1));
        for (coding, weight) in CODINGS.into_iter().zip(self.codings) {
            // At equal weights, compressed is better than uncompressed.
            let is_better = weight > best.1 || weight == best.1 && best.0 == Coding::Identity;
            if weight > 0 && is_better && is_offered(coding) {
                best = (coding, weight);
            }
        }
        best.0
    }
}

/// Returns the weight among parameters, in thousandths
/// ([RFC 9110, 12.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2)).
fn weight(parameters: &[u8]) -> u16 {
    if parameters.is_empty() {
        return 1000;
    }
    let parameters = String::from_utf8_lossy(parameters);
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
    fn the_preferred_coding_wins_and_a_refused_one_is_never_used() {
        for (accepted, best) in [
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
            headers.insert(ACCEPT_ENCODING, accepted.parse().unwrap());
            assert_eq!(Accepted::of(&headers).best(|_| true).name(), best, "{accepted}");
        }
        assert_eq!(Accepted::of(&HeaderMap::new()).best(|_| true), Coding::Identity);
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, "zstd".parse().unwrap());
        headers.append(ACCEPT_ENCODING, "gzip;q=0.5".parse().unwrap());
        assert_eq!(Accepted::of(&headers).best(|c| c != Coding::Zstd), Coding::Gzip);
    }
}
