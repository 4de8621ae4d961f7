#!/usr/bin/env python3
"""The pipelines that everyone downloads, as tokenizer.json files: the parts of each as published, around vocabularies that are at hand.

    python3 -m venv /tmp/hf && /tmp/hf/bin/pip install tokenizers==0.23.3 sentencepiece gguf numpy
    /tmp/hf/bin/python scripts/compare/pipeline_shapes.py VOCABULARIES OUT      # writes OUT/gpt2.json, OUT/llama3.json, ...

VOCABULARIES is a folder with r50k_base, cl100k_base and o200k_base.tiktoken, ggml-vocab-llama-bpe.gguf and llama2-sentencepiece.model. What is
not among these (Gemma's, T5's, XLM-R's and BERT's) is trained on the text of mixed_text.py, the same for the same libraries.
"""

import argparse
import base64
import json
import pathlib
import tempfile

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import mixed_text

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + CONTRACTIONS + "?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + CONTRACTIONS + "?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
TEKKEN = O200K.replace(CONTRACTIONS + "?", "").replace(r"\p{N}{1,3}", r"\p{N}")
DEEPSEEK3 = [
    r"\p{N}{1,3}", r"[一-龥぀-ゟ゠-ヿ]+",
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""]


def spelled():
    """GPT-2's letter for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + place) for place, byte in enumerate(others)}


LETTERS = spelled()


def spell(token):
    return "".join(LETTERS[byte] for byte in token)


def parts_of(token, ranks):
    """The two tokens that `token` is merged from: what merging gives that stops before its rank (tiktoken's own way)."""
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:
        found = [(ranks[a + b], place) for place, (a, b) in enumerate(zip(parts, parts[1:])) if ranks.get(a + b, ranks[token]) < ranks[token]]
        if not found:
            return None
        place = min(found)[1]
        parts[place:place + 2] = [parts[place] + parts[place + 1]]
    return tuple(parts)


def byte_level(path, **options):
    """The model of a .tiktoken file."""
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in path.read_bytes().splitlines() if line)}
    merges = [parts_of(token, ranks) for token in sorted(ranks, key=ranks.get) if len(token) > 1]
    merges = [(spell(pair[0]), spell(pair[1])) for pair in merges if pair]
    return models.BPE(vocab={spell(token): rank for token, rank in ranks.items()}, merges=merges, **options)


def gguf_byte_level(path, **options):
    import gguf
    fields = gguf.GGUFReader(str(path)).fields
    texts = lambda name: [bytes(fields[name].parts[place]).decode() for place in fields[name].data]
    vocabulary = {token: number for number, token in enumerate(texts("tokenizer.ggml.tokens"))}
    return models.BPE(vocab=vocabulary, merges=[tuple(merge.split(" ")) for merge in texts("tokenizer.ggml.merges")], **options)


def sentencepiece_pieces(data):
    import sentencepiece.sentencepiece_model_pb2 as proto
    model = proto.ModelProto.FromString(data)
    return [(piece.piece, piece.score) for piece in model.pieces], model.normalizer_spec.precompiled_charsmap


def scored_merges(pieces, more=()):
    """The merges of a SentencePiece BPE vocabulary, as transformers finds them: every pair of pieces that makes a piece, best piece first."""
    vocabulary = {piece: number for number, (piece, _) in enumerate(pieces)}
    found = []
    for piece, score in pieces:
        local = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece)) if piece[:cut] in vocabulary and piece[cut:] in vocabulary]
        local.sort(key=lambda pair: (vocabulary[pair[0]], vocabulary[pair[1]]))
        found += [(score, pair) for pair in local]
    found.sort(key=lambda entry: -entry[0])
    vocabulary |= {piece: len(vocabulary) + number for number, piece in enumerate(more)}
    return vocabulary, [pair for _, pair in found]


def special(*contents, **flags):
    return [AddedToken(content, special=True, normalized=flags.pop("normalized", False), **flags) for content in contents]


def template(single, pair, *tokens):
    return processors.TemplateProcessing(single=single, pair=pair, special_tokens=list(tokens))


def split(regex):
    return pre_tokenizers.Split(Regex(regex), "isolated")


def made(model, *, normalizer=None, pre_tokenizer=None, post_processor=None, decoder=None, added=()):
    tokenizer = Tokenizer(model)
    for name, part in [("normalizer", normalizer), ("pre_tokenizer", pre_tokenizer), ("post_processor", post_processor), ("decoder", decoder)]:
        if part is not None:
            setattr(tokenizer, name, part)
    for token in added:
        tokenizer.add_tokens([token])
    return tokenizer


