"""Directories with a vocabulary alone, for make_odd_file_goldens.py: what transformers' classes put around it, and tokens that files next to it list."""

from odd_files import ALPHABET, PIECES, binary, flags, text

TEXTS = [
    "a b ab", "héllo <x> a", "", "ab  ab\n123 #a-b", "a <pad>b <mask> <s>a</s>[MASK] [PAD]<|endoftext|> <mask>", "é A a_b It's I'd", " ab AB 12ab漢", "[CLS]a [SEP]<|startoftext|>a ab",
    "Å A\u030a ｆ ﬁ İ", "a<unk>b [UNK] <UNK>b",
]
PART_TEXTS = [
    "a b ab", "<x>a", "<x> a", "<x>", "a<x>b", "a <x> b", "<x><x>a", "<s><x>a <x>", "<x>\na", "b<y>a<x>", "<y> a", "<unk>a", "a<unk> b", "xab<x>", "ab", "a<ud>b", "<s>a</s>b", "a</s> b",
]
SENTINEL_TEXTS = [
    "a b ab", "<extra_id_0>a", "a<extra_id_0>b<extra_id_1> b <extra_id_99>", "<extra_id_99>", "<extra_id_100>", "<pad>a </s>b<unk> a", " a  b ", "<x>a<x> b",
]
SENTENCE = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
MERGES = "#version: 0.2\na b\nĠ a\nĠ b\n# #\nĠa b\n"


def pairs(*marks):
    return text({piece: index for index, piece in enumerate([*marks, *ALPHABET, "ab", "Ġa", "Ġb", "##", "Ġab"])})


def pieces(*marks):
    return "\n".join([*marks, "a", "b", "##b", "ab", "h", "e", "A"]) + "\n"


