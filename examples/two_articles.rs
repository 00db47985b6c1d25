//! Builds an RSS feed from two articles in memory and checks it.
use feedmill::check::Options;
use feedmill::config::RawConfig;
use feedmill::diag::Sink;
use feedmill::model::Article;
use feedmill::types::UnixMs;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut plan = RawConfig::default().resolve(&mut Sink::collecting())?;
    plan.main_feed.title = Some("Harbour news".to_owned());
    plan.main_feed.language = Some("en".to_owned());
    plan.main_feed.base = Some("https://harbour.example/feeds/".parse()?);
    let articles = [
        Article::new("https://harbour.example/ferry".parse()?, UnixMs(1_717_225_200_000))
            .title("The ferry has a new engine")
            .html("<p>It is quiet.</p>"),
        Article::new("https://harbour.example/bridge".parse()?, UnixMs(1_717_398_000_000))
            .title("The bridge is open again")
            .html("<p>Since <b>noon</b>.</p>"),
    ];
    let (_, rss) = feedmill::feeds(articles, &plan)?[0].write()?.swap_remove(0);
    print!("{}", std::str::from_utf8(&rss)?);
    let findings = feedmill::check(&rss, Options::default());
    if findings.is_empty() { Ok(()) } else { Err(findings[0].message().into()) }
}