class Shapes:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.texts = None

    def corpus(self):
        """Lines to train on."""
        if self.texts is None:
            text = "\n".join(document.decode() for document in mixed_text.documents(3_000_000, seed=5, invalid=False))
            self.texts = [line[:2000] for line in text.split("\n") if line.strip()]
        return self.texts

    def llama2(self):
        pieces, _ = sentencepiece_pieces((self.folder / "llama2-sentencepiece.model").read_bytes())
        return pieces

    def trained(self, kind, size, **options):
        """A model of sentencepiece."""
        import sentencepiece
        with tempfile.TemporaryDirectory() as name:
            (pathlib.Path(name) / "text").write_text("\n".join(self.corpus()))
            sentencepiece.SentencePieceTrainer.Train(
                input=f"{name}/text", model_prefix=f"{name}/m", model_type=kind, vocab_size=size, num_threads=1, max_sentence_length=4000,
                input_sentence_size=30_000, character_coverage=0.98, hard_vocab_limit=False, minloglevel=2, **options)
            return sentencepiece_pieces((pathlib.Path(name) / "m.model").read_bytes())

    def makers(self):
        p, n, d = pre_tokenizers, normalizers, decoders
        lead = p.ByteLevel(add_prefix_space=False, use_regex=False)
        plain = processors.ByteLevel(trim_offsets=False)
        fallback = lambda: d.Sequence([d.Replace("\u2581", " "), d.ByteFallback(), d.Fuse()])
        llama = lambda: d.Sequence([d.Replace("\u2581", " "), d.ByteFallback(), d.Fuse(), d.Strip(content=" ", left=1, right=0)])
        begin = lambda: template("<s> $A", "<s> $A <s>:1 $B:1", ("<s>", 1))
        tiktoken = lambda name, **options: byte_level(self.folder / f"{name}.tiktoken", **options)

        def gpt2():
            return made(tiktoken("r50k_base"), pre_tokenizer=p.ByteLevel(add_prefix_space=False), post_processor=processors.ByteLevel(trim_offsets=False),
                        decoder=d.ByteLevel(), added=special("<|endoftext|>"))

        def roberta():
            added = special("<s>", "<pad>", "</s>", "<unk>", normalized=True) + special("<mask>", lstrip=True)
            model = json.loads(made(tiktoken("r50k_base")).to_str())["model"]
            vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
            vocabulary |= {piece: number + 4 for piece, number in model["vocab"].items()}
            vocabulary["<mask>"] = len(vocabulary)
            return made(models.BPE(vocab=vocabulary, merges=[tuple(pair) for pair in model["merges"]]), pre_tokenizer=p.ByteLevel(add_prefix_space=False),
                        post_processor=processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False),
                        decoder=d.ByteLevel(), added=added)

        def llama3():
            model = gguf_byte_level(self.folder / "ggml-vocab-llama-bpe.gguf", ignore_merges=True)
            names = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
            processor = processors.Sequence([plain, template("<|begin_of_text|> $A", "<|begin_of_text|> $A <|begin_of_text|>:1 $B:1", (names[0], 128000))])
            return made(model, pre_tokenizer=p.Sequence([split(LLAMA3), lead]), post_processor=processor, decoder=d.ByteLevel(), added=special(*names))

        def qwen2():
            return made(tiktoken("cl100k_base"), normalizer=n.NFC(), pre_tokenizer=p.Sequence([split(QWEN2), lead]), post_processor=plain,
                        decoder=d.ByteLevel(), added=special("<|endoftext|>", "<|im_start|>", "<|im_end|>"))

        def o200k():
            names = ["<|startoftext|>", "<|endoftext|>", "<|return|>", "<|constrain|>", "<|channel|>", "<|start|>", "<|end|>", "<|message|>", "<|call|>"]
            return made(tiktoken("o200k_base", ignore_merges=True), pre_tokenizer=p.Sequence([split(O200K), lead]), post_processor=plain,
                        decoder=d.ByteLevel(), added=special(*names))

        def deepseek():
            begin = "<｜begin▁of▁sentence｜>"
            added = special(begin, "<｜end▁of▁sentence｜>", "<｜▁pad▁｜>") + [AddedToken("<｜User｜>"), AddedToken("<think>"), AddedToken("</think>")]
            model = tiktoken("cl100k_base")
            return made(model, normalizer=n.Sequence([]), pre_tokenizer=p.Sequence([*map(split, DEEPSEEK3), lead]), decoder=d.ByteLevel(),
                        post_processor=template(f"{begin} $A", f"{begin} $A {begin}:1 $B:1", (begin, 100256)), added=added)

        def tekken():
            return made(tiktoken("cl100k_base", ignore_merges=True), pre_tokenizer=p.Sequence([split(TEKKEN), lead]), decoder=d.ByteLevel(),
                        post_processor=processors.Sequence([plain, template("<s> $A", "<s> $A <s>:1 $B:1", ("<s>", 100257))]), added=special("<unk>", "<s>", "</s>"))

        def starcoder():
            return made(tiktoken("r50k_base"), pre_tokenizer=p.Sequence([p.Digits(individual_digits=True), p.ByteLevel(add_prefix_space=False)]),
                        post_processor=processors.ByteLevel(trim_offsets=False), decoder=d.ByteLevel(), added=special("<|endoftext|>", "<fim_prefix>"))

        def llama_model(pieces, more=(), **options):
            vocabulary, merges = scored_merges(pieces, more)
            return models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True, **options)

        def llama2():
            return made(llama_model(self.llama2()), normalizer=n.Sequence([n.Prepend("\u2581"), n.Replace(" ", "\u2581")]), post_processor=begin(),
                        decoder=llama(), added=special("<unk>", "<s>", "</s>"))

        def llama2_legacy():
            return made(llama_model(self.llama2()), normalizer=n.Sequence([n.Prepend("\u2581"), n.Replace(" ", "\u2581")]), post_processor=begin(),
                        decoder=llama(), added=special("<unk>", "<s>", "</s>", normalized=True))

        def mistral():
            return made(llama_model(self.llama2(), ignore_merges=False), pre_tokenizer=p.Metaspace(prepend_scheme="first", split=False),
                        post_processor=begin(), decoder=llama(), added=special("<unk>", "<s>", "</s>", "[INST]", "[/INST]"))

        def phi3():
            added = special("<unk>", "<s>") + [AddedToken("</s>", rstrip=True, normalized=False)] + special("<|endoftext|>")
            added += special("<|assistant|>", "<|system|>", "<|end|>", "<|user|>", rstrip=True)
            return made(llama_model(self.llama2()), normalizer=n.Sequence([n.Prepend("\u2581"), n.Replace(" ", "\u2581")]),
                        post_processor=template("$A", "$A $B:1"), decoder=llama(), added=added)

        def gemma():
            lines = [chr(10) * count for count in range(2, 32)] + ["\u2581" * count for count in range(2, 32)]
            pieces, _ = self.trained("bpe", 24_000, byte_fallback=True, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>",
                                     add_dummy_prefix=False, remove_extra_whitespaces=False, normalization_rule_name="identity", split_digits=True,
                                     user_defined_symbols=["\n"])
            known = {piece for piece, _ in pieces}
            added = special("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>")
            added += [AddedToken(text, normalized=False) for text in lines]
            return made(llama_model(pieces, [text for text in lines if text not in known]), normalizer=n.Replace(" ", "\u2581"),
                        pre_tokenizer=p.Split(" ", "merged_with_previous"), post_processor=template("<bos> $A", "<bos> $A <bos>:1 $B:1", ("<bos>", 2)),
                        decoder=fallback(), added=added)

        def unigram_model(**options):
            pieces, rules = self.trained("unigram", 24_000, normalization_rule_name="nmt_nfkc", **options)
            return pieces, rules

        def t5():
            pieces, rules = unigram_model(pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>")
            extra = [f"<extra_id_{number}>" for number in range(100)]
            model = models.Unigram([(piece, score) for piece, score in pieces] + [(piece, 0.0) for piece in reversed(extra)], unk_id=2)
            return made(model, normalizer=n.Precompiled(rules), pre_tokenizer=p.Sequence([p.WhitespaceSplit(), p.Metaspace()]),
                        post_processor=template("$A </s>", "$A </s> $B </s>", ("</s>", 1)), decoder=d.Metaspace(), added=special("<pad>", "</s>", "<unk>", *extra))

        def xlm_roberta():
            pieces, rules = unigram_model()
            vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + pieces[3:] + [("<mask>", 0.0)]
            return made(models.Unigram(vocabulary, unk_id=3), normalizer=n.Sequence([n.Precompiled(rules), n.Replace(Regex(" {2,}"), " ")]),
                        pre_tokenizer=p.Metaspace(), post_processor=template("<s> $A </s>", "<s> $A </s> </s> $B </s>", ("<s>", 0), ("</s>", 2)),
                        decoder=d.Metaspace(), added=special("<s>", "<pad>", "</s>", "<unk>") + special("<mask>", lstrip=True))

        def bert(lowercase):
            tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
            tokenizer.normalizer = n.BertNormalizer(lowercase=lowercase)
            tokenizer.pre_tokenizer = p.BertPreTokenizer()
            marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
            tokenizer.train_from_iterator(self.corpus(), trainers.WordPieceTrainer(vocab_size=20_000, special_tokens=marks, limit_alphabet=2000, show_progress=False))
            tokenizer.post_processor = template("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", ("[CLS]", 2), ("[SEP]", 3))
            tokenizer.decoder = d.WordPiece()
            return tokenizer

        return {
            "gpt2": gpt2, "roberta": roberta, "llama3": llama3, "qwen2": qwen2, "o200k": o200k, "deepseek": deepseek, "tekken": tekken, "starcoder": starcoder, "llama2": llama2,
            "llama2-legacy": llama2_legacy, "mistral": mistral, "phi3": phi3, "gemma": gemma, "t5": t5, "xlm-roberta": xlm_roberta,
            "bert-uncased": lambda: bert(True), "bert-cased": lambda: bert(False),
        }

    def write(self, out, names=()):
        """Writes those that are not there yet; the paths of all, by name."""
        out = pathlib.Path(out)
        out.mkdir(parents=True, exist_ok=True)
        paths = {}
        for name, maker in self.makers().items():
            if names and name not in names:
                continue
            paths[name] = out / f"{name}.json"
            if not paths[name].exists():
                maker().save(str(paths[name]))
        return paths


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vocabularies")
    parser.add_argument("out")
    parser.add_argument("names", nargs="*", help="only these")
    arguments = parser.parse_args()
    for name, path in Shapes(arguments.vocabularies).write(arguments.out, arguments.names).items():
        print(name, path, flush=True)
