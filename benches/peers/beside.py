#!/usr/bin/env python3
"""The workloads of étude and of PyTorch in turns, as a table in Markdown.

    python benches/peers/beside.py [--rounds N] [--only ID[,ID...]]

Run it from the root of the repository, with a Python that has PyTorch and NumPy. Both programs run each workload in
a process of its own, on two threads; a line is printed as soon as its workload is done. Machines differ from one minute
to the next, so the last column is what counts: how many times as fast étude is, as the median of the rounds' quotients, and
the least and the greatest of them.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

ETUDE = ["cargo", "bench", "--quiet", "--bench", "workloads", "--"]
PYTORCH = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "pytorch.py")]
# Results further apart than this, relatively, are not of the same computation.
TOLERANCE = 1e-3


def run(command, *arguments):
    done = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, text=True)
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        sys.exit(f"no result from: {' '.join([*command, *arguments])}; run that by itself to see why")
    return lines


def measure(command, workload):
    result = json.loads(run(command, "--only", workload)[-1])
    if "error" in result:
        sys.exit(f"{workload}: {result['impl']}: {result['error']}")
    return result


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", help="comma-separated workload ids")
    options = options.parse_args()
    if options.rounds < 1:
        sys.exit(f"--rounds {options.rounds}; expected 1 or more")
    workloads = options.only.split(",") if options.only else run(ETUDE, "--list")
    print("| workload | étude, ms | PyTorch, ms | times as fast |\n|---|---:|---:|---:|")
    for workload in workloads:
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(measure(ETUDE, workload))
            theirs.append(measure(PYTORCH, workload))
        a, b = ours[0]["check"], theirs[0]["check"]
        if abs(a - b) > TOLERANCE * abs(b):
            sys.exit(f"{workload}: étude computes {a}, PyTorch {b}")
        times = [[result["median_ms"] for result in results] for results in (ours, theirs)]
        quotients = [b / a for a, b in zip(*times)]
        medians = " | ".join(f"{statistics.median(side):.3g}" for side in times)
        low, middle, high = min(quotients), statistics.median(quotients), max(quotients)
        print(f"| `{workload}` | {medians} | {middle:.2f} ({low:.2f} to {high:.2f}) |", flush=True)


if __name__ == "__main__":
    main()
