#!/usr/bin/env bash
# fhirpath 5.2.2 (npm, HL7's FHIRPath engine) with its R4 model.
#
# The digits behind the point of a second are taken as a whole number of milliseconds: `.5` is 5 ms and comes before `.25`, `.123456` is 123,456 ms,
# so that a moment written to the microsecond is taken for one up to 16 min 39 s later. Comparisons, `=`, sums and `millisecondOf()` do so;
# `lowBoundary()` of the same value, in the same library, reads the fraction rightly. Nothing is said, and three digits hide it.
#
# Expected: FHIRPath N1, 6.1.1 and 6.2, makes of seconds and their fraction one decimal, and the pattern of `instant` and `dateTime` in FHIR R4
# (datatypes) lets any number of digits follow the point. Six are what Python's isoformat, and with it fhir.resources, writes for any moment with a
# fraction.
#
# Seen: see `want` below. Exits non-zero where any of it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund 'fhirpath@5.2.2'
cat > look.cjs <<'JS'
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');
const value = (expression, fraction) => {
  const observation = { resourceType: 'Observation', effectiveInstant: `2026-03-01T12:00:00${fraction}Z` };
  return fhirpath.evaluate(observation, expression, null, r4).map(String).join();
};
for (const fraction of ['.25', '.250', '.5', '.123456', '.999999']) {
  console.log(fraction,
    'is .250:', value('effective = @2026-03-01T12:00:00.250Z', fraction),
    ' before .250:', value('effective < @2026-03-01T12:00:00.250Z', fraction),
    ' after 12:00:01:', value('effective > @2026-03-01T12:00:01Z', fraction),
    ' after 12:16:39:', value('effective > @2026-03-01T12:16:39Z', fraction),
    ' ms:', value('effective.millisecondOf()', fraction),
    ' a second later:', value('effective + 1 second', fraction).slice(11, 23),
    ' low:', value('effective.lowBoundary()', fraction).slice(11, 23));
}
JS
want='.25 is .250: false  before .250: true  after 12:00:01: false  after 12:16:39: false  ms: 25  a second later: 12:00:01.025  low: 12:00:00.250
.250 is .250: true  before .250: false  after 12:00:01: false  after 12:16:39: false  ms: 250  a second later: 12:00:01.250  low: 12:00:00.250
.5 is .250: false  before .250: true  after 12:00:01: false  after 12:16:39: false  ms: 5  a second later: 12:00:01.005  low: 12:00:00.500
.123456 is .250: false  before .250: false  after 12:00:01: true  after 12:16:39: false  ms: 123456  a second later: 12:02:04.456  low: 12:00:00.123
.999999 is .250: false  before .250: false  after 12:00:01: true  after 12:16:39: true  ms: 999999  a second later: 12:16:40.999  low: 12:00:00.999'
got=$(TZ=UTC node look.cjs)
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