def vocabularies():
    def folder(kind, model, name, main, files, configuration):
        own = {"tokenizer_class": kind} if kind else {}
        everything = {**files, "tokenizer_config.json": text({**own, **configuration}), "config.json": text({"model_type": model})}
        return (f"{kind} of {model}: {name}", everything, main, TEXTS, None)

    def of_pairs(kind, model, name="plain", vocabulary=pairs(*SENTENCE, "<|endoftext|>"), merges=MERGES, **configuration):
        return folder(kind, model, name, "vocab.json", {"vocab.json": vocabulary, "merges.txt": merges}, configuration)

    def of_pieces(kind, model, name="plain", vocabulary=PIECES, **configuration):
        return folder(kind, model, name, "vocab.txt", {"vocab.txt": vocabulary}, configuration)

    frame = {"add_bos_token": True, "add_eos_token": True}
    for kind, model in [("CodeGenTokenizer", "codegen"), ("CodeGenTokenizer", "phi"), ("BlenderbotTokenizer", "blenderbot"), ("GPTNeoXTokenizer", "gpt_neox"), ("GPT2Tokenizer", "opt")]:
        yield of_pairs(kind, model)
        yield of_pairs(kind, model, "a frame", **frame)
    for kind, model in [("BartTokenizerFast", "bart"), ("LongformerTokenizer", "longformer"), ("LEDTokenizer", "led"), ("MvpTokenizer", "mvp"), ("LayoutLMv3Tokenizer", "layoutlmv3")]:
        yield of_pairs(kind, model)
    for kind, model in [("BlenderbotTokenizer", "blenderbot"), ("BartTokenizer", "bart"), ("GPTNeoXTokenizer", "gpt_neox"), ("Qwen2Tokenizer", "qwen3"), ("LayoutLMv3Tokenizer", "layoutlmv3")]:
        yield of_pairs(kind, model, "marks that the vocabulary lacks", vocabulary=pairs("</s>"))
    yield of_pairs("BlenderbotTokenizer", "blenderbot", "another mask", mask_token=flags("<mask>", special=True, __type="AddedToken"))
    yield of_pairs("LayoutLMv3Tokenizer", "layoutlmv3", "no space in front", add_prefix_space=False)
    for model in ("roberta", "bart", "opt", "phi", "codegen", "gpt_neox", "blenderbot", "qwen2", "gptj", "longformer"):
        yield of_pairs(None, model)
    brackets = pairs("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]")
    yield of_pairs("DebertaTokenizer", "deberta", vocabulary=brackets)
    yield of_pairs("DebertaTokenizer", "deberta", "a space in front", vocabulary=brackets, add_prefix_space=True)
    command = pairs("<PAD>", "<UNK>", "<CLS>", "<SEP>", "<MASK_TOKEN>", "<BOS_TOKEN>", "<EOS_TOKEN>", "<|END_OF_TURN_TOKEN|>")
    yield of_pairs("CohereTokenizer", "cohere", vocabulary=command)
    yield of_pairs("CohereTokenizer", "cohere", "a beginning", vocabulary=command, add_bos_token=True)
    speech = pairs("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|translate|>", "<|notimestamps|>")
    yield of_pairs("WhisperTokenizer", "whisper", vocabulary=speech)
    yield of_pairs("WhisperTokenizer", "whisper", "a language and a task", vocabulary=speech, language="en", task="translate", predict_timestamps=True)
    ends = [letter + "</w>" for letter in ALPHABET]
    words = text({piece: index for index, piece in enumerate([*SENTENCE, "<|startoftext|>", "<|endoftext|>", *ALPHABET, *ends, "ab</w>", "ab", "ba</w>"])})
    for kind, model in [("CLIPTokenizer", "clip"), (None, "clip"), ("HerbertTokenizer", "herbert"), ("OpenAIGPTTokenizer", "openai-gpt")]:
        yield of_pairs(kind, model, vocabulary=words, merges="#version: 0.2\na b</w>\na b\nb a</w>\n")
    yield of_pairs("CLIPTokenizer", "clip", "other marks", vocabulary=words, merges="#version: 0.2\na b</w>\na b\n", pad_token="<pad>", unk_token="<unk>")

    for kind, model in [
        ("DistilBertTokenizer", "distilbert"), ("ElectraTokenizerFast", "electra"), ("MobileBertTokenizer", "mobilebert"), ("LayoutLMTokenizer", "layoutlm"),
        ("LayoutLMv2Tokenizer", "layoutlmv2"), ("SqueezeBertTokenizer", "squeezebert"), ("LxmertTokenizer", "lxmert"), ("ConvBertTokenizer", "convbert"),
        ("DPRQuestionEncoderTokenizer", "dpr"),
    ]:
        yield of_pieces(kind, model, "cased", do_lower_case=False)
    yield of_pieces(None, "electra", model_max_length=512)
    for vocabulary, marks in [(pieces("<s>", "<pad>", "</s>", "[UNK]", "<mask>"), "its marks"), (PIECES, "marks that the vocabulary lacks")]:
        yield of_pieces("MPNetTokenizer", "mpnet", marks, vocabulary)
    yield of_pieces("MPNetTokenizer", "mpnet", "cased", pieces("<s>", "<pad>", "</s>", "[UNK]", "<mask>"), do_lower_case=False)
    funnel = pieces("<pad>", "<unk>", "<cls>", "<sep>", "<mask>", "<s>", "</s>")
    yield of_pieces("FunnelTokenizer", "funnel", vocabulary=funnel)
    yield of_pieces("FunnelTokenizer", "funnel", "as it stands", funnel, clean_text=False, strip_accents=False)
    for vocabulary, marks in [(pieces("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[QUESTION]", "."), "its marks"), (PIECES, "marks that the vocabulary lacks")]:
        yield of_pieces("SplinterTokenizer", "splinter", marks, vocabulary)


