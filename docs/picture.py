#!/usr/bin/env python3
"""Draws `rdrlab show --tree` as the SVG of the README: picture.py TRACE-TEXT > docs/first-open.svg"""
import html
import re
import sys

COLOURS = {  # Okabe-Ito
    "app": "#e69f00", "io": "#56b4e9", "mup": "#cc79a7", "rdbss": "#009e73", "mrx": "#f0e442", "wire": "#0072b2",
    "server": "#d55e00", "kernel": "#999999",
}
LINE, CHARACTER, MARGIN, COLUMNS, ROWS = 17, 7.8, 14, 122, 52


def colour_of(line):
    layer = line.strip().split(" ", 1)[0]
    return COLOURS.get(layer, COLOURS["app"] if line and not line.startswith(" ") else "#d8d8d8")


def draw(lines):
    width = int(COLUMNS * CHARACTER + 2 * MARGIN)
    height = LINE * len(lines) + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
          'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13">')
    print(f'<rect width="{width}" height="{height}" rx="8" fill="#16181d"/>')
    for number, line in enumerate(lines):
        y = MARGIN + LINE * (number + 1) - 4
        text = html.escape(line[:COLUMNS])
        tag = re.match(r"^(\s*\S+)", text)
        if tag and line.strip():
            text = f'<tspan fill="{colour_of(line)}">{tag.group(1)}</tspan>{text[tag.end():]}'
        print(f'<text x="{MARGIN}" y="{y}" fill="#d8d8d8" xml:space="preserve">{text}</text>')
    print("</svg>")


draw([line.rstrip() for line in open(sys.argv[1], encoding="utf-8")][:ROWS])
