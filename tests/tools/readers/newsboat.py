"""newsboat: refreshes the subscription to URL stored in STATE, and prints the stored entries as JSON, one per line."""
import json, pathlib, sqlite3, subprocess, sys

state, url = pathlib.Path(sys.argv[1]), sys.argv[2]
state.mkdir(exist_ok=True)
(state / "urls").write_text(url + "\n")
(state / "config").write_text("auto-reload no\nuse-proxy no\nerror-log %s\n" % (state / "errors"))
command = ["newsboat", "-u", state / "urls", "-C", state / "config", "-c", state / "cache.db", "-x", "reload"]
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
database = sqlite3.connect(state / "cache.db")
columns = "guid, title, url, pubDate, content, enclosure_url from rss_item where deleted = 0"
for guid, title, link, date, text, enclosure in database.execute("select " + columns):
    item = {"id": guid, "title": title, "link": link, "date": date, "text": text, "enclosure": enclosure}
    print(json.dumps(item))
