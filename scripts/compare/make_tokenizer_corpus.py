#!/usr/bin/env python3
"""Makes mixed text from this machine's own files and from all of Unicode, to compare tokenizers on.

    python3 scripts/compare/make_tokenizer_corpus.py /tmp/corpus --megabytes 60

Writes, each a file of UTF-8 (but for the last):
    prose.txt       documentation: HTML without its tags, Markdown, reStructuredText, plain text, manual pages; each paragraph once
    code.txt        source files of as many languages as are found, each file once
    languages.txt   what programs say in other languages, from message catalogues (.mo)
    unicode.txt     random text of every script block and every general category, alone and mixed
    emoji.txt       emoji with modifiers, joiners, flags and selectors; combining marks in heaps
    edges.txt       line ends of all kinds, control characters, odd spaces, contractions, digits, quotes, all between each other
    long-*.txt      words of a million letters, runs of a million spaces, line breaks, digits, symbols
    malformed.bin   the above with bytes changed, cut and put in, so that it is not UTF-8
The same machine and seed give the same files.
"""

import argparse
import gettext
import gzip
import hashlib
import html
import os
import pathlib
import random
import re
import unicodedata

CODE = """c h cc cpp hpp py pyi js mjs ts tsx go rs java kt swift cmake sh bash pl pm rb lua sql css scss json yaml yml toml xml html
vue php r jl hs ml scala clj ex erl lisp el vim awk tcl ps1 proto thrift asm s ll mk m4 ac in def f90 tex gradle groovy nix dockerfile
diff patch properties ini cfg conf""".split()
PROSE = "html htm md rst txt pod adoc gz".split()
SKIPPED = ("/proc", "/sys", "/dev", "/run", "/tmp")
LARGEST_FILE = 300_000


def files_by_extension():
    """Paths under / by extension, in an order that is the same each time."""
    found = {}
    for folder, folders, names in os.walk("/"):
        folders[:] = sorted(name for name in folders if not os.path.join(folder, name).startswith(SKIPPED))
        for name in sorted(names):
            extension = name.rsplit(".", 1)[-1].lower()
            found.setdefault(extension, []).append(os.path.join(folder, name))
    return found


def text_of(path):
    """The text of a file, or nothing if it is no UTF-8, too large or a link."""
    try:
        if os.path.islink(path) or not 200 <= os.path.getsize(path) <= LARGEST_FILE:
            return ""
        data = pathlib.Path(path).read_bytes()
        if path.endswith(".gz"):
            data = gzip.decompress(data)
        return data.decode()
    except (OSError, ValueError, EOFError, gzip.BadGzipFile):
        return ""


def round_robin(lists):
    """One element of each list in turn."""
    lists = [iter(entries) for entries in lists if entries]
    while lists:
        for entries in list(lists):
            try:
                yield next(entries)
            except StopIteration:
                lists.remove(entries)


class Collector:
    """Gathers distinct pieces up to a number of bytes."""

    def __init__(self, limit):
        self.limit, self.size, self.parts, self.seen = limit, 0, [], set()

    def add(self, text):
        digest = hashlib.blake2b(text.encode(), digest_size=12).digest()
        if digest not in self.seen:
            self.seen.add(digest)
            self.parts.append(text)
            self.size += len(text.encode())
        return self.size < self.limit

    def text(self):
        return "".join(self.parts)


def shuffled(paths, dice):
    paths = list(paths)
    dice.shuffle(paths)
    return paths


