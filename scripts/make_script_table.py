#!/usr/bin/env python3
"""Writes Sources/OrreryTokenizers/Unicode/UnicodeScriptRuns.swift: the script of every code point, as the regex module has it.

    python scripts/make_script_table.py             # needs regex
"""

import pathlib
import sys

import regex

FILE = pathlib.Path(__file__).resolve().parent.parent / "Sources/OrreryTokenizers/Unicode/UnicodeScriptRuns.swift"
NAMED = ["Common", "Inherited", "Han", "Hiragana", "Katakana"]


def scripts():
    """The script of each code point; what has none is Common, as in sentencepiece's own table."""
    text = "".join(map(chr, range(0x110000)))
    script = ["Common"] * 0x110000
    # Long and short names of one script have one number; either will do.
    for name in {number: name for name, number in sorted(regex._regex_core.PROPERTIES["SCRIPT"][1].items(), key=lambda entry: len(entry[0]))}.values():
        for match in regex.finditer(rf"\p{{Script={name}}}+", text):
            for code in range(*match.span()):
                script[code] = name.title()
    return ["Common" if name in ("Unknown", "Zzzz") else name for name in script]


def main():
    script = scripts()
    order = NAMED + sorted(set(script) - set(NAMED))
    if len(order) < 150 or len(order) > 255:
        sys.exit(f"{len(order)} scripts; expected 150 to 255: another version of regex?")
    runs = [code << 8 | order.index(name) for code, name in enumerate(script) if code == 0 or name != script[code - 1]]
    words = [f"0x{run:X}" for run in runs]
    body = "\n".join("        " + ", ".join(words[start : start + 12]) + "," for start in range(0, len(words), 12))
    FILE.write_text(f"""// Written by scripts/make_script_table.py from the regex module {regex.__version__}; not edited by hand.

extension UnicodeScript {{
    /// The runs of code points of one script: the first code point << 8 | the number of the script. Each run ends where the next begins, the
    /// last at U+10FFFF. {", ".join(f"{number} is {name}" for number, name in enumerate(NAMED))}; the others are numbered by name.
    static let runs: [UInt32] = [
{body}
    ]
}}
""")
    print(len(order), "scripts,", len(runs), "runs")


main()
