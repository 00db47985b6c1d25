//! Reads and resolves any text as `feedmill.toml`, with the same result twice. Findings are inside the file, and no feed name
//! leads out of the feeds folder.

#![no_main]

use std::path::{Component, Path};

use feedmill::config::{Plan, RawConfig};
use feedmill::diag::{Finding, Sink};
use libfuzzer_sys::fuzz_target;

fn resolve(text: &str) -> (Option<Plan>, Vec<Finding>) {
    let mut sink = Sink::collecting();
    let plan = RawConfig::read(text, Path::new("f/feedmill.toml"), &mut sink).and_then(|raw| {
        let _ = raw.check(&mut sink);
        raw.resolve(&mut sink)
    });
    (plan.ok(), sink.collected().to_vec())
}

fuzz_target!(|text: &str| {
    let (plan, found) = resolve(text);
    let (again, same) = resolve(text);
    assert_eq!(found, same);
    assert_eq!(plan.as_ref().map(|p| &p.fingerprint_source), again.as_ref().map(|p| &p.fingerprint_source));
    assert!(plan.is_some() || !found.is_empty());
    let lines = text.matches('\n').count() + 1;
    for place in found.iter().map(|f| &f.place).filter(|place| place.line > 0) {
        assert!(place.line as usize <= lines && place.column as usize <= text.len() + 1, "{place:?}");
    }
    let Some(plan) = plan else { return };
    for feed in &plan.filtered {
        let mut parts = Path::new(&feed.name).components();
        assert!(
            matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none(),
            "{:?}",
            feed.name
        );
    }
    let channels =
        plan.sections.values().chain(plan.filtered.iter().map(|f| &f.channel)).chain([&plan.main_feed]);
    for channel in channels {
        for url in [&channel.site, &channel.base, &channel.icon, &channel.hub].into_iter().flatten() {
            assert!(matches!(url.scheme(), "http" | "https") && url.has_host(), "{url}");
        }
        assert!(channel.base.as_ref().is_none_or(|base| base.path().ends_with('/')));
    }
});
