#!/usr/bin/env bash
# bluetooth-sig 0.6.0 (PyPI), "Pure Bluetooth SIG standards library", Python 3.10 or newer.
#
# The exponent of the two number types of medical Bluetooth devices is read as if 8 (SFLOAT) or 128 (FLOAT) had been added to it, so every value of
# every such device is wrong by a power of ten: a cuff's 120 mmHg is 0.0000012, a thermometer's 36.4 is 3.64e+129. Most of it comes without an
# error: a blood pressure of 0.0000012 lies within the library's own limits (0 to 300 mmHg). What it writes has the same error, so a round trip
# through it shows nothing. NaN and the infinities, which have patterns of their own, are right, and so is the pulse of a heart rate belt, which is
# a plain byte.
#
# Expected: IEEE 11073-20601 (FLOAT-Type, SFLOAT-Type; `medfloat16` and `medfloat32` of the GATT Specification Supplement) makes exponent and
# mantissa signed numbers in two's complement: 0x0078 is 120 x 10^0 and 0xFF00016C is 364 x 10^-1. `standard` below is that arithmetic.
#
# Seen: see `want` below. Exits non-zero where any of it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'bluetooth-sig==0.6.0'
cat > "$work/look.py" <<'PY'
import logging

from bluetooth_sig import BluetoothSIGTranslator
from bluetooth_sig.gatt.characteristics import TemperatureMeasurementCharacteristic

logging.disable(logging.CRITICAL)
translator = BluetoothSIGTranslator()


def standard(raw, bits):
    number = int.from_bytes(raw, "little")
    if number in (0x07FF, 0x007FFFFF):
        return "NaN"
    signed = lambda value, width: value - (1 << width) if value >> (width - 1) else value
    return f"{signed(number & ((1 << bits) - 1), bits)}e{signed(number >> bits, len(raw) * 8 - bits)}"


def show(what, uuid, message, at, field, bits=12):
    raw = bytes.fromhex(message)
    number = raw[at:at + (2 if bits == 12 else 4)]
    try:
        seen = getattr(translator.parse_characteristic(uuid, raw), field)
        seen = f"{seen:.6g}"
    except Exception as error:
        seen = type(error).__name__
    print(f"{what}: standard {standard(number, bits)}, library {seen}")


show("systolic, mmHg", "2A35", "00 7800 5000 5d00", 1, "systolic")
show("diastolic, mmHg", "2A35", "00 7800 5000 5d00", 3, "diastolic")
show("systolic, kPa", "2A35", "01 a0f0 6bf0 7cf0", 1, "systolic")
show("saturation, %", "2A5E", "00 6100 4800", 1, "spo2")
show("glucose, mol/L", "2A18", "06 0100 ea07031d0c1e00 34c0 11", 10, "glucose_concentration")
show("temperature, Cel", "2A1C", "00 6c0100ff", 1, "temperature", 24)
show("temperature, no value", "2A1C", "00 ffff7f00", 1, "temperature", 24)
print("heart rate, a plain byte:", translator.parse_characteristic("2A37", bytes.fromhex("00 48")).heart_rate)

thermometer = TemperatureMeasurementCharacteristic()
reading = thermometer.parse_value(bytearray.fromhex("00 6c01007f"))
written = thermometer.build_value(reading)
print("what it reads as 36.4:", f"{reading.temperature:.6g}", "written as", written.hex(" "), "standard", standard(bytes(written[1:5]), 24))
PY
want='systolic, mmHg: standard 120e0, library 1.2e-06
diastolic, mmHg: standard 80e0, library 8e-07
systolic, kPa: standard 160e-1, library CharacteristicParseError
saturation, %: standard 97e0, library 9.7e-07
glucose, mol/L: standard 52e-4, library 520000
temperature, Cel: standard 364e-1, library 3.64e+129
temperature, no value: standard NaN, library nan
heart rate, a plain byte: 72
what it reads as 36.4: 36.4 written as 00 e0 8d 05 7c standard 364000e124'
got=$("$work/venv/bin/python" "$work/look.py")
echo "$got"
[ "$got" = "$want" ] || { echo "this has changed" >&2; exit 1; }
