#!/usr/bin/env python3
"""Writes Tests/OrreryTokenizersTests/Goldens/trainers/goldens.json: what Hugging Face tokenizers and sentencepiece learn from small texts.

    python scripts/goldens/make_trainer_goldens.py          # needs tokenizers 0.23 and sentencepiece 0.2.3
"""

import json
import pathlib
import random
import tempfile

import sentencepiece
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/OrreryTokenizersTests/Goldens/trainers"

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


def word_pieces(text, **settings):
    """The ids of letters that go on with a word are random unless they are given as special tokens."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator([text], trainers.WordPieceTrainer(show_progress=False, **settings))
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    return {"vocab": [piece for piece, _ in sorted(vocabulary.items(), key=lambda entry: entry[1])]}


def continuing_letters(text):
    words = [word for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalizers.BertNormalizer().normalize_str(text))]
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + sorted({"##" + letter for word in words for letter in word[1:]})


def words_of(text, **settings):
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator([text], trainers.WordLevelTrainer(show_progress=False, **settings))
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    return {"vocab": [piece for piece, _ in sorted(vocabulary.items(), key=lambda entry: entry[1])]}


def sentence_pieces(text, **settings):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "text.txt").write_bytes(text.encode())
        sentencepiece.SentencePieceTrainer.train(
            input=f"{folder}/text.txt", model_prefix=f"{folder}/m", normalization_rule_name="identity", minloglevel=2, num_threads=1, **settings)
        model = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/m.model")
        tokens = sum(map(len, model.encode(text.split("\n"))))
        return {"vocab": [model.id_to_piece(number) for number in range(len(model))], "tokens": tokens}


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
    goldens = {"texts": texts, "byte_level": cases}
    goldens["word_piece"] = [
        {"text": text, "settings": settings} | word_pieces(texts[text], **settings)
        for text, settings in [
            ("prose", dict(vocab_size=400, special_tokens=continuing_letters(texts["prose"]))), ("few", dict(vocab_size=500, special_tokens=continuing_letters(texts["few"]))),
            ("few", dict(vocab_size=500, min_frequency=3, special_tokens=continuing_letters(texts["few"]))),
        ]
    ]
    goldens["word_level"] = [
        {"text": text, "settings": settings} | words_of(texts[text], **settings)
        for text, settings in [("prose", dict(vocab_size=60, special_tokens=["[UNK]"])), ("few", dict(vocab_size=1000, min_frequency=2, special_tokens=["[UNK]", "<e>"]))]
    ]
    goldens["sentence_piece"] = [
        {"text": text, "settings": settings} | sentence_pieces(texts[text], **settings)
        for text, settings in [
            ("prose", dict(model_type="bpe", vocab_size=250)), ("prose", dict(model_type="bpe", vocab_size=480, character_coverage=0.98, byte_fallback=True)),
            ("prose", dict(model_type="bpe", vocab_size=240, split_by_unicode_script=False, max_sentencepiece_length=5)),
            ("prose", dict(model_type="bpe", vocab_size=260, split_by_whitespace=False, split_by_number=False)),
            ("prose", dict(model_type="bpe", vocab_size=230, split_digits=True)), ("few", dict(model_type="bpe", vocab_size=300)),
            ("prose", dict(model_type="unigram", vocab_size=180)), ("few", dict(model_type="unigram", vocab_size=60)),
            ("letters", dict(model_type="unigram", vocab_size=60)),
        ]
    ]
    OUT.mkdir(exist_ok=True)
    (OUT / "goldens.json").write_text(json.dumps(goldens, separators=(",", ":"), ensure_ascii=False) + "\n")
    print("bytes:", (OUT / "goldens.json").stat().st_size)


main()
