"""How much a file may ask for. Beyond these a file is refused with what to do, never read in part."""

from __future__ import annotations

MAX_BYTES = 20_000_000  # of a file as uploaded
MAX_CHARACTERS = 2_000_000  # of the text that comes out: a book of 2 000 pages
MAX_PAGES = 2_000
MAX_SLIDES = 1_000
MAX_SHEETS = 200
MAX_CELLS = 500_000  # with something in them, over all sheets
MAX_COLUMNS = 200
MAX_PARTS = 5_000  # files inside a zip
MAX_PART_BYTES = 100_000_000  # of one file inside a zip, unpacked
MAX_UNPACKED_BYTES = 200_000_000  # of all files inside a zip, unpacked
MAX_RATIO, RATIO_FROM_BYTES = 200, 10_000_000  # unpacked : packed, for parts above this size
MAX_INNER_FILES = 500  # documents that come out of one archive
MAX_DEPTH = 200  # of nested XML elements

WALL_SECONDS = 40
CPU_SECONDS = 20
MEMORY_BYTES = 512_000_000
OUTPUT_BYTES = 16_000_000
