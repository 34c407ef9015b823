"""A generated workspace as the peers need it: the model, the offerings, and which demand meets which offer.

Reads what fitmatch-generate writes without --history and --quoted, and no more: the peers compare matching, not
the reading of every model. Whatever else it meets is an error, so that nothing is compared wrongly.
"""

import csv
import os
import re
import sys
from dataclasses import dataclass

# Beyond the values that are used, one bit that every offering has and "no demand" asks for: so any_of needs no
# special case where nothing is demanded.
ANY_BIT = 62
NUMERIC = ("at_most", "at_least")
NONE, UNASKED, STATED = range(3)


def die(message):
    sys.exit(f"peers: {message}")


@dataclass
class Attribute:
    name: str
    rule: str
    weight: int


@dataclass
class Offering:
    own: bool
    values: list  # one for each attribute: a number or a mask, None where a number is blank


def read_model(path):
    company, attributes = "", []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if found := re.match(r"company: (.*)", line):
                company = found[1].strip()
            elif found := re.match(r"\s+- \{name: (\w+), rule: (\w+), weight: (\d+)", line):
                attributes.append(Attribute(found[1], found[2], int(found[3])))
            elif re.match(r"(history|promise|csv):|.*(when_blank|need:|want:|offer:)", line):
                die(f"{path}: this is more than the peers know: {line.strip()}")
    if not attributes:
        die(f"{path}: no attributes; was it made by fitmatch-generate?")
    return company, attributes


class Workspace:
    """The model and the offerings; the numbering of set values grows as texts are met."""

    def __init__(self, folder):
        self.folder = folder
        self.customers = os.path.join(folder, "customers.csv")
        company, self.attributes = read_model(os.path.join(folder, "fit.yaml"))
        self.words = {}
        self.offerings = []
        with open(os.path.join(folder, "offerings.csv"), encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                values = [self.offer(a.rule, row[a.name]) for a in self.attributes]
                self.offerings.append(Offering(row["supplier"] in ("", company), values))
        with open(self.customers, encoding="utf-8", newline="") as file:
            self.header = next(csv.reader(file))
        # Demand columns in the order of the attributes: needs, then wants; None where the table has none.
        names = [a.name for a in self.attributes] + ["want_" + a.name for a in self.attributes]
        self.columns = [name if name in self.header else None for name in names]
        total = sum(a.weight for a in self.attributes) + 1
        # A key orders offerings as SPEC 3 does: missed needs, then missed wants, then the place in the file.
        self.want_step = len(self.offerings)
        self.need_step = total * self.want_step
        self.key_limit = total * self.need_step

    def mask(self, text):
        result = 0
        for word in text.lower().split("|"):
            if word.strip():
                result |= 1 << self.words.setdefault(word.strip(), len(self.words))
        if len(self.words) > ANY_BIT:
            die(f"more than {ANY_BIT} set values do not fit the peers' masks")
        return result

    def offer(self, rule, text):
        text = text.strip()
        if rule in NUMERIC:
            return float(text) if text else None
        if rule == "flag":
            return int(text.lower() in ("yes", "true", "y", "1", "x"))
        return self.mask(text)

    def demand(self, rule, text):
        """(state, value) of a customer's cell."""
        text = text.strip().lower()
        if text == "?":
            return UNASKED, None
        if text in ("", "any", "-"):
            return NONE, None
        if rule in NUMERIC:
            return STATED, float(text)
        if rule == "flag":
            yes = text in ("yes", "true", "y", "1", "x")
            return (STATED, 1) if yes else (NONE, None)
        return STATED, self.mask(text)

    def patterns(self, attribute):
        """The distinct values offered, the pattern of each offering."""
        values = []
        places = []
        for offering in self.offerings:
            value = offering.values[attribute]
            if value not in values:
                values.append(value)
            places.append(values.index(value))
        return values, places


def misses(rule, offer, demand):
    """Whether an offer leaves a stated demand unmet (SPEC 1)."""
    if rule == "at_most":
        return offer is None or offer > demand
    if rule == "at_least":
        return offer is None or offer < demand
    if rule == "any_of":
        return offer & demand == 0
    if rule == "none_of":
        return offer & demand != 0
    return demand & ~offer != 0
