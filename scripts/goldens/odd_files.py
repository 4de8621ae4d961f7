"""Files with something odd in them, for make_odd_file_goldens.py: (name, files, the file that is opened, texts, part of a warning or None)."""

import base64
import copy
import json

TEXTS = ["a b ab", "héllo <x> a <y><z>", "", "H h  l ab\n123 a-b\u212b\u00c5A\u030a"]


def text(value):
    return json.dumps(value, ensure_ascii=False)


def binary(data):
    return "base64:" + base64.b64encode(data).decode()


# tokenizer.json

VOCABULARY = {piece: index for index, piece in enumerate(["<unk>", "a", "b", "ab", " ", "##b", "1", "2", "h", "e", "é", "▁", "▁a", "<0x0A>", "-", "[CLS]", "[SEP]"])}


def added(index, content, **flags):
    return {"id": index, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **flags}


BPE = {
    "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False,
    "byte_fallback": False, "ignore_merges": False, "vocab": VOCABULARY, "merges": [["a", "b"], ["▁", "a"]],
}
BERT_FRAME = {"type": "BertProcessing", "sep": ["[SEP]", 16], "cls": ["[CLS]", 15]}
TEMPLATE = {
    "type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [15], "tokens": ["[CLS]"]}},
}
# Each part that tokenizers knows by its members, where it has no type or one that is not known.
NORMALIZERS = [
    {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}, {"strip_left": True, "strip_right": True},
    {"pattern": {"String": "a"}, "content": "b"}, {"prepend": "▁"}, {"normalizers": [{"type": "Lowercase"}]},
]
DECODERS = [
    {"suffix": "</w>"}, {"prefix": "##", "cleanup": True}, {"pad_token": "<unk>", "word_delimiter_token": "|", "cleanup": True},
    {"pattern": {"String": "a"}, "content": "_"}, {"content": "a", "start": 1, "stop": 0},
]


def document(**parts):
    whole = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [added(17, "<x>"), added(18, "<y>", rstrip=True, normalized=True, special=False)],
        "normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": VOCABULARY, "unk_token": "<unk>"},
    }
    return {**whole, **parts}


def replaced(whole, old, new):
    data = text(whole)
    assert old in data, old
    return data.replace(old, new, 1)


