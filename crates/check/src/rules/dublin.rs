//! Dublin Core: elements and terms.

use super::super::document::Element;
use super::super::log::Log;
use super::super::walk::{self, Def, Family, Scope};
use super::rdf::EVERYWHERE;
use super::{atom, date, element, html, language, number, rss, url};

pub(super) const NS: &str = "http://purl.org/dc/elements/1.1/";

const ATOM_AND_IMAGES: &[&Def] =
    &[&atom::FEED, &atom::ENTRY, &atom::SOURCE, &rss::IMAGE, &rss::TEXT_INPUT_DEF];
const PARENTS: &[&Def] =
    &[&rss::CHANNEL, &rss::ITEM, &atom::FEED, &atom::ENTRY, &atom::SOURCE, &rss::IMAGE, &rss::TEXT_INPUT_DEF];

/// [Dublin Core elements](https://www.dublincore.org/specifications/dublin-core/dces/).
pub(in super::super) static FAMILY: Family = Family {
    stray,
    ..Family::of_elements(
        "dc",
        &[NS],
        &[
            &Def::text("title", EVERYWHERE, |_, _| {}),
            &Def::text("creator", PARENTS, |_, _| {}).many(),
            &Def::text("subject", PARENTS, |_, _| {}).many(),
            &Def::text("description", EVERYWHERE, |_, _| {}),
            &Def::text("publisher", EVERYWHERE, |_, _| {}).many(),
            &Def::text("contributor", EVERYWHERE, |_, _| {}).many(),
            &Def::text("date", &[&rss::CHANNEL], date::w3cdtf),
            &Def::text("date", &[&rss::ITEM], date::w3cdtf).many(),
            &Def::text("date", ATOM_AND_IMAGES, date::w3cdtf),
            &Def::text("type", EVERYWHERE, |_, _| {}),
            &Def::text("format", EVERYWHERE, |_, _| {}),
            &Def::text("identifier", EVERYWHERE, |_, _| {}).many(),
            &Def::text("source", EVERYWHERE, |_, _| {}),
            &Def::text("language", EVERYWHERE, |s, log| s.value(log, language::tag)),
            &Def::text("relation", EVERYWHERE, |_, _| {}).many(),
            &Def::text("coverage", EVERYWHERE, |_, _| {}).many(),
            &Def::text("rights", EVERYWHERE, html::plain),
        ],
    )
};

/// Qualified names such as `dc:date.created` are of an older practice.
fn stray<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, log: &mut Log) {
    let base = child.local.split('.').next().unwrap_or_default();
    if !FAMILY.elements.iter().any(|d| d.name == base) {
        walk::undefined(scope, child, log);
    } else if base.len() < child.local.len() {
        walk::pass(scope, child, log);
    } else {
        element::questionable(scope, child, log);
    }
}

/// [DCMI terms](https://www.dublincore.org/specifications/dublin-core/dcmi-terms/).
pub(in super::super) static TERMS: Family = Family {
    stray: terms_stray,
    ..Family::of_elements(
        "dcterms",
        &["http://purl.org/dc/terms/"],
        &[
            &Def::text("abstract", EVERYWHERE, |_, _| {}),
            &Def::text("alternative", EVERYWHERE, |_, _| {}).many(),
            &Def::text("audience", EVERYWHERE, |_, _| {}).many(),
            &Def::text("conformsTo", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("created", EVERYWHERE, date::w3cdtf),
            &Def::text("dateAccepted", EVERYWHERE, |_, _| {}),
            &Def::text("dateCopyrighted", EVERYWHERE, |_, _| {}),
            &Def::text("dateSubmitted", EVERYWHERE, |_, _| {}),
            &Def::text("extent", EVERYWHERE, number::some_positive),
            &Def::text("hasFormat", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("hasPart", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("hasVersion", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("isFormatOf", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("isPartOf", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("isReferencedBy", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("isReplacedBy", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("isRequiredBy", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("isVersionOf", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("issued", EVERYWHERE, date::w3cdtf),
            &Def::text("mediator", EVERYWHERE, |_, _| {}),
            &Def::text("modified", EVERYWHERE, date::w3cdtf),
            &Def::text("references", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("replaces", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("requires", EVERYWHERE, resource).attributes(RESOURCE).many(),
            &Def::text("tableOfContents", EVERYWHERE, resource).attributes(RESOURCE),
            &Def::anything("accessRights", EVERYWHERE),
            &Def::anything("accrualMethod", EVERYWHERE),
            &Def::anything("accrualPeriodicity", EVERYWHERE),
            &Def::anything("accrualPolicy", EVERYWHERE),
            &Def::anything("available", EVERYWHERE),
            &Def::anything("bibliographicCitation", EVERYWHERE),
            &Def::anything("contributor", EVERYWHERE),
            &Def::anything("coverage", EVERYWHERE),
            &Def::anything("creator", EVERYWHERE),
            &Def::anything("date", EVERYWHERE),
            &Def::anything("description", EVERYWHERE),
            &Def::anything("educationLevel", EVERYWHERE),
            &Def::anything("format", EVERYWHERE),
            &Def::anything("identifier", EVERYWHERE),
            &Def::anything("instructionalMethod", EVERYWHERE),
            &Def::anything("language", EVERYWHERE),
            &Def::anything("license", EVERYWHERE),
            &Def::anything("provenance", EVERYWHERE),
            &Def::anything("publisher", EVERYWHERE),
            &Def::anything("relation", EVERYWHERE),
            &Def::anything("rights", EVERYWHERE),
            &Def::anything("rightsHolder", EVERYWHERE),
            &Def::anything("source", EVERYWHERE),
            &Def::anything("spatial", EVERYWHERE),
            &Def::anything("subject", EVERYWHERE),
            &Def::anything("temporal", EVERYWHERE),
            &Def::anything("title", EVERYWHERE),
            &Def::anything("type", EVERYWHERE),
            &Def::anything("valid", EVERYWHERE),
        ],
    )
};

fn terms_stray<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, log: &mut Log) {
    if TERMS.elements.iter().any(|d| d.name == child.local) {
        element::questionable(scope, child, log);
    } else {
        walk::undefined(scope, child, log);
    }
}

/// The attributes of an element that names a resource of RDF.
pub(super) const RESOURCE: &[&str] = &["rdf:resource", "dc:title"];

/// An address in `rdf:resource`, where there is one.
pub(super) fn resource(scope: &Scope<'_, '_>, log: &mut Log) {
    if let Some(attribute) = scope.element.attribute_in(super::rdf::NS, "resource")
        && let Some(rule) = url::reference(&attribute.value)
    {
        log.attribute(rule, attribute, format!("`rdf:resource` is `{}`", attribute.value));
    }
}
