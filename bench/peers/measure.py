"""What the Python peers share: the options, the repetition, the checksum and the form of a result."""

import argparse
import json
import os
import time

# The checksum of an answer is a sum over rows, so that any order gives the same one. Squares modulo a prime below
# 2^31 stay within SQL's BIGINT and are not linear: two rows that swap their answers change the sum.
PRIME = 2147483647
ROW_FACTOR = 1000003
OWN_FACTOR = 7919
REFER_FACTOR = 104729
VERDICT_FACTOR = 15485863
RUNS_MAX = 100


def options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("workspace")
    parser.add_argument("--rows", type=int, default=0, help="the first N customers only")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=10, help="for the runs of one measurement")
    parser.add_argument("--jobs", default="fit,best")
    parser.add_argument("--break", dest="broken", action="store_true",
                        help="give a wrong answer on purpose, to see that it is caught")
    return parser


def repeat(query, seconds, warm=False):
    """Runs a query at least three times, once where that takes more than a minute; all times, all answers."""
    times, answers = [], []
    start = time.perf_counter()
    while len(times) < 3 or (time.perf_counter() - start < seconds and len(times) < RUNS_MAX):
        begin = time.perf_counter()
        answers.append(query())
        took = time.perf_counter() - begin
        if warm or took >= 60:
            times.append(took)
        if took >= 60:
            break
        warm = True
    return times, answers


def report(contestant, formulation, job, rows, load, measured, **more):
    """One line of JSON. An answer that differs between runs is no answer."""
    times, answers = measured
    same = all(answer == answers[0] for answer in answers)
    counts, checksum = answers[0] if same else ([], "differs between runs")
    print(json.dumps(dict(contestant=contestant, formulation=formulation, job=job, rows=rows, load=load,
                          times=times, counts=counts, checksum=str(checksum), **more)), flush=True)


def sql_answer(job, table):
    """The counts and the checksum from the rows of a statement."""
    if job == "fit":
        return [int(table[0][0])], int(table[0][1])
    counts = [0, 0, 0, 0]
    for verdict, count, _ in table:
        counts[int(verdict)] = int(count)
    return counts, sum(int(row[2]) for row in table)


def fastest(run, ways, read, seconds):
    """Tries each way to put a question once, then measures the fastest: [(name, statement, settings...)].

    Every way's answer takes part, so that a wrong one is seen even if it loses.
    """
    tried, answers = [], []
    for name, statement, *settings in ways:
        for setting in settings:
            run(setting)
        begin = time.perf_counter()
        answers.append(read(run(statement)))
        tried.append((time.perf_counter() - begin, name, statement, settings))
    took, name, statement, settings = min(tried)
    for setting in settings:
        run(setting)
    if took >= 60:
        return name, ([took], answers)
    times, more = repeat(lambda: read(run(statement)), seconds, warm=True)
    return name, (times, answers + more)
