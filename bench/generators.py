#!/usr/bin/env python3
"""Compares what feedmill makes of a site's repository with what the site's own generator builds.

    generators.py FEEDMILL GENERATOR SITE…      GENERATOR is jekyll, hugo, zola or eleventy

A page that lists every article as JSON is added to a copy of the site, and the generator builds that. `feedmill init` and
`feedmill` run in another copy. Both are compared by address: instant, title, tags, and the words of the body (F1). Exits with 1
if an article is missing or at another address, or if the bodies of a site have less than --floor in common.

JEKYLL, HUGO, ZOLA and ELEVENTY name the programs if they are not in the path.
"""
import argparse
import collections
import datetime
import glob
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from urllib.parse import unquote

JEKYLL = """---
layout: null
permalink: /feedmill-list.json
---
[{% for collection in site.collections %}{% if collection.output %}{% for doc in collection.docs %}
{% if doc.date != site.time %}{"url": {{ doc.url | absolute_url | jsonify }}, "title": {{ doc.title | jsonify }}, "date": {{ doc.date | date_to_xmlschema | jsonify }}, "tags": {{ doc.tags | jsonify }}, "content": {{ doc.content | jsonify }}},
{% endif %}{% endfor %}{% endif %}{% endfor %}null]
"""
HUGO = """[{{ range .Site.RegularPages }}{{ if not .Date.IsZero }}{{ $tags := slice }}{{ range .GetTerms "tags" }}
{{ $tags = $tags | append .LinkTitle }}{{ end }}
{{ dict "url" .Permalink "title" .Title "tags" $tags "content" (string .Content)
"date" ((cond .PublishDate.IsZero .Date .PublishDate).Format "2006-01-02T15:04:05Z07:00") | jsonify }},{{ end }}{{ end }}null]
"""
ZOLA = """[{% for page in pages %}{"url": {{ page.permalink | json_encode | safe }}, "title": {{ page.title | json_encode | safe }},
"date": {{ page.date | date(format="%+") | json_encode | safe }}, "content": {{ page.content | json_encode | safe }},
"tags": {{ page.taxonomies.tags | default(value=[]) | json_encode | safe }}},{% endfor %}null]
"""
# Eleventy gives other pages the date of their file.
ELEVENTY = """export const data = { permalink: '/feedmill-list.json', eleventyExcludeFromCollections: true, layout: null };
export const render = ({ collections }) => JSON.stringify((collections.posts || collections.post || collections.all)
.filter(item => item.url && (item.data.date || /\\d{4}-\\d\\d-\\d\\d/.test(item.inputPath))).map(item => ({
  url: item.url, title: item.data.title, date: item.date, content: item.templateContent, tags: [] })));
"""


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        sys.exit(f'{" ".join(command)}: {(done.stdout + done.stderr)[-2000:]}')


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf8') as file:
        file.write(text)


def jekyll(home):
    write(f'{home}/feedmill-list.json', JEKYLL)
    for part in ('_config.yml', '_config.yaml', '_config.toml'):
        source = re.search(r'(?m)^source:\s*(\S+)', open(f'{home}/{part}').read()) if os.path.exists(f'{home}/{part}') else None
        if source:
            shutil.move(f'{home}/feedmill-list.json', f'{home}/{source[1]}/feedmill-list.json')
    run([os.environ.get('JEKYLL', 'jekyll'), 'build', '--quiet'], home)
    return [f'{home}/_site/feedmill-list.json']


def hugo(home):
    for name in ('index.html', 'home.html'):
        write(f'{home}/layouts/{name}', HUGO)
    run([os.environ.get('HUGO', 'hugo'), '--quiet'], home)
    found = glob.glob(f'{home}/public/**/*.html', recursive=True)
    return [path for path in found if open(path, encoding='utf8').read().lstrip().startswith('[')]


def zola(home):
    if os.path.exists(f'{home}/zola.toml'):
        shutil.move(f'{home}/zola.toml', f'{home}/config.toml')
    config = open(f'{home}/config.toml', encoding='utf8').read()
    config = re.sub(r'(?m)^(generate_feeds?|feed_filenames?|feed_limit|theme)\s*=.*$', '', config)
    config = re.sub(r'(?m)^(\[languages\.[\w-]+\])$', r'\1\ngenerate_feeds = true\nfeed_filenames = ["list.json"]', config)
    write(f'{home}/config.toml', 'generate_feeds = true\nfeed_filenames = ["list.json"]\n' + config)
    write(f'{home}/templates/list.json', ZOLA)
    for name in ('taxonomy_list.html', 'taxonomy_single.html'):
        if not os.path.exists(f'{home}/templates/{name}'):
            write(f'{home}/templates/{name}', '')
    run([os.environ.get('ZOLA', 'zola'), 'build'], home)
    return glob.glob(f'{home}/public/list.json') + glob.glob(f'{home}/public/??/list.json')


