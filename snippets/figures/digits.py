"""A strip of scikit-learn’s digits: their pixels as a mask, so that they take the page’s colours.

Drawn by tests/snippets/test_digits.py, as only there is scikit-learn at hand.
"""

import base64
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
FIGURE = ROOT / "docs/figures/digits.svg"
SIDE, WHITE = 8, 16  # pixels of a side; the value of the brightest
GAP = 1  # pixels between two digits


def chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(rows: Sequence[Sequence[int]]) -> bytes:
    """Grey pixels, 8 bits each."""
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def strip(images: Sequence[Sequence[Sequence[float]]]) -> list[list[int]]:
    """The images beside each other, a dark column between them, from 0 to 255."""
    return [
        [
            value
            for i, image in enumerate(images)
            for value in [0] * (GAP * (i > 0)) + [round(255 * v / WHITE) for v in image[y]]
        ]
        for y in range(SIDE)
    ]


def svg(images: Sequence[Sequence[Sequence[float]]]) -> str:
    rows = strip(images)
    wide = len(rows[0])
    squares = "".join(f"M{(SIDE + GAP) * i} 0h8v8h-8z" for i in range(len(images)))
    data = base64.b64encode(png(rows)).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {SIDE}" class="cv7-chart">\n'
        f'<path d="{squares}" fill="{css("box")}"/>\n'
        f'<mask id="cv7-digits"><image width="{wide}" height="{SIDE}" '
        f'style="image-rendering:pixelated" href="data:image/png;base64,{data}"/></mask>\n'
        f'<path d="M0 0h{wide}v{SIDE}H0z" fill="{css("text")}" mask="url(#cv7-digits)"/>\n</svg>\n'
    )
