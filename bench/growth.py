"""Time feedmill on inputs that grow: each shape of tests/growth/shapes.json at 1, 2, 4 and 8 times a size.

    growth.py BINARY [--size BYTES] [--runs N] [--only TEXT]

Prints a line per shape: seconds of CPU time at each size, less the time of an empty input, and the growth per doubling.
Exits 1 if a shape grows by more than 2.3 per doubling and takes long enough to be measured.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

LIMIT = 2.3
# CPU seconds at the largest size below which the clock's resolution decides.
MEASURABLE = 0.2

WORD = {"file": "a.txt", "before": "", "unit": "word", "middle": "", "then": "", "after": ""}


class NotMeasured(Exception):
    """The binary refused an input."""


def shapes(path):
    """Yield each shape as a row, with `each` expanded."""
    for row in json.loads(path.read_text(encoding="utf8")):
        for each in row.get("each", [None]):
            fill = (lambda text: text) if each is None else (lambda text, each=each: text.replace("{}", each))
            filled = {key: fill(row.get(key, "")) for key in ("name", "unit", "then")}
            yield {"before": "", "middle": "", "after": ""} | row | filled


def text_of(shape, size):
    """Return an input of about `size` bytes: `before`, `unit` repeated, `middle`, `then` repeated as often, `after`."""
    count = max(1, size // len(shape["unit"] + shape["then"]))

    def repeat(unit):
        return "".join(unit.replace("{n}", str(n)) for n in range(count)) if "{n}" in unit else unit * count

    body = shape["before"] + repeat(shape["unit"]) + shape["middle"] + repeat(shape["then"]) + shape["after"]
    head = "<!--1698786902000-->\n[A](https://a.example/1)\n------\n\n" if shape["file"].endswith(".txt") else ""
    return head + body


def cpu_seconds(binary, file, text, runs, is_refused=False):
    """Return the least CPU time of some runs on one input."""
    best = float("inf")
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as home:
            path = pathlib.Path(home, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf8")
            if file.startswith("seeds/") or file == "feedmill.toml":
                if file == "feedmill.toml":
                    pathlib.Path(home, "seeds").mkdir()
                    pathlib.Path(home, "seeds/a.txt").write_text(text_of(WORD, 4))
                command = [binary, "--no-catalog", "--site-url", "https://a.example/"]
            else:
                command = [binary, "check", file]
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            run = subprocess.run(command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            # A check has findings; a build that publishes nothing measures nothing, unless that is the point.
            allowed = [0, 1] if command[1] == "check" else [2 if is_refused else 0]
            if run.returncode not in allowed:
                raise NotMeasured(f"exit code {run.returncode}: {run.stderr.decode(errors='replace')[:300]}")
            best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binary")
    parser.add_argument("--size", type=int, default=1 << 17, help="bytes of the smallest input")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", default="", help="measure only shapes whose name contains this")
    args = parser.parse_args()
    binary = os.path.abspath(args.binary)
    table = pathlib.Path(__file__).parent.parent / "tests/growth/shapes.json"
    empty = {}
    failed = 0
    for shape in shapes(table):
        name, file = shape["name"], shape["file"]
        if args.only not in name:
            continue
        # A head may have 64 KiB.
        is_refused = shape.get("refused", False)
        size = min(args.size, shape.get("most", args.size << 3) >> 3)
        sizes = [size << step for step in range(4)]
        try:
            if file not in empty:
                empty[file] = cpu_seconds(binary, file, text_of(shape, 0), 3, is_refused)
            times = [cpu_seconds(binary, file, text_of(shape, size), args.runs, is_refused) for size in sizes]
            times = [max(0.0, time - empty[file]) for time in times]
        except NotMeasured as error:
            failed += 1
            print(f"FAIL {name}: {error}", flush=True)
            continue
        growth = (times[3] / times[0]) ** (1 / 3) if times[0] > 0 else float("inf")
        is_bad = times[3] > MEASURABLE and growth > LIMIT
        failed += is_bad
        print(f"{'FAIL' if is_bad else 'ok  '} {growth:6.2f}  {' '.join(f'{t:7.3f}' for t in times)}  {name}", flush=True)
    print(f"{failed} shapes grow by more than {LIMIT} per doubling", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
