//! Conditional requests ([RFC 9110, 13](https://www.rfc-editor.org/rfc/rfc9110#section-13)).

use std::time::SystemTime;

use headers::{ETag, Header, HeaderMapExt, IfMatch, IfModifiedSince, IfNoneMatch, IfUnmodifiedSince};
use hyper::HeaderMap;
use hyper::header::{
    HeaderName, HeaderValue, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
};

/// Validators of the representation that the client would get.
pub(super) struct Validators<'a> {
    /// Strong entity tag.
    pub(super) tag: &'a HeaderValue,
    /// Time of the last change and its header value, if they can be stated.
    pub(super) modified: Option<(SystemTime, &'a HeaderValue)>,
}

/// Result of the preconditions of a GET or HEAD request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precondition {
    /// The request is answered as if it had no conditions.
    Proceed,
    /// 304: the client has the current representation.
    NotModified,
    /// 412: the representation is not the one that the client requires.
    Failed,
}

/// Evaluates preconditions in the order of
/// [RFC 9110, 13.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2). Invalid conditions are ignored.
pub(super) fn evaluate_preconditions(headers: &HeaderMap, validators: &Validators<'_>) -> Precondition {
    let Validators { tag, modified } = validators;
    let has = |name: HeaderName| headers.contains_key(name);
    // Fast path for what most readers send: the entity tag of their last response.
    if headers.get(IF_NONE_MATCH) == Some(tag) && !has(IF_MATCH) && !has(IF_UNMODIFIED_SINCE) {
        return Precondition::NotModified;
    }
    let typed = || ETag::decode(&mut std::iter::once(*tag)).ok();
    let modified = modified.map(|(time, _)| time);
    if has(IF_MATCH) {
        let condition = headers.typed_get::<IfMatch>();
        if condition.is_some_and(|c| typed().is_some_and(|tag| !c.precondition_passes(&tag))) {
            return Precondition::Failed;
        }
    } else if has(IF_UNMODIFIED_SINCE) {
        let condition = headers.typed_get::<IfUnmodifiedSince>();
        if condition.is_some_and(|c| modified.is_some_and(|time| !c.precondition_passes(time))) {
            return Precondition::Failed;
        }
    }
    if has(IF_NONE_MATCH) {
        let condition = headers.typed_get::<IfNoneMatch>();
        if condition.is_some_and(|c| typed().is_some_and(|tag| !c.precondition_passes(&tag))) {
            return Precondition::NotModified;
        }
    } else if has(IF_MODIFIED_SINCE) {
        let condition = headers.typed_get::<IfModifiedSince>();
        if condition.is_some_and(|c| modified.is_some_and(|time| !c.is_modified(time))) {
            return Precondition::NotModified;
        }
    }
    Precondition::Proceed
}

/// True if a range may be sent: the client has the rest of this representation, or does not say what it has
/// ([RFC 9110, 13.1.5](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5), which requires equal values).
pub(super) fn may_send_range(headers: &HeaderMap, validators: &Validators<'_>) -> bool {
    headers.get(IF_RANGE).is_none_or(|has| {
        has == validators.tag || validators.modified.is_some_and(|(_, modified)| has == modified)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn conditions_are_evaluated_in_their_order_and_tags_before_dates() {
        let tag = HeaderValue::from_static("\"one-gzip\"");
        let at = HeaderValue::from_static("Sun, 09 Sep 2001 01:46:40 GMT");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let (before, after) = ("Sun, 09 Sep 2001 01:46:39 GMT", "Sun, 09 Sep 2001 01:46:41 GMT");
        let same = "Sun, 09 Sep 2001 01:46:40 GMT";
        let obsolete = "Sunday, 09-Sep-01 01:46:40 GMT";
        let (none_match, since) = ("if-none-match", "if-modified-since");
        let (matches, unless) = ("if-match", "if-unmodified-since");
        use Precondition::{Failed, NotModified, Proceed};
        let cases: &[(&[(&str, &str)], Precondition)] = &[
            (&[], Proceed),
            (&[(none_match, "\"one-gzip\"")], NotModified),
            (&[(none_match, "W/\"one-gzip\"")], NotModified),
            (&[(none_match, "\"zero\", W/\"a,b\" , \"one-gzip\"")], NotModified),
            (&[(none_match, "\"zero\""), (none_match, "\"one-gzip\"")], NotModified),
            (&[(none_match, "*")], NotModified),
            (&[(none_match, "\"one\"")], Proceed),
            (&[(none_match, "one-gzip")], Proceed),
            (&[(none_match, "\"zero\""), (since, same)], Proceed),
            (&[(none_match, "\"one-gzip\""), (since, before)], NotModified),
            (&[(since, same)], NotModified),
            (&[(since, obsolete)], NotModified),
            (&[(since, after)], NotModified),
            (&[(since, before)], Proceed),
            (&[(since, "yesterday")], Proceed),
            (&[(matches, "\"one-gzip\"")], Proceed),
            (&[(matches, "*")], Proceed),
            (&[(matches, "W/\"one-gzip\"")], Failed),
            (&[(matches, "\"zero\"")], Failed),
            (&[(matches, "\"zero\""), (none_match, "\"one-gzip\"")], Failed),
            (&[(matches, "\"one-gzip\""), (unless, before)], Proceed),
            (&[(matches, "\"one-gzip\""), (none_match, "\"one-gzip\"")], NotModified),
            (&[(unless, before)], Failed),
            (&[(unless, before), (none_match, "\"one-gzip\"")], Failed),
            (&[(unless, same)], Proceed),
        ];
        for (conditions, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in *conditions {
                headers.append(HeaderName::from_static(name), value.parse().unwrap());
            }
            let validators = Validators { tag: &tag, modified: Some((time, &at)) };
            assert_eq!(evaluate_preconditions(&headers, &validators), *expected, "{conditions:?}");
        }
        let unknown = Validators { tag: &tag, modified: None };
        for name in [IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE] {
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(same))]);
            assert_eq!(evaluate_preconditions(&headers, &unknown), Precondition::Proceed);
        }
    }
}
