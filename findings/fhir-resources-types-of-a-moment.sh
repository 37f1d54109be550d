#!/usr/bin/env bash
# fhir.resources 8.1.0 (PyPI) with pydantic 2.14.4, Python 3.11 or newer.
#
# One element of FHIR type `instant` has two Python types, and one of type `dateTime` three, decided by the value: a full moment is a
# `datetime`, a day a `date`, a month or a year a `str`. That a leap second (`23:59:60Z`, which the pattern of both types in R4 allows)
# is a `str` as well is what nobody expects: `Observation.effectiveInstant` and `issued` cannot be sorted or subtracted any more as soon as
# one such value is among them. It is written back as it came; digits behind the point are not: `.1` becomes `.100000`, and from the
# seventh on they are cut off.
#
# Seen: see `want` below. Exits non-zero where any of it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'fhir.resources==8.1.0' 'pydantic==2.14.4'
cat > "$work/look.py" <<'PY'
import json
from fhir.resources.R4B.observation import Observation

def read(element, value):
    resource = {"resourceType": "Observation", "status": "final", "code": {"text": "pulse"}, element: value}
    return Observation.model_validate_json(json.dumps(resource))

for element, value in [
    ("effectiveInstant", "2016-12-31T23:59:59Z"),
    ("effectiveInstant", "2016-12-31T23:59:60Z"),
    ("issued", "2016-12-31T23:59:60Z"),
    ("effectiveDateTime", "2016-12-31T23:59:60Z"),
    ("effectiveDateTime", "2016-12-31"),
    ("effectiveDateTime", "2016-12"),
    ("effectiveInstant", "2016-12-31T23:59:59.1Z"),
    ("effectiveInstant", "2016-12-31T23:59:59.1234567Z"),
]:
    observation = read(element, value)
    back = json.loads(observation.model_dump_json())[element]
    print(element, value, type(getattr(observation, element)).__name__, back)

moments = [read("effectiveInstant", f"2016-12-31T23:59:{s}Z").effectiveInstant for s in ("60", "59")]
try:
    print("sorted", sorted(moments))
except TypeError:
    print("sorted TypeError")
PY
want='effectiveInstant 2016-12-31T23:59:59Z datetime 2016-12-31T23:59:59Z
effectiveInstant 2016-12-31T23:59:60Z str 2016-12-31T23:59:60Z
issued 2016-12-31T23:59:60Z str 2016-12-31T23:59:60Z
effectiveDateTime 2016-12-31T23:59:60Z str 2016-12-31T23:59:60Z
effectiveDateTime 2016-12-31 date 2016-12-31
effectiveDateTime 2016-12 str 2016-12
effectiveInstant 2016-12-31T23:59:59.1Z datetime 2016-12-31T23:59:59.100000Z
effectiveInstant 2016-12-31T23:59:59.1234567Z datetime 2016-12-31T23:59:59.123456Z
sorted TypeError'
got=$("$work/venv/bin/python" "$work/look.py")
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
