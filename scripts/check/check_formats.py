"""Block formats beside their peers: decoding against gguf-py bit for bit, encoding against llama.cpp's own quantisers by squared error.

    python scripts/check/check_formats.py [--ggml libggml-base.so]

Needs numpy and gguf. The library is llama.cpp's; without it encoding is not compared. Exit status 1 if a number differs, or if an error is larger than llama.cpp's.
"""
import argparse, ctypes, os, pathlib, subprocess, tempfile
import numpy as np
import gguf
from gguf import GGMLQuantizationType as T

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"]
# where each format keeps its half-precision scales; MXFP4 its exponent
HALVES = {"Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2],
          "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0]}
EXTREME = np.array([0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x0400, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xfe00], dtype=np.uint16)


def run(jobs):
    """[(verb, format, array)] through our own code, all in one process: a test that this calls."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "jobs").write_text("".join(f"{verb} {name}\n" for verb, name, _ in jobs))
        for i, (_, _, data) in enumerate(jobs):
            (folder / f"{i}.in").write_bytes(data.tobytes())
        command = "swift test -c release --disable-testable-imports --filter FormatComparison".split()
        done = subprocess.run(command, cwd=ROOT, env=os.environ | {"ORRERY_FORMATS": str(folder)}, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
        return [np.frombuffer((folder / f"{i}.out").read_bytes(), dtype=np.float32 if verb == "decode" else np.uint8) for i, (verb, _, _) in enumerate(jobs)]


def bits(x):
    b = x.view(np.uint32).copy()
    b[np.isnan(x)] = 0x7FC00000  # which NaN is the processor's choice
    return b


def blocks(name, rng):
    width, size = gguf.GGML_QUANT_SIZES[T[name]]
    raw = rng.integers(0, 256, (1024 * 16 if width == 1 else 2048, size), dtype=np.uint8)
    for at in HALVES.get(name, []):
        raw[: len(raw) // 2, at : at + 2] = rng.normal(0, 0.1, (len(raw) // 2, 1)).astype(np.float16).view(np.uint8)
        raw[-512:, at : at + 2] = rng.choice(EXTREME, (512, 1)).view(np.uint8)
    if name == "MXFP4":
        raw[:1024, 0] = np.arange(1024) % 256
    return raw


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ggml")
    a = p.parse_args()
    rng, bad = np.random.default_rng(1), 0
    np.seterr(all="ignore")
    every = [(name, blocks(name, rng)) for name in NAMES]
    for (name, raw), got in zip(every, run([("decode", name, raw) for name, raw in every])):
        want = gguf.dequantize(raw.reshape(1, -1), T[name]).ravel().astype(np.float32)
        wrong = int(np.sum(bits(got) != bits(want)))
        bad += wrong
        print(f"decode {name:7} {len(want)} numbers, {wrong} differ")
    if a.ggml:
        ggml = ctypes.CDLL(a.ggml)
        ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
        ggml.ggml_quantize_chunk.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]
        kinds = {
            "normal": rng.normal(0, 0.02, (64, 4096)),
            "heavy tails": rng.standard_t(4, (64, 4096)) * 0.02,
            "uniform": rng.uniform(-1, 1, (64, 4096)),
            "rows of their own size": rng.normal(0, 0.02, (64, 4096)) * np.exp(rng.normal(0, 1.5, (64, 1))),
            "off centre": rng.normal(0.03, 0.02, (64, 4096)),
        }
        kinds = {kind: np.ascontiguousarray(x, dtype=np.float32) for kind, x in kinds.items()}
        encoded = iter(run([("encode", name, x) for name in NAMES[1:] for x in kinds.values()]))
        for name in NAMES[1:]:
            for kind, x in kinds.items():
                width, size = gguf.GGML_QUANT_SIZES[T[name]]
                theirs = np.zeros(x.size // width * size, dtype=np.uint8)
                ggml.ggml_quantize_chunk(int(T[name]), x.ctypes.data, theirs.ctypes.data, 0, x.shape[0], x.shape[1], None)
                ours = next(encoded)
                def rmse(q):
                    return float(np.sqrt(np.mean((gguf.dequantize(q.reshape(1, -1), T[name]).ravel().astype(np.float64) - x.ravel()) ** 2)))
                o, t = rmse(ours), rmse(theirs)
                worse = o > t * 1.0001
                bad += worse
                print(f"encode {name:7} {kind:24} rmse {o:.6g}, llama.cpp {t:.6g}, ratio {o / t:.4f}{'  WORSE' if worse else ''}")
    raise SystemExit(1 if bad else 0)


main()
