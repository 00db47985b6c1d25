"""rss2email, with a sendmail that stores the messages: same interface as newsboat.py. Each message is an entry."""
import email, email.policy, json, pathlib, subprocess, sys

state, url = pathlib.Path(sys.argv[1]), sys.argv[2]
is_new = not state.exists()
(state / "mails").mkdir(parents=True, exist_ok=True)
if is_new:
    (state / "sendmail").write_text(f'#!/bin/sh\ncat > "$(mktemp {state}/mails/XXXXXXXX)"\n')
    (state / "sendmail").chmod(0o755)
    (state / "config").write_text(
        "[DEFAULT]\nfrom = mill@feeds.example\nto = reader@feeds.example\ndate-header = True\nhtml-mail = True\n"
        f"body-width = 0\nemail-protocol = sendmail\nsendmail = {state}/sendmail\nuse-8bit = True\n"
    )
command = ["r2e", "-c", state / "config", "-d", state / "data.json"]
if is_new:
    subprocess.run(command + ["add", "it", url], check=True, stderr=subprocess.PIPE)
run = subprocess.run(command + ["run"], check=True, stderr=subprocess.PIPE)
for path in sorted((state / "mails").iterdir(), key=lambda path: path.stat().st_mtime_ns):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    text = mail.get_content()
    enclosures = [line for line in text.splitlines() if "Enclosure: " in line]
    print(json.dumps({
        "id": mail["X-RSS-ID"], "title": mail["Subject"], "link": mail["X-RSS-URL"], "text": text,
        "date": int(mail["Date"].datetime.timestamp()), "enclosure": "".join(enclosures),
    }))
