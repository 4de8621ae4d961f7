#!/usr/bin/env python3
"""Writes Tests/OrreryTokenizersTests/Goldens/sentencepiece: small models of every kind that Google's sentencepiece trains on the text below,
and what it makes of texts on which tokenizers go wrong: ids, byte ranges, decoded text.

    python3 -m venv /tmp/sp && /tmp/sp/bin/pip install sentencepiece==0.2.3
    /tmp/sp/bin/python scripts/goldens/make_sentencepiece_goldens.py
"""

import base64
import json
import pathlib
import random
import tempfile

import sentencepiece

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/OrreryTokenizersTests/Goldens/sentencepiece"

TEXT = """An orrery is a working model of the planets: you turn it, and you see why they move as they do.
The tokenizer cuts a text into pieces; each piece has a number, and the numbers are what the model reads.
def binary_search(arr, target):
    low, high = 0, len(arr) - 1
    while low <= high:
        mid = (low + high) // 2
Die Planeten ziehen ihre Bahnen, und wer die Kurbel dreht, sieht warum.
Les planètes tournent; où vont-elles ? L'été, l'hiver, à l'œil nu.
Планеты движутся вокруг Солнца, и модель показывает почему.
惑星は太陽のまわりを回る。モデルはその理由を示す。
행성은 태양 주위를 돈다. 모형은 그 까닭을 보여 준다.
हर ग्रह सूर्य की परिक्रमा करता है।
الكواكب تدور حول الشمس
1, 2, 3, 10, 100, 1000, 3.14159, 2.71828, 0x7F, 50%, $12.50
for (int i = 0; i < n; ++i) { sum += values[i] * weights[i]; } // the loop
""".split("\n") * 20

# Character rules of our own, for sentencepiece's tables would fill the folder: source, tab, replacement, in hexadecimal code points.
RULES = "\n".join([
    "9\t20", "A\t20", "D\t20", "A0\t20", "3000\t20", "2003\t20", "7\t", "200B\t", "FEFF\t", "AD\t",
    "FB01\t66 69", "2026\t2E 2E 2E", "65 301\tE9", "65 300\tE8", "61 30A\tE5", "212B\tE5", "FF21\t41", "FF41\t61", "BD\t31 20 2F 20 32",
    "49\t69", "1F600\t3A 29", "3A 2D 29\t3A 29", "20 20 2C\t2C",
])

SYMBOLS = ["<user>", "user", "a b", "##", "\u2581\u2581\u2581", "行"]

MODELS = {
    "unigram": dict(model_type="unigram", user_defined_symbols=SYMBOLS, control_symbols=["<ctl>"]),
    "unigram-bytes": dict(model_type="unigram", byte_fallback=True, treat_whitespace_as_suffix=True),
    "bpe": dict(model_type="bpe", user_defined_symbols=SYMBOLS, unk_surface=" ?? "),
    "bpe-bytes": dict(model_type="bpe", byte_fallback=True, remove_extra_whitespaces=False, add_dummy_prefix=False, allow_whitespace_only_pieces=True,
                      normalization_rule_name="identity"),
    "bpe-across": dict(model_type="bpe", split_by_whitespace=False, byte_fallback=True),
    "word": dict(model_type="word", vocab_size=150),
    "char": dict(model_type="char", user_defined_symbols=SYMBOLS, denormalizer=True),
}


def texts():
    result = [
        "", " ", "   ", "\n", "a", "Planeten", "The planets move.", "  two  spaces  ", "a .", "don ' t", "tab\tand\x0b\x0c", "\x85\u2028\u2029", "\u2581", "\u2581a\u2581 b",
        "\u212b\u00c5A\u030a", "e\u0301é e\u0300", "\ufeffbom", "zero\u200bwidth", "\u200d👩\u200d👩\u200d👧", "🇨🇭 😀:-)", "\U0010ffff\ue000", "\x7f\x80", '"\\/quotes',
        "</s><s><unk><pad><ctl><0x0A>", "漢字かな惑星", "행성은 태양", "שלום", "Ġ Ċ", "<user>user users a ba b##ing", "\u2581\u2581\u2581\u2581\u2581", "...…  ,½ﬁ",
        "one\r\ntwo\r\n\r\nthree", "\0nul\0", "x" * 60, "ab" * 40, " " * 60, "é" * 30, "0123456789" * 3, "III IN IS It", "行 銀行 行行", "\u3000全角\u3000Ａａ",
    ]
    dice = random.Random(11)
    letters = sorted(set("".join(TEXT))) + list("\u0301\u0300\u200b 行漢ЖéZq\t\n\u00a0😀")
    result += ["".join(dice.choice(letters) for _ in range(dice.randint(5, 60))) for _ in range(12)]
    return [text.encode() for text in result] + [b"a\xffb", b"\xe2\x82", b"\xc3(", b"x\xed\xa0\x80y", b"\xf4\x90\x80\x80", b"\xe2\x96 \xe2\x96\x81"]


def decodings(dice, processor):
    """Sequences of ids that encoding does not give: bytes that are no characters, spaces at the start, unknown and control tokens."""
    size = processor.get_piece_size()
    spaces = [n for n in range(size) if processor.id_to_piece(n).startswith("\u2581")][:8]
    low = list(range(min(size, 260)))
    for _ in range(40):
        yield [dice.choice(dice.choice([low, spaces, range(size)])) for _ in range(dice.randint(1, 12))]


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    dice = random.Random(3)
    goldens = {"texts": [base64.b64encode(text).decode() for text in texts()], "models": {}}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "rules.tsv").write_text(RULES + "\n")
        (folder / "back.tsv").write_text("7A\t5A\n28\t28 20\n78 78\t78\n")
        for model, options in MODELS.items():
            options = dict(vocab_size=420, normalization_rule_tsv=str(folder / "rules.tsv")) | options
            if options.get("normalization_rule_name"):
                del options["normalization_rule_tsv"]
            if options.pop("denormalizer", False):
                options["denormalization_rule_tsv"] = str(folder / "back.tsv")
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(TEXT), model_prefix=str(folder / model), hard_vocab_limit=False, character_coverage=1.0, num_threads=1,
                minloglevel=2, **options)
            (OUT / f"{model}.model").write_bytes((folder / f"{model}.model").read_bytes())
            processor = sentencepiece.SentencePieceProcessor(model_file=str(OUT / f"{model}.model"))
            encoded = []
            for text in texts():
                proto = processor.encode(text, return_type="proto")
                ids = [piece.id for piece in proto.pieces]
                decoded = processor.decode(ids) if ids else ""
                encoded.append([ids, [n for piece in proto.pieces for n in (piece.begin, piece.end)], decoded])
            goldens["models"][model] = {
                "encoded": encoded, "decoded": [[ids, processor.decode(ids)] for ids in decodings(dice, processor)],
            }
    (OUT / "goldens.json").write_text(json.dumps(goldens, ensure_ascii=True, separators=(",", ":")) + "\n")
    print("bytes:", sum(path.stat().st_size for path in OUT.iterdir()))


main()
