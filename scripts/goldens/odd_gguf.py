"""Vocabularies in GGUF files of kinds that are rare, for make_odd_file_goldens.py, and llama.cpp's ids for texts, by way of its library."""

import ctypes
import pathlib
import tempfile

from odd_files import ALPHABET, binary

TEXTS = ["a b ab", "abba héllo", "", "\ufeffab  ab\n漢字 1", "x<dna>acgtACGTT</dna>ab<dna>ACGTAC", "A\tB\u2003aB\u0130 é", "<dna>nnnnnn</dna> <s>a"]
NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = 1, 2, 3, 4, 5, 6


def vocabulary(model, tokens, merges=None, **settings):
    """The bytes of a file with a llama's sizes and no weights; tokens are (text, score, type)."""
    import gguf

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "v.gguf"
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_context_length(64)
        writer.add_embedding_length(8)
        writer.add_block_count(1)
        writer.add_feed_forward_length(8)
        writer.add_head_count(1)
        writer.add_layer_norm_rms_eps(1e-5)
        writer.add_rope_dimension_count(8)
        writer.add_vocab_size(len(tokens))
        writer.add_tokenizer_model(model)
        if model not in ("none", "no_vocab"):
            writer.add_token_list([token[0] for token in tokens])
            writer.add_token_scores([token[1] for token in tokens])
            writer.add_token_types([token[2] for token in tokens])
        if merges is not None:
            writer.add_tokenizer_pre("gpt-2")
            writer.add_token_merges(merges)
        for key, value in settings.items():
            (writer.add_bool if isinstance(value, bool) else writer.add_uint32)(f"tokenizer.ggml.{key}", value)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        return path.read_bytes()


def cases():
    def case(name, data):
        return (f"llama.cpp: {name}", {"v.gguf": binary(data)}, "v.gguf", TEXTS, None)

    bytes_ = [(f"<0x{value:02X}>", 0.0, BYTE) for value in range(256)]
    words = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, CONTROL), ("<pad>", 0.0, CONTROL)]
    words += [(text, score, NORMAL) for text, score in [
        ("a", -3.0), ("b", -3.5), ("ab", -5.0), ("ba", -6.5), (" ", -2.0), ("abb", -9.4), ("bba", -9.0), ("é", -4.0), ("h", -5.0), ("llo", -7.0), ("  ", -2.5), ("漢字", -1.0),
        ("字 1", -900.0), ("x", -1500.0), ("\n", float("nan"))]]
    yield case("plamo2", vocabulary("plamo2", words + bytes_))
    yield case("plamo2 with equal sums", vocabulary("plamo2", words[:4] + [(text, -float(len(text)), NORMAL) for text in ("a", "b", "ab", "ba", "bb", "abb", "bba")] + bytes_))
    alphabet = [(letter, 0.0, NORMAL) for letter in ALPHABET]
    pairs = alphabet + [(text, 0.0, NORMAL) for text in ("ab", "Ġa", "ACGTAC")]
    letters = [("<dna>", 0.0, NORMAL), ("</dna>", 0.0, NORMAL), ("<oov>", 0.0, NORMAL)] + [(text + "\ue000", 0.0, NORMAL) for text in ("ACGTAC", "GTTAAA", "GTAAAA")]
    yield case("hybriddna", vocabulary("hybriddna", pairs + letters, ["a b", "Ġ a"]))
    yield case("hybriddna without its marks", vocabulary("hybriddna", pairs, ["a b", "Ġ a"]))
    for lowercase in (True, False):
        settings = {"normalizer.lowercase": lowercase}
        yield case(f"whitespace, lowercase {lowercase}", vocabulary("whitespace", pairs, ["a b", "Ġ a"], **settings))


class Parameters(ctypes.Structure):
    """llama_model_params, of llama.cpp as of August 2026."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("devices", "overrides")] + [
        ("layers", ctypes.c_int32), ("split", ctypes.c_int), ("load", ctypes.c_int), ("lazy", ctypes.c_int), ("main", ctypes.c_int32)]
    _fields_ += [(name, ctypes.c_void_p) for name in ("tensor_split", "progress", "data", "pairs")]
    _fields_ += [(name, ctypes.c_bool) for name in ("vocab_only", "check", "extra", "no_host", "no_alloc", "mtp")]


class Llama:
    """The vocabulary of a GGUF file in llama.cpp's libllama."""

    def __init__(self, library, path):
        self.library = library = ctypes.CDLL(str(library))
        for name, result in [("llama_model_default_params", Parameters), ("llama_model_load_from_file", ctypes.c_void_p), ("llama_model_get_vocab", ctypes.c_void_p)]:
            getattr(library, name).restype = result
        parameters = library.llama_model_default_params()
        parameters.vocab_only = True
        library.llama_backend_init()
        library.llama_model_load_from_file.argtypes = [ctypes.c_char_p, Parameters]
        model = library.llama_model_load_from_file(str(path).encode(), parameters)
        assert model, path
        library.llama_model_get_vocab.argtypes = [ctypes.c_void_p]
        self.vocabulary = library.llama_model_get_vocab(model)
        library.llama_tokenize.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, ctypes.c_bool, ctypes.c_bool]

    def encode(self, text):
        data = text.encode()
        ids = (ctypes.c_int32 * (len(data) + 16))()
        count = self.library.llama_tokenize(self.vocabulary, data, len(data), ids, len(ids), True, True)
        return list(ids[:count])
