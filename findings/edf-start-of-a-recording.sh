#!/usr/bin/env bash
# pyedflib 0.1.42, mne 1.13.2 and edfio 0.4.18 (PyPI) on the same EDF+ file, Python 3.11 or newer.
#
# Of a recording that began at 12:00:00.5 one reader says 12:00:00.5, one 12:00:00.05 and one 12:00:00. pyedflib takes the fraction for a tenth of
# what it is; mne leaves it out of `meas_date`, although it takes it off the annotations, so that `meas_date` and an annotation's onset add up to a
# time that the file does not say. pyedflib's writer has the same factor the other way: asked for .05 it writes .5 into the file, and from .1 on it
# writes no fraction at all, without an error. A round trip through pyedflib alone looks right up to .099999. Who puts two devices beside each other
# by their starts is off by up to a second.
#
# Expected: EDF+ 2.2.4 (edfplus.info/specs/edfplus.html) keeps the time of each data record, from the header's start, in its first annotation:
# `+0.5` is half a second. pyedflib's documentation promises `getStartdatetime` as a datetime, so microseconds. Its authors changed the factor in
# July 2026 (holgern/pyedflib pull request 315, issue 236); the newest release of PyPI is older.
#
# Seen: see `want` below; the event is a second after the first sample, and all three say so. Exits non-zero where any of it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --no-deps --disable-pip-version-check 'pyedflib==0.1.42' 'mne==1.13.2' 'edfio==0.4.18' \
    'numpy==2.4.6' 'scipy==1.17.1' decorator lazy-loader packaging  # of all that mne asks for, what this needs
cat > look.py <<'PY'
import datetime
import re
import struct

import edfio
import mne
import numpy as np
import pyedflib

START = datetime.datetime(2026, 3, 29, 12, 0, 0)


def recording(path, first):
    """Two records of a second, the first one `first` after 12:00:00, and an event a second later than that."""
    fields = [
        (16, "ECG II", "EDF Annotations"), (80, "", ""), (8, "mV", ""), (8, -1, -1), (8, 1, 1), (8, -1000, -32768), (8, 1000, 32767),
        (80, "", ""), (8, 10, 30), (32, "", ""),
    ]
    header = [
        (8, 0), (80, "X X X X"), (80, "Startdate 29-MAR-2026 X X X"), (8, "29.03.26"), (8, "12.00.00"), (8, 768), (44, "EDF+C"),
        (8, 2), (8, 1), (4, 2),
        *((width, value) for width, *both in fields for value in both),
    ]
    content = "".join(str(value).ljust(width) for width, value in header).encode("ascii")
    for record, event in enumerate([f"+{first + 1:g}\x14event\x14\0", ""]):
        content += struct.pack("<10h", *range(10))
        content += f"+{first + record:g}\x14\x14\0{event}".encode("ascii").ljust(60, b"\0")
    with open(path, "wb") as file:
        file.write(content)


for first in (0, 0.05, 0.5):
    recording("x.edf", first)
    with pyedflib.EdfReader("x.edf") as reader:
        by_pyedflib = reader.getStartdatetime().time(), reader.readAnnotations()[0][0]
    raw = mne.io.read_raw_edf("x.edf", verbose="error")
    by_mne = raw.info["meas_date"].time(), raw.annotations.onset[0]
    edf = edfio.read_edf("x.edf")
    by_edfio = edf.starttime, edf.annotations[0].onset
    print(f"+{first:g}:", *(f"{name} {start} (event at {onset:g} s)" for name, (start, onset) in
                            [("edfio", by_edfio), ("pyedflib", by_pyedflib), ("mne", by_mne)]))

for microseconds in (50_000, 99_999, 100_000, 500_000):
    with pyedflib.EdfWriter("y.edf", 1, file_type=pyedflib.FILETYPE_EDFPLUS) as writer:
        writer.setSignalHeader(0, {
            "label": "ECG II", "dimension": "mV", "sample_frequency": 10, "physical_min": -1, "physical_max": 1, "digital_min": -1000,
            "digital_max": 1000, "transducer": "", "prefilter": "",
        })
        writer.setStartdatetime(START.replace(microsecond=microseconds))
        writer.writeSamples([np.zeros(20)])
    with open("y.edf", "rb") as file:
        first = re.search(rb"\+[0-9.]+(?=\x14\x14)", file.read()).group().decode()
    with pyedflib.EdfReader("y.edf") as reader:
        print(f"pyedflib writes .{microseconds:06} as {first} and reads it as {reader.getStartdatetime().time()}")
PY
want='+0: edfio 12:00:00 (event at 1 s) pyedflib 12:00:00 (event at 1 s) mne 12:00:00 (event at 1 s)
+0.05: edfio 12:00:00.050000 (event at 1 s) pyedflib 12:00:00.005000 (event at 1 s) mne 12:00:00 (event at 1 s)
+0.5: edfio 12:00:00.500000 (event at 1 s) pyedflib 12:00:00.050000 (event at 1 s) mne 12:00:00 (event at 1 s)
pyedflib writes .050000 as +0.5000000 and reads it as 12:00:00.050000
pyedflib writes .099999 as +0.9999900 and reads it as 12:00:00.099999
pyedflib writes .100000 as +0 and reads it as 12:00:00
pyedflib writes .500000 as +0 and reads it as 12:00:00'
got=$(venv/bin/python look.py)
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
