#!/usr/bin/env bash
# wfdb 4.3.1 (PyPI) `wfdb_to_edf`; the file that it wrote is read with edfio 0.4.18 (PyPI), Python 3.11 or newer.
#
# The EDF file is cut into blocks of ten seconds. Where the record does not end with a block, the remainder of each signal is written without being
# filled up, and the next signal's follows at once: in the last block the first signal goes on with the samples of the second. Of a tracing of 25 s
# in two leads the last block of lead I shows five seconds of it and five of lead II, and that of lead II shows nothing. A record that does end with
# a block gets one more of ten seconds at the lowest number there is. Time and date of the record are lost: the file says 1985. Nothing is said of
# any of it.
#
# Expected: EDF (edfplus.info/specs/edf.html, data record) has in each record all samples of the first signal, then all of the second; the
# function's own comment says that the number of blocks is rounded up so that no frame is lost. WFDB's header has a base time and date, which EDF
# has fields for.
#
# Seen: see `want` below; lead I counts from 0, lead II from 1000, and in brackets is how many samples. Exits non-zero where any of it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --no-deps --disable-pip-version-check 'wfdb==4.3.1' 'edfio==0.4.18' 'numpy==2.4.6' 'pandas==3.1.1' \
    python-dateutil six fsspec  # of all that wfdb asks for, what this needs
cat > look.py <<'PY'
import contextlib
import datetime
import io

import edfio
import numpy as np
import wfdb
from wfdb.io.convert.edf import wfdb_to_edf

leads = {"I": np.arange(250), "II": np.arange(1000, 1250)}


def runs(samples):
    """Stretches of samples that each are one more than the one before, or the same."""
    ends = np.flatnonzero(~np.isin(np.diff(samples), [0, 1]))
    starts = np.concatenate([[0], ends + 1])
    stops = np.concatenate([ends, [len(samples) - 1]])
    return " then ".join(f"{samples[a]}..{samples[b]} ({b - a + 1})" for a, b in zip(starts, stops))


for length in (200, 250):
    wfdb.wrsamp(
        "tracing", fs=10, units=["mV", "mV"], sig_name=list(leads), fmt=["16", "16"], adc_gain=[200, 200], baseline=[0, 0],
        d_signal=np.column_stack([lead[:length] for lead in leads.values()]),
        base_date=datetime.date(2026, 3, 1), base_time=datetime.time(12, 0, 0),
    )
    with contextlib.redirect_stdout(io.StringIO()):
        wfdb_to_edf("tracing")
    edf = edfio.read_edf("tracing.edf")
    begins = wfdb.rdheader("tracing").base_datetime
    print(f"{length / 10:g} s of {begins}, in EDF {edf.duration:g} s of {edf.startdate} {edf.starttime}")
    for signal in edf.signals:
        print(f"  {signal.label}: {runs(signal.digital)}")
PY
want='20 s of 2026-03-01 12:00:00, in EDF 30 s of 1985-01-01 00:00:00
  I: 0..199 (200) then -32768..-32768 (100)
  II: 1000..1199 (200) then -32768..-32768 (100)
25 s of 2026-03-01 12:00:00, in EDF 30 s of 1985-01-01 00:00:00
  I: 0..249 (250) then 1200..1249 (50)
  II: 1000..1199 (200) then -32768..-32768 (100)'
got=$(venv/bin/python look.py)
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
