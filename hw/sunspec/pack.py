#!/usr/bin/env python3
"""Packs the SunSpec model files we know by name into models.txt, the table that stands in the program.

    git clone https://github.com/sunspec/models && git -C models checkout 7abdf8982d5364f8ae916deee18aac86c11be36d
    hw/sunspec/pack.py models/json > hw/sunspec/models.txt
"""
import json
import sys
from pathlib import Path

MODELS = [1, 101, 102, 103, 111, 112, 113, 120, 121, 122, 123, 124, 160, 201, 202, 203, 204, 211, 212, 213, 214,
          701, 702, 703, 704, 713, 714, 715, 802, 803, 804, 805]
SHORT = {"uint16": "u16", "int16": "s16", "uint32": "u32", "int32": "s32", "uint64": "u64", "int64": "s64", "float32": "f32",
         "float64": "f64", "string": "text", "sunssf": "sf", "count": "u16", "raw16": "u16"}
UNITS = {"C": "°C", "Secs": "s", "Pct": "%", "WH": "Wh", "AH": "Ah", "Var": "var", "Varh": "varh"}

HEAD = """\
# SunSpec information models, packed by pack.py from sunspec/models 7abdf89 (Apache-2.0; LICENSE and NOTICE.md lie beside this file).
# "model <id> <title>", then a point per line: offset from the model's id register, name, type, unit, scale factor, "w" when writable, symbols.
# "-" stands for nothing. "each <registers> <name of the count, or *>" begins the points that repeat to the model's end, offsets from their own start.
"""


def symbols(point):
    told = [f"{s['value']}:{s['name']}" for s in point.get("symbols", []) if not s["name"].upper().startswith("RESERVED")]
    return ",".join(told)


def line(point, offset, prefix):
    unit = (point.get("units") or "-").strip()
    unit = UNITS.get(unit, unit).replace(" ", "_")
    kind = SHORT.get(point["type"], point["type"])
    kind = f"{kind}{point['size']}" if kind == "text" else kind
    cells = [str(offset), prefix + point["name"], kind, unit, str(point.get("sf") or "-"), "w" if point.get("access") == "RW" else "-", symbols(point) or "-"]
    while cells[-1] == "-":
        cells.pop()
    return " ".join(cells)


def size(group):
    return sum(p["size"] for p in group["points"]) + sum(size(g) for g in group.get("groups", []))


def walk(group, offset, prefix, out):
    """The group's own points, then its groups; one that repeats is the last of its model. The header, ID and L, is everybody's and left out."""
    for point in group["points"]:
        if point["type"] != "pad" and not (point["name"] in ("ID", "L") and point.get("mandatory") == "M" and offset < 2):
            out.append(line(point, offset, prefix))
        offset += point["size"]
    for inner in group.get("groups", []):
        count = inner.get("count", 1)
        if count == 1:
            offset = walk(inner, offset, f"{prefix}{inner['name']}.", out)
        else:
            out.append(f"each {size(inner)} {count or '*'}")
            walk(inner, 0, prefix, out)
    return offset


def main(folder):
    print(HEAD, end="")
    for number in MODELS:
        model = json.loads((Path(folder) / f"model_{number}.json").read_text(encoding="utf-8"))
        out = []
        walk(model["group"], 0, "", out)
        title = model["group"].get("label") or model["group"]["name"]
        print(f"model {number} {title.strip()}", *out, sep="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: pack.py <folder of model_*.json>")
    main(sys.argv[1])
