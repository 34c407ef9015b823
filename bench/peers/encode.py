#!/usr/bin/env python3
"""Customers as dictionary codes: what NumPy and Roaring bitmaps start from.

encode.py FOLDER OUT writes OUT/codes (a byte for each demand column and row, column by column), OUT/open (a byte a
row: something is unasked) and OUT/plan (which codes each offered value misses, as text for peer_croaring).
"""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import workspace as ws

PIECE_BYTES = 16 << 20
COMMA, NEWLINE, QUOTE = b",\n\""
LEARNING = threading.Lock()  # dictionaries and the numbering of words are common to all pieces


def pieces(path, limit):
    """Whole lines in pieces, without the header: what a thread works on."""
    with open(path, "rb") as file:
        file.readline()
        left = limit
        while left is None or left > 0:
            block = file.read(PIECE_BYTES)
            block += file.readline()
            if not block:
                return
            lines = block.count(b"\n")
            if left is not None and lines > left:
                end = -1
                for _ in range(left):
                    end = block.index(b"\n", end + 1)
                block, lines = block[:end + 1], left
            if left is not None:
                left -= lines
            yield block, lines


def cell_numbers(words, starts, lengths):
    """A number for each cell that tells different texts apart: its bytes in words of eight, mixed."""
    numbers = lengths.astype(np.uint64)
    for k in range(0, int(lengths.max(initial=0)), 8):
        some = np.flatnonzero(lengths > k) if k else slice(None)
        bits = np.minimum(np.maximum(lengths[some] - k, 0), 8).astype(np.uint64) * np.uint64(8)
        # A shift by 64 is not defined; a cell of no bytes has no bits.
        full = np.uint64(2**64 - 1) >> (np.uint64(64) - np.maximum(bits, np.uint64(1)))
        mask = np.where(bits == 0, np.uint64(0), full)
        word = words[starts[some] + k] & mask
        mixed = (numbers[some] ^ word) * np.uint64(0x9e3779b97f4a7c15)
        numbers[some] = mixed ^ (mixed >> np.uint64(29))
    return numbers


class Column:
    """The dictionary of one demand column: code 0 is no demand."""

    def __init__(self, space, place, rule):
        self.space, self.place, self.rule = space, place, rule
        self.code_of = {}
        self.demands = [None]
        self.unasked = [False]

    def learn(self, number, text):
        state, value = self.space.demand(self.rule, text)
        if state == ws.NONE:
            code = 0
        else:
            code = len(self.demands)
            self.demands.append(value)
            self.unasked.append(state == ws.UNASKED)
            if code > 255:
                ws.die("more than 255 different demands in a column do not fit a byte")
        self.code_of[number] = code

    def known(self):
        """Numbers and codes met so far, by number."""
        numbers = np.fromiter(self.code_of, np.uint64, len(self.code_of))
        codes = np.fromiter(self.code_of.values(), np.uint8, len(self.code_of))
        order = np.argsort(numbers)
        return numbers[order], codes[order]

    def encode(self, block, words, starts, lengths):
        numbers = cell_numbers(words, starts, lengths)
        with LEARNING:
            known, codes = self.known()
        unseen = np.flatnonzero(~np.isin(numbers, known))
        if len(unseen):
            with LEARNING:
                for number, at in zip(*np.unique(numbers[unseen], return_index=True)):
                    row = unseen[at]
                    if int(number) not in self.code_of:
                        self.learn(int(number), block[starts[row]:starts[row] + lengths[row]].decode())
                known, codes = self.known()
        return codes[np.searchsorted(known, numbers)]


def encode_piece(block, columns, width, codes, first, lines):
    data = np.frombuffer(block, np.uint8)
    if (data == QUOTE).any():
        ws.die("quoted cells are more than the peers read")
    ends = np.flatnonzero((data == COMMA) | (data == NEWLINE))
    if len(ends) != lines * width:
        ws.die("a row has another number of cells than the header")
    starts = np.empty_like(ends)
    starts[0] = 0
    starts[1:] = ends[:-1] + 1
    lengths = (ends - starts).reshape(lines, width)
    starts = starts.reshape(lines, width)
    padded = block + bytes(8)
    words = np.ndarray(len(block), "<u8", padded, strides=(1,))
    for c, column in enumerate(columns):
        if column is not None:
            codes[c, first:first + lines] = column.encode(block, words, starts[:, column.place],
                                                          lengths[:, column.place])


class Encoded:
    """All customers: codes[demand column, row], open[row], and the dictionaries."""

    def __init__(self, space, limit, threads):
        begin = time.perf_counter()
        rules = [a.rule for a in space.attributes] * 2
        self.columns = [Column(space, space.header.index(name), rule) if name else None
                        for name, rule in zip(space.columns, rules)]
        total = count_rows(space.customers)
        self.rows = min(limit, total) if limit else total
        self.codes = np.zeros((len(self.columns), self.rows), np.uint8)
        width = len(space.header)
        jobs, first = [], 0
        # The first piece meets nearly every text that there is, so that later ones mostly look up.
        with ThreadPoolExecutor(threads) as pool:
            for block, lines in pieces(space.customers, self.rows):
                if first == 0:
                    encode_piece(block, self.columns, width, self.codes, first, lines)
                else:
                    jobs.append(pool.submit(encode_piece, block, self.columns, width, self.codes, first, lines))
                    if len(jobs) > 2 * threads:
                        jobs.pop(0).result()
                first += lines
            for job in jobs:
                job.result()
        needs = len(space.attributes)
        self.open = np.zeros(self.rows, bool)
        for codes, column in zip(self.codes[:needs], self.columns):
            for code in np.flatnonzero(column.unasked if column else []):
                self.open |= codes == code
        self.seconds = time.perf_counter() - begin


def count_rows(path):
    with open(path, "rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 24), b"")) - 1


def miss_table(column, rule, offer):
    """For each code of a column, whether an offered value misses it; 256 entries."""
    table = np.zeros(256, bool)
    if column is not None:
        for code, demand in enumerate(column.demands):
            table[code] = demand is not None and ws.misses(rule, offer, demand)
    return table


def write_plan(space, encoded, path):
    """Text: counts; weight and patterns of each attribute, each with its missed codes; the offerings."""
    count = len(space.attributes)
    with open(path, "w", encoding="ascii") as file:
        print(count, len(space.offerings), encoded.rows, file=file)
        for i, a in enumerate(space.attributes):
            values = space.patterns(i)[0]
            print(a.weight, len(values), file=file)
            for value in values:
                for column in (encoded.columns[i], encoded.columns[i + count]):
                    table = miss_table(column, a.rule, value)
                    print("".join("1" if miss else "0" for miss in table), file=file)
        places = [space.patterns(i)[1] for i in range(count)]
        for o, offering in enumerate(space.offerings):
            print(int(offering.own), *(p[o] for p in places), file=file)


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: encode.py FOLDER OUT THREADS")
    space = ws.Workspace(sys.argv[1])
    encoded = Encoded(space, 0, int(sys.argv[3]))
    os.makedirs(sys.argv[2], exist_ok=True)
    encoded.codes.tofile(os.path.join(sys.argv[2], "codes"))
    encoded.open.tofile(os.path.join(sys.argv[2], "open"))
    write_plan(space, encoded, os.path.join(sys.argv[2], "plan"))
    with open(os.path.join(sys.argv[2], "seconds"), "w", encoding="ascii") as file:
        print(encoded.seconds, file=file)


if __name__ == "__main__":
    main()
