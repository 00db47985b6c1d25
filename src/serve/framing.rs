//! Codings and methods of HTTP that a request may have.

use hyper::body::Body;
use hyper::header::{CONNECTION, HeaderValue, TRANSFER_ENCODING};
use hyper::{Method, Request, StatusCode};

use super::response::{Response, text_response};

/// Methods that are known ([RFC 9110, 9.3](https://www.rfc-editor.org/rfc/rfc9110#section-9.3)), though few are allowed.
const METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::OPTIONS,
    Method::PATCH,
    Method::TRACE,
    Method::CONNECT,
];

/// Returns the response for a request whose method is unknown, or whose body may end where others do not see its end
/// ([RFC 9112, 6.1](https://www.rfc-editor.org/rfc/rfc9112#section-6.1)).
pub(super) fn refusal<B: Body>(request: &Request<B>) -> Option<Response> {
    // A request with codings has a body, or hyper refuses it.
    if !request.body().is_end_stream() && request.headers().contains_key(TRANSFER_ENCODING) {
        let all = request.headers().get_all(TRANSFER_ENCODING).iter();
        let codings = all.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        let codings: Vec<&[u8]> =
            codings.map(<[u8]>::trim_ascii).filter(|coding| !coding.is_empty()).collect();
        let is_chunked = |coding: &&&[u8]| coding.eq_ignore_ascii_case(b"chunked");
        if codings.iter().filter(is_chunked).count() != 1 || !codings.last().as_ref().is_some_and(is_chunked)
        {
            return Some(closing(StatusCode::BAD_REQUEST, "the transfer codings are invalid"));
        }
        if codings.len() > 1 {
            return Some(closing(StatusCode::NOT_IMPLEMENTED, "the only transfer coding is chunked"));
        }
    }
    (!METHODS.contains(request.method()))
        .then(|| text_response(StatusCode::NOT_IMPLEMENTED, "the method is unknown"))
}

/// Returns the response for a request of another major version of HTTP.
pub(super) fn other_version() -> Response {
    closing(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "use version 1.1 of HTTP")
}

/// Returns a response after which no request is read: where the next begins is not sure.
fn closing(status: StatusCode, line: &str) -> Response {
    let mut response = text_response(status, line);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_in_chunks_once_and_in_nothing_else() {
        for (codings, status) in [
            (&["chunked"][..], None),
            (&["Chunked"], None),
            (&["chunked, chunked"], Some(400)),
            (&["chunked", "chunked"], Some(400)),
            (&["chunked, gzip"], Some(400)),
            (&["identity"], Some(400)),
            (&[""], Some(400)),
            (&["gzip, chunked"], Some(501)),
            (&["gzip", "chunked"], Some(501)),
        ] {
            let mut request = Request::post("/");
            for coding in codings {
                request = request.header(TRANSFER_ENCODING, *coding);
            }
            let response = refusal(&request.body("body".to_owned()).unwrap());
            assert_eq!(response.map(|response| response.status().as_u16()), status, "{codings:?}");
        }
    }
}
