"""podget: same interface as newsboat.py, but a podcatcher stores only the media of an entry."""
import json, os, pathlib, subprocess, sys

state, url = pathlib.Path(sys.argv[1]), sys.argv[2]
(state / "library").mkdir(parents=True, exist_ok=True)
if not (state / "podgetrc").exists():
    subprocess.run(["podget", "--create-config", "podgetrc", "-d", state], check=True, stdout=subprocess.DEVNULL)
    with (state / "podgetrc").open("a") as file:
        file.write(f"\nDIR_LIBRARY={state}/library\nDIR_LOG={state}/log\nNO_PLAYLIST=1\nMIN_SPACE=0\n")
(state / "serverlist").write_text(f"{url} sound it\n")
environment = {**os.environ, "HOME": str(state), "no_proxy": "*"}
command = ["podget", "-s", "-d", state, "--dir_session", state / "session"]
run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
if run.returncode:
    sys.exit(run.stdout)
for path in sorted((state / "library/sound/it").glob("*")):
    print(json.dumps({"file": path.name, "bytes": path.read_bytes().decode()}))
