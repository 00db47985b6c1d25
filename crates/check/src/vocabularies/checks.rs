//! Checks of an element's text that vocabularies share.

use super::html;
use crate::engine::log::Log;
use crate::engine::parent::Parent;
use crate::engine::vocabulary::Scope;
use crate::engine::{ns, structure};
use crate::message::shown;
use crate::values::{date, email, number, url};

/// An absolute URI.
pub(super) fn uri(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, url::uri);
}

/// A date in RSS.
pub(super) fn rfc822(scope: &Scope<'_, '_>, log: &mut Log) {
    date(scope, date::read_rfc822(scope.element.text().trim()), log);
}

/// A date in Atom.
pub(super) fn rfc3339(scope: &Scope<'_, '_>, log: &mut Log) {
    date(scope, date::read_rfc3339(scope.element.text().trim()), log);
}

/// A date in Atom without white space around it.
pub(super) fn exact_rfc3339(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::no_whitespace(scope.element, log);
    rfc3339(scope, log);
}

/// A date in Dublin Core.
pub(super) fn w3cdtf(scope: &Scope<'_, '_>, log: &mut Log) {
    date(scope, date::read_w3cdtf(scope.element.text().trim()), log);
}

/// A date in Dublin Core that may be of any year before now: that of a work, or one to count from.
pub(super) fn old_w3cdtf(scope: &Scope<'_, '_>, log: &mut Log) {
    let text = scope.element.text();
    let verdict = match date::read_w3cdtf(text.trim()) {
        Ok(instant) => date::in_the_future(instant, scope.feed.now),
        Err(rule) => Some(rule),
    };
    scope.verdict(log, verdict, &text);
}

fn date(scope: &Scope<'_, '_>, read: date::Read, log: &mut Log) {
    let verdict = match read {
        Ok(instant) => date::implausible(instant, scope.feed.now),
        Err(rule) => Some(rule),
    };
    scope.verdict(log, verdict, &scope.element.text());
}

/// A whole number from 1. An empty text breaks two rules.
pub(super) fn positive(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::not_blank(scope.element, log);
    scope.value(log, number::positive);
}

/// Plain text that a reader shows as a heading.
pub(super) fn heading(scope: &Scope<'_, '_>, log: &mut Log) {
    // An empty title of a podcast breaks a rule of its own.
    let is_of_podcast = scope.feed.is_podcast && scope.is_in(&[Parent::Channel, Parent::Item]);
    if !is_of_podcast || scope.element.local != "title" {
        structure::not_blank(scope.element, log);
    }
    html::plain(scope, log);
}

/// The name of a person.
pub(super) fn person_name(scope: &Scope<'_, '_>, log: &mut Log) {
    heading(scope, log);
    scope.value(log, email::in_name);
}

/// Attributes of an element that names a resource of RDF.
pub(super) const RESOURCE: &[&str] = &["rdf:resource", "dc:title"];

/// A URL in `rdf:resource`, if there is one.
pub(super) fn resource(scope: &Scope<'_, '_>, log: &mut Log) {
    if let Some(attribute) = scope.element.attribute_in(ns::RDF, "resource")
        && let Some(rule) = url::reference(&attribute.value)
    {
        log.attribute(rule, attribute, format_args!("`rdf:resource` is `{}`", shown(&attribute.value)));
    }
}
