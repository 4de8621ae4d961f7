"""Text on which tokenizers differ: prose, code, every script and category of Unicode, emoji, combining marks, control characters,
line ends of all kinds, long words, long runs of spaces. Made from what a Python installation has, the same for the same seed.

    for document in documents(20_000_000, seed=1): ...        # bytes, UTF-8
"""

import pathlib
import random
import sysconfig
import unicodedata

SPACES = " \t\n\r\v\f\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
SPELLED = [
    "<s>", "</s>", "<unk>", "<pad>", "<0x0A>", "<0xE2>", "\u2581", "\u2581\u2581", "<|endoftext|>", "[MASK]", "##ing", "Ġ", "<mask>", "<user>",
    "user_sym", "a b c", "\u2047", "\ufffd", "[UNK]", "[CLS]", "<sep>", "\U000e0041", "\ufe0f",
]


def scripts():
    """Letters, marks and digits by the first word of their names: GREEK, HANGUL, CJK, ..."""
    groups = {}
    for code in range(0x80, 0x110000):
        character = chr(code)
        if unicodedata.category(character)[0] in "LMN":
            name = unicodedata.name(character, "")
            if name:
                groups.setdefault(name.split()[0].split("-")[0], []).append(character)
    return groups


def sources(suffixes, limit):
    """Files of the Python installation, shuffled but always the same."""
    folders = [pathlib.Path(sysconfig.get_paths()[key]) for key in ("stdlib", "purelib")]
    paths = sorted({path for folder in folders for path in folder.rglob("*") if path.suffix in suffixes and path.is_file()})
    random.Random(7).shuffle(paths)
    total = 0
    for path in paths:
        text = path.read_bytes()[:200_000].decode("utf-8", "ignore")
        total += len(text)
        yield text
        if total > limit:
            return


