"""Runs a command and prints a JSON line per run: wall and CPU time in seconds, peak resident bytes, exit code.

    python3 measure.py [--runs N] -- COMMAND ARGUMENT...

CPU time and memory include the children that the command waited for. Its stdout is discarded.
"""

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import time

# Linux counts the memory of the process that calls exec towards the peak of the new program, and Python alone has over
# 10 MB. So a small shell starts the command and becomes `echo`, which prints the process id and exits; as subreaper, this
# process waits for it. The shell itself might have waited for a short command.
LAUNCH = 'echo ready; read -r go; "$@" >/dev/null & exec echo $!'
PR_SET_CHILD_SUBREAPER = 36


def run(command):
    with subprocess.Popen(
        ["sh", "-c", LAUNCH, "sh", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        shell.stdout.readline()
        start = time.perf_counter()
        shell.stdin.write("go\n")
        shell.stdin.flush()
        pid = int(shell.stdout.readline())
        shell.wait()
        try:
            _, status, usage = os.wait4(pid, 0)
        except KeyboardInterrupt:
            os.kill(pid, signal.SIGTERM)
            sys.exit(128 + signal.SIGINT)
        wall = time.perf_counter() - start
    return {
        "wall": round(wall, 5),
        "cpu": round(usage.ru_utime + usage.ru_stime, 5),
        "maxrss": usage.ru_maxrss * 1024,
        "exit": os.waitstatus_to_exitcode(status),
    }


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--runs", type=int, default=1)
    args.add_argument("command", nargs="+")
    args = args.parse_args()
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    for _ in range(args.runs):
        print(json.dumps(run(args.command)), flush=True)


main()
