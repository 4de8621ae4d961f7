#!/usr/bin/env python3
"""Compares ids from the vocabularies of GGUF files (kinds llama, t5, bert and gemma4) with llama.cpp's.

    pip download llama-cpp-python --no-binary :all: --no-deps    # holds llama.cpp's sources and its vocabulary files
    python scripts/compare/compare_gguf.py --llama-cpp llama_cpp_python-*/vendor/llama.cpp --models DIR --megabytes 5

Takes the vocabularies in llama.cpp's `models/`, and those of the SentencePiece models in DIR (`compare_sentencepiece.py --keep DIR`) converted
with several settings. Both with special tokens as text and with special tokens found and added. Exit status 1 if anything differs.
Needs g++, and from PyPI gguf, numpy, protobuf and sentencepiece.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import gguf
import numpy
from sentencepiece import sentencepiece_model_pb2

import mixed_text

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = """ggml/src/ggml.c ggml/src/ggml-quants.c ggml/src/ggml-alloc.c ggml/src/gguf.cpp ggml/src/ggml.cpp ggml/src/ggml-threading.cpp
    ggml/src/ggml-backend.cpp src/llama-impl.cpp src/llama-arch.cpp src/llama-hparams.cpp src/llama-mmap.cpp src/llama-model-loader.cpp src/unicode.cpp
    src/unicode-data.cpp src/llama-vocab.cpp""".split()


def build(llama, folder):
    """Compiles what a vocabulary needs of llama.cpp, once."""
    tool = folder / "llama_ids"
    if tool.exists():
        return tool
    flags = ["-O2", "-DNDEBUG", "-D_GNU_SOURCE", '-DGGML_VERSION="0"', '-DGGML_COMMIT="0"', f"-I{folder}"]
    flags += [f"-I{llama}/{part}" for part in ("include", "ggml/include", "ggml/src", "src", "vendor")]
    (folder / "ggml-version.h").write_text("#pragma once\n")
    objects = []
    for source in [*(llama / source for source in SOURCES), ROOT / "scripts/compare/llama_ids.cpp"]:
        objects.append(folder / f"{source.name}.o")
        compiler = ["gcc", "-std=c11"] if source.suffix == ".c" else ["g++", "-std=c++17"]
        if not objects[-1].exists():
            subprocess.run([*compiler, *flags, "-c", source, "-o", objects[-1]], check=True)
    subprocess.run(["g++", *objects, "-o", tool, "-lpthread"], check=True)
    return tool


def convert(model, path, **settings):
    """Writes the vocabulary of a SentencePiece model as llama.cpp's converter does."""
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.read_bytes())
    is_unigram = proto.trainer_spec.model_type == 1
    writer = gguf.GGUFWriter(path, "t5" if is_unigram else "llama")
    writer.add_tokenizer_model("t5" if is_unigram else "llama")
    writer.add_token_list([piece.piece.encode() for piece in proto.pieces])
    writer.add_token_scores([piece.score for piece in proto.pieces])
    writer.add_token_types([piece.type for piece in proto.pieces])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(settings.get("prefix", proto.normalizer_spec.add_dummy_prefix))
    writer.add_remove_extra_whitespaces(settings.get("merge", proto.normalizer_spec.remove_extra_whitespaces))
    if is_unigram and proto.normalizer_spec.precompiled_charsmap:
        writer.add_precompiled_charsmap(proto.normalizer_spec.precompiled_charsmap)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def slices(path):
    ids, start = numpy.fromfile(path, numpy.int32), 0
    for end in numpy.fromfile(f"{path}.ends", numpy.int64):
        yield ids[start:end]
        start = end


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llama-cpp", required=True, type=pathlib.Path)
    parser.add_argument("--models", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=5)
    parser.add_argument("--build", type=pathlib.Path, help="where the compiled parts of llama.cpp are kept")
    parser.add_argument("--prose", nargs="*", default=[])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if arguments.build:
            arguments.build.mkdir(exist_ok=True)
        tool = build(arguments.llama_cpp, arguments.build or folder)
        for path in sorted((arguments.llama_cpp / "models").glob("ggml-vocab-*.gguf")):
            if gguf.GGUFReader(path).fields["tokenizer.ggml.model"].contents() in ("llama", "t5", "bert", "gemma4"):
                shutil.copy(path, folder)
        for model in sorted(arguments.models.glob("*.model") if arguments.models else []):
            # llama.cpp stops at a character that no token spells, so BPE needs its bytes.
            if model.name.startswith(("unigram", "bpe-identity-bytes", "bpe-plain", "bpe-across")) and "denormalizer" not in model.name:
                convert(model, folder / f"{model.stem}.gguf")
                if model.stem in ("unigram-nmt_nfkc", "unigram-nfkc_cf-symbols"):
                    for prefix, merge in [(False, True), (True, False), (False, False)]:
                        convert(model, folder / f"{model.stem}-{prefix}-{merge}.gguf", prefix=prefix, merge=merge)
        documents = list(mixed_text.documents(int(arguments.megabytes * 1e6), seed=2, prose=arguments.prose))
        documents += list(mixed_text.long_documents(100_000))
        # llama.cpp stops where bytes spell a code point beyond U+10FFFF.
        documents = [document for document in documents if b"\xf4\x90" not in document]
        (folder / "texts.bin").write_bytes(b"".join(documents))
        numpy.cumsum([len(document) for document in documents]).astype(numpy.int64).tofile(folder / "texts.ends")
        command = "swift test -c release --disable-testable-imports --filter GGUFComparison".split()
        run = subprocess.run(command, cwd=ROOT, env=os.environ | {"ORRERY_GGUF": str(folder)}, capture_output=True, text=True)
        print("\n".join(line for line in run.stdout.splitlines() if "MB/s" in line or "recorded an issue" in line))
        if run.returncode:
            sys.exit(run.stdout[-3000:] + run.stderr[-3000:])
        wrong = 0
        for path in sorted(folder.glob("*.gguf")):
            for special, suffix in [("0", ".text"), ("1", ".special")]:
                out = folder / "theirs"
                speed = subprocess.run([tool, path, folder / "texts.bin", folder / "texts.ends", out, special, special], check=True, capture_output=True, text=True).stdout.strip()
                different = 0
                for number, (ours, theirs) in enumerate(zip(slices(f"{path}{suffix}"), slices(out), strict=True)):
                    if not numpy.array_equal(ours, theirs):
                        different += 1
                        if different <= 3:
                            print(f"  document {number}: {documents[number][:60]!r}")
                print(f"{path.name}{suffix}: {len(documents)} documents, {different} different ({speed})", flush=True)
                wrong += different
    print("all the same" if not wrong else f"{wrong} differences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