def tokenizer_json():
    def case(name, data, warning=None):
        return (name, {"tokenizer.json": data if isinstance(data, str) else text(data)}, "tokenizer.json", TEXTS, warning)

    words = document()
    for old, new in [
        ('"a": 1', '"a": 1, "a": 20'), ('"a": 1', '"a": 2, "a": 1'), ('"normalizer": null', '"normalizer": null, "normalizer": {"type": "Lowercase"}'),
        ('"unk_token": "<unk>"', '"unk_token": "a", "unk_token": "<unk>"'), ('"version": "1.0"', '"version": "1.0", "version": "1.0"'),
        ('"added_tokens": [', '"added_tokens": [], "added_tokens": ['),
    ]:
        yield case(f"a repeated key: {new}", replaced(words, old, new))
    yield case("a zero in a piece", replaced(words, '"b": 2', '"b": 2, "\\u0000": 20'), "gets the id 18")
    holes = {"<unk>": 0, "a": 1, "b": 2, "ab": 3, "<x>": 50, " ": 7}
    two_forms = {piece: index for index, piece in enumerate(["<unk>", "é", "e\u0301", "a", "b", "ab", "h", "e", "\u0301"])}
    for name, model in [("words", {"type": "WordLevel", "unk_token": "<unk>"}), ("pairs", {**BPE, "merges": [["a", "b"]]}),
                        ("pieces", {"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100})]:
        def tokens(vocabulary, *tokens, **parts):
            return document(model={**model, "vocab": vocabulary}, added_tokens=list(tokens), **parts)

        yield case(f"{name}: an id behind a hole", tokens(holes, added(50, "<x>"), added(51, "<y>")), 'the added token "<y>" gets the id 6')
        yield case(f"{name}: ids in another order", tokens(holes, added(4, "<y>"), added(50, "<x>"), added(51, "<z>")), 'the added token "<z>" gets the id 7')
        yield case(f"{name}: an id that is a piece's", tokens({**holes, "ab": 6}, added(9, "<y>")), 'the added token "<y>" gets the id 6')
        yield case(f"{name}: the ids of pieces", tokens(holes, added(1, "h"), added(2, "<x>")), 'the added token "h" gets the id 6')
        yield case(f"{name}: a token twice", tokens(holes, added(6, "h"), added(7, "h", lstrip=True)), 'the added token "h" is there twice')
        yield case(f"{name}: a token twice, special once", tokens(holes, added(6, "h", special=False), added(7, "h"), added(8, "l")))
        yield case(f"{name}: no text", tokens(holes, added(6, ""), added(6, "<y>")), "has no text")
        yield case(f"{name}: one id", tokens(holes, added(6, "h"), added(6, "<x>")), 'the added token "<x>" gets the id 50')
        yield case(f"{name}: an id of two pieces", tokens({**holes, "h": 1, "l": 3}, added(8, "<y>")), "which another text has too")
        yield case(f"{name}: a vocabulary from 5", tokens({"<unk>": 5, "a": 6, "b": 7, "ab": 8}, added(9, "<x>")), 'gets the id 4')
        yield case(f"{name}: two forms of é and Å", tokens(two_forms, added(9, "<x>"), added(10, "\u212b"), added(11, "\u00c5"), added(12, "A\u030a")))
        yield case(f"{name}: ids beyond any", tokens(holes, added(4294967295, "<y>")), 'gets the id 6')
    for tag in ({}, {"type": "Zzz"}, {"type": None}, {"type": 5}):
        warning = "is read by its members"
        for part in NORMALIZERS:
            yield case(f"normalizer {tag} {part}", document(model=BPE, normalizer={**tag, **part}), warning)
        for part in (BERT_FRAME, {**BERT_FRAME, "trim_offsets": True, "add_prefix_space": True}, TEMPLATE):
            yield case(f"post-processor {tag} {list(part)}", document(model=BPE, post_processor={**part, **(tag or {"type": ""})}), warning)
        for part in DECODERS:
            yield case(f"decoder {tag} {part}", document(model=BPE, decoder={**tag, **part}), warning)
    yield case("RobertaProcessing without its members", document(model=BPE, post_processor={**BERT_FRAME, "type": "RobertaProcessing"}))
    for index in (9, 70000):
        frame = document(model=BPE, added_tokens=[], post_processor={**BERT_FRAME, "sep": ["[SEP]", index + 10]})
        yield case(f"a frame with the id {index + 10}", frame, "which is not in the vocabulary and stands for no text")
    template = copy.deepcopy(TEMPLATE)
    template["special_tokens"]["[CLS]"]["tokens"] = []
    yield case("a template with fewer texts than ids", document(model=BPE, post_processor=template))
    template = copy.deepcopy(TEMPLATE)
    template["pair"].append({"SpecialToken": {"id": "zzz", "type_id": 0}})
    yield case("a template for pairs with a strange name", document(model=BPE, post_processor=template))
    yield case("dropout of nothing", document(model={**BPE, "dropout": 0.0}))
    for part in ({"normalizer": {"type": "Replace", "pattern": {"Regex": ""}, "content": "1"}},
                 {"pre_tokenizer": {"type": "Split", "pattern": {"Regex": ""}, "behavior": "Isolated", "invert": False}}):
        yield case(f"an empty expression in {list(part)[0]}", document(model=BPE, **part))
    yield case("a large truncation", document(truncation={"direction": "Right", "max_length": 4294967295, "strategy": "LongestFirst", "stride": 0}))


# .tiktoken

def tiktoken():
    bytes_ = "".join(f"{base64.b64encode(bytes([value])).decode()} {value}\n" for value in range(256))
    texts = ["a b ab", "hello world", "", "ab\n"]
    for name, lines in [
        ("a tab", "YWI=\t256\n"), ("spaces", "  YWI=  256 \n"), ("a carriage return", "YWI= 256\rIGI= 257\r\n"), ("empty lines", "\n\nYWI= 256\n\n"), ("a sign", "YWI= +256\n"),
        ("underscores", "YWI= 2_56\n"), ("zeros", "YWI= 0256\n"), ("bits over", "YWJ= 256\n"), ("padding over", "YWI== 256\n"), ("text behind padding", "YWI=xx 256\n"),
        ("other characters", "-_Y!WI= 256\n"), ("padding inside", "Y=WI= 256\n"), ("no bytes", "= 256\n"), ("a token twice", "YWI= 256\nYWI= 257\n"),
        ("a byte twice", "YQ== 300\n"), ("a vertical tab", "YWI=\x0b256\n"), ("a mark of byte order", "\ufeffYWI= 256\n"),
    ]:
        yield (f"tiktoken: {name}", {"t.tiktoken": bytes_ + lines}, "t.tiktoken", texts, None)


# .model

def sentencepiece():
    import sentencepiece.sentencepiece_model_pb2 as pb

    def model(kind, *pieces, **settings):
        whole = pb.ModelProto()
        base = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("▁", -1), ("a", -2), ("b", -3), ("ab", -4), ("▁a", -5), ("h", -6), ("é", -7)]
        for piece in settings.pop("base", base) + list(pieces):
            entry = whole.pieces.add()
            entry.piece, entry.score = piece[:2]
            if len(piece) > 2:
                entry.type = piece[2]
        whole.trainer_spec.model_type = kind
        whole.normalizer_spec.remove_extra_whitespaces = False
        return whole.SerializePartialToString()

    texts = ["a b ab", "héllo a", "", "ab  ab\n123 a-b▁c", "é e\u0301"]

    def case(name, data, warning=None):
        return (f"sentencepiece: {name}", {"tokenizer.model": binary(data)}, "tokenizer.model", texts, warning)

    nan, infinity = float("nan"), float("inf")
    for score in (nan, infinity, -infinity):
        yield case(f"pairs with the score {score}", model(2, ("ba", score)), "orders merges as the least or greatest")
        for kind in (3, 4):
            yield case(f"kind {kind} with the score {score}", model(kind, ("ba", score)))
    for kind in (1, 2, 3, 4):
        yield case(f"kind {kind} with a group", model(kind) + b"\xa3\x06\xa8\x06\x01\xa4\x06")
        yield case(f"kind {kind} with two forms of é", model(kind, ("e\u0301", -9), ("e", -10)))
    for kind in (0, 5, 9):
        yield case(f"the kind {kind}", model(2) + bytes([0x12, 2, 0x18, kind]))
    yield case("unused pieces only", model(1, base=[("<unk>", 0, 2), ("x", 0, 5)]))


# directories, as transformers opens them

ALPHABET = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 256), *range(256, 324))]
PAIRS = {piece: index for index, piece in enumerate(ALPHABET + ["ab", "Ġa", "Ġb", "##", "<|endoftext|>"])}
ROBERTA = {piece: index for index, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", *PAIRS, "<mask>"])}
PIECES = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\nab\nh\ne\nA\n"
FOLDER_TEXTS = ["a b ab", "héllo <x> a", "", "ab  ab\n123 #a-b", "a <pad>b <mask> <s>a</s>[MASK] [PAD]<|endoftext|>", "é A a_b"]


def flags(content, **given):
    return {"content": content, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, **given}


def folders():
    def folder(name, kind, main, files, configuration={}):
        everything = {"tokenizer_config.json": text({"tokenizer_class": kind, **configuration}), "config.json": "{}", **files}
        return (f"{kind}: {name}", everything, main, FOLDER_TEXTS, None)

    def pairs(name, configuration={}, files={}, kind="GPT2Tokenizer", vocabulary=PAIRS):
        base = {"vocab.json": text(vocabulary), "merges.txt": "#version: 0.2\na b\nĠ a\nĠ b\n# #\n", "config.json": '{"model_type": "gpt2"}'}
        return folder(name, kind, "vocab.json", {**base, **files}, configuration)

    mask = flags("<mask>", lstrip=True)
    yield pairs("plain")
    yield pairs("a repeated key", files={"vocab.json": text(PAIRS)[:-1] + ', "ab": 500}'})
    yield pairs("an id twice", files={"vocab.json": text({**PAIRS, "漢": 5})})
    yield pairs("bytes that are missing", files={"vocab.json": text({piece: index for piece, index in PAIRS.items() if piece not in ("é", "Ã")})})
    yield pairs("no end", files={"vocab.json": text({piece: index for piece, index in PAIRS.items() if piece != "<|endoftext|>"})})
    yield pairs("padding", {"pad_token": "<pad>"})
    yield pairs("padding by the map", files={"special_tokens_map.json": text({"pad_token": "<pad>"})})
    yield pairs("a mask that takes the space before", files={"special_tokens_map.json": text({"mask_token": mask})})
    yield pairs("a mask that takes the space behind", {"mask_token": {"__type": "AddedToken", **flags("<mask>", rstrip=True)}})
    yield pairs("a mark that takes both", {"additional_special_tokens": [{"__type": "AddedToken", **flags("<x>", lstrip=True, rstrip=True)}]})
    yield pairs("marks by name", {"extra_special_tokens": {"image_token": "<x>", "other_token": "[MASK]"}})
    yield pairs("a token of the model's", {"image_token": "<x>"})
    yield pairs("another id", {"added_tokens_decoder": {"900": flags("<x>", rstrip=True, single_word=True, special=False)}})
    yield pairs("a piece that is added", {"added_tokens_decoder": {"256": flags("ab", special=True)}})
    yield pairs("the map beside a list", {"added_tokens_decoder": {"261": flags("<x>", special=True)}}, {"special_tokens_map.json": text({"pad_token": "<pad>"})})
    yield pairs("added twice", files={"added_tokens.json": '{"<x>": 261, "<x>": 262, "[MASK]": 263}'})
    yield pairs("added without an id", files={"added_tokens.json": '{"<x>": 261, "[MASK]": NaN}'})
    yield pairs("added in two forms", files={"added_tokens.json": text({"é": 261, "e\u0301": 262})})
    yield pairs("a space in front", {"add_prefix_space": True})
    yield pairs("a frame", {"add_bos_token": True, "add_eos_token": True})
    yield pairs("plain", kind="Qwen2Tokenizer")
    yield pairs("plain", kind="GPTNeoXTokenizer")
    yield pairs("plain", kind="RobertaTokenizer", vocabulary=ROBERTA)
    yield pairs("a mask", files={"special_tokens_map.json": text({"mask_token": mask})}, kind="RobertaTokenizer", vocabulary=ROBERTA)

    def pieces(name, configuration={}, files={}, vocabulary=PIECES):
        return folder(name, "BertTokenizer", "vocab.txt", {"vocab.txt": vocabulary, "config.json": '{"model_type": "bert"}', **files}, configuration)

    yield pieces("plain")
    yield pieces("cased", {"do_lower_case": False}, vocabulary=PIECES + "é\ne\u0301\n\u212b\nÅ\n")
    yield pieces("a piece twice", vocabulary=PIECES + "a\nzz\n")
    yield pieces("empty lines", vocabulary=PIECES.replace("b\n##b", "b\n\n\n##b"))
    yield pieces("carriage returns", vocabulary=PIECES.replace("\n", "\r\n"))
    for name in ("CLS", "SEP", "PAD", "MASK"):
        yield pieces(f"no {name}", vocabulary=PIECES.replace(f"[{name}]", "[unused]"))
    yield pieces("another unknown", {"unk_token": "a"})
    named = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "mask_token": "<mask>", "unk_token": "<unk>"}
    yield pieces("other names", named, vocabulary="<pad>\n<unk>\n<s>\n</s>\n<mask>\na\nb\n")
    yield pieces("a mask that takes the space before", files={"special_tokens_map.json": text({"mask_token": flags("[MASK]", lstrip=True)})})
    yield pieces("another name of a mark", {"added_tokens_decoder": {"4": flags("[BLANK]", special=True)}})
    yield pieces("a fraction for an id", files={"added_tokens.json": '{"<x>": 12.0}'})
    yield pieces("no number for an id", files={"added_tokens.json": '{"<x>": NaN}'})
    yield pieces("a negative id", files={"added_tokens.json": '{"<x>": -1}'})
    yield pieces("no text", files={"added_tokens.json": '{"": 12}'})

    import sentencepiece.sentencepiece_model_pb2 as pb

    whole = pb.ModelProto()
    spellings = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("▁", -3), ("a", -4), ("b", -5), ("ab", -6), ("▁a", -7), ("h", -8), ("é", -9), ("-", -11), ("▁b", -12)]
    for piece in spellings + [(f"<0x{value:02X}>", 0, 6) for value in range(256)]:
        entry = whole.pieces.add()
        entry.piece, entry.score = piece[:2]
        entry.type = piece[2] if len(piece) > 2 else 1
    whole.trainer_spec.model_type = 2
    whole.trainer_spec.byte_fallback = True
    whole.normalizer_spec.remove_extra_whitespaces = False
    size, data = len(whole.pieces), binary(whole.SerializePartialToString())

    def llama(name, configuration={}, files={}):
        base = {"tokenizer.model": data, "config.json": '{"model_type": "llama"}'}
        return folder(name, "LlamaTokenizer", "tokenizer.model", {**base, **files}, {"add_bos_token": False, **configuration})

    for legacy in (True, False):
        for given in ({}, {"lstrip": True}, {"rstrip": True}, {"lstrip": True, "rstrip": True}, {"single_word": True}):
            for special in (True, False):
                yield llama(f"{given}, special {special}, legacy {legacy}", {"legacy": legacy, "added_tokens_decoder": {str(size): flags("<x>", special=special, **given)}})
        for given in ({"lstrip": True}, {"rstrip": True}):
            yield llama(f"<s> with {given}, legacy {legacy}", {"legacy": legacy, "added_tokens_decoder": {"1": flags("<s>", special=True, **given)}})
            roles = {"bos_token": flags("<s>", **given), "mask_token": flags("<mask>", **given)}
            yield llama(f"roles with {given}, legacy {legacy}", {"legacy": legacy}, {"special_tokens_map.json": text(roles)})
    yield llama("padding", {"pad_token": "<pad>"})
    yield llama("a beginning that the model lacks", {"bos_token": "<|begin|>", "add_bos_token": True})
    yield llama("no space in front", {"add_prefix_space": False})
    yield llama("a piece that takes space", {"added_tokens_decoder": {"6": flags("ab", rstrip=True, special=False)}})