def eleventy(home):
    config = next(iter(glob.glob(f'{home}/eleventy.config.*') + glob.glob(f'{home}/.eleventy.*')), None)
    source = re.search(r'input:\s*["\']([\w./-]+)', open(config).read()) if config else None
    write(f'{home}/{source[1] if source else "."}/feedmill-list.11ty.mjs', ELEVENTY)
    if not os.path.exists(f'{home}/package.json'):
        write(f'{home}/package.json', '{"type": "module"}')
    run([*os.environ.get('ELEVENTY', 'npx eleventy').split(), '--quiet', '--output=_list'], home)
    return [f'{home}/_list/feedmill-list.json']


def built(generator, site):
    with tempfile.TemporaryDirectory() as home:
        shutil.copytree(site, home, dirs_exist_ok=True)
        entries = []
        for path in globals()[generator](home):
            with open(path, encoding='utf8') as file:
                entries += [entry for entry in json.load(file, strict=False) if entry]
        return entries


def milled(feedmill, site):
    with tempfile.TemporaryDirectory() as home:
        shutil.copytree(site, home, dirs_exist_ok=True)
        run([feedmill, 'init'], home)
        run([feedmill, '--limit', '0'], home)
        items, base = {}, ''
        for path in sorted(glob.glob(f'{home}/feeds/**/*.json', recursive=True)):
            with open(path, encoding='utf8') as file:
                feed = json.load(file)
            base = feed.get('home_page_url', base).rstrip('/')
            for item in feed['items']:
                items[unquote(item.get('url', item['id']))] = item
        return items, base


def words(text):
    text = re.sub(r'<(script|style)\b.*?</\1>', ' ', text or '', flags=re.S)
    return collections.Counter(re.findall(r'\w+', html.unescape(re.sub(r'<[^>]+>', ' ', text))))


def f1(one, other):
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values())) if one or other else 1.0


def instant(text):
    try:
        time = datetime.datetime.fromisoformat((text or '').replace('Z', '+00:00'))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)


def plain(text):
    return ' '.join(html.unescape(re.sub(r'<[^>]+>', '', text or '')).split())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('feedmill')
    parser.add_argument('generator', choices=['jekyll', 'hugo', 'zola', 'eleventy'])
    parser.add_argument('sites', nargs='+')
    parser.add_argument('--floor', type=float, default=0.99)
    parser.add_argument('--bodies', action='store_true', help='print the bodies that differ')
    options = parser.parse_args()
    failed = False
    print('| site | articles | same address | instant | title | tags | body F1 |\n| --- | --: | --: | --: | --: | --: | --: |')
    details = []
    for site in options.sites:
        entries = built(options.generator, site)
        items, base = milled(os.path.abspath(options.feedmill), site)
        found, same, scores = set(), collections.Counter(), []
        for entry in entries:
            url = unquote(entry['url'] if '://' in entry['url'] else base + entry['url'])
            item = items.get(url)
            if not item:
                details.append(f'{site}: missing: {url} ({entry["date"]})')
                continue
            found.add(url)
            pairs = [('instant', instant(item.get('date_published')), instant(entry['date'])),
                     ('title', plain(item.get('title')), plain(entry['title'])),
                     ('tags', True, {tag.lower() for tag in entry['tags']} <= {tag.lower() for tag in item.get('tags', [])})]
            for name, ours, theirs in pairs:
                same[name] += ours == theirs
                if ours != theirs:
                    details.append(f'{site}: {name} of {url}: {ours} instead of {theirs}')
            score = f1(words(item.get('content_html')), words(entry['content']))
            scores.append(score)
            if score < 0.999:
                details.append(f'{site}: body of {url}: F1 {score:.3f}')
                if options.bodies:
                    details.append(f'--- feedmill\n{item.get("content_html")}\n--- {options.generator}\n{entry["content"]}\n---')
        details += [f'{site}: not an article of {options.generator}: {url}' for url in items if url not in found]
        mean = sum(scores) / len(scores) if scores else 0
        failed |= len(found) < len(entries) or mean < options.floor
        print(f'| {site} | {len(entries)} | {len(found)} | {same["instant"]} | {same["title"]} | {same["tags"]} | {mean:.4f} |')
    print(*details, sep='\n')
    sys.exit(failed)


if __name__ == '__main__':
    main()
