#!/usr/bin/env bash
# resvg 0.47.0 (crates.io), beside HarfBuzz by uharfbuzz 0.57.0 (PyPI); typeface: @expo-google-fonts/noto-sans-tamil 0.4.3 (npm, OFL).
#
# A text gets the room of the widest glyph of each cluster, and not of all of them. In Latin, Greek, Cyrillic, Arabic and Hebrew a
# cluster has one glyph that takes room. In the scripts of India and South-East Asia a consonant and its vowel signs are one cluster of
# two or three glyphs that stand side by side: each next cluster is drawn over them. A name in Tamil on a page of a report that is made
# from SVG takes half its room, and nobody can read it. Nothing is said: every glyph is there.
#
# Seen, in the text's own units at a size of 100, for one cluster three times: HarfBuzz, then the box that resvg reports.
#   ka  247.5 247.5    one glyph
#   kaa 430.5 247.5    the vowel sign stands behind the consonant
#   kai 595.5 348      before it
#   ko  709.8 270.3    on both sides
# Exits non-zero where any of it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cargo install --quiet --locked --root tools resvg@0.47.0 2> built || { cat built >&2; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund '@expo-google-fonts/noto-sans-tamil@0.4.3'
python3 -m venv shaper
shaper/bin/pip install --quiet --disable-pip-version-check 'uharfbuzz==0.57.0'
cat > look.py <<'PY'
import subprocess
import uharfbuzz as hb

FONT = "node_modules/@expo-google-fonts/noto-sans-tamil/400Regular/NotoSansTamil_400Regular.ttf"
face = hb.Face(hb.Blob.from_file_path(FONT))
for name, cluster in [("ka", "\u0b95"), ("kaa", "\u0b95\u0bbe"), ("kai", "\u0b95\u0bc8"), ("ko", "\u0b95\u0bca")]:
    text = cluster * 3
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(hb.Font(face), buffer)
    shaped = sum(glyph.x_advance for glyph in buffer.glyph_positions) / face.upem * 100
    with open("text.svg", "w", encoding="utf-8") as svg:
        svg.write('<svg xmlns="http://www.w3.org/2000/svg" width="900" height="200"><text id="t" y="120" font-size="100" '
                  f'font-family="Noto Sans Tamil">{text}</text></svg>')
    options = ["--skip-system-fonts", "--use-font-file", FONT, "--query-all", "text.svg"]
    found = subprocess.run(["tools/bin/resvg", *options], capture_output=True, text=True, check=True).stdout
    print(name, f"{shaped:.1f}", found.strip().split(",")[3])
PY
want="ka 247.5 247.5
kaa 430.5 247.5
kai 595.5 348
ko 709.8 270.3"
got=$(shaper/bin/python look.py)
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
