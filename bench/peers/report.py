#!/usr/bin/env python3
"""Checks the answers, prints the table and writes peers.txt, peers.json and peers.svg: report.py OUT THREADS FILE...

Each file is called ROWS-OFFERINGS.jsonl and holds the lines of all contestants on that workspace.
"""

import json
import math
import os
import statistics
import sys
from html import escape

TITLES = ("contestant", "formulation", "job", "customers", "load s", "min s", "median s", "pairs/s", "x", "x rows")
OURS = "fm_match"
OURS_WITH_ROWS = "as read: fm_match, fm_walk over all rows"


def read(path):
    """(all rows, offerings, the references by job and rows, the measurements)"""
    rows, offerings = map(int, os.path.basename(path).split(".")[0].split("-"))
    references, measurements = {}, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if entry.get("reference"):
                references[entry["job"], entry["rows"]] = entry["counts"], entry["checksum"]
            else:
                measurements.append(entry)
    return rows, offerings, references, measurements


def verify(entry, references):
    """What is wrong with a measurement, or None."""
    if "error" in entry:
        return entry["error"]
    expected = references.get((entry["job"], entry["rows"]))
    if expected is None:
        return "nothing to compare with"
    if entry["counts"] != expected[0]:
        return f"WRONG ANSWER: counts {entry['counts']} instead of {expected[0]}"
    if entry["checksum"] != expected[1]:
        return f"WRONG ANSWER: checksum {entry['checksum']} instead of {expected[1]}"
    return None


def judge(path):
    rows, offerings, references, measurements = read(path)
    for entry in measurements:
        entry["all_rows"], entry["offerings"] = rows, offerings
        entry["wrong"] = verify(entry, references)
        if not entry["wrong"]:
            entry["median"] = statistics.median(entry["times"])
            # The minimum: what else runs on the machine only ever adds.
            entry["rate"] = entry["rows"] * offerings / min(entry["times"])
    return measurements


def own_rates(entries, job):
    """The rates of fitmatch: counting, and leaving a record of every row."""
    ours = [e for e in entries if e["contestant"] == "fitmatch" and not e["wrong"] and e["job"] == job]
    return ([e["rate"] for e in ours if e["formulation"] == OURS] + [None])[0], \
        ([e["rate"] for e in ours if e["formulation"] == OURS_WITH_ROWS] + [None])[0]


def ratio(ours, theirs):
    if ours is None:
        return ""
    value = ours / theirs
    return f"{value:.0f}" if value >= 20 else f"{value:.2g}" if value < 1 else f"{value:.1f}"


