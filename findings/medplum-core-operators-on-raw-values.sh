#!/usr/bin/env bash
# @medplum/core 5.2.13 (npm) `evalFhirPath`, Node 20 or newer.
#
# `<`, `>`, `+` and `-` are JavaScript's own, on whatever stands in the resource. A time written in the expression is brought to UTC, one of the
# resource stays the text that it is, so 12:00+01:00 is after 11:30Z, and is not even equal to itself written in the expression. The hour that `+ 1
# hour` means becomes a "1" behind the text, `now() - 1 hour` is NaN. Quantities are compared by their numbers whatever their units: 16 kPa, which
# is 120 mmHg, is below 90 mm[Hg], while `=` does look at the unit. `toDateTime()` puts the times right; nothing does for units but to filter by
# `code`. There is no error.
#
# Expected: FHIRPath N1, 6.2 (times of two offsets are compared as moments, quantities after conversion, else the answer is empty) and 6.7 (date and
# time arithmetic). medplum.com/docs/scheduling/timezones says that times are stored as they came and normalised for comparisons.
#
# Seen: see `want` below. Exits non-zero where any of it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund '@medplum/core@5.2.13'
cat > look.cjs <<'JS'
globalThis.WebSocket ??= class {}; // Node 20 has none, and the package extends it when it is loaded; nothing here uses it
const { evalFhirPath } = require('@medplum/core');
const pressure = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
  effectiveDateTime: '2026-03-01T12:00:00+01:00',
  issued: '2026-03-01T11:30:00Z',
  valueQuantity: { value: 16, unit: 'kPa', code: 'kPa', system: 'http://unitsofmeasure.org' },
};
for (const expression of [
  '@2026-03-01T12:00:00+01:00 > @2026-03-01T11:30:00Z',
  'effective > @2026-03-01T11:30:00Z',
  'effective > issued',
  'effective.toDateTime() > issued.toDateTime()',
  'effective = @2026-03-01T12:00:00+01:00',
  'issued + 1 hour',
  'issued - 1 hour',
  'now() - 1 hour < now()',
  "value > 90 'mm[Hg]'",
  "value < 90 'mm[Hg]'",
  "value > 2 'Cel'",
  "value = 16 'kPa'",
  "value = 16 'mm[Hg]'",
]) {
  console.log(expression, '->', evalFhirPath(expression, pressure).join());
}
JS
want=$(cat <<'SEEN'
@2026-03-01T12:00:00+01:00 > @2026-03-01T11:30:00Z -> false
effective > @2026-03-01T11:30:00Z -> true
effective > issued -> true
effective.toDateTime() > issued.toDateTime() -> false
effective = @2026-03-01T12:00:00+01:00 -> false
issued + 1 hour -> 2026-03-01T11:30:00Z1
issued - 1 hour -> NaN
now() - 1 hour < now() -> false
value > 90 'mm[Hg]' -> false
value < 90 'mm[Hg]' -> true
value > 2 'Cel' -> true
value = 16 'kPa' -> true
value = 16 'mm[Hg]' -> false
SEEN
)
got=$(node look.cjs)
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
