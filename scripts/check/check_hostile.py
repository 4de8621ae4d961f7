#!/usr/bin/env python3
"""Gives Orrery damaged model files, and measures what that takes: every field of the headers of both formats set to what it must not be.

    scripts/check/check_hostile.py [--orrery .build/release/orrery] [--limit 100] [--every 1]

A small model is made in both formats (`orrery train --preset demo`, `orrery convert`). Each damaged file goes through `orrery inspect` and `orrery logits`
in a process of its own. Wanted: exit status 0, 1 or 2, at most one line on standard error, never a signal, and a largest resident size of at most --limit MiB more than
the undamaged file takes. Exit status 1 if something else is seen.
"""
import argparse
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

EXTREMES = [0, 1, 2, 3, 7, 31, 255, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40, 1 << 61, (1 << 62) + 3, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, (1 << 64) - 32]
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # of GGUF's types of values


def gguf_fields(data):
    """(name, offset, size) of every number in the header of a GGUF file."""
    fields, at = [("magic", 0, 4), ("version", 4, 4), ("tensors", 8, 8), ("pairs", 16, 8)], 24
    tensors, pairs = struct.unpack_from("<QQ", data, 8)

    def string(name):
        nonlocal at
        fields.append((name + " length", at, 8))
        length = struct.unpack_from("<Q", data, at)[0]
        fields.append((name + " text", at + 8, min(8, length)))
        at += 8 + length

    def value(name, kind):
        nonlocal at
        if kind == 8:
            string(name)
        elif kind == 9:
            fields.extend([(name + " element type", at, 4), (name + " count", at + 4, 8)])
            element, count = struct.unpack_from("<IQ", data, at)
            at += 12
            if element == 8:
                for i in range(count):
                    if i < 3:
                        string(f"{name}[{i}]")
                    else:
                        at += 8 + struct.unpack_from("<Q", data, at)[0]
            else:
                fields.append((name + "[0]", at, SIZES[element]))
                at += count * SIZES[element]
        else:
            fields.append((name, at, SIZES[kind]))
            at += SIZES[kind]

    for i in range(pairs):
        string(f"key {i}")
        fields.append((f"type of pair {i}", at, 4))
        kind = struct.unpack_from("<I", data, at)[0]
        at += 4
        value(f"value {i}", kind)
    for i in range(tensors):
        string(f"tensor {i}")
        rank = struct.unpack_from("<I", data, at)[0]
        fields.append((f"rank of tensor {i}", at, 4))
        at += 4
        for d in range(rank):
            fields.append((f"dimension {d} of tensor {i}", at, 8))
            at += 8
        fields.extend([(f"type of tensor {i}", at, 4), (f"offset of tensor {i}", at + 4, 8)])
        at += 12
    return fields, at


