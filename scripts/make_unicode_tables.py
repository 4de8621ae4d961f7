#!/usr/bin/env python3
"""Writes Sources/OrreryTokenizers/Unicode/*Table.swift from the Unicode Character Database, version 16.0.

    python3 -m venv /tmp/unicode && /tmp/unicode/bin/pip install unicodedata2==16.0.0
    /tmp/unicode/bin/python scripts/make_unicode_tables.py

Version 16.0 is that of the regular expressions in tiktoken 0.14 (regex-syntax) and in tokenizers 0.23 (Oniguruma), which
scripts/compare_tokenizers.py checks code point by code point. Python's own unicodedata is older (14.0 in Python 3.11) and Swift's
is newer (17.0 in Swift 6.3), so neither would give their ids.
"""

import pathlib
import sys

import unicodedata2 as unicode

VERSION = "16.0.0"
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Sources/OrreryTokenizers/Unicode"

# The order of UnicodeCategory's cases.
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()


def runs(value_of):
    """(first code point, value) for each run of code points with one value."""
    previous = None
    for code in range(0x110000):
        value = value_of(chr(code))
        if value != previous:
            yield code, value
            previous = value


def lines(words, width=12):
    for start in range(0, len(words), width):
        yield "        " + ", ".join(words[start : start + width]) + ","


def write(name, text):
    (FOLDER / name).write_text(text, encoding="utf-8")
    print(name, len(text), "bytes")


def general_categories():
    words = [f"0x{code << 5 | CATEGORIES.index(value):X}" for code, value in runs(unicode.category)]
    body = "\n".join(lines(words))
    write(
        "UnicodeCategoryTable.swift",
        f"""// Written by scripts/make_unicode_tables.py from Unicode {VERSION}; not edited by hand.

extension UnicodeCategory {{
    /// The version of Unicode that the table is from.
    static let unicodeVersion = "{VERSION}"

    /// The runs of code points with one general category: the first code point << 5 | the category. Each run ends where the next
    /// begins, the last at U+10FFFF.
    static let runs: [UInt32] = [
{body}
    ]
}}
""",
    )


def main():
    if unicode.unidata_version != VERSION:
        sys.exit(f"unicodedata2 is of Unicode {unicode.unidata_version}; expected {VERSION}: pip install unicodedata2=={VERSION}")
    general_categories()


main()
