//! The services whose content pages embed: one row each, from the URL or the markup of a player to the page that shows the
//! same.

use feedmill_types::work;
use url::Url;

/// A service, with the ways to embed it and the page that each leads to.
///
/// A pattern is `host/path?key=value`. The host also matches with `www.` or `m.` before it; `*` matches any host. `{1}`,
/// `{2}` stand for one segment of the path or the value of a parameter that is an id, `{rest}` for the remaining path, `{url}`
/// for a parameter that is a URL, `{text}` for one that is text. More segments and parameters may follow. In the page,
/// `{host}` is the host of the player.
pub(super) struct Service {
    /// Text of a link without a title of its own.
    pub label: &'static str,
    /// Players, as patterns, with their pages.
    pub players: &'static [(&'static str, &'static str)],
    /// Elements or classes (`.name`) with an attribute that holds an id or a URL, and the page for an id.
    pub marks: &'static [(&'static str, &'static str, &'static str)],
    /// Parts of the URLs of scripts that show content in their place.
    pub scripts: &'static [&'static str],
}

const YOUTUBE: &str = "https://www.youtube.com/watch?v={1}";
const VIMEO: &str = "https://vimeo.com/{1}";
const DAILYMOTION: &str = "https://www.dailymotion.com/video/{1}";
const TWEET: &str = "https://twitter.com/i/status/{1}";

