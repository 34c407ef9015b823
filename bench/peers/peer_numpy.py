#!/usr/bin/env python3
"""NumPy: packed planes, a bit for each customer, in chunks that stay in the caches, on threads.

fit is an OR of miss planes for each own offering. For the best, missed weights are added up bit by bit (full adders
over planes) and compared likewise, so that every operation is a bitwise one on whole chunks; sums in columns of 16-bit
numbers were less than half as fast. The few long operations of fit run on threads, since NumPy lets go of the interpreter
within its loops; the many of the best on forked processes, since threads spend their time waiting for the
interpreter. The answer stays in planes.
"""

import mmap
import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import encode
import measure
import workspace as ws

FIT_WORDS = 1 << 14   # of 64 rows: planes of 128 KB
BEST_WORDS = 1 << 13  # of 64 rows: planes of 64 KB


class Planes:
    """Room for the intermediate planes of one chunk, given out and taken back."""

    def __init__(self, words):
        self.words = words
        self.free = []

    def new(self):
        return self.free.pop() if self.free else np.empty(self.words, np.uint64)

    def back(self, *planes):
        self.free.extend(planes)


def full_add(room, a, b, c):
    """Sum and carry of three planes."""
    total, carry = room.new(), room.new()
    np.bitwise_and(a, b, out=carry)
    np.bitwise_xor(a, b, out=total)
    other = room.new()
    np.bitwise_and(total, c, out=other)
    np.bitwise_xor(total, c, out=total)
    np.bitwise_or(carry, other, out=carry)
    room.back(other)
    return total, carry


def half_add(room, a, b):
    total, carry = room.new(), room.new()
    np.bitwise_xor(a, b, out=total)
    np.bitwise_and(a, b, out=carry)
    return total, carry


def add_up(room, weighted):
    """The bits, lowest first, of the sum of weights over planes: [(weight, plane)]. All of them are the room's."""
    columns = [[] for _ in range(16)]
    for weight, plane in weighted:
        for bit in range(8):
            if weight >> bit & 1:
                columns[bit].append((plane, False))
    bits = []
    for at, column in enumerate(columns):
        while len(column) > 1:
            inputs = [column.pop(0) for _ in range(min(3, len(column)))]
            total, carry = (full_add if len(inputs) == 3 else half_add)(room, *(p for p, _ in inputs))
            room.back(*(p for p, ours in inputs if ours))
            column.append((total, True))
            columns[at + 1].append((carry, True))
        if column:
            plane, ours = column[0]
            if not ours:
                copy = room.new()
                np.copyto(copy, plane)
                plane = copy
            bits.append(plane)
        else:
            bits.append(None)
    while bits and bits[-1] is None:
        bits.pop()
    return bits


class Contest:
    """The best so far of a group, in bits: the key (wants below needs) and the offering's place."""

    def __init__(self, room, key_bits, place_bits):
        self.room = room
        # More than any sum: a key of ones loses against everything, or is everything's equal at the most.
        self.key = [np.full(room.words, 2**64 - 1, np.uint64) for _ in range(key_bits)]
        self.place = [np.zeros(room.words, np.uint64) for _ in range(place_bits)]

    def offer(self, key, place):
        """Takes a key where it is less. Consumes the planes of the key; None is a bit that nobody has."""
        room = self.room
        less, step = room.new(), room.new()
        less.fill(0)
        changed = []
        for mine, best in zip(key, self.key):
            if mine is None:
                differs = room.new()
                np.copyto(differs, best)
            else:
                np.bitwise_xor(mine, best, out=mine)
                differs = mine
            # where the bits differ the lower is less if its bit is 0, that is, if the best's is 1
            np.bitwise_xor(less, best, out=step)
            np.bitwise_and(step, differs, out=step)
            np.bitwise_xor(less, step, out=less)
            changed.append(differs)
        for differs, best in zip(changed, self.key):
            np.bitwise_and(differs, less, out=differs)
            np.bitwise_xor(best, differs, out=best)
        np.invert(less, out=step)
        for bit, plane in enumerate(self.place):
            if place >> bit & 1:
                np.bitwise_or(plane, less, out=plane)
            else:
                np.bitwise_and(plane, step, out=plane)
        room.back(less, step, *changed)


def shared(*shape):
    """Planes that forked processes write to as well."""
    words = int(np.prod(shape))
    return np.frombuffer(mmap.mmap(-1, max(words, 1) * 8), np.uint64)[:words].reshape(shape)


THE_PEER = []  # what the forked processes work for; set before they are forked


def best_part(part):
    THE_PEER[0].best_part(part)


