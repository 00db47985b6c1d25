//! `feedmill snippet`: prints the tags by which browsers and readers find the feeds of a website
//! ([RSS autodiscovery](https://www.rssboard.org/rss-autodiscovery)).

use crate::error::{Error, Kind};
use crate::html::escape_attribute;

use super::args::Snippet;
use super::build::plan_without_build;
use super::context::{CommandResult, Outcome};
use super::list::with_overview;
use super::output::print;

pub(super) fn run(args: &Snippet) -> CommandResult {
    let (plan, _) = plan_without_build(&args.sources)?;
    let feeds = with_overview(&plan, |overview| Ok(overview.feeds()))?;
    let mut tags = String::new();
    for (index, feed) in feeds.iter().enumerate() {
        let Some(base) = &feed.base else {
            let message = "`base_url` is not set, so the URLs of the feeds are not known; \
                           write `base_url = \"URL\"` in feedmill.toml";
            return Err(Error::new(Kind::Config, message));
        };
        // Readers offer every tag as a choice: all formats of the whole feed, one of the others.
        let formats = feed.formats.iter().take(if index == 0 { usize::MAX } else { 1 });
        for (format, url) in formats.filter_map(|format| Some((format, base.join(format.file_name()).ok()?)))
        {
            tags += &format!(
                "<link rel=\"alternate\" type=\"{}\" title=\"{}\" href=\"{}\">\n",
                format.media_type(),
                escape_attribute(&feed.title),
                escape_attribute(url.as_str()),
            );
        }
    }
    print(tags.as_bytes())?;
    Ok(Outcome::Success)
}
