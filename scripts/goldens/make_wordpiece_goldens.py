#!/usr/bin/env python3
"""Writes Tests/OrreryTokenizersTests/Goldens/wordpiece: small BERT tokenizers and what Hugging Face tokenizers makes of the texts of
Goldens/sentencepiece: ids, byte ranges, decoded text.

    python scripts/goldens/make_wordpiece_goldens.py        # needs tokenizers and numpy
"""

import base64
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "compare"))
import compare_wordpiece

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "Tests/OrreryTokenizersTests/Goldens"
CORPUS = [
    "An orrery is a working model of the planets: you turn it, and you see why they move as they do.", "Don't stop! He's 'quoted' and we've moved; do not wait .",
    "Les planètes tournent; où vont-elles ? L'été, l'hiver.", "惑星は太陽のまわりを回る。行 漢字", "행성은 태양 주위를 돈다", "Планеты движутся", "one two three 10 100 1000 3.14",
    "İstanbul ΌΣΟΣ Straße ﬁn ½ e\u0301 u\u0308",
] * 30


def main():
    out = GOLDENS / "wordpiece"
    out.mkdir(exist_ok=True)
    texts = [base64.b64decode(text) for text in json.loads((GOLDENS / "sentencepiece/goldens.json").read_text())["texts"]]
    texts = [text.decode() for text in texts if text.decode("utf-8", "replace").encode() == text]
    texts += ["Don ' t you , we 've do not", "[CLS] and [SEP] [MASK]!", "x" * 101, "İ ΌΣΟΣ ß ǅ", "a\u0301\u0323b \u1b44\u0301", "\u1e9b\u0323 \uf900 \U0002f800", "the\u200bmodel\u00admodel"]
    dice = random.Random(4)
    goldens = {"texts": texts, "models": {}}
    for name, settings in [("uncased", {}), ("cased", dict(lowercase=False)), ("raw", dict(clean_text=False, strip_accents=False, handle_chinese_chars=False))]:
        tokenizer = compare_wordpiece.make(dict(lowercase=True) | settings, CORPUS)
        tokenizer.save(str(out / f"{name}.json"), pretty=False)
        encoded, decoded = [], []
        for text in texts:
            encoding = tokenizer.encode(text)
            places = [0]
            for character in text:
                places.append(places[-1] + len(character.encode()))
            ranges = [] if compare_wordpiece.reorders(text) else [place for pair in encoding.offsets[1:-1] for place in (places[pair[0]], places[pair[1]])]
            encoded.append([encoding.ids, ranges, tokenizer.decode(encoding.ids)])
        for _ in range(30):
            ids = [dice.randrange(tokenizer.get_vocab_size()) for _ in range(dice.randint(1, 8))]
            decoded.append([ids, tokenizer.decode(ids), tokenizer.decode(ids, skip_special_tokens=False)])
        goldens["models"][name] = {"encoded": encoded, "decoded": decoded}
    (out / "goldens.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
    print("bytes:", sum(path.stat().st_size for path in out.iterdir()))


main()
