"""Puts load on feedmill and nginx, alternating, then holds 10,000 idle connections; prints Markdown.

    python3 serve.py DIR FEEDMILL [--quick]
"""

import argparse
import http.client
import os
import platform
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

DOCUMENT = "/section00/rss.xml"
PORTS = {"feedmill": 18181, "nginx": 18182, "nginx-cached": 18183}
LABELS = {
    "feedmill": "**feedmill**",
    "nginx": "nginx",
    "nginx-cached": "nginx, `open_file_cache`",
}
CONNECTIONS = 64
IDLE = 10_000
# The server has the first core, wrk the second.
SERVER, CLIENT = "0", "1"
NGINX = """
daemon off; master_process on; worker_processes 1; pid {dir}/{name}.pid; error_log {dir}/{name}.log; user root;
events {{ worker_connections 16384; }}
http {{
    access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000; keepalive_timeout 75;
    gzip_static on; gzip_vary on; etag on; types {{ application/rss+xml xml; }} {cache}
    client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4;
    scgi_temp_path {dir}/t5;
    server {{ listen 127.0.0.1:{port} backlog=16384; root {dir}/feeds; add_header Cache-Control "public, max-age=600"; }}
}}
"""
CACHE = "open_file_cache max=1000; open_file_cache_valid 60s;"


class Server:
    """A server with one worker on one core, which ends with the `with` block."""

    def __init__(self, name, folder, feedmill):
        self.name, self.port = name, PORTS[name]
        if name == "feedmill":
            command = [feedmill, "serve", "--listen", f"127.0.0.1:{self.port}", "--config", "bench/feedmill.toml"]
            command += ["--seeds", str(folder / "seeds"), "--feeds", str(folder / "feeds"), "--quiet"]
        else:
            config = folder / f"{name}.conf"
            cache = CACHE if name == "nginx-cached" else ""
            config.write_text(NGINX.format(dir=folder, name=name, port=self.port, cache=cache))
            command = ["nginx", "-c", str(config), "-e", str(folder / "start.log")]
        self.process = subprocess.Popen(["taskset", "-c", SERVER, *command])
        end = time.monotonic() + 60
        while True:
            try:
                if self.ask({})[0] == 200 and (name != "feedmill" or self.ask({}, "/healthz")[0] == 200):
                    return
            except OSError:
                pass
            if time.monotonic() > end:
                self.__exit__()
                sys.exit(f"{name} does not answer")
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def ask(self, headers, path=DOCUMENT):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()

    def processes(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu(self):
        """CPU seconds of all its processes."""
        ticks = 0
        for pid in self.processes():
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident(self):
        """Memory of its processes in bytes; shared pages count once."""
        total = 0
        for pid in self.processes():
            total += int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])
        return total * 1024


def jobs(server):
    """Returns the kinds of requests: name and headers."""
    gzip, plain = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}
    status, headers, body = server.ask(gzip)
    assert status == 200 and headers["Content-Encoding"] == "gzip", headers
    assert server.ask(plain)[1]["Content-Encoding"] is None
    fresh = {**gzip, "If-None-Match": headers["ETag"]}
    assert server.ask(fresh)[0] == 304
    return {"GET, gzip": gzip, "GET, identity": plain, "304": fresh}


def load(server, headers, seconds):
    command = ["taskset", "-c", CLIENT, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    before, start = server.cpu(), time.monotonic()
    printed = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}{DOCUMENT}"], check=True, capture_output=True, text=True
    ).stdout
    busy = (server.cpu() - before) / (time.monotonic() - start)
    if "Non-2xx" in printed or "Socket errors" in printed:
        sys.exit(printed)
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", printed).groups()
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])
    return rate, float(p99) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit], busy


def idle(server, count):
    """Memory in bytes with a number of idle connections, each of which got one answer."""
    request = f"GET {DOCUMENT} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    length = int(server.ask({"Accept-Encoding": "gzip"})[1]["Content-Length"])
    connections = []
    start = time.monotonic()
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got or len(got.split(b"\r\n\r\n", 1)[1]) < length:
            got += connection.recv(1 << 20)
        assert got.startswith(b"HTTP/1.1 200"), got[:99]
        connections.append(connection)
    held = server.resident()
    # They are still open: a closed connection would be readable.
    for connection in connections:
        connection.setblocking(False)
        try:
            sys.exit(f"{server.name} said {connection.recv(9)!r} after {time.monotonic() - start:.0f} s")
        except BlockingIOError:
            connection.close()
    return held


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("dir", type=Path)
    args.add_argument("feedmill")
    args.add_argument("--quick", action="store_true")
    args.add_argument("--rounds", type=int, default=7)
    args.add_argument("--idle", type=int, default=IDLE)
    args = args.parse_args()
    args.dir, args.feedmill = args.dir.resolve(), str(Path(args.feedmill).resolve())
    rounds, seconds = (1, 1) if args.quick else (args.rounds, 4)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    if files < args.idle + 100:
        sys.exit(f"{args.idle} connections need more than {files} open files")

    runs = defaultdict(list)
    for number in range(rounds):
        for name in LABELS:
            with Server(name, args.dir, args.feedmill) as server:
                for job, headers in jobs(server).items():
                    load(server, headers, 1)
                    print(f"bench: round {number + 1}: {name}: {job}", file=sys.stderr)
                    runs[job, name].append(load(server, headers, seconds))
    held = {}
    for name in ("feedmill", "nginx"):
        with Server(name, args.dir, args.feedmill) as server:
            print(f"bench: {args.idle} connections: {name}", file=sys.stderr)
            held[name] = server.resident(), idle(server, args.idle)

    file = args.dir / "feeds" / DOCUMENT[1:]
    size, packed = file.stat().st_size, file.with_name(file.name + ".gz").stat().st_size
    nginx = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.split("/")[-1].strip()
    version = subprocess.run([args.feedmill, "--version"], capture_output=True, text=True).stdout.strip()
    cpu = next((l.split(": ")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    print(f"{cpu}, Linux {platform.release()}; {version}, nginx {nginx}.")
    print(f"`{DOCUMENT}`: {size:,} bytes, {packed:,} as `gzip -9`; wrk with {CONNECTIONS} connections.\n")
    print("| request | server | requests/s | from – to | p99 | its core busy | feedmill ÷ it | for each s of CPU |")
    print("| --- | --- | --: | --: | --: | --: | --: | --: |")
    for job in dict.fromkeys(job for job, _ in runs):
        for name, label in LABELS.items():
            rates, tails, busy = zip(*runs[job, name])
            # Compared within each round, so that a slow minute of the machine affects both.
            pairs = list(zip(runs[job, "feedmill"], runs[job, name]))
            ratio = median(own[0] / other[0] for own, other in pairs)
            effort = median(own[0] / own[2] * other[2] / other[0] for own, other in pairs)
            compared = "| | |" if name == "feedmill" else f"| {ratio:.2f} | {effort:.2f} |"
            print(
                f"| {job} | {label} | {median(rates):,.0f} | {min(rates):,.0f} – {max(rates):,.0f} "
                f"| {median(tails):.2f} ms | {median(busy):.0%} {compared}"
            )
    print(f"\n| {args.idle:,} idle connections, each answered once | at the start | with them |")
    print("| --- | --: | --: |")
    for name, (before, after) in held.items():
        print(f"| {LABELS[name]} | {before / 2**20:.1f} MiB | {after / 2**20:.1f} MiB |")


main()
