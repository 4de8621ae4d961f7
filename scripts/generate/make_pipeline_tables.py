#!/usr/bin/env python3
"""Writes the tables of characters that Hugging Face's normalizers and pre-tokenizers go by, by asking tokenizers about every code point.

    python3 -m venv /tmp/hf && /tmp/hf/bin/pip install tokenizers==0.23.3 unicodedata2==16.0.0
    /tmp/hf/bin/python scripts/generate/make_pipeline_tables.py

tokenizers takes its character data from several libraries, each of its own version of Unicode: normalization forms from 9.0, punctuation,
controls and accents from 8.0, `\\w` from 16.0, lower case, digits and white space from 17.0, scripts from 10.0. What it does is what the
published vocabularies are used with, so it is asked. Combining classes and pairs, which it does not show, are those of Unicode 16.0
wherever it is seen to know the character.
"""

import pathlib
import sys

import tokenizers
import unicodedata2 as unicode
from tokenizers import normalizers, pre_tokenizers

VERSION = "0.23.3"
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Sources/OrreryTokenizers/Unicode"
CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]


def is_hangul(code):
    return 0xAC00 <= code <= 0xD7A3


def lines(words, width=12):
    return "\n".join("        " + ", ".join(words[start : start + width]) + "," for start in range(0, len(words), width))


def write(name, holder, members):
    """`members`: (documentation, name, type, words)."""
    body = "\n\n".join(f"    /// {doc}\n    static let {member}: [{kind}] = [\n{lines(words)}\n    ]" for doc, member, kind, words in members)
    text = f"// Written by scripts/generate/make_pipeline_tables.py from tokenizers {VERSION}; not edited by hand.\n\nextension {holder} {{\n{body}\n}}\n"
    (FOLDER / name).write_text(text, encoding="utf-8")
    print(name, len(text), "bytes")


def hexadecimal(values):
    return [f"0x{value:X}" for value in values]


def normalization():
    nfd, nfkd, nfc = normalizers.NFD().normalize_str, normalizers.NFKD().normalize_str, normalizers.NFC().normalize_str
    canonical, compatible, pairs = [], [], []
    for code in CODES:
        character = chr(code)
        if is_hangul(code):
            continue
        whole = nfd(character)
        if whole != character:
            canonical += [code << 8 | len(whole), *map(ord, whole)]
            parts = unicode.decomposition(character).split()
            if len(parts) == 2 and nfc(character) == character:
                pairs += [int(parts[0], 16), int(parts[1], 16), code]
        other = nfkd(character)
        if other != whole:
            compatible += [code << 8 | len(other), *map(ord, other)]
    classes, previous = [], 0
    for code in range(0x110000):
        value = 0
        if not 0xD800 <= code < 0xE000 and unicode.combining(chr(code)) and nfd(chr(code)) == chr(code):
            value = unicode.combining(chr(code))
            # A mark that is known is sorted to where its class says.
            text = "\u0345" + chr(code) if value < 240 else chr(code) + "\u0301"
            if value != 240 and nfd(text) == text:
                value = 0
        if value != previous:
            classes.append(code << 8 | value)
            previous = value
    write("NormalizationTable.swift", "NormalizationForms", [
        ("Characters with a canonical decomposition: the code point << 8 | the number of characters that it becomes, and these. Without Hangul.",
         "canonicalDecompositions", "UInt32", hexadecimal(canonical)),
        ("Those whose compatibility decomposition is another, in the same way.", "compatibleDecompositions", "UInt32", hexadecimal(compatible)),
        ("Two characters that compose, and what they become.", "compositions", "UInt32", hexadecimal(pairs)),
        ("Runs of one combining class: the first code point << 8 | the class. Each ends where the next begins.", "combiningClasses", "UInt32",
         hexadecimal(classes)),
    ])
    write("LowercaseTable.swift", "LowercaseMapping", [
        ("A code point and its lower case, for those that have another of one character (U+0130 alone has two).", "pairs", "UInt32",
         hexadecimal(value for code in CODES for lower in [normalizers.Lowercase().normalize_str(chr(code))] if len(lower) == 1 and lower != chr(code)
                     for value in (code, ord(lower)))),
    ])


def classes():
    split = lambda tokenizer: lambda character: len(tokenizer.pre_tokenize_str("a" + character + "b"))
    space, digits = split(pre_tokenizers.WhitespaceSplit()), split(pre_tokenizers.Digits(individual_digits=True))
    punctuation, words = split(pre_tokenizers.Punctuation()), split(pre_tokenizers.Whitespace())
    cleaner = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False).normalize_str
    stripper = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False).normalize_str
    marks = normalizers.StripAccents().normalize_str
    runs, previous = [], -1
    for code in range(0x110000):
        value = 0
        if not 0xD800 <= code < 0xE000:
            character = chr(code)
            text = "a" + character + "b"
            tests = [words(character) == 1, space(character) == 2, digits(character) == 3, punctuation(character) == 3,
                     cleaner(text) == "ab", stripper(text) == "ab", marks(text) == "ab"]
            value = sum(1 << bit for bit, test in enumerate(tests) if test)
        if value != previous:
            runs.append(code << 8 | value)
            previous = value
    write("PipelineCharacterTable.swift", "PipelineCharacter", [
        ("Runs of code points of the same classes: the first code point << 8 | the classes. Each ends where the next begins.", "runs", "UInt32",
         hexadecimal(runs))])


def scripts():
    """Scripts are numbered as they are met; two characters have one script if they are not split."""
    cut = lambda text: len(pre_tokenizers.UnicodeScripts().pre_tokenize_str(text))
    representatives, runs, previous = [], [], -1
    for code in range(0x110000):
        value = 0
        if not 0xD800 <= code < 0xE000 and cut(chr(code)):
            if previous > 0 and cut(representatives[previous - 1] + chr(code)) == 1:
                continue
            value = next((number + 1 for number, other in enumerate(representatives) if cut(other + chr(code)) == 1), 0)
            if not value:
                representatives.append(chr(code))
                value = len(representatives)
        if value != previous:
            runs.append(code << 8 | value)
            previous = value
    write("UnicodeScriptTable.swift", "UnicodeScripts", [
        ("Runs of code points of one script: the first code point << 8 | a number for the script, 0 for none. Each ends where the next begins.",
         "runs", "UInt32", hexadecimal(runs))])


def main():
    if tokenizers.__version__ != VERSION:
        sys.exit(f"tokenizers is {tokenizers.__version__}; expected {VERSION}")
    normalization()
    classes()
    scripts()


main()
