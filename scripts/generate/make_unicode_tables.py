#!/usr/bin/env python3
"""Writes Sources/OrreryTokenizers/Unicode/*Table.swift from the Unicode Character Database, version 16.0.

    python3 -m venv /tmp/unicode && /tmp/unicode/bin/pip install unicodedata2==16.0.0
    /tmp/unicode/bin/pip install --target /tmp/unicode-15.1 unicodedata2==15.1.0
    /tmp/unicode/bin/python scripts/generate/make_unicode_tables.py /tmp/unicode-15.1

Version 16.0 is that of the regular expressions in tiktoken 0.14 (regex-syntax) and in tokenizers 0.23 (Oniguruma), which
scripts/compare/compare_tokenizers.py checks code point by code point. Python's own unicodedata is older (14.0 in Python 3.11) and Swift's
is newer (17.0 in Swift 6.3), so neither would give their ids. llama.cpp's tables are of 15.1: the code points that 16.0 added
are listed, so that GGUF vocabularies can do without them.
"""

import json
import pathlib
import subprocess
import sys

import unicodedata2 as unicode

VERSION = "16.0.0"
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Sources/OrreryTokenizers/Unicode"

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
        f"""// Written by scripts/generate/make_unicode_tables.py from Unicode {VERSION}; not edited by hand.

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


def changes_in_composition(character):
    """Whether Normalization Form C can touch it: it has a combining class, or NFC_Quick_Check is not Yes."""
    code = ord(character)
    is_jamo = 0x1161 <= code <= 0x1175 or 0x11A8 <= code <= 0x11C2
    return unicode.combining(character) != 0 or unicode.normalize("NFC", character) != character or is_jamo or character in SECONDS


def seconds_of_compositions():
    """Characters that may join the one before: the second of two in a decomposition that composing brings back."""
    seconds = set()
    for code in range(0x110000):
        parts = unicode.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<") and unicode.normalize("NFC", "".join(chr(int(part, 16)) for part in parts)) == chr(code):
            seconds.add(chr(int(parts[1], 16)))
    return seconds


SECONDS = seconds_of_compositions()


def composition():
    words = [f"0x{code << 1 | value:X}" for code, value in runs(changes_in_composition)]
    body = "\n".join(lines(words))
    write(
        "UnicodeCompositionTable.swift",
        f"""// Written by scripts/generate/make_unicode_tables.py from Unicode {VERSION}; not edited by hand.

extension CanonicalComposition {{
    /// The runs of code points that Normalization Form C can or cannot touch: the first code point << 1 | whether it can, which is where
    /// a character has a combining class or its NFC_Quick_Check is not Yes. Each run ends where the next begins.
    static let runs: [UInt32] = [
{body}
    ]
}}
""",
    )


def categories_of(folder, version):
    """The general categories by the unicodedata2 in `folder`."""
    program = "import unicodedata2 as u, json; print(json.dumps([u.unidata_version, [u.category(chr(c)) for c in range(0x110000)]]))"
    found, categories = json.loads(subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": folder}, check=True, capture_output=True).stdout)
    if found != version:
        sys.exit(f"{folder}: unicodedata2 is of Unicode {found}; expected {version}")
    return categories


def additions(folder):
    """What 16.0 assigned, as ranges. Besides it changed U+1171E from one kind of mark to another, which no pattern tells apart."""
    before = categories_of(folder, "15.1.0")
    changes = {chr(code) for code in range(0x110000) if before[code] != unicode.category(chr(code)) and code != 0x1171E}
    assert all(before[ord(character)] == "Cn" for character in changes)
    edges = list(runs(lambda character: character in changes)) + [(0x110000, False)]
    ranges = [(code, next_code - 1) for (code, isAdded), (next_code, _) in zip(edges, edges[1:]) if isAdded]
    body = "\n".join(lines([f"0x{first:X}...0x{last:X}" for first, last in ranges], 6))
    write(
        "UnicodeCategory+Version15.swift",
        f"""// Written by scripts/generate/make_unicode_tables.py from Unicode {VERSION} and 15.1.0; not edited by hand.

extension UnicodeCategory {{
    /// The code points that Unicode 16.0 assigned: {len(changes)}, unassigned in 15.1.
    static let addedInVersion16: [ClosedRange<Int>] = [
{body}
    ]
}}
""",
    )


def main():
    if unicode.unidata_version != VERSION:
        sys.exit(f"unicodedata2 is of Unicode {unicode.unidata_version}; expected {VERSION}: pip install unicodedata2=={VERSION}")
    general_categories()
    composition()
    additions(sys.argv[1])


main()
