#!/usr/bin/env python3
"""A second verifier of an exported record, written from docs/record.md and not from the first: the standard library alone.

    verify_record.py FILE [KNOWN ...]

KNOWN are signed checkpoints that others keep. Prints "good ENTRIES ROOT", or "bad FIRST LAST WHAT" and exits with 1.
"""

import base64
import hashlib
import json
import sys

# --- Ed25519 (RFC 8032, 5.1), verification alone -----------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def recover_x(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    return P - x if x % 2 != sign else x


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, p):
    q = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            q = add(q, p)
        p, scalar = add(p, p), scalar >> 1
    return q


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = point(BASE_Y.to_bytes(32, "little"))


def is_signed(key, message, signature):
    a, r = point(key), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- The log (RFC 6962, 2.1) --------------------------------------------------------------------------------------------------


def leaf_of(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_of(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Log:
    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, leaf):
        n = self.size
        while n & 1:
            leaf, n = node_of(self.peaks.pop(), leaf), n >> 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_of(peak, root)
        return root


# --- Notes and checkpoints (C2SP signed-note, tlog-checkpoint) ------------------------------------------------------------------


class Bad(Exception):
    pass


def bad(first, last, what):
    raise Bad(f"bad {first} {max(first, last)} {what}")


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not the one text of these bytes")
    return data


def read_key(text):
    name, number, key = text.split("+", 2)
    key = unbase64(key)
    number_of = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if len(key) != 33 or number_of.hex() != number or key[0] not in (1, 4):
        raise ValueError("no key")
    return name, number_of, key


def read_note(note):
    text, signatures = note.rsplit("\n\n", 1)
    origin, size, root = text.split("\n")
    if str(int(size)) != size or not signatures.endswith("\n"):
        raise ValueError("no checkpoint")
    lines = []
    for line in signatures[:-1].split("\n"):
        dash, name, signature = line.split(" ")
        if dash != "\u2014":
            raise ValueError("no signature")
        lines.append((name, unbase64(signature)))
    return text + "\n", origin, int(size), unbase64(root), lines


def is_signed_by(note, key):
    text, origin, _, _, lines = note
    name, number, public = key
    own = [data[4:] for who, data in lines if who == name and data[:4] == number]
    return public[0] == 1 and origin == name and len(own) == 1 and is_signed(public[1:], text.encode(), own[0])


# --- The exported record --------------------------------------------------------------------------------------------------------

OPTIONAL = ("about", "patient", "role", "who_id")
KINDS = "act disclosure refusal setting sign-in lock search view break-glass station retention earlier".split()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def is_entry(entry):
    texts = {"station": str, "what": str, "who": str, "at": int, "seq": int}
    right = all(type(entry.get(name)) is kind for name, kind in texts.items())
    more = all(type(entry[name]) is str for name in OPTIONAL if name in entry)
    names = set(entry) <= set(texts) | {"kind", *OPTIONAL}
    return right and more and names and entry.get("kind") in KINDS and entry["seq"] > 0


def read_line(text):
    """Number, leaf as stated, entry or None, leaf as made; raises ValueError where no station writes such a line."""
    line = json.loads(text)
    leaf = unbase64(line["leaf"])
    if len(leaf) != 32:
        raise ValueError("no leaf")
    if set(line) == {"entry", "leaf"}:
        entry = line["entry"]
        raw = canonical(entry)
        # The line holds the canonical form itself.
        if not is_entry(entry) or text != f'{{"entry":{raw},"leaf":"{line["leaf"]}"}}':
            raise ValueError("no entry")
        return entry["seq"], leaf, entry, leaf_of(raw.encode())
    if set(line) == {"leaf", "removed", "seq"} and line["removed"] == "retention" and line["seq"] > 0:
        return line["seq"], leaf, None, leaf
    raise ValueError("no line")


def number_of(text):
    try:
        return read_line(text)[0]
    except (ValueError, KeyError, TypeError):
        return 0


def verify(text, known):
    lines = text.split("\n")
    if lines.pop():
        # A line that nobody ended.
        lines.append(None)
    try:
        head = json.loads(lines[0])
        key, size = read_key(head["key"]), head["size"]
        if head["record"] != "vigil-record/1":
            raise ValueError("no record")
    except (ValueError, KeyError, TypeError, IndexError):
        bad(1, 1, "form")
    signed = {}
    for note in known:
        if not is_signed_by(note, key):
            bad(1, max(note[2] for note in known), "other-key")
        signed.setdefault(note[2], ([], []))[1].append(note[3])
    log, good, sealed, removed, covered = Log(), 0, 0, 0, 0
    for place, text in enumerate(lines[1:], 1):
        following = log.size + 1
        if text is None:
            bad(following, following, "form")
        try:
            line = json.loads(text)
            if following == 1 and set(line) == {"witness"}:
                read_key(line["witness"])
                continue
            if following == 1 and set(line) == {"checkpoint"}:
                note = read_note(line["checkpoint"])
                if not is_signed_by(note, key):
                    bad(1, note[2], "signature")
                signed.setdefault(note[2], ([], []))[0].append(note[3])
                continue
            seq, leaf, entry, made = read_line(text)
        except (ValueError, KeyError, TypeError):
            bad(following, following, "unreadable")
        if seq < following:
            bad(seq, seq, "inserted")
        if seq > following:
            is_there = any(number_of(later) == following for later in lines[place + 1 :])
            bad(following, following, "moved" if is_there else "missing")
        if leaf != made:
            bad(seq, seq, "changed")
        if entry is None:
            if removed + 1 != seq:
                bad(seq, seq, "missing")
            removed = seq
        elif entry["kind"] == "retention" and entry.get("about", "").startswith("entries 1-"):
            last = int(entry["about"][len("entries 1-") :])
            covered = max(covered, last) if last < seq else covered
        log.push(leaf)
        own, others = signed.get(seq, ([], []))
        if own or others:
            if len(set(own + others)) > 1:
                bad(good + 1, seq, "split-view")
            if (own + others)[0] != log.root():
                bad(good + 1, seq, "rewritten")
            good = seq if others else good
            sealed = seq if own else sealed
    most = max([size, *signed])
    if most > log.size:
        bad(log.size + 1 if size > log.size else good + 1, most, "cut")
    if log.size > size:
        bad(size + 1, log.size, "inserted")
    if removed > covered:
        bad(covered + 1, covered + 1, "missing")
    if sealed < log.size:
        bad(sealed + 1, log.size, "unsealed")
    return f"good {log.size} {base64.b64encode(log.root()).decode()}"


def main():
    def read(path):
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()

    try:
        print(verify(read(sys.argv[1]), [read_note(read(path)) for path in sys.argv[2:]]))
    except Bad as found:
        print(found)
        sys.exit(1)


if __name__ == "__main__":
    main()