class Maker:
    def __init__(self, seed, prose=()):
        self.dice = random.Random(seed)
        self.scripts = list(scripts().values())
        self.all = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
        self.assigned = [c for c in self.all if unicodedata.category(c) not in ("Cn", "Co")]
        self.marks = [c for c in self.assigned if unicodedata.category(c)[0] == "M"]
        self.controls = [c for c in self.assigned if unicodedata.category(c) in ("Cc", "Cf")]
        self.symbols = [c for c in self.assigned if unicodedata.category(c)[0] in "SP"]
        self.emoji = [chr(c) for c in [*range(0x1F300, 0x1F650), *range(0x1F680, 0x1F6F0), *range(0x1F900, 0x1FA00), *range(0x2600, 0x27C0)]]
        self.code = list(sources({".py", ".h", ".hpp", ".js", ".json", ".cpp", ".c", ".pyi"}, 12_000_000))
        self.prose = [pathlib.Path(path).read_text(encoding="utf-8") for path in prose] + list(sources({".txt", ".md", ".rst"}, 3_000_000))

    def part(self, text):
        """A stretch of `text`, short more often than long."""
        length = int(min(len(text), 10 ** self.dice.uniform(1, 4.5)))
        start = self.dice.randrange(len(text) - length + 1)
        return text[start:start + length]

    def word(self, letters, longest=12):
        return "".join(self.dice.choice(letters) for _ in range(self.dice.randint(1, longest)))

    def script_words(self):
        letters = self.dice.choice(self.scripts)
        return " ".join(self.word(letters) for _ in range(self.dice.randint(1, 60)))

    def mixed_scripts(self):
        return self.dice.choice(["", " "]).join(self.word(self.dice.choice(self.scripts), 4) for _ in range(self.dice.randint(1, 60)))

    def emojis(self):
        dice, result = self.dice, ""
        for _ in range(dice.randint(1, 30)):
            kind = dice.randrange(5)
            if kind == 0:
                result += "\u200d".join(dice.choice(self.emoji) + dice.choice(["", "\ufe0f", "\U0001f3fd"]) for _ in range(dice.randint(1, 4)))
            elif kind == 1:
                result += "".join(chr(0x1F1E6 + dice.randrange(26)) for _ in range(dice.randint(1, 5)))
            elif kind == 2:
                result += dice.choice("0123456789#*") + "\ufe0f\u20e3"
            else:
                result += dice.choice(self.emoji)
            result += dice.choice(["", "", " ", "a", "\n"])
        return result

    def marked(self):
        letters = "aeiounAEIOUNçßøĀ가각ㄱᄀ"
        return "".join(self.dice.choice(letters) + self.word(self.marks, 3) * self.dice.randrange(3) for _ in range(self.dice.randint(1, 80)))

    def spaced(self):
        dice = self.dice
        pieces = ["".join(dice.choice(SPACES) for _ in range(dice.randint(1, 4))) * dice.choice([1, 1, 3, 40]) for _ in range(20)]
        return "".join(piece + self.word("abcdefgh ,.", 6) for piece in pieces)

    def anything(self):
        return "".join(self.dice.choice(self.dice.choice([self.all, self.assigned, self.symbols, self.controls])) for _ in range(self.dice.randint(1, 300)))

    def numbers(self):
        return " ".join(self.dice.choice(["{}", "-{}.5", "${},000", "0x{:x}", "{}%", "v{}.1", "http://x.org/{}?a=b&c#d"]).format(self.dice.randrange(10 ** self.dice.randint(1, 12))) for _ in range(40))

    def spelled(self):
        return "".join(self.dice.choice(SPELLED + ["x", " ", "  ", "\n", "word", "é"]) for _ in range(self.dice.randint(1, 60)))

    def line_ends(self):
        return self.dice.choice(["\r\n", "\r", "\n\n", "\n\r", "\r\n\r\n"]).join(self.part(self.dice.choice(self.prose)).split("\n"))

    def document(self):
        """One document as bytes."""
        dice = self.dice
        kinds = [
            (8, lambda: self.part(dice.choice(self.prose))), (8, lambda: self.part(dice.choice(self.code))), (4, self.script_words),
            (3, self.mixed_scripts), (2, self.emojis), (2, self.marked), (2, self.spaced), (2, self.anything), (1, self.numbers), (2, self.spelled),
            (1, self.line_ends),
        ]
        makers = [maker for weight, maker in kinds for _ in range(weight)]
        text = "".join(dice.choice(makers)() for _ in range(dice.choice([1, 1, 1, 2, 5])))
        data = text.encode("utf-8")
        if dice.random() < 0.03:  # bytes that are no text
            data = b"".join(bytes([byte]) if dice.random() > 0.02 else dice.choice([b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b""]) for byte in data[:3000])
        return data


def long_documents(size=1_000_000):
    """Words of a million letters and runs of a million spaces."""
    dice = random.Random(3)
    yield b"a" * size
    yield b" " * size
    yield b"x" + b" " * size + b"y"
    yield ("".join(dice.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(size))).encode()
    yield ("".join(dice.choice("ab") for _ in range(size))).encode()
    yield ("é" * (size // 2)).encode()
    yield ("漢" * (size // 3)).encode()
    yield ("\u2581" * (size // 3)).encode()
    yield b"\r\n" * (size // 2)
    yield b"the " * (size // 4)
    yield ("".join(chr(dice.choice([dice.randrange(0x4E00, 0x9FFF), dice.randrange(0xAC00, 0xD7A3)])) for _ in range(size // 3))).encode()


def documents(size, seed=1, prose=(), invalid=True):
    """Documents of at least `size` bytes together, from short to a million bytes."""
    maker = Maker(seed, prose)
    total = 0
    for fixed in ["", " ", "  ", "\n", "a", "\u2581", "\0", "a\0b", "\ufeff", "é", "e\u0301"]:
        yield fixed.encode()
    while total < size:
        document = maker.document()
        if not invalid:
            document = document.decode("utf-8", "ignore").encode("utf-8")
        total += len(document)
        yield document
