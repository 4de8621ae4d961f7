#!/usr/bin/env python3
"""Writes docs/unicode-differences.md: where the versions of Unicode that tokenizers follow say different things, code point by code point.

    pip install --target /tmp/unicode-16 unicodedata2==16.0.0
    pip install --target /tmp/unicode-15.1 unicodedata2==15.1.0
    python3 scripts/generate/list_unicode_differences.py /tmp/unicode-16 /tmp/unicode-15.1

Python's packages have the categories of both versions; those of Foundation's regular expressions come from the tests.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def classes_of(folder):
    """The first letter of each code point's category by the unicodedata2 in `folder`."""
    program = "import unicodedata2 as u, json; print(json.dumps([u.unidata_version, ''.join(u.category(chr(c))[0] for c in range(0x110000))]))"
    return json.loads(subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": folder}, check=True, capture_output=True).stdout)


def classes_of_foundation(package):
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "classes"
        command = "swift test -c release --disable-testable-imports --filter UnicodeDifferences".split()
        run = subprocess.run(command, cwd=package, env=os.environ | {"ORRERY_UNICODE": str(path)}, capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stdout[-3000:] + run.stderr[-3000:])
        return path.read_bytes().decode()


def ranges(first, second):
    """Runs of code points that differ in the same way; what is neither letter, mark, number, punctuation, symbol nor separator counts as one class."""
    found, previous = [], None
    for code in range(0x110001):
        pair = None
        if code < 0x110000 and not 0xD800 <= code < 0xE000:
            a, b = (c if c in "LMNPSZ" else "-" for c in (first[code], second[code]))
            pair = (a, b) if a != b else None
        if pair != previous:
            if previous:
                found[-1][1] = code - 1
            if pair:
                found.append([code, code, *pair])
            previous = pair
    return found


def table(differences, first, second):
    names = {"L": "letter", "M": "mark", "N": "number", "P": "punctuation", "S": "symbol", "Z": "separator", "-": "none of these"}
    rows = {}
    for start, end, a, b in differences:
        rows.setdefault((a, b), []).append(f"{start:04X}" if start == end else f"{start:04X}-{end:04X}")
    count = sum(end - start + 1 for start, end, _, _ in differences)
    lines = [f"{count} code points.", "", f"| {first} | {second} | code points |", "|---|---|---|"]
    lines += [f"| {names[a]} | {names[b]} | {', '.join(places)} |" for (a, b), places in sorted(rows.items())]
    return "\n".join(lines)


def main():
    (version, new), (old_version, old) = classes_of(sys.argv[1]), classes_of(sys.argv[2])
    foundation = classes_of_foundation(sys.argv[3] if len(sys.argv) > 3 else ROOT)
    text = f"""# Where versions of Unicode differ

Written by scripts/generate/list_unicode_differences.py.

Which characters are letters, numbers, marks and so on decides where words are cut. Each kind of tokenizer follows the version of its reference:
`.tiktoken` and `tokenizer.json` Unicode {version} (tiktoken 0.14, tokenizers 0.23), GGUF vocabularies Unicode {old_version} (llama.cpp). So a text that holds the code points below may be cut
differently by the two kinds, and no kind differs from its reference. The one exception are regular expressions without code of their own (`--pattern REGEX`,
and those that a `tokenizer.json` brings along): Foundation's engine runs them, with the classes in the second table.

## Unicode {old_version} and {version}

{table(ranges(old, new), old_version, version)}

## Foundation's regular expressions on this machine and Unicode {version}

{table(ranges(foundation, new), "Foundation", version)}
"""
    (ROOT / "docs/unicode-differences.md").write_text(text, encoding="utf-8")


main()
