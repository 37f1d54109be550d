#!/usr/bin/env bash
# @lhncbc/ucum-lhc 7.1.10 (npm).
#
# A UCUM unit with an arbitrary unit in it (`[iU]`, `[arb'U]`, `[CFU]`) is converted to nothing, not even to itself: `[iU]/L` to `[iU]/L` fails
# as `[iU]/L` to `mol/L` does. UCUM says that an arbitrary unit is commensurable with no *other* unit; its own multiples are, so thyrotropin in
# `m[iU]/L` and in `u[iU]/mL` (one number in both), insulin in `[iU]/h` and `[iU]/d`, and colonies a millilitre and a litre should convert.
# A program that converts every value into the unit it shows loses those that stand in that unit already.
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
const convert = (value, from, to) => {
  const { status, toVal } = ucum.convertUnitTo(from, value, to);
  console.log(value, from, to, status, toVal);
};
convert(2.5, 'm[iU]/L', 'm[iU]/L');
convert(2.5, 'm[iU]/L', 'u[iU]/mL');
convert(6, '[iU]/h', '[iU]/d');
convert(1000, '[iU]', 'k[iU]');
convert(3, '[CFU]/mL', '[CFU]/L');
convert(3, "[arb'U]", "[arb'U]");
convert(6, 'U/h', 'U/h');
JS
want="2.5 m[iU]/L m[iU]/L failed null
2.5 m[iU]/L u[iU]/mL failed null
6 [iU]/h [iU]/d failed null
1000 [iU] k[iU] failed null
3 [CFU]/mL [CFU]/L failed null
3 [arb'U] [arb'U] failed null
6 U/h U/h succeeded 6"
got=$(node look.cjs)
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