def sentencepiece():
    import sentencepiece.sentencepiece_model_pb2 as pb

    def model(kind, first, *last):
        whole = pb.ModelProto()
        middle = ["▁", "a", "b", "ab", "▁a", "h", "é", "-", "▁b"]
        for piece in first + [(piece, -3 - rank) for rank, piece in enumerate(middle)] + list(last):
            entry = whole.pieces.add()
            entry.piece, entry.score = piece[:2]
            entry.type = piece[2] if len(piece) > 2 else 1
        whole.trainer_spec.model_type = kind
        whole.normalizer_spec.remove_extra_whitespaces = kind == 1
        return whole

    def folder(kind, model_type, name, files, texts, configuration):
        own = {"tokenizer_class": kind} if kind else {}
        everything = {**files, "tokenizer_config.json": text({**own, **configuration}), "config.json": text({"model_type": model_type})}
        return (f"{kind} of {model_type}: {name}", everything, next(file for file in files if file.endswith(".model")), texts, None)

    # Pairs by their scores, with and without "legacy", which says where a space is put.
    marks = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)]
    whole = model(2, marks, *[(f"<0x{value:02X}>", 0, 6) for value in range(256)])
    whole.trainer_spec.byte_fallback = True
    size, data = len(whole.pieces), binary(whole.SerializePartialToString())
    listed = [("unk", 0, "<unk>"), ("s", 1, "<s>"), ("/s", 2, "</s>")]
    known = {str(index): flags(mark, special=True) for _, index, mark in listed}
    words = text({"<x>": size, "<y>": size + 1})
    for kind, model_type in [("LlamaTokenizer", "llama"), ("LlamaTokenizerFast", "mistral"), (None, "llama"), ("GemmaTokenizer", "gemma"), ("CodeLlamaTokenizer", "code_llama")]:
        for legacy in ({}, {"legacy": True}, {"legacy": False}):
            base = {"add_bos_token": False, **legacy}
            decoder = {**known, str(size): flags("<x>", special=False), str(size + 1): flags("<y>", special=True), "6": flags("ab", special=False)}
            yield folder(kind, model_type, f"words, {legacy}", {"tokenizer.model": data}, PART_TEXTS, {**base, "added_tokens_decoder": decoder})
        # Of the unknown token, which these files do not list, transformers' class knows.
        texts = [each for each in PART_TEXTS if "<unk>" not in each]
        yield folder(kind, model_type, "added_tokens.json", {"tokenizer.model": data, "added_tokens.json": words}, texts, {"add_bos_token": False})
        for name, given in [("no beginning said", {}), ("an end", {"add_eos_token": True}), ("a beginning", {"add_bos_token": True}), ("no mark for it", {"add_bos_token": True, "bos_token": None})]:
            # Gemma's class has marks of its own, which this model lacks.
            if name == "no beginning said" or kind not in ("CodeLlamaTokenizer", "GemmaTokenizer"):
                yield folder(kind, model_type, name, {"tokenizer.model": data}, ["a", "ab b", ""], given)

    # T5's marks for filling in, which no file needs to list.
    whole = model(1, [("<pad>", 0, 3), ("</s>", 0, 3), ("<unk>", 0, 2)])
    whole.trainer_spec.unk_id, whole.trainer_spec.eos_id, whole.trainer_spec.bos_id, whole.trainer_spec.pad_id = 2, 1, -1, 0
    size, data = len(whole.pieces), binary(whole.SerializePartialToString())
    decoder = {"0": flags("<pad>", special=True), "1": flags("</s>", special=True), "2": flags("<unk>", special=True)}
    for name, given in [
        ("marks that no file lists", {}), ("five of them", {"extra_ids": 5}), ("none", {"extra_ids": 0}), ("all listed", {"additional_special_tokens": [f"<extra_id_{i}>" for i in range(100)]}),
        ("a word", {"added_tokens_decoder": {**decoder, str(size + 100): flags("<x>", special=False)}}), ("another end", {"eos_token": "<pad>"}),
        ("marks that take space", {"added_tokens_decoder": {**decoder, **{str(size + 99 - i): flags(f"<extra_id_{i}>", special=True, lstrip=True, rstrip=True) for i in range(100)}}}),
    ]:
        yield folder("T5Tokenizer", "t5", name, {"spiece.model": data}, SENTINEL_TEXTS, given)
    for model_type in ("t5", "mt5"):
        yield folder(None, model_type, "marks that no file lists", {"spiece.model": data}, SENTINEL_TEXTS, {})
