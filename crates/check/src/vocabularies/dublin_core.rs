//! Dublin Core: elements and terms.

use super::{checks, html};
use crate::document::xml::Element;
use crate::engine::ns::DC;
use crate::engine::parent::{ANYWHERE, Parent};
use crate::engine::vocabulary::{Def, Family, Scope, Unknown};
use crate::values::language;

const ATOM_AND_IMAGES: &[Parent] =
    &[Parent::Feed, Parent::Entry, Parent::Source, Parent::Image, Parent::TextInput];
const PARENTS: &[Parent] = &[
    Parent::Channel,
    Parent::Item,
    Parent::Feed,
    Parent::Entry,
    Parent::Source,
    Parent::Image,
    Parent::TextInput,
];

/// [Dublin Core elements](https://www.dublincore.org/specifications/dublin-core/dces/).
pub(crate) static FAMILY: Family = Family {
    on_unknown_child,
    ..Family::new(
        "dc",
        &[DC],
        &[
            &Def::text("title", ANYWHERE, |_, _| {}),
            &Def::text("creator", PARENTS, |_, _| {}).many(),
            &Def::text("subject", PARENTS, |_, _| {}).many(),
            &Def::text("description", ANYWHERE, |_, _| {}),
            &Def::text("publisher", ANYWHERE, |_, _| {}).many(),
            &Def::text("contributor", ANYWHERE, |_, _| {}).many(),
            &Def::text("date", &[Parent::Channel], checks::w3cdtf),
            &Def::text("date", &[Parent::Item], checks::w3cdtf).many(),
            &Def::text("date", ATOM_AND_IMAGES, checks::w3cdtf),
            &Def::text("type", ANYWHERE, |_, _| {}),
            &Def::text("format", ANYWHERE, |_, _| {}),
            &Def::text("identifier", ANYWHERE, |_, _| {}).many(),
            &Def::text("source", ANYWHERE, |_, _| {}),
            &Def::text("language", ANYWHERE, |s, log| s.value(log, language::tag)),
            &Def::text("relation", ANYWHERE, |_, _| {}).many(),
            &Def::text("coverage", ANYWHERE, |_, _| {}).many(),
            &Def::text("rights", ANYWHERE, html::plain),
        ],
    )
};

/// Qualified names such as `dc:date.created` come from an older practice.
fn on_unknown_child(_: &Scope<'_, '_>, child: &Element<'_>) -> Unknown {
    let base = child.local.split('.').next().unwrap_or_default();
    if !FAMILY.has_element(base) {
        Unknown::Undefined
    } else if base.len() < child.local.len() {
        Unknown::Ignored
    } else {
        Unknown::Questionable
    }
}

/// [DCMI terms](https://www.dublincore.org/specifications/dublin-core/dcmi-terms/).
pub(crate) static TERMS: Family = Family {
    on_unknown_child: |_, child| match TERMS.has_element(child.local) {
        true => Unknown::Questionable,
        false => Unknown::Undefined,
    },
    ..Family::new(
        "dcterms",
        &["http://purl.org/dc/terms/"],
        &[
            &Def::text("abstract", ANYWHERE, |_, _| {}),
            &Def::text("alternative", ANYWHERE, |_, _| {}).many(),
            &Def::text("audience", ANYWHERE, |_, _| {}).many(),
            &Def::text("conformsTo", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("created", ANYWHERE, checks::old_w3cdtf),
            &Def::text("dateAccepted", ANYWHERE, |_, _| {}),
            &Def::text("dateCopyrighted", ANYWHERE, |_, _| {}),
            &Def::text("dateSubmitted", ANYWHERE, |_, _| {}),
            &Def::text("extent", ANYWHERE, checks::positive),
            &Def::text("hasFormat", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("hasPart", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("hasVersion", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("isFormatOf", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("isPartOf", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("isReferencedBy", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("isReplacedBy", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("isRequiredBy", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("isVersionOf", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("issued", ANYWHERE, checks::old_w3cdtf),
            &Def::text("mediator", ANYWHERE, |_, _| {}),
            &Def::text("modified", ANYWHERE, checks::w3cdtf),
            &Def::text("references", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("replaces", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("requires", ANYWHERE, checks::resource).attributes(checks::RESOURCE).many(),
            &Def::text("tableOfContents", ANYWHERE, checks::resource).attributes(checks::RESOURCE),
            &Def::anything("accessRights", ANYWHERE),
            &Def::anything("accrualMethod", ANYWHERE),
            &Def::anything("accrualPeriodicity", ANYWHERE),
            &Def::anything("accrualPolicy", ANYWHERE),
            &Def::anything("available", ANYWHERE),
            &Def::anything("bibliographicCitation", ANYWHERE),
            &Def::anything("contributor", ANYWHERE),
            &Def::anything("coverage", ANYWHERE),
            &Def::anything("creator", ANYWHERE),
            &Def::anything("date", ANYWHERE),
            &Def::anything("description", ANYWHERE),
            &Def::anything("educationLevel", ANYWHERE),
            &Def::anything("format", ANYWHERE),
            &Def::anything("identifier", ANYWHERE),
            &Def::anything("instructionalMethod", ANYWHERE),
            &Def::anything("language", ANYWHERE),
            &Def::anything("license", ANYWHERE),
            &Def::anything("provenance", ANYWHERE),
            &Def::anything("publisher", ANYWHERE),
            &Def::anything("relation", ANYWHERE),
            &Def::anything("rights", ANYWHERE),
            &Def::anything("rightsHolder", ANYWHERE),
            &Def::anything("source", ANYWHERE),
            &Def::anything("spatial", ANYWHERE),
            &Def::anything("subject", ANYWHERE),
            &Def::anything("temporal", ANYWHERE),
            &Def::anything("title", ANYWHERE),
            &Def::anything("type", ANYWHERE),
            &Def::anything("valid", ANYWHERE),
        ],
    )
};
