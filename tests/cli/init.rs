//! `feedmill init`: what it finds in folders, what it writes, and that a build works with it.

use std::fs;

use super::{Project, json_messages, shared_path, string_field};

const BASE_TIME: i64 = 1_698_786_902_000;

/// Builds in the folder in which `init` was run, and returns the codes of all diagnostics.
fn build_codes(project: &Project, folder: &str) -> Vec<String> {
    let mut command = project.command(&["--message-format", "json"]);
    let (code, _, stderr) = super::output_of(command.current_dir(project.path(folder)));
    assert_eq!(code, 0, "{stderr}");
    json_messages(&stderr).iter().map(|m| string_field(m, "code").to_owned()).collect()
}

/// Returns the lines of a configuration, except comments and empty lines.
fn settings(project: &Project, path: &str) -> Vec<String> {
    let all = project.read_file(path);
    all.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn init_finds_sections_and_leaves_only_base_url_to_be_set() {
    let project = Project::new();
    project.write_file("news/seeds/notes.txt", "No stamp\n");
    let seed = |path: &str, ms: i64, link: &str, body: &str| {
        project.write_file(
            format!("news/{path}"),
            format!("<!--{ms}-->\n[A title]({link})\n------\n\n{body}\n"),
        );
    };
    seed("seeds/town/1.txt", BASE_TIME, "https://a.example/1", "<html lang='de'><p>x</p>");
    seed("seeds/town/2.txt", BASE_TIME - 86_400_000, "https://a.example/2", "<p lang='de'>x</p>");
    seed("seeds/two words/3.txt", BASE_TIME, "https://b.example/3", "<p lang=de>x</p>");
    seed("2.txt", BASE_TIME, "https://c.example/3", "<p>ignored, because seeds/ has seeds</p>");
    let (code, stdout, stderr) = project.feedmill(&["init", "news"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for line in [
        "news/seeds: 3 articles (stamped)\n  from 2023-10-30 to 2023-10-31\n  in 2 sections: town (2), two words (1)\n",
        "  on https://a.example (2), https://b.example (1)\n  in the language de\n  1 file skipped",
        "wrote news/feedmill.toml",
        "    cd news\n    feedmill ",
        "feedmill check feeds",
        "feedmill serve",
    ] {
        assert!(stdout.contains(line), "{line}\n{stdout}");
    }
    assert_eq!(
        settings(&project, "news/feedmill.toml"),
        ["title = \"news\"", "site_url = \"https://a.example/\"", "language = \"de\""]
    );
    assert!(
        project
            .read_file("news/feedmill.toml")
            .contains("#[section.\"two words\"]\n#title = \"two words\"\n")
    );
    assert_eq!(build_codes(&project, "news"), ["seed-no-stamp", "no-base-url"]);
    let rss = project.read_file("news/feeds/rss.xml");
    assert!(rss.contains("<title>news</title>") && rss.contains("<language>de</language>"), "{rss}");
    assert!(project.path("news/feeds/two words/atom.xml").exists());
}

#[test]
fn init_finds_a_flat_folder_and_a_folder_with_another_name() {
    let project = Project::new();
    let article =
        |n: u32| format!("<!--{BASE_TIME}-->\n[A title](https://a.example/{n})\n------\n\n<p>x</p>\n");
    project
        .write_file("flat/1.txt", article(1))
        .write_file("flat/2.txt", article(2))
        .write_file("flat/more/3.txt", article(3));
    let (code, stdout, _) = project.feedmill(&["init", "flat"]);
    assert!(code == 0 && stdout.starts_with("flat: 3 articles"), "{stdout}");
    assert_eq!(settings(&project, "flat/feedmill.toml")[0], "seeds = \".\"");
    assert_eq!(build_codes(&project, "flat"), ["no-base-url"]);
    assert_eq!(build_codes(&project, "flat"), ["no-base-url"], "and again, with feeds among the seeds");
    assert_eq!(project.json_items("flat/feeds/more/feed.json").len(), 1);

    project.write_file("other/Öffent \"lich\"/a/1.txt", article(1)).write_file("other/README.md", "");
    assert_eq!(project.feedmill(&["init", "other"]).0, 0);
    assert_eq!(settings(&project, "other/feedmill.toml")[0], "seeds = \"Öffent \\\"lich\\\"\"");
    assert_eq!(build_codes(&project, "other"), ["no-base-url"]);
    assert!(project.path("other/feeds/a/rss.xml").exists());
}

#[test]
#[cfg_attr(not(has_shared), ignore = "needs external data (FEEDMILL_SHARED)")]
fn init_finds_the_real_seed() {
    let project = Project::new();
    for entry in fs::read_dir(shared_path("seeds")).unwrap() {
        let entry = entry.unwrap();
        project.write_file(format!("seeds/{}", entry.file_name().display()), fs::read(entry.path()).unwrap());
    }
    let (code, stdout, _) = project.feedmill(&["init"]);
    assert!(
        code == 0 && stdout.starts_with("seeds: 1 article (stamped)\n  from 2023-10-31 to 2023-10-31\n"),
        "{stdout}"
    );
    assert!(!stdout.contains("    cd "), "already in the right folder");
    assert_eq!(build_codes(&project, ""), ["no-base-url"]);
}

#[test]
fn init_keeps_an_existing_configuration_without_force() {
    let project = Project::new();
    project.write_file("feedmill.toml", "title = 'Mine'\n").write_seed(
        "1.txt",
        BASE_TIME,
        "One",
        "https://e.example/1",
        "",
    );
    let (code, stdout, stderr) = project.feedmill(&["init"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert_eq!(stderr, "feedmill: feedmill.toml: already exists; use --force to overwrite it\n");
    assert_eq!(project.read_file("feedmill.toml"), "title = 'Mine'\n");
    assert_eq!(project.feedmill(&["init", "--force"]).0, 0);
    assert!(settings(&project, "feedmill.toml").contains(&"site_url = \"https://e.example/\"".to_owned()));
}

#[test]
fn init_takes_no_section_and_no_site_from_the_posts_of_a_blog() {
    let project = Project::new();
    project.write_file("seeds/_posts/2024-05-01-a.md", "---\ntitle: A\n---\nHello.\n");
    let (code, stdout, stderr) = project.feedmill(&["init"]);
    assert!(code == 0 && stderr.is_empty(), "{stderr}");
    let start = "seeds: 1 article (yaml)\n  from 2024-05-01 to 2024-05-01\n  Jekyll site\n";
    assert!(stdout.starts_with(start), "{stdout}");
    assert!(!project.read_file("feedmill.toml").contains("_posts"));
}

#[test]
fn init_without_articles_shows_a_sample_seed_and_still_writes_the_file() {
    let project = Project::new();
    let (code, stdout, stderr) = project.feedmill(&["init", "new\n'place"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let shown: Vec<_> = stdout.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert_eq!(shown[0], "<!--1698786902000-->", "{stdout}");
    assert_eq!(settings(&project, "new\n'place/feedmill.toml"), ["title = \"new\\n'place\""]);
    let seed: Vec<_> = stdout.split("\n\n    ").nth(1).unwrap().lines().map(str::trim_start).collect();
    project
        .write_file("new\n'place/seeds/1.txt", format!("{}\n\n<p>The text, as HTML.</p>\n", seed.join("\n")));
    assert_eq!(build_codes(&project, "new\n'place"), ["no-base-url"], "the sample is a valid seed");
}

#[test]
fn init_leaves_out_what_is_not_published() {
    let project = Project::new();
    let post = |title: &str| format!("---\ntitle: {title}\ndate: 2024-05-31\n---\nText\n");
    project
        .write_file("content/blog/a.md", post("Public"))
        .write_file("content/drafts/b.md", post("Draft"))
        .write_file("content/Templates/c.md", post("Template"))
        .write_file("content/inbox/d.md", post("Ignored"))
        .write_file(
            "quartz.config.ts",
            "configuration: { baseUrl: \"notes.quay.example\", ignorePatterns: [\"inbox\", \"private\"] }",
        )
        .write_file("package.json", "{\"homepage\": \"https://quartz.jzhao.xyz\"}");
    let (code, stdout, stderr) = project.feedmill(&["init"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let line = "  3 files left out by `exclude` in feedmill.toml: Templates (1), drafts (1), inbox (1)\n";
    assert!(stdout.starts_with("content: 1 article") && stdout.contains(line), "{stdout}");
    let settings = settings(&project, "feedmill.toml");
    for line in [
        "seeds = \"content\"",
        "exclude = [\"Templates\", \"drafts\", \"inbox\"]",
        "site_url = \"https://notes.quay.example/\"",
    ] {
        assert!(settings.iter().any(|set| set == line), "{line}: {settings:?}");
    }
    let (code, stdout, stderr) = project.feedmill(&["--verbose"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let why = "content/drafts/b.md: note[seed-passed-over]: not an article: `exclude` in feedmill.toml has `drafts`";
    assert!(stderr.contains(why), "{stderr}");
    assert_eq!(project.json_items("feeds/feed.json").len(), 1);
}

#[test]
fn init_does_not_read_what_feedmill_wrote() {
    let project = Project::new();
    project.write_file("notes/a.md", "---\ntitle: A\ndate: 2024-05-31\n---\nText\n");
    project.feedmill(&["init"]);
    let (code, stdout, stderr) =
        project.feedmill(&["--site-url", "https://page.invalid/", "--base-url", "https://feeds.example/"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let (code, stdout, _) = project.feedmill(&["init", "--force"]);
    assert!(code == 0 && stdout.contains("site_url is not known"), "{stdout}");
}

#[test]
fn init_says_what_undated_markdown_lacks() {
    let project = Project::new();
    project.write_file("a/one.md", "# One\n\nText\n").write_file("two.md", "---\ntitle: Two\n---\nText\n");
    let (code, stdout, stderr) = project.feedmill(&["init"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.starts_with(".: 2 Markdown files; none is an article\nan article has a date"), "{stdout}");
    assert!(stdout.contains("\nnext, when there is an article:\n"), "{stdout}");
}

#[test]
fn init_counts_unlisted_articles_apart() {
    let project = Project::new();
    project
        .write_file("_config.yml", "title: The Quay\nurl: https://quay.example\n")
        .write_file("_posts/2024-05-30-a.md", "---\nhidden: true\n---\nText\n")
        .write_file("_posts/2024-05-31-b.md", "---\nexclude_from_feed: true\n---\nText\n");
    let (code, stdout, _) = project.feedmill(&["init"]);
    assert!(code == 0 && stdout.starts_with(".: 1 article (yaml)\n"), "{stdout}");
    assert!(stdout.contains("  1 unlisted article is not in feeds\n"), "{stdout}");
    project.feedmill(&["--quiet"]);
    assert_eq!(project.json_items("feeds/feed.json").len(), 1);
}

#[test]
fn a_permalink_that_cannot_be_evaluated_is_one_error_and_feedmill_toml_replaces_it() {
    let project = Project::new();
    project
        .write_file(".eleventy.js", "module.exports = { dir: { input: 'src' } };\n")
        .write_file(
            "src/blog/blog.11tydata.js",
            "module.exports = { tags: ['posts'], permalink: (data) => { const slug = slugOf(data); return `/blog/${slug}/`; } };\n",
        )
        .write_file("src/blog/a.md", "---\ntitle: A\ndate: 2024-05-30\n---\nText\n")
        .write_file("src/blog/b.md", "---\ntitle: B\ndate: 2024-05-31\n---\nText\n")
        .write_file("src/blog/c.md", "---\ntitle: C\ndate: 2024-05-29\npermalink: /own/\n---\nText\n");
    let (code, stdout, _) = project.feedmill(&["init"]);
    assert!(code == 0 && stdout.contains("2 files skipped"), "{stdout}");
    let (code, _, stderr) = project.feedmill(&["--site-url", "https://quay.example/"]);
    assert_eq!((code, stderr.matches("error[seed-address-unknown]").count()), (0, 1), "{stderr}");
    for part in ["in src/blog/blog.11tydata.js; 2 articles", "set `permalink` in feedmill.toml"] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
    let (code, _, stderr) =
        project.feedmill(&["--site-url", "https://quay.example/", "--permalink", "/posts/:filename/"]);
    assert_eq!(code, 0, "{stderr}");
    let items = project.json_items("feeds/feed.json");
    let urls: Vec<_> = items.iter().map(|item| string_field(item, "url").to_owned()).collect();
    assert_eq!(
        urls,
        ["https://quay.example/posts/b/", "https://quay.example/posts/a/", "https://quay.example/own/"]
    );
}

#[test]
fn no_user_name_or_password_of_a_site_gets_into_the_configuration_or_a_feed() {
    let address = "https://ann:S3CRET@quay.example/";
    let post = "---\ntitle: One\ndate: 2024-05-31\n---\nText\n";
    for (generator, file, text, article) in [
        (
            "hugo",
            "hugo.toml",
            format!(
                "baseURL = '{address}'\ntitle = 'See {address}'\n[params]\nauthor = '{address}'\ndescription = '{address}'\n"
            ),
            "content/posts/one.md",
        ),
        ("jekyll", "_config.yml", format!("url: {address}\ntitle: {address}\n"), "_posts/2024-05-31-one.md"),
        ("zola", "config.toml", format!("base_url = '{address}'\ntitle = '{address}'\n"), "content/one.md"),
        (
            "astro",
            "astro.config.mjs",
            format!("export default {{ site: '{address}' }};\n"),
            "src/content/blog/one.md",
        ),
        ("custom", "site.ts", format!("export const siteUrl = '{address}';\n"), "posts/one.md"),
    ] {
        let project = Project::new();
        project.write_file(format!("{generator}/{file}"), &text);
        let matter =
            if generator == "zola" { "+++\ntitle = 'One'\ndate = 2024-05-31\n+++\nText\n" } else { post };
        project.write_file(format!("{generator}/{article}"), matter);
        // Without `feedmill.toml`, the build reads the configuration of the generator.
        let mut outputs = vec![
            project.feedmill(&["--seeds", &format!("{generator}/{}", article.split('/').next().unwrap())]),
        ];
        outputs.push(project.feedmill(&["init", generator]));
        let mut command = project.command(&["--verbose"]);
        outputs.push(super::output_of(command.current_dir(project.path(generator))));
        for (_, out, err) in outputs {
            assert!(!out.contains("S3CRET") && !err.contains("S3CRET"), "{generator}: {out}{err}");
        }
        let written = project.read_file(&format!("{generator}/feedmill.toml"));
        assert!(!written.contains("S3CRET"), "{generator}: {written}");
        assert!(written.contains("site_url = \"https://quay.example/\""), "{generator}: {written}");
        let folders =
            [format!("{generator}/feedmill.toml"), format!("{generator}/feeds"), "feeds".to_owned()];
        for file in folders.iter().flat_map(|folder| super::files_below(&project.path(folder))) {
            let bytes = fs::read(&file).unwrap();
            assert!(!bytes.windows(6).any(|part| part == b"S3CRET"), "{generator}: {}", file.display());
        }
    }
}
