//! Subscription list in OPML 2.0 (<http://opml.org/spec2.opml>), with which a reader imports all feeds at once.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Document, GENERATOR, Index, Templates, WrittenPage, configured_formats, end_with_newline};
use crate::error::{Error, Kind};
use crate::model::{Listing, Site};

pub(super) struct Opml;

impl Document for Opml {
    fn name(&self) -> &'static str {
        "opml"
    }

    fn file_name(&self) -> &'static str {
        "feeds.opml"
    }

    fn media_type(&self) -> &'static str {
        "text/x-opml"
    }

    fn is_ours(&self, document: &str) -> bool {
        document.contains(&format!("<!-- {GENERATOR} -->"))
    }
}

impl Index for Opml {
    /// Returns `None` if no feed has an address to subscribe to.
    fn write(&self, site: &Site, _: &Templates) -> Result<Option<WrittenPage>, Error> {
        let outlines: Vec<Outline> = site.feeds.iter().filter_map(outline).collect();
        if outlines.is_empty() {
            return Ok(None);
        }
        let written = write(site, &outlines);
        written
            .map(|bytes| Some(end_with_newline(bytes).into()))
            .map_err(|e| Error::new(Kind::Io, "cannot write OPML").because(e))
    }

    fn is_checked(&self) -> bool {
        true
    }
}

struct Outline<'a> {
    feed: &'a Listing,
    address: String,
}

/// Returns one outline per feed, in its first format: with all formats, a reader would show every entry three times.
fn outline(feed: &Listing) -> Option<Outline<'_>> {
    let address = feed.self_link(configured_formats(feed).next()?.file_name())?.into();
    Some(Outline { feed, address })
}

fn write(site: &Site, outlines: &[Outline<'_>]) -> std::io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    xml.write_event(Event::Comment(BytesText::new(&format!(" {GENERATOR} "))))?;
    xml.create_element("opml").with_attribute(("version", "2.0")).write_inner_content(|xml| {
        xml.create_element("head").write_inner_content(|xml| {
            xml.create_element("title").write_text_content(BytesText::new(&site.title))?;
            Ok(())
        })?;
        xml.create_element("body").write_inner_content(|xml| {
            for Outline { feed, address } in outlines {
                let element = xml.create_element("outline").with_attributes([
                    ("type", "rss"),
                    ("text", feed.title.as_str()),
                    ("title", feed.title.as_str()),
                    ("xmlUrl", address.as_str()),
                    ("htmlUrl", feed.site.as_str()),
                ]);
                let about =
                    Some(("description", feed.description.as_str())).filter(|(_, text)| !text.is_empty());
                let language = feed.language.as_deref().map(|language| ("language", language));
                element.with_attributes(about.into_iter().chain(language)).write_empty()?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(xml.into_inner())
}
