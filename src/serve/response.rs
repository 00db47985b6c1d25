//! Response of the server, and the shortest one.

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};

use super::body::ResponseBody;

pub(super) type Response = hyper::Response<ResponseBody>;

/// Returns a response with one line of text, which must not be cached.
pub(super) fn text_response(status: StatusCode, line: &str) -> Response {
    let mut response = Response::new(ResponseBody::from_bytes(format!("{line}\n")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
