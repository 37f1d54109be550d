#!/usr/bin/env bash
# @lhncbc/ucum-lhc 7.1.10 (npm).
#
# `10*3/uL` and `10*9/L` are the same quantity, a thousand cells in a microlitre, and laboratories send both. Converted from one to the other the
# number changes in its last digit, and always to the same side: down from `10*3/uL`, up from `10*9/L`. The limits of the field are round numbers
# in that unit, so a neutrophil count of exactly 0.5 or a platelet count of exactly 10, 20 or 50 falls below its limit (`< 0.5` is severe
# neutropenia) when it is converted before it is compared, and a count that is as sent does not.
#
# Seen: see `want` below. Exits non-zero where any of it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund '@lhncbc/ucum-lhc@7.1.10'
cat > look.cjs <<'JS'
const ucum = require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance();
for (const count of [0.5, 1, 1.5, 10, 20, 50, 100]) {
  const down = ucum.convertUnitTo('10*3/uL', count, '10*9/L').toVal;
  const up = ucum.convertUnitTo('10*9/L', count, '10*3/uL').toVal;
  console.log(count, down, down < count ? 'below' : 'as sent', up, up > count ? 'above' : 'as sent');
}
JS
want='0.5 0.49999999999999994 below 0.5000000000000001 above
1 0.9999999999999999 below 1.0000000000000002 above
1.5 1.4999999999999998 below 1.5000000000000002 above
10 9.999999999999998 below 10.000000000000002 above
20 19.999999999999996 below 20.000000000000004 above
50 49.99999999999999 below 50.00000000000001 above
100 99.99999999999999 below 100.00000000000001 above'
got=$(node look.cjs)
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