/// All services. The first pattern that matches decides.
pub(super) const SERVICES: &[Service] = &[
    Service {
        label: "Video on YouTube",
        players: &[
            ("youtube.com/embed/videoseries?list={1}", "https://www.youtube.com/playlist?list={1}"),
            ("youtube-nocookie.com/embed/videoseries?list={1}", "https://www.youtube.com/playlist?list={1}"),
            ("youtube.com/embed/{1}", YOUTUBE),
            ("youtube.com/v/{1}", YOUTUBE),
            ("youtube.com/shorts/{1}", YOUTUBE),
            ("youtube.com/live/{1}", YOUTUBE),
            ("youtube.com/watch?v={1}", YOUTUBE),
            ("youtube-nocookie.com/embed/{1}", YOUTUBE),
            ("youtube-nocookie.com/v/{1}", YOUTUBE),
            ("youtube-nocookie.com/shorts/{1}", YOUTUBE),
            ("youtu.be/{1}", YOUTUBE),
        ],
        marks: &[
            ("lite-youtube", "videoid", YOUTUBE),
            ("lite-yt", "videoid", YOUTUBE),
            ("youtube-video", "src", YOUTUBE),
            ("amp-youtube", "data-videoid", YOUTUBE),
            (".lite-youtube", "data-videoid", YOUTUBE),
            (".rll-youtube-player", "data-id", YOUTUBE),
            (".rll-youtube-player", "data-src", YOUTUBE),
            (".youtube-player", "data-id", YOUTUBE),
            (".lazyYT", "data-youtube-id", YOUTUBE),
            (".js-lazyYT", "data-youtube-id", YOUTUBE),
            (".youtube", "data-embed", YOUTUBE),
            (".youtube", "data-id", YOUTUBE),
            (".ytplayer", "data-id", YOUTUBE),
            ("", "data-youtube-id", YOUTUBE),
            ("", "data-youtube", YOUTUBE),
            ("", "data-ytid", YOUTUBE),
            ("", "data-yt-id", YOUTUBE),
            ("", "data-youtubeid", YOUTUBE),
        ],
        scripts: &[],
    },
    Service {
        label: "Video on Vimeo",
        players: &[("player.vimeo.com/video/{1}", VIMEO)],
        marks: &[
            ("lite-vimeo", "videoid", VIMEO),
            ("vimeo-video", "src", VIMEO),
            ("amp-vimeo", "data-videoid", VIMEO),
            ("", "data-vimeo-id", VIMEO),
            ("", "data-vimeo", VIMEO),
        ],
        scripts: &[],
    },
    Service {
        label: "Video on Dailymotion",
        players: &[
            ("dailymotion.com/embed/video/{1}", DAILYMOTION),
            ("dailymotion.com/embed/{1}", DAILYMOTION),
            ("geo.dailymotion.com/player.html?video={1}", DAILYMOTION),
            ("geo.dailymotion.com/player/{2}?video={1}", DAILYMOTION),
        ],
        marks: &[
            ("lite-dailymotion", "videoid", DAILYMOTION),
            ("amp-dailymotion", "data-videoid", DAILYMOTION),
            (".dailymotion", "data-id", DAILYMOTION),
            ("", "data-dailymotion-id", DAILYMOTION),
        ],
        scripts: &[],
    },
    Service {
        label: "Video on Twitch",
        players: &[
            ("player.twitch.tv/?video={1}", "https://www.twitch.tv/videos/{1}"),
            ("player.twitch.tv/?channel={1}", "https://www.twitch.tv/{1}"),
            ("clips.twitch.tv/embed?clip={1}", "https://clips.twitch.tv/{1}"),
        ],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Video on TED",
        players: &[("embed.ted.com/talks/{rest}", "https://www.ted.com/talks/{rest}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Video on Loom",
        players: &[("loom.com/embed/{1}", "https://www.loom.com/share/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Video on Streamable",
        players: &[
            ("streamable.com/e/{1}", "https://streamable.com/{1}"),
            ("streamable.com/o/{1}", "https://streamable.com/{1}"),
        ],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Video on Odysee",
        players: &[("odysee.com/$/embed/{rest}", "https://odysee.com/{rest}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Video on Wistia",
        players: &[("fast.wistia.net/embed/iframe/{1}", "https://fast.wistia.net/embed/iframe/{1}")],
        marks: &[("wistia-player", "media-id", "https://fast.wistia.net/embed/iframe/{1}")],
        scripts: &[],
    },
    Service {
        label: "Video on Bilibili",
        players: &[("player.bilibili.com/player.html?bvid={1}", "https://www.bilibili.com/video/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Video on Niconico",
        players: &[("embed.nicovideo.jp/watch/{1}", "https://www.nicovideo.jp/watch/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Video on VK",
        players: &[("vk.com/video_ext.php?oid={1}&id={2}", "https://vk.com/video{1}_{2}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Video on Rutube",
        players: &[("rutube.ru/play/embed/{1}", "https://rutube.ru/video/{1}/")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Video on PeerTube",
        players: &[("*/videos/embed/{1}", "https://{host}/w/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Gist on GitHub",
        players: &[
            ("gist.github.com/{1}/{2}.js", "https://gist.github.com/{1}/{2}"),
            ("gist.github.com/{1}.js", "https://gist.github.com/{1}"),
            ("gist.github.com/{1}/{2}.pibb", "https://gist.github.com/{1}/{2}"),
        ],
        marks: &[
            ("amp-gist", "data-gistid", "https://gist.github.com/{1}"),
            ("", "data-gist-id", "https://gist.github.com/{1}"),
            ("", "data-gist", "https://gist.github.com/{1}"),
        ],
        scripts: &["gist.github.com/"],
    },
    Service {
        label: "Snippet on GitLab",
        players: &[
            ("gitlab.com/-/snippets/{1}.js", "https://gitlab.com/-/snippets/{1}"),
            ("gitlab.com/snippets/{1}.js", "https://gitlab.com/-/snippets/{1}"),
        ],
        marks: &[],
        scripts: &["gitlab.com/-/snippets/", "gitlab.com/snippets/"],
    },
    Service {
        label: "Terminal recording on asciinema",
        players: &[
            ("asciinema.org/a/{1}.js", "https://asciinema.org/a/{1}"),
            ("asciinema.org/a/{1}/embed", "https://asciinema.org/a/{1}"),
            ("asciinema.org/a/{1}/iframe", "https://asciinema.org/a/{1}"),
        ],
        marks: &[],
        scripts: &["asciinema.org/a/"],
    },
    Service {
        label: "Pen on CodePen",
        players: &[
            ("codepen.io/{1}/embed/preview/{2}", "https://codepen.io/{1}/pen/{2}"),
            ("codepen.io/{1}/embed/{2}", "https://codepen.io/{1}/pen/{2}"),
        ],
        marks: &[(".codepen", "data-slug-hash", "https://codepen.io/{data-user}/pen/{1}")],
        scripts: &[],
    },
    Service {
        label: "Code on JSFiddle",
        players: &[
            ("jsfiddle.net/{1}/{2}/embedded/{rest}", "https://jsfiddle.net/{1}/{2}/"),
            ("jsfiddle.net/{1}/{2}/embed/{rest}", "https://jsfiddle.net/{1}/{2}/"),
            ("jsfiddle.net/{1}/embedded/{rest}", "https://jsfiddle.net/{1}/"),
            ("jsfiddle.net/{1}/embed/{rest}", "https://jsfiddle.net/{1}/"),
        ],
        marks: &[("amp-jsfiddle", "data-codepen", "https://jsfiddle.net/{1}/")],
        scripts: &["jsfiddle.net/"],
    },
    Service {
        label: "Code on CodeSandbox",
        players: &[("codesandbox.io/embed/{1}", "https://codesandbox.io/s/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Project on StackBlitz",
        players: &[("stackblitz.com/edit/{1}", "https://stackblitz.com/edit/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Slides on Speaker Deck",
        players: &[("speakerdeck.com/player/{1}", "https://speakerdeck.com/player/{1}")],
        marks: &[(".speakerdeck-embed", "data-id", "https://speakerdeck.com/player/{1}")],
        scripts: &[],
    },
    Service {
        label: "Document on Scribd",
        players: &[("scribd.com/embeds/{1}/content", "https://www.scribd.com/document/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Item of the Internet Archive",
        players: &[("archive.org/embed/{1}", "https://archive.org/details/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Chart on Datawrapper",
        players: &[
            ("datawrapper.dwcdn.net/{1}/embed.js", "https://datawrapper.dwcdn.net/{1}/"),
            ("datawrapper.dwcdn.net/{1}", "https://datawrapper.dwcdn.net/{1}/"),
        ],
        marks: &[],
        scripts: &["datawrapper.dwcdn.net/"],
    },
    Service {
        label: "Chart on Flourish",
        players: &[("flo.uri.sh/{1}/{2}/embed", "https://public.flourish.studio/{1}/{2}/")],
        marks: &[(".flourish-embed", "data-src", "https://public.flourish.studio/{path}/")],
        scripts: &[],
    },
    Service {
        label: "Infographic on Infogram",
        players: &[("e.infogram.com/{1}", "https://infogram.com/{1}")],
        marks: &[(".infogram-embed", "data-id", "https://infogram.com/{1}")],
        scripts: &[],
    },
    Service {
        label: "Poll on Crowdsignal",
        players: &[
            ("secure.polldaddy.com/p/{1}.js", "https://poll.fm/{1}"),
            ("static.polldaddy.com/p/{1}.js", "https://poll.fm/{1}"),
        ],
        marks: &[],
        scripts: &["polldaddy.com/p/"],
    },
    Service {
        label: "Post on X",
        players: &[("platform.twitter.com/embed/{2}?id={1}", TWEET)],
        marks: &[
            ("twitter-widget", "data-tweet-id", TWEET),
            ("amp-twitter", "data-tweetid", TWEET),
            ("", "data-tweet-id", TWEET),
            ("", "data-tweetid", TWEET),
        ],
        scripts: &[],
    },
    Service {
        label: "Post on Mastodon",
        players: &[
            ("*/@{1}/{2}/embed", "https://{host}/@{1}/{2}"),
            ("*/users/{1}/statuses/{2}/embed", "https://{host}/users/{1}/statuses/{2}"),
        ],
        marks: &[(".mastodon-embed", "data-embed-url", "")],
        scripts: &[],
    },
    Service {
        label: "Post on Bluesky",
        players: &[(
            "embed.bsky.app/embed/{1}/app.bsky.feed.post/{2}",
            "https://bsky.app/profile/{1}/post/{2}",
        )],
        marks: &[
            (".bluesky-embed", "data-bluesky-uri", "https://bsky.app/profile/{at}"),
            ("bluesky-post", "src", "https://bsky.app/profile/{at}"),
        ],
        scripts: &[],
    },
    Service {
        label: "Post on Instagram",
        players: &[
            ("instagram.com/p/{1}/embed", "https://www.instagram.com/p/{1}/"),
            ("instagram.com/reel/{1}/embed", "https://www.instagram.com/reel/{1}/"),
            ("instagram.com/tv/{1}/embed", "https://www.instagram.com/tv/{1}/"),
            ("instagram.com/p/{1}", "https://www.instagram.com/p/{1}/"),
            ("instagram.com/reel/{1}", "https://www.instagram.com/reel/{1}/"),
            ("instagram.com/tv/{1}", "https://www.instagram.com/tv/{1}/"),
        ],
        marks: &[
            (".instagram-media", "data-instgrm-permalink", ""),
            ("amp-instagram", "data-shortcode", "https://www.instagram.com/p/{1}/"),
        ],
        scripts: &[],
    },
    Service {
        label: "Post on Threads",
        players: &[
            ("threads.net/{1}/post/{2}/embed", "https://www.threads.net/{1}/post/{2}"),
            ("threads.com/{1}/post/{2}/embed", "https://www.threads.com/{1}/post/{2}"),
        ],
        marks: &[(".text-post-media", "data-text-post-permalink", "")],
        scripts: &[],
    },
    Service {
        label: "Video on TikTok",
        players: &[
            ("tiktok.com/embed/v2/{1}", "https://www.tiktok.com/@/video/{1}"),
            ("tiktok.com/embed/v3/{1}", "https://www.tiktok.com/@/video/{1}"),
            ("tiktok.com/embed/{1}", "https://www.tiktok.com/@/video/{1}"),
            ("tiktok.com/player/v1/{1}", "https://www.tiktok.com/@/video/{1}"),
            ("tiktok.com/{1}/video/{2}", "https://www.tiktok.com/{1}/video/{2}"),
        ],
        marks: &[
            (".tiktok-embed", "cite", ""),
            (".tiktok-embed", "data-video-id", "https://www.tiktok.com/@/video/{1}"),
            ("amp-tiktok", "data-src", "https://www.tiktok.com/@/video/{1}"),
        ],
        scripts: &[],
    },
    Service {
        label: "Post on Facebook",
        players: &[
            ("facebook.com/plugins/post.php?href={url}", "{url}"),
            ("facebook.com/plugins/video.php?href={url}", "{url}"),
            ("facebook.com/plugins/{1}?href={url}", "{url}"),
        ],
        marks: &[
            (".fb-post", "data-href", ""),
            (".fb-video", "data-href", ""),
            ("amp-facebook", "data-href", ""),
        ],
        scripts: &[],
    },
    Service {
        label: "Post on LinkedIn",
        players: &[("linkedin.com/embed/feed/update/{1}", "https://www.linkedin.com/feed/update/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Post on Reddit",
        players: &[
            ("redditmedia.com/r/{rest}", "https://www.reddit.com/r/{rest}"),
            ("embed.reddit.com/r/{rest}", "https://www.reddit.com/r/{rest}"),
        ],
        marks: &[("amp-reddit", "data-src", "")],
        scripts: &[],
    },
    Service {
        label: "Post on Tumblr",
        players: &[("embed.tumblr.com/embed/post/{rest}", "https://embed.tumblr.com/embed/post/{rest}")],
        marks: &[(".tumblr-post", "data-href", "")],
        scripts: &[],
    },
    Service {
        label: "Image on Imgur",
        players: &[
            ("imgur.com/a/{1}/embed", "https://imgur.com/a/{1}"),
            ("imgur.com/{1}/embed", "https://imgur.com/{1}"),
        ],
        marks: &[
            (".imgur-embed-pub", "data-id", "https://imgur.com/{path}"),
            ("amp-imgur", "data-imgur-id", "https://imgur.com/{path}"),
        ],
        scripts: &[],
    },
    Service {
        label: "Animation on Giphy",
        players: &[("giphy.com/embed/{1}", "https://giphy.com/gifs/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Audio on SoundCloud",
        players: &[("w.soundcloud.com/player?url={url}", "{url}")],
        marks: &[
            ("amp-soundcloud", "data-trackid", "https://api.soundcloud.com/tracks/{1}"),
            ("amp-soundcloud", "data-playlistid", "https://api.soundcloud.com/playlists/{1}"),
        ],
        scripts: &[],
    },
    Service {
        label: "Audio on Spotify",
        players: &[
            ("open.spotify.com/embed-podcast/{rest}", "https://open.spotify.com/{rest}"),
            ("open.spotify.com/embed/{rest}", "https://open.spotify.com/{rest}"),
            (
                "podcasters.spotify.com/pod/show/{1}/embed/episodes/{2}",
                "https://podcasters.spotify.com/pod/show/{1}/episodes/{2}",
            ),
            (
                "creators.spotify.com/pod/show/{1}/embed/episodes/{2}",
                "https://creators.spotify.com/pod/show/{1}/episodes/{2}",
            ),
            ("anchor.fm/{1}/embed/episodes/{2}", "https://anchor.fm/{1}/episodes/{2}"),
        ],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Audio on Apple Podcasts",
        players: &[("embed.podcasts.apple.com/{rest}", "https://podcasts.apple.com/{rest}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Music on Apple Music",
        players: &[("embed.music.apple.com/{rest}", "https://music.apple.com/{rest}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Music on Deezer",
        players: &[("widget.deezer.com/widget/{3}/{1}/{2}", "https://www.deezer.com/{1}/{2}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Music on Tidal",
        players: &[
            ("embed.tidal.com/tracks/{1}", "https://tidal.com/track/{1}"),
            ("embed.tidal.com/albums/{1}", "https://tidal.com/album/{1}"),
        ],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Music on Bandcamp",
        players: &[("bandcamp.com/EmbeddedPlayer/{rest}", "https://bandcamp.com/EmbeddedPlayer/{rest}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Audio on Mixcloud",
        players: &[
            ("mixcloud.com/widget/iframe?feed={text}", "https://www.mixcloud.com{text}"),
            ("player-widget.mixcloud.com/widget/iframe?feed={text}", "https://www.mixcloud.com{text}"),
        ],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Podcast on Buzzsprout",
        players: &[
            ("buzzsprout.com/{1}/{2}.js", "https://www.buzzsprout.com/{1}/{2}"),
            ("buzzsprout.com/{1}/{2}", "https://www.buzzsprout.com/{1}/{2}"),
        ],
        marks: &[],
        scripts: &["buzzsprout.com/"],
    },
    Service {
        label: "Podcast on Transistor",
        players: &[("share.transistor.fm/e/{1}", "https://share.transistor.fm/s/{1}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Podcast on Acast",
        players: &[("embed.acast.com/{1}/{2}", "https://shows.acast.com/{1}/episodes/{2}")],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Podcast on Audioboom",
        players: &[
            ("embeds.audioboom.com/posts/{1}", "https://audioboom.com/posts/{1}"),
            ("audioboom.com/boos/{1}", "https://audioboom.com/posts/{1}"),
        ],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Podcast player",
        players: &[
            ("html5-player.libsyn.com/{rest}", "https://html5-player.libsyn.com/{rest}"),
            ("play.libsyn.com/{rest}", "https://play.libsyn.com/{rest}"),
            ("player.simplecast.com/{1}", "https://player.simplecast.com/{1}"),
            ("player.captivate.fm/episode/{1}", "https://player.captivate.fm/episode/{1}"),
            ("player.megaphone.fm/{1}", "https://player.megaphone.fm/{1}"),
            ("playlist.megaphone.fm/?e={1}", "https://playlist.megaphone.fm/?e={1}"),
            ("omny.fm/shows/{1}/{2}/embed", "https://omny.fm/shows/{1}/{2}"),
            ("*/{1}/embed?context=external", "https://{host}/{1}"),
        ],
        marks: &[(".podigee-podcast-player", "data-configuration", "")],
        scripts: &["podigee.io/"],
    },
    Service {
        label: "Map on Google Maps",
        players: &[
            ("google.com/maps/d/embed?mid={1}", "https://www.google.com/maps/d/viewer?mid={1}"),
            (
                "google.com/maps/embed/v1/place?q={text}",
                "https://www.google.com/maps/search/?api=1&query={text}",
            ),
            (
                "google.com/maps/embed/v1/search?q={text}",
                "https://www.google.com/maps/search/?api=1&query={text}",
            ),
            (
                "google.com/maps/embed/v1/view?center={text}",
                "https://www.google.com/maps/search/?api=1&query={text}",
            ),
            ("google.com/maps?q={text}", "https://www.google.com/maps/search/?api=1&query={text}"),
            ("maps.google.com/maps?q={text}", "https://www.google.com/maps/search/?api=1&query={text}"),
            ("google.com/maps/embed?pb={text}", "https://www.google.com/maps/embed?pb={text}"),
        ],
        marks: &[],
        scripts: &[],
    },
    Service {
        label: "Map on OpenStreetMap",
        players: &[
            (
                "openstreetmap.org/export/embed.html?marker={lat},{lon}",
                "https://www.openstreetmap.org/?mlat={lat}&mlon={lon}",
            ),
            (
                "openstreetmap.org/export/embed.html?bbox={text}",
                "https://www.openstreetmap.org/export/embed.html?bbox={text}",
            ),
            ("umap.openstreetmap.fr/{1}/map/{2}", "https://umap.openstreetmap.fr/{1}/map/{2}"),
        ],
        marks: &[],
        scripts: &[],
    },
];

/// Returns the service and the page of a player's URL.
pub(super) fn page_of(player: &Url) -> Option<(&'static Service, Url)> {
    work::step(player.as_str().len());
    SERVICES.iter().find_map(|service| {
        let page =
            service.players.iter().find_map(|(pattern, page)| fill(page, &capture(pattern, player)?, player));
        page.map(|page| (service, page))
    })
}

/// Returns the page for the value of a [mark](Service::marks): a URL of the service, or an id.
pub(super) fn page_of_mark(value: &str, page: &str, user: Option<&str>) -> Option<Url> {
    let value = value.trim();
    work::step(value.len());
    let url = value
        .strip_prefix("//")
        .map_or_else(|| Url::parse(value), |rest| Url::parse(&format!("https://{rest}")));
    if let Some(url) =
        url.ok().filter(|url| is_web(url) && url.host_str().is_some_and(|host| host.contains('.')))
    {
        // The pages of a service have longer URLs than ids have.
        return Some(page_of(&url).map_or(url, |(_, page)| page));
    }
    if let Some(uri) = value.strip_prefix("at://") {
        let (account, post) = uri.split_once("/app.bsky.feed.post/")?;
        let is_account = account.bytes().all(|b| b.is_ascii_alphanumeric() || b".:-_".contains(&b));
        let page = page.replace("{at}", &format!("{account}/post/{post}"));
        return Url::parse(&page).ok().filter(|_| is_account && is_id(post));
    }
    let is_path = page.contains("{path}") && value.split('/').all(is_id);
    if !(is_path || is_id(value)) || page.is_empty() || page.contains("{at}") {
        return None;
    }
    let user = user.filter(|user| is_id(user)).unwrap_or("anon");
    Url::parse(&page.replace("{1}", value).replace("{path}", value).replace("{data-user}", user)).ok()
}

/// True for a domain and for the hosts in it.
pub(super) fn is_host_of(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
}

/// True for the URL of a script that shows the content of a service in its place.
pub(super) fn is_embedding_script(src: &str) -> bool {
    work::step(src.len());
    SERVICES.iter().flat_map(|service| service.scripts).any(|part| src.contains(part))
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

fn is_id(id: &str) -> bool {
    let is_char = |b: u8| b.is_ascii_alphanumeric() || b"-_.:@~".contains(&b);
    !id.is_empty() && id.len() <= 200 && id.bytes().all(is_char) && !id.starts_with('.')
}

/// Compares a URL with a pattern. Returns the names and values of its variables.
fn capture<'a>(pattern: &'a str, url: &'a Url) -> Option<Vec<(&'a str, String)>> {
    let (path, query) = pattern.split_once('?').map_or((pattern, ""), |(path, query)| (path, query));
    let mut wanted = path.split('/');
    let host = url.host_str()?;
    let bare = host.strip_prefix("www.").or_else(|| host.strip_prefix("m.")).unwrap_or(host);
    let known = wanted.next()?;
    if known != "*" && known != bare {
        return None;
    }
    let mut found = Vec::new();
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    for part in wanted.filter(|part| !part.is_empty()) {
        if part == "{rest}" {
            let rest: Vec<&str> = segments.by_ref().collect();
            found.push(("{rest}", rest.join("/")));
            break;
        }
        let segment = segments.next()?;
        match part.find('{').zip(part.find('}')) {
            Some((start, end)) => {
                let value = segment.strip_prefix(&part[..start])?.strip_suffix(&part[end + 1..])?;
                is_id(value).then_some(())?;
                found.push((&part[start..=end], value.to_owned()));
            }
            None => (part == segment).then_some(())?,
        }
    }
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, variable) = part.split_once('=')?;
        let value = url.query_pairs().find(|(name, _)| name == key)?.1.into_owned();
        match variable {
            "{url}" => Url::parse(&value).ok().filter(is_web).map(|_| ())?,
            "{text}" => (!value.trim().is_empty() && value.len() <= 1000).then_some(())?,
            "{lat},{lon}" => {
                let (lat, lon) = value.split_once(',')?;
                (lat.parse::<f64>().is_ok() && lon.parse::<f64>().is_ok()).then_some(())?;
                found.extend([("{lat}", lat.to_owned()), ("{lon}", lon.to_owned())]);
                continue;
            }
            "{1}" | "{2}" => is_id(&value).then_some(())?,
            literal => {
                (value == literal).then_some(())?;
                continue;
            }
        }
        found.push((variable, value));
    }
    Some(found)
}

/// Returns the URL of a page, with the values of its variables.
fn fill(page: &str, values: &[(&str, String)], player: &Url) -> Option<Url> {
    let mut filled = page.replace("{host}", player.host_str()?);
    for (name, value) in values {
        let value = match *name {
            "{text}" if page.contains('?') => {
                url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
            }
            _ => value.clone(),
        };
        filled = filled.replace(name, &value);
    }
    Url::parse(&filled).ok().filter(is_web)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_lead_to_their_pages() {
        for (player, page) in [
            (
                "https://www.youtube.com/embed/HRGB0xn1Zz4?feature=oembed",
                "https://www.youtube.com/watch?v=HRGB0xn1Zz4",
            ),
            ("https://www.youtube-nocookie.com/embed/a_b-c", "https://www.youtube.com/watch?v=a_b-c"),
            (
                "https://www.youtube.com/embed/videoseries?list=PL1",
                "https://www.youtube.com/playlist?list=PL1",
            ),
            ("https://player.vimeo.com/video/123?h=1", "https://vimeo.com/123"),
            ("https://www.dailymotion.com/embed/video/x1", "https://www.dailymotion.com/video/x1"),
            ("https://geo.dailymotion.com/player/xk2a.html?video=x9", "https://www.dailymotion.com/video/x9"),
            ("https://gist.github.com/ann/0a1b.js?file=x.rs", "https://gist.github.com/ann/0a1b"),
            ("https://gist.github.com/0a1b.js", "https://gist.github.com/0a1b"),
            ("https://asciinema.org/a/14.js", "https://asciinema.org/a/14"),
            ("https://platform.twitter.com/embed/Tweet.html?dnt=1&id=12", "https://twitter.com/i/status/12"),
            ("https://social.example/@ann/110/embed", "https://social.example/@ann/110"),
            (
                "https://embed.bsky.app/embed/did:plc:xy/app.bsky.feed.post/3k?ref=1",
                "https://bsky.app/profile/did:plc:xy/post/3k",
            ),
            ("https://www.instagram.com/p/AbC/embed/captioned/", "https://www.instagram.com/p/AbC/"),
            ("https://www.tiktok.com/embed/v2/77", "https://www.tiktok.com/@/video/77"),
            ("https://codepen.io/ann/embed/xYz?default-tab=result", "https://codepen.io/ann/pen/xYz"),
            ("https://open.spotify.com/embed/track/1", "https://open.spotify.com/track/1"),
            (
                "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/5&x",
                "https://api.soundcloud.com/tracks/5",
            ),
            (
                "https://www.google.com/maps/embed/v1/place?key=SECRET&q=Old+Mill,Dale",
                "https://www.google.com/maps/search/?api=1&query=Old+Mill%2CDale",
            ),
            (
                "https://www.openstreetmap.org/export/embed.html?bbox=1,2,3,4&marker=47.1,9.2",
                "https://www.openstreetmap.org/?mlat=47.1&mlon=9.2",
            ),
            ("https://tube.example/videos/embed/5-6", "https://tube.example/w/5-6"),
            (
                "https://embed.podcasts.apple.com/ch/podcast/x/id9?i=1",
                "https://podcasts.apple.com/ch/podcast/x/id9",
            ),
        ] {
            let found = page_of(&Url::parse(player).unwrap());
            assert_eq!(found.map(|(_, page)| page.to_string()).as_deref(), Some(page), "{player}");
        }
        for other in [
            "https://other.example/x?y",
            "https://www.youtube.com/",
            "https://www.facebook.com/plugins/post.php?href=javascript:alert(1)",
            "https://www.youtube.com/embed/a%22b",
        ] {
            assert!(page_of(&Url::parse(other).unwrap()).is_none(), "{other}");
        }
    }

    #[test]
    fn a_mark_holds_an_id_or_a_url_of_the_service() {
        for (value, page, wanted) in [
            ("x-1", YOUTUBE, Some("https://www.youtube.com/watch?v=x-1")),
            ("https://www.youtube.com/embed/x-1", YOUTUBE, Some("https://www.youtube.com/watch?v=x-1")),
            ("//player.vimeo.com/video/9", VIMEO, Some("https://vimeo.com/9")),
            (
                "at://did:plc:a/app.bsky.feed.post/b",
                "https://bsky.app/profile/{at}",
                Some("https://bsky.app/profile/did:plc:a/post/b"),
            ),
            (
                "visualisation/4",
                "https://public.flourish.studio/{path}/",
                Some("https://public.flourish.studio/visualisation/4/"),
            ),
            ("a\"b", YOUTUBE, None),
            ("javascript:alert(1)", "", None),
            ("../x", "https://imgur.com/{path}", None),
        ] {
            assert_eq!(page_of_mark(value, page, None).map(String::from).as_deref(), wanted, "{value}");
        }
    }

    #[test]
    fn patterns_are_well_formed() {
        for service in SERVICES {
            for (pattern, page) in service.players {
                assert!(
                    pattern.contains('/') && (page.starts_with("https://") || *page == "{url}"),
                    "{pattern}"
                );
            }
            assert!(service.marks.iter().all(|(_, attribute, _)| !attribute.is_empty()));
        }
    }
}