def seconds(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def table_rows(entries, job):
    counting, recording = own_rates(entries, job)
    for e in entries:
        if e["wrong"]:
            if e.get("job", job) == job:
                yield e["contestant"], e.get("formulation", ""), job, "", e["wrong"]
            continue
        if e["job"] != job:
            continue
        part = f"{e['rows']:,}" + (" *" if e["rows"] != e["all_rows"] else "")
        yield (e["contestant"], e["formulation"], job, part, f"{e['load']:.2f}", seconds(min(e["times"])),
               seconds(e["median"]), f"{e['rate']:.2e}".replace("e+", "e"), ratio(counting, e["rate"]),
               ratio(recording, e["rate"]))


def aligned(rows):
    widths = [max(len(r[c]) for r in rows if len(r) == len(TITLES)) for c in range(len(TITLES))]
    lines = []
    for r in rows:
        if len(r) == len(TITLES):
            cells = [f"{v:<{w}}" if c < 3 else f"{v:>{w}}" for c, (v, w) in enumerate(zip(r, widths))]
        else:
            cells = [f"{v:<{w}}" for v, w in zip(r[:4], widths)] + [r[4]]
        lines.append("  ".join(cells).rstrip())
    return lines


def cpu():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    except OSError:
        return "unknown"


def conditions(entries, threads):
    versions = sorted({e["version"] for e in entries if "version" in e})
    return [f"{cpu()}, {os.cpu_count()} processors, {threads} threads for everybody; load average "
            f"{os.getloadavg()[0]:.1f} {os.getloadavg()[1]:.1f} {os.getloadavg()[2]:.1f} at the end",
            "; ".join(versions + [f"Python {sys.version.split()[0]}"])]


NOTES = ["x: fitmatch's fm_match is so many times faster, by pairs/s at the minimum. x rows: the same for fm_match, then a",
         "record for every row by fm_walk. * the first rows only; rates are compared, nothing is extrapolated."]


def as_text(workloads, about):
    lines = about + [""]
    for entries in workloads:
        first = entries[0]
        lines.append(f"{first['all_rows']:,} customers x {first['offerings']} offerings x 12 attributes")
        rows = [TITLES]
        for job in ("fit", "best"):
            rows += table_rows(entries, job)
        lines += aligned(rows) + [""]
    return "\n".join(lines + NOTES) + "\n"


def as_json(workloads, about):
    result = []
    for entries in workloads:
        for e in entries:
            if e["wrong"]:
                continue
            spread = (max(e["times"]) - min(e["times"])) / e["median"] * 50
            result.append({
                "name": f"{e['contestant']}, {e['formulation']}: {e['job']}, {e['rows']} x {e['offerings']} x 12",
                "unit": "pairs/s", "value": round(e["rate"]), "range": f"± {spread:.0f} %",
                "extra": f"load {e['load']:.3f} s; minimum {min(e['times']):.6f} s, median {e['median']:.6f} s of "
                         f"{len(e['times'])} runs; {e['version']}; {about[0]}"})
    return json.dumps(result, indent=1, ensure_ascii=False) + "\n"


STYLE = """
text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-weight:600;font-size:14px}.grid{stroke:#d0d7de}
.bar{fill:#8c959f}.ours{fill:#0072b2}.faint{fill:#57606a}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#373e47}.bar{fill:#6e7681}.ours{fill:#58a6ff}
.faint{fill:#9198a1}}
"""
LEFT, PLOT, RIGHT, ROW = 330, 430, 130, 22


def panel(entries, job, y, low, high):
    """The bars of one job on one size, fastest first; its lines of SVG and its height."""
    bars = sorted((e for e in entries if not e["wrong"] and e["job"] == job), key=lambda e: -e["rate"])
    first = entries[0]
    wide = PLOT / (high - low)
    what = "does an own offering fit?" if job == "fit" else "verdict, best own offering, whom to refer to"
    svg = [f'<text x="16" y="{y + 16}" class="title">{job}: {what}{"" if job == "fit" else ","} '
           f'{first["all_rows"]:,} × {first["offerings"]} × 12</text>']
    top = y + 28
    for power in range(low, high + 1):
        x = LEFT + (power - low) * wide
        svg.append(f'<path class="grid" d="M{x:.1f} {top}v{len(bars) * ROW}"/>'
                   f'<text x="{x:.1f}" y="{top + len(bars) * ROW + 14}" text-anchor="middle" class="faint">'
                   f'10<tspan dy="-4" font-size="9">{power}</tspan></text>')
    for k, e in enumerate(bars):
        length = (math.log10(e["rate"]) - low) * wide
        middle = top + k * ROW
        part = " *" if e["rows"] != e["all_rows"] else ""
        mark = "ours" if e["contestant"] == "fitmatch" else "bar"
        svg.append(f'<text x="{LEFT - 8}" y="{middle + 15}" text-anchor="end">'
                   f'{escape(e["contestant"])}: {escape(e["formulation"])}{part}</text>'
                   f'<rect class="{mark}" x="{LEFT}" y="{middle + 3}" width="{length:.1f}" height="{ROW - 6}" rx="2"/>'
                   f'<text x="{LEFT + length + 6:.1f}" y="{middle + 15}">{e["rate"]:.1e}</text>'.replace("e+", "e"))
    return svg, 28 + len(bars) * ROW + 36


def as_svg(workloads, about):
    rates = [e["rate"] for entries in workloads for e in entries if not e["wrong"]]
    low, high = math.floor(math.log10(min(rates))), math.ceil(math.log10(max(rates)))
    low = min(low, high - 1)
    body, y = [], 34
    for entries in workloads:
        for job in ("fit", "best"):
            svg, height = panel(entries, job, y, low, high)
            body += svg
            y += height
    width = LEFT + PLOT + RIGHT
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y + 10}" width="{width}">'
            f'<style>{STYLE}</style><text x="16" y="20" class="faint">Pairs of customer and offering a second, '
            f'logarithmic. {escape(about[0].split(";")[0])}</text>')
    foot = f'<text x="16" y="{y}" class="faint">* the first rows only; the rate is what was measured there</text>'
    return "\n".join([head, *body, foot, "</svg>"]) + "\n"


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def main():
    if len(sys.argv) < 4:
        sys.exit("usage: report.py OUT THREADS FILE...")
    workloads = [judge(path) for path in sys.argv[3:]]
    everything = [e for entries in workloads for e in entries]
    about = conditions(everything, sys.argv[2])
    text = as_text(workloads, about)
    print(text, end="")
    write(sys.argv[1], "peers.txt", text)
    write(sys.argv[1], "peers.json", as_json(workloads, about))
    if any(not e["wrong"] for e in everything):
        write(sys.argv[1], "peers.svg", as_svg(workloads, about))
    wrong = sum(1 for e in everything if e["wrong"])
    if wrong:
        sys.exit(f"peers: {wrong} measurements are errors; see the table")


if __name__ == "__main__":
    main()
