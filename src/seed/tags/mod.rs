//! Template tags in a body: Liquid and kramdown attribute lists of Jekyll, shortcodes of Hugo and Zola. A tag is replaced
//! by what the documentation of the generator says it shows. A tag that only the site can evaluate is left out and
//! reported. Everything here takes linear time.

mod budget;
mod go;
mod hexo;
mod hugo;
mod kramdown;
mod kramdown_blocks;
mod kramdown_tables;
mod liquid;
mod mdx;
mod named;
mod renderer;
mod scopes;
mod syntax;
mod template;
mod zola;

use std::borrow::Cow;

use super::site::PageContext;
use crate::diag::Finding;
use crate::generator::{Kind, Math};
pub(super) use named::medium_of;
use renderer::TemplateRenderer;
#[cfg(feature = "folder")]
pub(super) use syntax::{Fence, MARK};

/// Mark below an excerpt that every site may have.
const MORE: &str = "<!--more-->";

/// What only the templates of Jekyll have.
const JEKYLL: [&str; 5] = ["{%", "{{ site.", "{{site.", "{{ page.", "{{page."];

/// Returns a body with its template tags rendered.
pub(super) fn render<'a>(body: &'a str, page: &PageContext<'_>, findings: &mut Vec<Finding>) -> Cow<'a, str> {
    let site = page.origin.addresses.repository.as_ref().map(|repository| repository.site());
    let of_site = || site.and_then(|site| site.excerpt_mark.clone()).filter(|mark| mark.starts_with("<!--"));
    let mark = page.text("excerpt_separator").or_else(of_site);
    let body = match mark.filter(|mark| mark != MORE && body.contains(&**mark)) {
        Some(mark) if mark.starts_with("<!--") => Cow::Owned(body.replacen(&mark, MORE, 1)),
        Some(mark) => Cow::Owned(body.replacen(&mark, "", 1)),
        None => Cow::Borrowed(body),
    };
    let is_mdx = page.origin.extension().eq_ignore_ascii_case("mdx");
    if is_mdx {
        let has_formulas = site.is_some_and(|site| site.math == Math::Dollars);
        return Cow::Owned(mdx::without_components(&body, page.line, has_formulas, findings));
    }
    if page.generator == Kind::Hexo {
        let prepared = hexo::prepared(&body, page);
        let out = TemplateRenderer::new(page, &prepared).render(liquid::render, findings);
        return Cow::Owned(hexo::with_braces(&out));
    }
    let is_jekyll = page.generator == Kind::Jekyll;
    #[cfg(feature = "folder")]
    let body = match page.origin.addresses.repository.as_ref().filter(|_| !page.is_html()) {
        Some(repository) if repository.site().leaves_out_html => {
            Cow::Owned(super::markdown::without_html(&body).into_owned())
        }
        _ => body,
    };
    if !is_jekyll && !body.contains("{{") && !body.contains("{%") {
        return body;
    }
    #[cfg(feature = "folder")]
    let is_certain =
        page.origin.addresses.repository.as_ref().is_some_and(|repository| repository.is_certain);
    #[cfg(not(feature = "folder"))]
    let is_certain = false;
    let render_tag: fn(&mut TemplateRenderer<'_>) -> bool = match page.generator {
        Kind::Hugo if is_certain => hugo::render,
        Kind::Zola if is_certain => zola::render,
        Kind::Jekyll | Kind::Eleventy | Kind::Hexo => liquid::render,
        Kind::Astro => |_| false,
        // Both accept the syntax of the other, because articles move between them.
        Kind::Hugo | Kind::Zola => |renderer| hugo::render(renderer) || zola::render(renderer),
    };
    // Without its configuration, a date in the name makes a post of Jekyll, but `{{ x }}` in it may be of any program.
    let is_of_jekyll =
        is_certain || page.origin.above_posts().is_some() || JEKYLL.iter().any(|tag| body.contains(tag));
    let out = if is_jekyll && !is_of_jekyll {
        body.into_owned()
    } else {
        TemplateRenderer::new(page, &body).render(render_tag, findings)
    };
    Cow::Owned(match is_jekyll {
        true if page.is_html() => kramdown::without_attributes(&out),
        true => kramdown::as_commonmark(&out, page),
        false => out,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::body_in_site;
    use super::super::{Addresses, Head, Origin};
    use super::*;
    use crate::generator::pattern::Values;
    use crate::types::{UnixMs, work};

    /// Renders a body; returns the result, the findings, and the number of steps.
    fn rendered(generator: Kind, body: &str) -> (String, Vec<(u32, String)>, u64) {
        let addresses =
            Addresses { site: url::Url::parse("https://a.example/b/").ok(), ..Addresses::default() };
        let origin = Origin::of("seeds", "x.md".as_ref(), &addresses);
        let head = Head::new(UnixMs(0), "Title & more".to_owned(), "https://a.example/b/x/".to_owned());
        let values = Values {
            spelling: super::super::default_path::spelling(generator),
            date: chrono::NaiveDateTime::default(),
            title: "t".to_owned(),
            slug: None,
            name: "x".to_owned(),
            folders: Vec::new(),
            categories: Vec::new(),
            collection: String::new(),
            sections: None,
        };
        let matter = [("long".to_owned(), "long & text ".repeat(4_000).into())].into_iter().collect();
        let page = PageContext {
            generator,
            head: &head,
            origin: &origin,
            values: &values,
            matter: &matter,
            line: 5,
        };
        let mut findings = Vec::new();
        let (out, steps) = work::count(|| render(body, &page, &mut findings).into_owned());
        (out, findings.into_iter().map(|f| (f.place.line, f.detail)).collect(), steps)
    }

    #[test]
    fn unknown_tags_are_reported_once_per_name_with_their_first_line_and_at_most_twenty_names() {
        let (out, findings, _) = rendered(Kind::Hugo, "a {{< w 1 >}}\n{{< y >}}{{< w 2 >}}\n{{< w >}}");
        assert_eq!(out, "a \n\n");
        assert_eq!(
            findings,
            [
                (5, "`{{< w 1 >}}` was left out, and 2 more of this name".to_owned()),
                (6, "`{{< y >}}` was left out".to_owned()),
            ]
        );
        // What is skipped before a tag is given up does not move its line.
        let (_, findings, _) =
            rendered(Kind::Jekyll, "a\n{% for x in (1..2) %}\n{{ nope }}😀aaaaaaa\n\n{% endfor %}\n");
        assert_eq!(findings[0].0, 6, "{findings:?}");
        let many: String = (0..100).map(|n| format!("{{% t{n} %}}\n")).collect();
        let (_, findings, _) = rendered(Kind::Jekyll, &many);
        assert_eq!(findings.len(), 21);
        assert_eq!(findings[20], (25, "80 more tags were left out, the first in this line".to_owned()));
    }

    #[test]
    fn shortcodes_that_hugo_has_built_in_show_what_they_do_there() {
        const HUGO: (&str, &str) =
            ("hugo.toml", "baseURL = 'https://a.example'\n[params]\nUnit = 'km'\n[params.sub]\nx = 3");
        for (body, shown) in [
            ("a{{% comment %}} todo {{< x >}} {{% /comment %}}b{{< comment >}}c{{< /comment >}}d", "abd"),
            ("{{< param \"who.name\" >}} {{< param unit >}} {{% param \"sub.x\" %}}", "Ann km 3"),
            (
                "{{< qr text=\"https://b.example/\" />}} {{< qr >}}\nhi\n{{< /qr >}}",
                "<a href=\"https://b.example/\">https://b.example/</a> hi",
            ),
        ] {
            let text = format!("---\ndate: 2024-01-02\nwho: {{Name: Ann}}\n---\n{body}");
            let (html, findings) = body_in_site(&[HUGO], "content/a.md", &text);
            assert_eq!((html, findings), (format!("<p>{shown}</p>\n"), Vec::new()), "{body}");
        }
        // The site's own shortcode counts.
        let own = ("layouts/shortcodes/comment.html", "<b>{{ .Inner }}</b>");
        let (html, _) = body_in_site(
            &[HUGO, own],
            "content/a.md",
            "---\ndate: 2024-01-02\n---\n{{< comment >}}c{{< /comment >}}",
        );
        assert!(html.contains("<b>c</b>"), "{html}");
    }

    #[test]
    fn the_caption_of_a_figure_is_markdown() {
        for (caption, shown) in [
            ("A *red* [boat](https://b.example/)", "\n\nA *red* [boat](https://b.example/)\n\n"),
            ("A red boat", "<p>A red boat</p>"),
        ] {
            let (out, ..) =
                rendered(Kind::Hugo, &format!("{{{{< figure src=\"a.png\" caption=\"{caption}\" >}}}}"));
            let image = "<img src=\"a.png\" alt=\"A red boat\">";
            let figure = format!("<figure>{image}<figcaption>{shown}</figcaption></figure>");
            assert_eq!(out.trim(), figure);
        }
    }

    #[test]
    fn what_front_matter_inserts_is_limited() {
        for (generator, tag) in [
            (Kind::Jekyll, "{{ page.long }}"),
            (Kind::Jekyll, "{{ page.long | append: page.long | escape | prepend: page.long }}"),
            (Kind::Hugo, "{{< param long >}}"),
        ] {
            let body = tag.repeat(10_000);
            let (out, findings, _) = rendered(generator, &body);
            assert!(out.len() < body.len() + (2 << 20) && out.len() > 40_000, "{tag}: {}", out.len());
            assert_eq!(findings.len(), 1, "{tag}");
        }
        // The rest of a value that grows with each tag is left out, and so is what would be too long a list.
        for body in [
            "{{ page.long | replace: '', page.long }}",
            "{{ page.long | replace: 'l', page.long }}",
            "{% for i in (\"-9223372036854775808\"..\"0\") %}x{% endfor %}",
            "{% for i in (\"0\"..\"9223372036854775807\") %}x{% endfor %}",
        ] {
            let (out, findings, _) = rendered(Kind::Jekyll, body);
            assert!(out.len() < 100 && findings.len() == 1, "{body}: {} {findings:?}", out.len());
        }
        let filters = " | append: page.long".repeat(200);
        let (_, findings, _) = rendered(Kind::Jekyll, &format!("{{{{ page.long{filters} }}}}"));
        assert_eq!(findings.len(), 1);
    }

    #[test]
    fn the_templates_and_lists_of_a_site_are_not_read_for_each_tag_without_end() {
        const HUGO: (&str, &str) = ("hugo.toml", "baseURL = 'https://a.example'");
        const ZOLA: (&str, &str) = ("zola.toml", "base_url = 'https://a.example'");
        const JEKYLL: (&str, &str) = ("_config.yml", "url: https://a.example");
        let items: String = (0..10_000).map(|n| format!("- item {n}\n")).collect();
        for (site, file, template, body) in [
            (HUGO, "layouts/shortcodes/n.html", "\n".repeat(100_000), "{{< n >}}"),
            (HUGO, "layouts/shortcodes/n.html", "{{ if false }}{{ .x }}{{ end }}".repeat(3_000), "{{< n >}}"),
            (ZOLA, "templates/shortcodes/n.html", "{% set a = \"x\" %}".repeat(5_000), "{{ n() }}"),
            (JEKYLL, "_data/n.yml", items.clone(), "{% assign a{n} = site.data.n %}"),
            (JEKYLL, "_data/n.yml", items.clone(), "{% if site.data.n contains \"z\" %}{% endif %}"),
            (JEKYLL, "_data/n.yml", items, "{% for x in site.data.n zzz %}{% endfor %}"),
        ] {
            let path = if site == JEKYLL { "_posts/2024-01-02-a.md" } else { "content/a.md" };
            let matter =
                if site == ZOLA { "+++\ndate = 2024-01-02\n+++\n" } else { "---\ndate: 2024-01-02\n---\n" };
            let body: String = (0..10_000).map(|n| body.replace("{n}", &n.to_string()) + "\n").collect();
            let text = format!("{matter}{body}");
            let (_, steps) = work::count(|| body_in_site(&[site, (file, &template)], path, &text));
            assert!(steps < 200 << 20, "{file} {steps}");
        }
    }

    #[test]
    fn a_tag_of_a_hexo_site_that_names_an_image_of_the_post_shows_it() {
        let files = [
            ("_config.yml", "url: https://a.example\npermalink: :title/\npost_asset_folder: true\n"),
            ("package.json", "{\"dependencies\": {\"hexo\": \"7\"}}"),
            ("source/_posts/a/b.png", "x"),
        ];
        let rendered = |files, body: &str| {
            let text = format!("---\ntitle: A\ndate: 2024-01-02\n---\n{body}");
            let (html, findings) = body_in_site(files, "source/_posts/a.md", &text);
            (html.trim_end().to_owned(), findings)
        };
        let shown = "<img src=\"https://a.example/a/b.png\" alt=\"The quay\">".to_owned();
        assert_eq!(rendered(&files, "{% quay800 \"The quay\" b.png max-800 %}"), (shown, Vec::new()));
        for (files, body) in [
            (&files[..], "{% quay800 x ../a.png %}"),
            (&files, "{% quay800 x c.png %}"),
            (
                &[("_config.yml", "url: https://a.example\nnew_post_name: x"), files[2]],
                "{% quay800 x b.png %}",
            ),
        ] {
            assert_eq!(rendered(files, body).1, [format!("`{body}` was left out")]);
        }
    }

    #[test]
    fn liquid_has_the_values_filters_and_addresses_of_the_site() {
        let files = [
            ("_config.yml", "url: https://a.example\nbaseurl: /blog\npermalink: /:title/"),
            ("_posts/2024-01-01-b.md", "---\n---\nB"),
            ("about.md", "---\n---\nAbout"),
            ("demo/x.html", "<p>A demo</p>"),
            (
                "_includes/url.html",
                "<a href=\"{{ include.url | relative_url }}\">{{ include.url | absolute_url }}</a>",
            ),
            ("_includes/note.html", "<div>\n  {{- include.text | markdownify -}}\n</div>"),
            ("_includes/img.html", "<img src=\"{{ include.src }}\">{% if include.alt %}!{% endif %}"),
        ];
        let matter = "title: A\nobj: { src: /o.png, deep: [{ x: y }] }\ngallery: [/g.png, h]\nis: true\nno: false\nvideo: aB-1\n";
        let rendered = |body: &str| {
            let text = format!("---\n{matter}---\n{body}");
            let (html, findings) = super::super::tests::body_in_site(&files, "_posts/2024-01-02-a.md", &text);
            (html.trim_end().to_owned(), findings)
        };
        for (body, shown) in [
            // Addresses of pages and files.
            ("[b]({% post_url 2024-01-01-b %})", "<p><a href=\"/blog/b/\">b</a></p>"),
            ("{{ site.url }}{% post_url 2024-01-01-b %}", "<p>https://a.example/blog/b/</p>"),
            ("{{ site.baseurl }}{% post_url 2024-01-01-b %}", "<p>/blog/b/</p>"),
            ("{{ site.url }}{{ site.baseurl }}{% link about.md %}", "<p>https://a.example/blog/about/</p>"),
            ("{% link files/a.pdf %} {% link demo/x.html %}", "<p>/blog/files/a.pdf /blog/demo/x.html</p>"),
            // Includes.
            (
                "{% include url.html url=\"/x/\" %}",
                "<p><a href=\"/blog/x/\">https://a.example/blog/x/</a></p>",
            ),
            ("{% include note.html text=\"**bold**\" %}", "<div><p><strong>bold</strong></p>\n</div>"),
            (
                "{% capture a %}它**「b」**且\n\n| c | d |{% endcapture %}<div>\n    {{ a | markdownify }}\n</div>",
                "<div>\n    <p>它<strong>「b」</strong>且</p>\n<table><tbody>\n<tr><td>c</td><td>d</td></tr>\n</tbody></table>\n\n</div>",
            ),
            ("{% include img.html src=page.obj.src alt=page.nope %}", "<p><img src=\"/o.png\"></p>"),
            ("{% include img.html src='page.obj.src' alt=none %}", "<p><img src=\"page.obj.src\"></p>"),
            ("{% include figure image_path=\"/u.jpg\" %}", "<p><img src=\"/blog/u.jpg\" alt=\"\"></p>"),
            (
                "{% include video id=page.video provider=\"youtube\" %}",
                "<iframe src=\"https://www.youtube.com/embed/aB-1\"></iframe>",
            ),
            // Front matter.
            ("{{ page.obj.src }} {{ page.gallery[0] }} {{ page.obj.deep[0].x }}", "<p>/o.png /g.png y</p>"),
            ("{{ page.foo | default: \"dflt\" }} {{ page.is | default: 1 }}", "<p>dflt true</p>"),
            ("{% for x in page.obj.deep %}{{ x.x }}{% endfor %}", "<p>y</p>"),
            ("{% assign all = 'b|c' | split: '|' %}{{ all[1] }}", "<p>c</p>"),
            (
                "{% if page.gallery %}1{% endif %}{% if page.is %}2{% endif %}{% if page.no %}3{% endif %}",
                "<p>12</p>",
            ),
            (
                "{% if page.gallery contains 'h' and page.gallery != empty %}4{% endif %}{% if page.gallery contains 'x' %}5{% endif %}",
                "<p>4</p>",
            ),
        ] {
            assert_eq!(rendered(body), (shown.to_owned(), Vec::new()), "{body}");
        }
        for body in [
            "{% include img.html src=page.gallery %}",
            "{% include img.html src=site.github.x %}",
            "{{ page.next | default: 1 }}",
        ] {
            assert_eq!(rendered(body), (String::new(), vec![format!("`{body}` was left out")]));
        }
    }

    #[test]
    fn liquid_filters_lists_of_data() {
        let releases = "- {version: 3.1, date: 2024-05-01, tags: [new, hot], url: {gz: 'https://r.example/31.gz'}}\n\
                        - {version: '3.0', date: 2023-05-01, url: {gz: 'https://r.example/30.gz'}}\n\
                        - {version: '10.0', date: 2022-05-01}\n";
        let files = [
            ("_config.yml", "url: https://a.example\npermalink: /:title/"),
            ("_data/releases.yml", releases),
            ("_data/orgs/x.json", "{\"name\": \"X\", \"by.dot\": [\"d\"]}"),
            ("_data/people.csv", "name,age\nAnn,41\nBob,9\n"),
        ];
        let rendered = |body: &str| {
            let text = format!(
                "---\ntitle: A\norg: x\nmixed: [10, b, 9]\nnumbers: [10, 2.5, 9]\ntags: [b, a, b]\n---\n{body}"
            );
            let (html, findings) = super::super::tests::body_in_site(&files, "_posts/2024-01-02-a.md", &text);
            (html.trim_end().to_owned(), findings)
        };
        for (body, shown) in [
            (
                "{% assign r = site.data.releases | where: \"version\", \"3.0\" | first %}{{ r.url.gz }} {{ r.date }}",
                "https://r.example/30.gz 2023-05-01",
            ),
            ("{% assign r = site.data.releases | where: 'version', '9' | first %}{{ r.url.gz }}.", "."),
            (
                "{% assign r = site.data.releases | where: 'tags', 'hot' %}{{ r.size }} {{ r[0].version }}",
                "1 3.1",
            ),
            ("{{ site.data.releases | map: 'version' | sort | join: ', ' }}", "10.0, 3.0, 3.1"),
            ("{% assign all = site.data.releases | sort: 'date' | reverse %}{{ all.last.version }}", "10.0"),
            (
                "{{ site.data.releases.size }} {{ site.data.releases[1].version }} {{ page.tags.size }}",
                "3 3.0 3",
            ),
            ("{{ site.data.orgs.x.name }} {{ site.data.orgs[page.org]['name'] }}", "X X"),
            ("{{ site.data.orgs.x['by.dot'][0] }} {{ site.data.orgs['x'].name | size }}", "d 1"),
            (
                "{% for p in site.data.people %}{{ p.name }} is {{ p.age | plus: 1 }}. {% endfor %}",
                "Ann is 42. Bob is 10.",
            ),
            (
                "{{ page.tags | uniq | join }} {{ 'a-b-c' | split: '-' | last }} {{ 'No Way!' | slugify }}",
                "b a c no-way",
            ),
            ("{{ page.mixed | sort | join }}, {{ page.numbers | sort | join }}", "10 9 b, 2.5 9 10"),
            ("{{ 7 | minus: 10 }} {{ 2 | times: 1.5 }} {{ page.tags | first }}", "-3 3.0 b"),
            ("{% assign x = 'a' %}{% assign x = page.tags %}{{ x[1] }}{% assign x = 'c' %}{{ x }}", "ac"),
        ] {
            assert_eq!(rendered(body), (format!("<p>{shown}</p>"), Vec::new()), "{body}");
        }
        // What only the site knows is reported where it is assigned, and not where it is shown.
        let (html, findings) = rendered("{% assign r = site.posts | first %}{{ r.url }} {{ r.title }}.");
        assert_eq!((html.as_str(), findings.len()), ("<p>.</p>", 1), "{findings:?}");
    }

    /// Shapes that could make a loop look at the same text again and again.
    const SHAPES: &[&str] = &[
        "{{< nope >}} ",
        "{{< nope >}}\n",
        "{{< details >}} ",
        "{{< details >}}\n",
        "{{< /details >}}",
        "{{< highlight go >}}",
        "{{< highlight go >}}x{{< /highlight >}}",
        "{{< figure src=\"a.png\" caption=\"b\" >}}",
        "{{< youtube 1 >}}",
        "{{< ref \"a.md\" >}}",
        "{{<",
        "{{%",
        "{{",
        "{%",
        "{",
        "{{/* x */}}",
        "{{< /* x */ >}}",
        "{{ youtube(id=\"1\") }}",
        "{% nope() %}",
        "{% end %}",
        "{% raw %}",
        "{% raw %}a{% endraw %}",
        "{% comment %}",
        "{% highlight a %}",
        "{% highlight a %}b{% endhighlight %}",
        "{% raw %}{% raw",
        "{% post_url 2024-01-02-a %}",
        "{% link a.md %}",
        "{% gist 1 %}",
        "{% photo 'a.jpg', \"b c\" %}",
        "<a href=\"{% photo 'a.jpg' %}",
        "{% youtube a %}",
        "{{ katex(body=\"a\") }}",
        "{% if x %}a{% else %}b{% endif %}",
        "{% if page.long %}a{% else %}b{% endif %}",
        "{% if page.long contains 'b' %}",
        "{% unless page.long %}{% if x %}",
        "{% unless page.long %}{% elsif x %}",
        "{% case page.long %}{% when 'a' %}b{% endcase %}",
        "{% assign a = page.long %}{{ a }}",
        "{% capture a %}b{% endcapture %}{{ a }}",
        "{% capture a %}",
        "{% for a in (1..3) %}{{ a }}{% endfor %}",
        "{% for a in (1..3) %}",
        "{% for a in page.long %}b{% endfor %}",
        "{% endfor %}",
        "{% assign a = 'b,c' | split: ',' %}{% for d in a %}{{ d }}{% endfor %}",
        "[a](b c) ",
        "{% else %}",
        "{% endif %}",
        "{{ page.title }}",
        "{{ page.nope }}",
        "{{ 'a' | append: 'b' | escape }}",
        "{{ \"a | b\" }",
        "{: .a}",
        "a{: .a} `{: `",
        "{: .a}\n",
        "{:toc}\n",
        "```\n{: .a}\n",
        "{: ` ",
        "é{é",
        "'\"` ",
        "{{/",
        "{{</a",
        "{{< /a",
        "{{< t{n} >}}",
        "{% t{n} %}",
        "{{ t{n} }}",
        "{% assign a{n} = '' %}",
        "{% assign a{n} = [] %}",
        "{% assign a{n} = '' %}{% for i in (1..1) %}{% endfor %}",
        "{% assign a{n} = [] %}{% for i in (1..1) %}{% endfor %}",
        "{% capture a{n} %}{% endcapture %}{% for i in (1..1) %}{% endfor %}",
        "[a{n}](b c) ",
        "{: .a{n}}\n",
        "<p>",
        "<p>\n",
        "</p>\n",
        "{::comment}",
        "{::comment}\n",
        "{::comment}a{:/}",
        "{::comment}\n{:/comment}\n",
        "{:/nomarkdown}",
        "`{::comment}`",
        "{{ 'a,b' | split: ',' | sort | reverse | join: page.long }}",
        "{% assign a = page.long | split: 'l' | uniq %}{% assign b = a | map: 'x' | where: 'y', 'z' %}",
        "{% assign a = nope %}{{ a.b }}",
        "{% include a b=page.long %}",
        "{% if page.long.a[0] %}",
        "{% codeblock lang:js %}a{% endcodeblock %}",
        "{% codeblock %}`",
        "{% codeblock",
        "{% blockquote A, B %}c{% endblockquote %}",
        "{% post_link a%}",
        "` `` `{{",
    ];

    #[test]
    fn twice_the_tags_take_twice_the_steps() {
        for generator in [Kind::Jekyll, Kind::Hugo, Kind::Zola, Kind::Hexo] {
            for shape in SHAPES {
                for before in ["", "{{< ", "{{ ", "{% ", "{% raw %}", "{{< highlight x >}}", "{:", "`"] {
                    let steps = |times| {
                        let all: String = (0..times).map(|n| shape.replace("{n}", &n.to_string())).collect();
                        rendered(generator, &format!("{before}{all}")).2
                    };
                    let (one, two) = (steps(100), steps(200));
                    // A constant covers what is counted once.
                    let is_linear = two as f64 <= 2.3 * one as f64 + 300.0;
                    assert!(is_linear, "{generator:?} {before:?} {shape:?}: {one} {two}");
                }
            }
        }
    }

    #[test]
    fn the_mark_below_an_excerpt_is_that_of_the_site_or_of_the_page() {
        let config = ("_config.yml", "url: https://a.example\nexcerpt_separator: <!--cut-->");
        for (mark, own) in [("<!--cut-->", ""), ("<!-- fold -->", "excerpt_separator: <!-- fold -->\n")] {
            let text = format!("---\ntitle: A\n{own}---\nOne\n\n{mark}\n\nTwo\n");
            let (body, _) = body_in_site(&[config], "_posts/2024-01-02-a.md", &text);
            assert_eq!(body, "<p>One</p>\n<!--more-->\n<p>Two</p>\n");
        }
    }
}