def prose(found, limit, dice):
    collector = Collector(limit)
    for path in round_robin([shuffled(found.get(extension, []), dice) for extension in PROSE]):
        text = text_of(path)
        if path.endswith((".html", ".htm")):
            text = re.sub(r"(?is)<(script|style|pre|code)\b.*?</\1>", " ", text)
            text = html.unescape(re.sub(r"(?s)<[^>]*>", "", text))
        elif path.endswith(".gz"):
            if "/man" not in path:
                continue
            text = re.sub(r"(?m)^\.(\w+ ?)?", "", re.sub(r"\\f.|\\&|\\-", "", text))
        for paragraph in re.split(r"\n\s*\n", text):
            # A paragraph has sentences; tables of contents and listings do not.
            if len(paragraph) > 200 and paragraph.count(" ") > len(paragraph) / 12 and not collector.add(paragraph.strip("\n") + "\n\n"):
                return collector.text()
    return collector.text()


def code(found, limit, dice):
    collector = Collector(limit)
    for path in round_robin([shuffled(found.get(extension, []), dice) for extension in CODE]):
        text = text_of(path)
        if text and not collector.add(text):
            break
    return collector.text()


def languages(found, limit, dice):
    collector = Collector(limit)
    for path in shuffled(found.get("mo", []), dice):
        try:
            with open(path, "rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog
        except (OSError, ValueError, UnicodeError, LookupError):  # a catalogue may be damaged
            continue
        if not all(collector.add(text + "\n") for text in catalogue.values() if len(text) > 20):
            break
    return collector.text()


def every_character():
    return [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


def unicode_text(limit, dice):
    everything = every_character()
    assigned = [character for character in everything if unicodedata.category(character) not in ("Cn", "Co")]
    categories, blocks = {}, {}
    for character in assigned:
        categories.setdefault(unicodedata.category(character), []).append(character)
        blocks.setdefault(ord(character) >> 7, []).append(character)
    parts, size = ["".join(everything)], 4_400_000
    while size < limit:
        kind = dice.randrange(4)
        if kind == 0:
            pool = dice.choice(list(blocks.values()))
        elif kind == 1:
            pool = dice.choice(list(categories.values()))
        elif kind == 2:
            pool = assigned
        else:
            pool = [c for values in dice.sample(list(categories.values()), 3) for c in dice.sample(values, min(20, len(values)))]
        spaces = dice.choice(["", " ", "  ", "\n", " \n", "'", "\u00a0", "1"])
        text = spaces.join("".join(dice.choices(pool, k=dice.randint(1, 12))) for _ in range(dice.randint(1, 30)))
        parts.append(text + dice.choice([" ", "\n", "", "\r\n", "a", "7", "."]))
        size += len(parts[-1].encode())
    return "".join(parts)


def emoji(limit, dice):
    bases = [chr(c) for start, end in [(0x1F300, 0x1F650), (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF), (0x2600, 0x27BF)] for c in range(start, end)]
    flags = [chr(c) for c in range(0x1F1E6, 0x1F200)]
    tones = [chr(c) for c in range(0x1F3FB, 0x1F400)]
    marks = [chr(c) for c in list(range(0x300, 0x370)) + list(range(0x20D0, 0x20F1)) + list(range(0xFE00, 0xFE10))]
    tags = [chr(c) for c in range(0xE0020, 0xE0080)]
    parts, size = [], 0
    while size < limit:
        kind = dice.randrange(6)
        if kind == 0:
            text = "\u200d".join(dice.choice(bases) + dice.choice(["", "\ufe0f"] + tones) for _ in range(dice.randint(1, 5)))
        elif kind == 1:
            text = "".join(dice.choices(flags, k=dice.randint(1, 6)))
        elif kind == 2:
            text = dice.choice("aeZ*# 9é漢") + "".join(dice.choices(marks, k=dice.randint(1, 30)))
        elif kind == 3:
            text = dice.choice("0123456789#*") + "\ufe0f\u20e3"
        elif kind == 4:
            text = "\U0001f3f4" + "".join(dice.choices(tags, k=5)) + "\U000e007f"
        else:
            text = dice.choice(["I'm", " ok", "don't", "!", "\n", "Привет", " 你好"])
        parts.append(text + dice.choice(["", "", " ", "  "]))
        size += len(parts[-1].encode())
    return "".join(parts)


EDGES = (
    "\r\n|\n|\r|\n\n\n|\r\r\n|\t|\v|\f|\x85|\u2028|\u2029|\u00a0|\u3000|\u1680|\u200b|\u200d|\ufeff| |  |     |\0|\x01|\x1b[0m|\x1c|\x1f|\x7f|'s|'S|'ſ|'t|'re|'RE|"
    "'Ve|'ll|'LL|'lL|'d|'D|'m|''|'|’s|'x|'l|'r|ſ|K|Å|İ|ı|ß|ẞ|ǅ|ﬁ|a|A|Z|z|aB|Ab|ABC|abc|ÀB|éa|Ж|ж|漢|あ|ー|ª|º|ʰ|²|½|Ⅷ|٣|१२३|1|12|123|1234|12345|_|__|/|//|//\n|"
    "\\|.|...|!|?!|(|)|[]|{}|<|<|endoftext|>|<|fim_prefix|>|@|#|$|€|%|^|&|*|+|=|-|--|~|`|\"|«|»|—|\u0301|e\u0301|\u0903|\u20dd|\U0001f600|\ue000|\uffff|\U0010ffff|\u0378|"
    "http://|def |return|\n    |\n\t\t|    \n|  \n  "
).split("|")


def edges(limit, dice):
    parts, size = [], 0
    while size < limit:
        few = dice.sample(EDGES, dice.randint(2, 12))
        text = "".join(dice.choices(few, k=dice.randint(1, 40)))
        parts.append(text)
        size += len(text.encode())
    return "".join(parts)


def long_words(dice):
    million = 1_000_000
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {
        "long-a": "a" * million,
        "long-letters": "".join(dice.choices(letters, k=million)),
        "long-capitals": "".join(dice.choices(letters.upper(), k=million)),
        "long-mixed-case": "".join(dice.choices(letters + letters.upper(), k=million)),
        "long-ideographs": "".join(chr(dice.randint(0x4E00, 0x9FFF)) for _ in range(million // 3)),
        "long-marks": "e" + "\u0301" * (million // 2),
        "long-spaces": " " * million,
        "long-spaces-then-a-word": "x" + " " * million + "y",
        "long-lines": "\n" * million,
        "long-lines-and-spaces": " \n" * (million // 2) + "  z",
        "long-digits": "".join(dice.choices("0123456789", k=million)),
        "long-symbols": "".join(dice.choices("!#$%&()*+,-./:;<=>?@[]^_{|}~", k=million)),
        "long-dashes": "-" * million + "\r\n" * 1000,
    }


def malformed(texts, limit, dice):
    data = bytearray()
    while len(data) < limit:
        text = dice.choice(texts).encode()
        start = dice.randrange(max(1, len(text) - 400))
        part = bytearray(text[start : start + dice.randint(1, 400)])
        for _ in range(dice.randint(0, 4)):
            part[dice.randrange(len(part))] = dice.randrange(256)
        data += part
    return bytes(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--megabytes", type=int, default=60, help="about how much in all (default: 60)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    share = arguments.megabytes * 10_000
    found = files_by_extension()
    texts = {
        "prose": prose(found, 25 * share, dice),
        "code": code(found, 25 * share, dice),
        "languages": languages(found, 15 * share, dice),
        "unicode": unicode_text(12 * share, dice),
        "emoji": emoji(3 * share, dice),
        "edges": edges(8 * share, dice),
        **long_words(dice),
    }
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        data = text.encode()
        (arguments.folder / f"{name}.txt").write_bytes(data)
        print(f"{name}.txt: {len(data) / 1e6:.1f} MB")
    data = malformed([texts[name] for name in ("prose", "code", "languages", "unicode", "emoji", "edges")], 2 * share, dice)
    (arguments.folder / "malformed.bin").write_bytes(data)
    print(f"malformed.bin: {len(data) / 1e6:.1f} MB")


main()
