#!/usr/bin/env python3
"""Writes Tests/OrreryTokenizersTests/Goldens/trainers/goldens.json: what Hugging Face tokenizers learns from small texts.

    python scripts/make_trainer_goldens.py          # needs tokenizers 0.23
"""

import json
import pathlib
import random

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/OrreryTokenizersTests/Goldens/trainers"

PROSE = """An orrery is a working model of the planets: you turn it, and you see why they move as they do.
The tokenizer cuts a text into pieces; each piece has a number, and the numbers are what the model reads.

def binary_search(arr, target):
    low, high = 0, len(arr) - 1
    while low <= high:
        mid = (low + high) // 2


Die Planeten ziehen ihre Bahnen, und wer die Kurbel dreht, sieht warum.\r
Les planètes tournent; où vont-elles ? L'été, l'hiver, à l'œil nu. We've seen; don't stop, I'll WAIT.
Планеты движутся вокруг Солнца, и модель показывает почему.
惑星は太陽のまわりを回る。モデルはその理由を示す。
for (int i = 0; i < n; ++i) { sum += values[i] * weights[i]; } // the loop, 1234567 times\t\t
"""
CL100K = r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++\z|\s*[\r\n]|\s+(?!\S)|\s"""


def letters(seed, alphabet, words, longest):
    """Words of few letters: many pairs are equally frequent, and many ways lead to one token."""
    dice = random.Random(seed)
    return " ".join("".join(dice.choice(alphabet) for _ in range(dice.randint(1, longest))) for _ in range(words))


def byte_level(text, pattern=None, lines=False, **settings):
    tokenizer = Tokenizer(models.BPE())
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    tokenizer.pre_tokenizer = level if pattern is None else pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), level])
    trainer = trainers.BpeTrainer(show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **settings)
    tokenizer.train_from_iterator(text.splitlines(keepends=True) if lines else [text], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return {"vocab": [piece for piece, _ in sorted(model["vocab"].items(), key=lambda entry: entry[1])], "merges": [list(merge) for merge in model["merges"]]}


def main():
    texts = {"prose": PROSE * 3, "letters": letters(1, "abc", 400, 12), "runs": letters(2, "aab", 200, 30), "few": letters(3, "abcdefg", 300, 5)}
    cases = []
    for text, settings in [
        ("prose", dict(vocab_size=500)), ("prose", dict(vocab_size=480, lines=True, min_frequency=4)), ("prose", dict(vocab_size=500, pattern=CL100K)),
        ("prose", dict(vocab_size=2000, special_tokens=["<|end|>", "two words"])), ("prose", dict(vocab_size=2000, max_token_length=4)),
        ("letters", dict(vocab_size=1000)), ("letters", dict(vocab_size=1000, max_token_length=7)), ("runs", dict(vocab_size=900)), ("few", dict(vocab_size=700, min_frequency=2)),
    ]:
        learnt = byte_level(texts[text], **settings)
        cases.append({"text": text, "settings": {key: value for key, value in settings.items() if key != "pattern"} | ({"cl100k": True} if "pattern" in settings else {})} | learnt)
    OUT.mkdir(exist_ok=True)
    goldens = {"texts": texts, "byte_level": cases}
    (OUT / "goldens.json").write_text(json.dumps(goldens, separators=(",", ":"), ensure_ascii=False) + "\n")
    print("bytes:", (OUT / "goldens.json").stat().st_size)


main()