def damaged_gguf(data):
    fields, end = gguf_fields(data)
    for name, at, size in fields:
        if size == 0:
            continue
        seen = set()
        for number in EXTREMES:
            bytes_ = (number & ((1 << 8 * size) - 1)).to_bytes(size, "little")
            if bytes_ not in seen and bytes_ != data[at : at + size]:
                seen.add(bytes_)
                yield f"{name} = {int.from_bytes(bytes_, 'little'):#x}", data[:at] + bytes_ + data[at + size :]
    for cut in sorted({0, 1, 3, 4, 8, 20, 24, 40, end // 2, end - 1, end, len(data) - 1}):
        yield f"cut to {cut} bytes", data[:cut]
    yield "tensors by the million", data[:8] + struct.pack("<QQ", 1_000_000, 0) + b"".join(struct.pack("<Q", 7) + b"%07d" % i + struct.pack("<IIQ", 0, 0, 0) for i in range(1_000_000))
    yield "pairs by the million", data[:8] + struct.pack("<QQ", 0, 1_000_000) + b"".join(struct.pack("<Q", 7) + b"%07d" % i + struct.pack("<IB", 0, 0) for i in range(1_000_000))
    yield "arrays in arrays", data[:8] + struct.pack("<QQ", 0, 1) + struct.pack("<Q", 1) + b"k" + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 200_000


def damaged_safetensors(data):
    length = struct.unpack_from("<Q", data)[0]
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]

    def file(text):
        text = text if isinstance(text, bytes) else text.encode()
        return struct.pack("<Q", len(text)) + text + body

    for number in EXTREMES + [length - 1, length + 1, len(data), len(data) - 8]:
        yield f"header length {number:#x}", struct.pack("<Q", number) + data[8:]
    names = [n for n in header if n != "__metadata__"]
    for name in names[:4] + names[-2:]:
        entry = header[name]
        for key, values in {
            "dtype": ["F8", "", None, 3, [], "I64", "BOOL", "F64"],
            "shape": [[-1], [1 << 32, 1 << 32], [(1 << 63) - 1, 2], [1 << 63], [1.5], ["1"], [], [0], {}, None, [1] * 100_000, [1 << 20] * 4],
            "data_offsets": [[0, 1 << 62], [1 << 62, 0], [-1, 4], [5, 3], [0], [0, 1, 2], {}, None, [1.5, 3], [0, len(body) + 1], [(1 << 64) - 1, 0], [0, len(body)]],
        }.items():
            for value in values:
                yield f"{name} {key} {str(value)[:40]}", file(json.dumps(header | {name: entry | {key: value}}))
            yield f"{name} without {key}", file(json.dumps(header | {name: {k: v for k, v in entry.items() if k != key}}))
        yield f"without {name}", file(json.dumps({k: v for k, v in header.items() if k != name}))
        for value in [None, 3, [], "x", {}]:
            yield f"{name} = {value}", file(json.dumps(header | {name: value}))
    text = json.dumps(header)
    yield "a tensor twice", file(text[:-1] + f", {json.dumps(names[0])}: {json.dumps(header[names[0]])}}}")
    yield "a key twice", file(text.replace('"dtype":', '"dtype": "F32", "dtype":', 1))
    for other in ["", "[]", "null", "{", "[" * 100_000, '{"a":' * 100_000, "{}" + " " * 1_000_000, '{"__metadata__": {"k": 3}}', '{"__metadata__": {"k": "' + "x" * 30_000_000 + '"}}']:
        yield f"header {other[:30]}", file(other)
    yield "header of bytes that are no UTF-8", file(b'{"\xff\xfe": 1}')
    many = {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(300_000)}
    yield "tensors by the hundred thousand", file(json.dumps(many))
    for cut in [0, 1, 7, 8, 9, 8 + length // 2, 8 + length, len(data) - 1]:
        yield f"cut to {cut} bytes", data[:cut]


# A small process that starts the others: what a process had before it became another program counts as its own.
STARTER = """
import json, os, resource, subprocess, sys
for line in sys.stdin:
    limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    process = subprocess.Popen(json.loads(line), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, preexec_fn=limit)
    errors = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps([process.returncode, errors, usage.ru_maxrss / 1024]), flush=True)
"""


class Measurer:
    def __init__(self):
        self.starter = subprocess.Popen([sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, command):
        """Status, standard error, largest resident size in MiB."""
        self.starter.stdin.write(json.dumps([str(part) for part in command]) + "\n")
        self.starter.stdin.flush()
        return json.loads(self.starter.stdout.readline())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--limit", type=float, default=100)
    arguments.add_argument("--every", type=int, default=1, help="try one in so many")
    given = arguments.parse_args()
    measure, scratch = Measurer(), pathlib.Path(tempfile.mkdtemp())
    model = scratch / "model"
    subprocess.run([given.orrery, "train", "--data", "demo", "--tokenizer", "char", "--architecture", "qwen3", "--layers", "2", "--width", "32", "--heads", "2", "--head-size", "16",
                    "--key-value-heads", "1", "--intermediate", "64", "--context", "64", "--steps", "2", "--batch", "2", "--out", model], check=True, capture_output=True)
    subprocess.run([given.orrery, "convert", model, scratch / "model.gguf", "--type", "f32"], check=True, capture_output=True)
    (scratch / "ids.json").write_text("[[1, 2, 3]]")
    failed, tried = 0, 0
    for kind, original, damaged in [("GGUF", scratch / "model.gguf", damaged_gguf), ("safetensors", model / "model.safetensors", damaged_safetensors)]:
        data = original.read_bytes()
        place = scratch / "damaged.gguf" if kind == "GGUF" else model / "model.safetensors"
        opened = place if kind == "GGUF" else model
        commands = [[given.orrery, "inspect", place], [given.orrery, "logits", opened, "--ids", scratch / "ids.json", "--out", scratch / "out.safetensors", "--overwrite"]]
        place.write_bytes(data)
        usual = [measure(command)[2] for command in commands]
        worst, count, refused = [(0.0, "")] * 2, 0, 0
        for number, (what, content) in enumerate(damaged(data)):
            if number % given.every:
                continue
            place.write_bytes(content)
            count += 1
            for i, command in enumerate(commands):
                status, errors, peak = measure(command)
                # Pages of the file that are looked at are no memory of ours.
                more = peak - usual[i] - max(0, len(content) - len(data)) / 2**20
                worst[i] = max(worst[i], (more, what))
                refused += status != 0
                lines = [line for line in errors.strip().split("\n") if line and "warning" not in line]
                if status not in (0, 1, 2) or len(lines) > 1 or status == 1 and not lines or more > given.limit:
                    failed += 1
                    print(f"{kind}, {what}: {command[1]} ends with {status}, {more:.0f} MiB more, {errors.strip()[:300]!r}", file=sys.stderr, flush=True)
        tried += count
        print(f"{kind}: {count} damaged files, {refused} of {2 * count} runs refused; at most {worst[0][0]:.0f} MiB more than the {usual[0]:.0f} of the whole file for inspect "
              f"({worst[0][1]}), {worst[1][0]:.0f} more than {usual[1]:.0f} for logits ({worst[1][1]})", flush=True)
    print(f"{tried} damaged files, {failed} faults")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