class Peer:
    def __init__(self, space, encoded, threads):
        self.space = space
        self.rows = encoded.rows
        self.pool = ThreadPoolExecutor(threads)
        self.count = len(space.attributes)
        self.places = [space.patterns(i)[1] for i in range(self.count)]
        self.words = -(-self.rows // 64)
        self.open = self.pack(encoded.open)
        self.planes = {}  # (want, attribute, pattern) -> plane, None where nobody misses
        for i, a in enumerate(space.attributes):
            for p, value in enumerate(space.patterns(i)[0]):
                for want in (False, True):
                    c = i + want * self.count
                    table = encode.miss_table(encoded.columns[c], a.rule, value)
                    plane = self.pack(table[encoded.codes[c]])
                    self.planes[want, i, p] = plane if plane.any() else None
        self.sum_bits = sum(a.weight for a in space.attributes).bit_length()
        self.place_bits = max(1, (len(space.offerings) - 1).bit_length())
        self.unfit = np.empty(self.words, np.uint64)
        # verdict 0..3 in two planes, own and refer_to as places, valid where the verdict says so
        self.verdict = shared(2, self.words)
        self.own = shared(self.place_bits, self.words)
        self.refer = shared(self.place_bits, self.words)
        self.misses = [[self.missed(o, want) for want in (False, True)] for o in range(len(space.offerings))]

    def pack(self, flags):
        plane = np.zeros(self.words * 8, np.uint8)
        packed = np.packbits(flags, bitorder="little")
        plane[:len(packed)] = packed
        return plane.view(np.uint64)

    def missed(self, o, want):
        """(weight, plane) of what an offering misses."""
        found = ((a.weight, self.planes[want, i, self.places[i][o]]) for i, a in enumerate(self.space.attributes))
        return [(weight, plane) for weight, plane in found if plane is not None]

    def chunks(self, words):
        return [slice(s, min(s + words, self.words)) for s in range(0, self.words, words)]

    def fit(self):
        """The rows that no own offering fits, as bits."""
        misses = [[plane for _, plane in self.misses[o][False]]
                  for o, offering in enumerate(self.space.offerings) if offering.own]

        def work(part):
            result = self.unfit[part]
            result.fill(2**64 - 1)
            one = np.empty_like(result)
            for planes in misses:
                one.fill(0)
                for plane in planes:
                    np.bitwise_or(one, plane[part], out=one)
                np.bitwise_and(result, one, out=result)

        list(self.pool.map(work, self.chunks(FIT_WORDS)))
        return self.unfit

    def best(self):
        self.processes.map(best_part, self.chunks(BEST_WORDS), chunksize=1)
        return self.verdict, self.own, self.refer

    def fork(self, processes):
        """Starts the processes; the planes are theirs as well from then on, without a copy."""
        THE_PEER[:] = [self]
        self.processes = multiprocessing.get_context("fork").Pool(processes)

    def best_part(self, part):
        room = Planes(part.stop - part.start)
        sides = {}
        for own in (True, False):
            contest = Contest(room, 2 * self.sum_bits, self.place_bits)
            for o, offering in enumerate(self.space.offerings):
                if offering.own == own:
                    needs, wants = ([(w, p[part]) for w, p in side] for side in self.misses[o])
                    key = []
                    for bits in (add_up(room, wants), add_up(room, needs)):
                        # carries beyond what all weights add up to are planes of nothing
                        key += (bits + [None] * self.sum_bits)[:self.sum_bits]
                    contest.offer(key, o)
            # fits: no missed needs
            sides[own] = contest, np.bitwise_or.reduce(contest.key[self.sum_bits:])
        self.conclude(part, sides)

    def conclude(self, part, sides):
        (ours, unfit), (theirs, partner_unfit) = sides[True], sides[False]
        # verdicts: 0 fit, 1 ask, 2 refer, 3 walk_away; without partners the key of ones stays, which is unfit
        self.verdict[1, part] = unfit
        self.verdict[0, part] = (unfit & partner_unfit) | (~unfit & self.open[part])
        for bit in range(self.place_bits):
            self.own[bit, part] = ours.place[bit]
            self.refer[bit, part] = theirs.place[bit]


def unpack(planes, rows):
    """Numbers from planes of their bits."""
    result = np.zeros(rows, np.int64)
    for bit, plane in enumerate(planes):
        result += np.unpackbits(plane.view(np.uint8), bitorder="little")[:rows].astype(np.int64) << bit
    return result


def square(x):
    x %= measure.PRIME
    return x * x % measure.PRIME


def fit_answer(peer, unfit):
    rows = np.flatnonzero(unpack([unfit], peer.rows) == 0)
    return [len(rows)], int(square(rows * measure.ROW_FACTOR).sum())


def best_answer(peer, answer):
    verdict, own, refer = (unpack(planes, peer.rows) for planes in answer)
    refer = np.where(verdict == 2, refer + 1, 0)
    mixed = (np.arange(peer.rows, dtype=np.int64) * measure.ROW_FACTOR + (own + 1) * measure.OWN_FACTOR
             + refer * measure.REFER_FACTOR + verdict * measure.VERDICT_FACTOR)
    return np.bincount(verdict, minlength=4).tolist(), int(square(mixed).sum())


def main():
    arguments = measure.options(__doc__).parse_args()
    begin = time.perf_counter()
    space = ws.Workspace(arguments.workspace)
    encoded = encode.Encoded(space, arguments.rows, arguments.threads)
    peer = Peer(space, encoded, arguments.threads)
    loaded = time.perf_counter() - begin
    if arguments.broken:
        for (want, _, _), plane in peer.planes.items():
            if plane is not None and not want:
                plane[0] = 0
    peer.fork(arguments.threads)
    jobs = {"fit": (peer.fit, fit_answer, "packed planes"),
            "best": (peer.best, best_answer, "packed planes, added bit by bit")}
    for job in arguments.jobs.split(","):
        query, read, name = jobs[job]
        times, answers = measure.repeat(query, arguments.seconds)
        # every run writes to the same planes, so the last answer is the one that is there
        measure.report("NumPy", name, job, peer.rows, loaded, (times, [read(peer, answers[-1])]),
                       threads=arguments.threads, version=f"NumPy {np.__version__}")


if __name__ == "__main__":
    main()
