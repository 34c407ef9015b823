#!/usr/bin/env python3
"""The measuring part of ingest.sh, which says what is measured: ingest.py OPTIONS; all paths are given."""

import argparse
import csv
import json
import os
import re
import statistics
import subprocess
import sys
import time

MEMORY_TARGET_RATIO = 1.25  # 100 million rows over 10 million: "bounded" allows for noise, not for growth


def die(message):
    sys.exit(f"ingest: {message}")


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("fitmatch", "scan", "folder", "out", "commit", "compiler"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("rows", "threads", "repeat", "times"):
        parser.add_argument(f"--{name}", type=int, required=True)
    return parser.parse_args()


class DuckDB:
    """duckdb_worker.py, asked one statement after the other."""

    def __init__(self, threads):
        worker = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "duckdb_worker.py")
        self.process = subprocess.Popen([sys.executable, worker, str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.version = json.loads(self.answer())

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            die("DuckDB has failed")
        return line

    def ask(self, statement):
        self.process.stdin.write(json.dumps(statement) + "\n")
        self.process.stdin.flush()
        return json.loads(self.answer())


class Run:
    """A command, run to its end: seconds, processor seconds, most resident bytes, what it said."""

    def __init__(self, command, feed=None):
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdin=feed.stdout if feed else subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if feed:
            feed.stdout.close()
        self.said = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            die(f"{' '.join(command)} ended with {process.returncode}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory_bytes = usage.ru_maxrss * 1024


class Bench:
    def __init__(self, given):
        self.given = given
        self.folder = given.folder
        self.customers = os.path.join(self.folder, "customers.csv")
        self.model = os.path.join(self.folder, "fit.yaml")
        self.table = os.path.join(self.folder, "matches.csv")
        self.copied = os.path.join(self.folder, "copied.csv")
        self.base = os.path.join(self.folder, "customers.fmb")
        with open(self.customers, encoding="utf-8", newline="") as file:
            self.columns = next(csv.reader(file))
        self.duckdb = DuckDB(given.threads)
        self.lines, self.figures = [], []

    # --- statements and commands ---

    def hash_statement(self, path, all_varchar):
        extra = ", all_varchar = true" if all_varchar else ""
        return (f"SELECT count(*), bit_xor(hash({', '.join(self.columns)})) "
                f"FROM read_csv('{path}', header = true{extra})")

    def copy_statement(self, columns, padding):
        listed = ", ".join(columns) + (f", '{'x' * padding}' AS padding" if padding else "")
        return (f"COPY (SELECT {listed} FROM read_csv('{self.customers}', header = true, all_varchar = true)) "
                f"TO '{self.copied}' (HEADER, DELIMITER ',')")

    def has(self, command):
        return subprocess.run([self.given.fitmatch, "help", command], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0

    def run(self, *arguments, feed=None):
        return Run([self.given.fitmatch, *arguments], feed)

    def match(self, output, *more, feed=None):
        return self.run("match", self.model, "-o", output, "--threads", str(self.given.threads), "--json", *more,
                        feed=feed)

    def summary(self, *more):
        """What is there of it: without the command, a table of the fitting rows that nobody gets."""
        if self.has("summary"):
            return self.run("summary", self.model, "--threads", str(self.given.threads), "--json", *more)
        return self.match("/dev/null", "--verdict", "fit")

    # --- results ---

    def say(self, text):
        print(text, flush=True)
        self.lines.append(text)

    def figure(self, name, unit, value, values=(), extra=""):
        spread = 100 * (max(values) - min(values)) / (2 * statistics.median(values)) if len(values) > 1 else 0
        self.figures.append({"name": name, "unit": unit, "value": value, "range": f"± {spread:.0f} %", "extra": extra})

    def row(self, what, value, target, is_met):
        self.say(f"{what:<66} {value:>16}  {target:<10} {'met' if is_met else 'MISSED'}")

    def not_there(self, what, target):
        self.say(f"{what:<66} {'not there yet':>16}  {target}")

    def check_rows(self, run, rows=None):
        said = json.loads(run.said)
        found = said["tables"]["totals"][0]["rows"] if "tables" in said else said.get("rows")
        if found != (rows or self.given.rows):
            die(f"fitmatch tells of {found} rows instead of {rows or self.given.rows}")

    def check_count(self, answer):
        if int(answer["rows"][0][0]) != self.given.rows:
            die(f"DuckDB tells of {answer['rows'][0][0]} rows instead of {self.given.rows}")
        return answer["rows"][0][1]

    # --- what is measured ---

    def check_hash(self):
        """Whichever cell of a row changes, the hash does: so DuckDB reads every column, and leaves out none."""
        path = os.path.join(self.folder, "changed.csv")
        with open(self.customers, encoding="utf-8", newline="") as file:
            rows = [row for _, row in zip(range(1001), csv.reader(file))]
        for all_varchar in (False, True):
            seen = set()
            for place in range(-1, len(self.columns)):
                changed = [list(row) for row in rows]
                if place >= 0:
                    # Another row's cell, so that types stay what they are.
                    cells = [row[place] for row in rows[1:]]
                    changed[500][place] = next(cell for cell in cells if cell and cell != rows[500][place])
                with open(path, "w", encoding="utf-8", newline="") as file:
                    csv.writer(file, lineterminator="\n").writerows(changed)
                seen.add(self.duckdb.ask(self.hash_statement(path, all_varchar))["rows"][0][1])
            if len(seen) != len(self.columns) + 1:
                die("DuckDB's hash does not depend on every column")
        os.remove(path)

    def fit_sizes(self, wanted):
        """Columns and a constant, so that DuckDB writes a file of the size of the match table."""
        rows, columns = self.given.rows, list(self.columns)
        size = os.path.getsize(self.customers)
        while size > wanted and len(columns) > 1:
            columns.pop()
            self.duckdb.ask(self.copy_statement(columns, 0))
            size = os.path.getsize(self.copied)
        padding = max(0, round((wanted - size) / rows) - 1)
        self.duckdb.ask(self.copy_statement(columns, padding))
        size = os.path.getsize(self.copied)
        if abs(size - wanted) > 0.02 * wanted:
            die(f"DuckDB writes {size} bytes, fitmatch {wanted}")
        return columns, padding, size

    def ingest(self):
        given = self.given
        self.check_hash()
        first = self.match(self.table)
        self.check_rows(first)
        size = os.path.getsize(self.table)
        with open(self.table, "rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        if lines != given.rows + 1:
            die(f"the match table has {lines} lines")
        columns, padding, copied = self.fit_sizes(size)
        copy = self.copy_statement(columns, padding)
        self.say(f"input {os.path.getsize(self.customers) / 1e6:.0f} MB in {len(self.columns)} columns, "
                 f"match table {size / 1e6:.0f} MB; DuckDB's copy {copied / 1e6:.0f} MB: {len(columns)} columns and "
                 f"{padding} constant bytes a row")
        times = {name: [] for name in ("typed", "varchar", "summary", "copy", "match")}
        cpus = {name: [] for name in times}
        hashes = {"typed": set(), "varchar": set()}
        for turn in range(given.repeat + 1):  # the first fills the page cache
            done = {}
            for name, all_varchar in (("typed", False), ("varchar", True)):
                answer = self.duckdb.ask(self.hash_statement(self.customers, all_varchar))
                hashes[name].add(self.check_count(answer))
                done[name] = answer["wall"], answer["cpu"]
            run = self.summary()
            self.check_rows(run)
            done["summary"] = run.wall, run.cpu
            answer = self.duckdb.ask(copy)
            done["copy"] = answer["wall"], answer["cpu"]
            run = self.match(self.table)
            self.check_rows(run)
            done["match"] = run.wall, run.cpu
            for name, (wall, cpu) in done.items():
                if turn > 0:
                    times[name].append(wall)
                    cpus[name].append(cpu)
        if any(len(found) != 1 for found in hashes.values()):
            die("DuckDB's hash differs between runs")
        return times, cpus

    def report_ingest(self, times, cpus):
        names = {"typed": "DuckDB reads, types found", "varchar": "DuckDB reads, all as text",
                 "summary": "fitmatch summary" if self.has("summary") else "fitmatch match --verdict fit to /dev/null",
                 "copy": "DuckDB COPY to a file of the match table's size", "match": "fitmatch match to a file"}
        short = {"typed": "DuckDB's reading", "varchar": "DuckDB's reading", "copy": "DuckDB's COPY",
                 "summary": "summary" if self.has("summary") else "match --verdict fit, for summary is not there yet",
                 "match": "match"}
        for name, title in names.items():
            wall, cpu = statistics.median(times[name]), statistics.median(cpus[name])
            self.say(f"{title:<66} {wall:>14.3f} s  {cpu:.3f} s of processors, "
                     f"{min(times[name]):.3f} to {max(times[name]):.3f} s")
            self.figure(f"ingest: {title}", "s", round(wall, 4), times[name], f"processor {cpu:.3f} s")
        fastest = min(("typed", "varchar"), key=lambda name: statistics.median(times[name]))
        self.say(f"{'':<66} {'':>16}  target")
        for ours, theirs, target in (("summary", fastest, 0.25), ("match", "copy", 0.5)):
            ratios = [a / b for a, b in zip(times[ours], times[theirs])]
            by_cpu = statistics.median(a / b for a, b in zip(cpus[ours], cpus[theirs]))
            ratio = statistics.median(ratios)
            title = f"{short[ours]} / {short[theirs]}"
            self.row(title, f"{ratio:.3f}", f"<= {target}", ratio <= target)
            self.figure(f"ingest: {title}", "ratio", round(ratio, 4), ratios,
                        f"target {target}; by processor time {by_cpu:.3f}")
            self.say(f"{'  the same by processor time':<66} {by_cpu:>16.3f}")

    def base_file(self):
        titles = ("fitmatch summary with the base file, warm", "fitmatch explain one id with the base file")
        targets = ((0.15, "< 0.15 s"), (0.02, "< 0.02 s"))
        if not self.has("encode"):
            for title, (_, shown) in zip(titles, targets):
                self.not_there(title, shown)
            return
        made = self.run("encode", self.model, "-o", self.base, "--threads", str(self.given.threads), "-q")
        self.say(f"{'fitmatch encode to a base file':<66} {made.wall:>14.3f} s  "
                 f"{os.path.getsize(self.base) / 1e6:.0f} MB")
        last = f"C{self.given.rows // 2}"
        runs = (lambda: self.run("summary", self.model, "--customers", self.base, "--threads",
                                 str(self.given.threads), "--json"),
                lambda: self.run("explain", self.model, last, "--customers", self.base))
        for title, run, (target, shown) in zip(titles, runs, targets):
            first = run()
            if "summary" in title:
                self.check_rows(first)
            elif last not in first.said:
                die(f"explain does not tell of {last}")
            walls = [run().wall for _ in range(max(5, self.given.repeat))]
            wall = statistics.median(walls)
            self.row(title, f"{wall:.4f} s", shown, wall < target)
            self.figure(f"ingest: {title}", "s", round(wall, 5), walls, f"first {first.wall:.4f} s; target {shown}")

    def streamed(self, times):
        """The same customers `times` times over, through a pipe."""
        script = 'cat "$1"; shift; for i in $(seq 2 "$2"); do tail -n +2 "$1"; done'
        feed = subprocess.Popen(["bash", "-c", script, "bash", self.customers, self.customers, str(times)],
                                stdout=subprocess.PIPE)
        run = self.match("/dev/null", "--customers", "-", feed=feed)
        if feed.wait() != 0:
            die("the pipe broke")
        self.check_rows(run, self.given.rows * times)
        return run

    def memory(self):
        small = self.match("/dev/null")
        self.check_rows(small)
        title = f"memory at the peak, {self.given.rows:,} customers"
        self.say(f"{title:<66} {small.memory_bytes / 1e6:>13.0f} MB  in {small.wall:.2f} s, the table to /dev/null")
        self.figure(f"ingest: {title}", "bytes", small.memory_bytes, extra=f"{small.wall:.2f} s")
        if self.given.times < 2:
            return
        large = self.streamed(self.given.times)
        title = f"memory at the peak, {self.given.rows * self.given.times:,} customers from a pipe"
        self.say(f"{title:<66} {large.memory_bytes / 1e6:>13.0f} MB  in {large.wall:.2f} s")
        self.figure(f"ingest: {title}", "bytes", large.memory_bytes, extra=f"{large.wall:.2f} s")
        ratio = large.memory_bytes / small.memory_bytes
        self.row("  over the memory for the smaller one", f"{ratio:.2f}", f"<= {MEMORY_TARGET_RATIO}",
                 ratio <= MEMORY_TARGET_RATIO)

    def scan(self):
        path = os.path.join(self.folder, "scan.json")
        said = Run([self.given.scan, "--repeat", str(max(3, self.given.repeat)), "--threads", str(self.given.threads),
                    "--json", path, self.customers]).said
        self.say("the scanner alone (bench_scan)")
        for line in said.splitlines():
            if re.search(r"GB/s", line):
                self.say("  " + line)
        with open(path, encoding="utf-8") as file:
            self.figures += json.load(file)

    def write(self):
        os.makedirs(self.given.out, exist_ok=True)
        with open(os.path.join(self.given.out, "ingest.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(self.lines) + "\n")
        with open(os.path.join(self.given.out, "ingest.json"), "w", encoding="utf-8") as file:
            json.dump(self.figures, file, indent=1, ensure_ascii=False)
            file.write("\n")


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def main():
    given = options()
    bench = Bench(given)
    bench.say(f"{processor()}, {os.cpu_count()} processors, {given.threads} threads for both; load average "
              f"{' '.join(f'{x:.1f}' for x in os.getloadavg())} at the start")
    bench.say(f"fitmatch commit {given.commit}, {given.compiler}; DuckDB {bench.duckdb.version}; "
              f"medians of {given.repeat} runs in turns, {given.rows:,} customers")
    times, cpus = bench.ingest()
    bench.report_ingest(times, cpus)
    bench.base_file()
    bench.memory()
    bench.scan()
    bench.say(f"load average {' '.join(f'{x:.1f}' for x in os.getloadavg())} at the end")
    bench.write()


if __name__ == "__main__":
    main()
