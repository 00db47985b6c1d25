//! `feedmill init`: what it finds in folders, what it writes, and that the mill can follow it.

use std::fs;

use super::{Mill, messages, shared, text};

const T: i64 = 1_698_786_902_000;

/// Mills where `init` was run; gives back the codes of what was said.
fn milled(mill: &Mill, folder: &str) -> Vec<String> {
    let mut command = mill.command(&["--message-format", "json"]);
    let (code, _, stderr) = super::run(command.current_dir(mill.path(folder)));
    assert_eq!(code, 0, "{stderr}");
    messages(&stderr).iter().map(|m| text(m, "code").to_owned()).collect()
}

/// The lines of the configuration that say something.
fn settings(mill: &Mill, path: &str) -> Vec<String> {
    let all = mill.read(path);
    all.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn sections_under_seeds_are_found_and_only_base_url_remains_to_be_said() {
    let mill = Mill::new();
    mill.put("news/seeds/robots.txt", "User-agent: *\n");
    let seed = |path: &str, ms: i64, link: &str, body: &str| {
        mill.put(format!("news/{path}"), format!("<!--{ms}-->\n[A title]({link})\n------\n\n{body}\n"));
    };
    seed("seeds/town/1.txt", T, "https://a.example/1", "<html lang='de'><p>x</p>");
    seed("seeds/town/2.txt", T - 86_400_000, "https://a.example/2", "<p lang='de'>x</p>");
    seed("seeds/two words/3.txt", T, "https://b.example/3", "<p lang=de>x</p>");
    seed("2.txt", T, "https://c.example/3", "<p>not looked at, for there are seeds in seeds/</p>");
    let (code, stdout, stderr) = mill.run(&["init", "news"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for line in [
        "news/seeds: 3 articles (stamped)\n  from 2023-10-30 to 2023-10-31\n  in 2 sections: town (2), two words (1)\n",
        "  of https://a.example (2), https://b.example (1)\n  in the language de\n  1 file is no article",
        "wrote news/feedmill.toml",
        "    cd news\n    feedmill ",
        "feedmill check feeds",
        "feedmill serve",
    ] {
        assert!(stdout.contains(line), "{line}\n{stdout}");
    }
    assert_eq!(
        settings(&mill, "news/feedmill.toml"),
        ["title = \"news\"", "site_url = \"https://a.example/\"", "language = \"de\""]
    );
    assert!(mill.read("news/feedmill.toml").contains("#[section.\"two words\"]\n#title = \"two words\"\n"));
    assert_eq!(milled(&mill, "news"), ["seed-no-stamp", "no-base-url"]);
    let rss = mill.read("news/feeds/rss.xml");
    assert!(rss.contains("<title>news</title>") && rss.contains("<language>de</language>"), "{rss}");
    assert!(mill.path("news/feeds/two words/atom.xml").exists());
}

#[test]
fn a_flat_folder_and_a_folder_of_another_name_are_found() {
    let mill = Mill::new();
    let article = |n: u32| format!("<!--{T}-->\n[A title](https://a.example/{n})\n------\n\n<p>x</p>\n");
    mill.put("flat/1.txt", article(1)).put("flat/2.txt", article(2)).put("flat/more/3.txt", article(3));
    let (code, stdout, _) = mill.run(&["init", "flat"]);
    assert!(code == 0 && stdout.starts_with("flat: 3 articles"), "{stdout}");
    assert_eq!(settings(&mill, "flat/feedmill.toml")[0], "seeds = \".\"");
    assert_eq!(milled(&mill, "flat"), ["no-base-url"]);
    assert_eq!(milled(&mill, "flat"), ["no-base-url"], "and again, with feeds among the seeds");
    assert_eq!(mill.items("flat/feeds/more/feed.json").len(), 1);

    mill.put("other/Öffent \"lich\"/a/1.txt", article(1)).put("other/README.md", "");
    assert_eq!(mill.run(&["init", "other"]).0, 0);
    assert_eq!(settings(&mill, "other/feedmill.toml")[0], "seeds = \"Öffent \\\"lich\\\"\"");
    assert_eq!(milled(&mill, "other"), ["no-base-url"]);
    assert!(mill.path("other/feeds/a/rss.xml").exists());
}

#[test]
#[cfg_attr(not(has_shared), ignore = "needs FEEDMILL_SHARED")]
fn the_real_seed_is_found() {
    let mill = Mill::new();
    for entry in fs::read_dir(shared("seeds")).unwrap() {
        let entry = entry.unwrap();
        mill.put(format!("seeds/{}", entry.file_name().display()), fs::read(entry.path()).unwrap());
    }
    let (code, stdout, _) = mill.run(&["init"]);
    assert!(
        code == 0 && stdout.starts_with("seeds: 1 article (stamped)\n  from 2023-10-31 to 2023-10-31\n"),
        "{stdout}"
    );
    assert!(!stdout.contains("    cd "), "it is here");
    assert_eq!(milled(&mill, ""), ["no-base-url"]);
}

#[test]
fn a_configuration_that_is_there_stays_unless_told_otherwise() {
    let mill = Mill::new();
    mill.put("feedmill.toml", "title = 'Mine'\n").seed("1.txt", T, "One", "https://e.example/1", "");
    let (code, stdout, stderr) = mill.run(&["init"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert_eq!(stderr, "feedmill: feedmill.toml: it is there already; --force writes it anew\n");
    assert_eq!(mill.read("feedmill.toml"), "title = 'Mine'\n");
    assert_eq!(mill.run(&["init", "--force"]).0, 0);
    assert!(settings(&mill, "feedmill.toml").contains(&"site_url = \"https://e.example/\"".to_owned()));
}

#[test]
fn posts_of_a_blog_are_no_section_and_say_no_site() {
    let mill = Mill::new();
    mill.put("seeds/_posts/2024-05-01-a.md", "---\ntitle: A\n---\nHello.\n");
    let (code, stdout, stderr) = mill.run(&["init"]);
    assert!(code == 0 && stderr.is_empty(), "{stderr}");
    let start = "seeds: 1 article (yaml)\n  from 2024-05-01 to 2024-05-01\nwrote feedmill.toml;";
    assert!(stdout.starts_with(start), "{stdout}");
    assert!(!mill.read("feedmill.toml").contains("_posts"));
}

#[test]
fn where_no_articles_are_it_shows_how_one_looks_and_writes_the_file_all_the_same() {
    let mill = Mill::new();
    let (code, stdout, stderr) = mill.run(&["init", "new\n'place"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let shown: Vec<_> = stdout.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert_eq!(shown[0], "<!--1698786902000-->", "{stdout}");
    assert_eq!(settings(&mill, "new\n'place/feedmill.toml"), ["title = \"new\\n'place\""]);
    let seed: Vec<_> = stdout.split("\n\n    ").nth(1).unwrap().lines().map(str::trim_start).collect();
    mill.put("new\n'place/seeds/1.txt", format!("{}\n\n<p>The text, as HTML.</p>\n", seed.join("\n")));
    assert_eq!(milled(&mill, "new\n'place"), ["no-base-url"], "what it shows is a seed");
}
