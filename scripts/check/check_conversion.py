#!/usr/bin/env python3
"""Whole models, converted from GGUF to a directory and back, continue a prompt with the same greedy text everywhere.

    scripts/check/check_conversion.py MODEL.gguf ... --llama-server PROGRAM [--orrery .build/release/orrery] [--prompt TEXT] [--tokens 40]

The directory (bfloat16) is read by Orrery and by transformers, the file made of it (half precision) by Orrery and by llama.cpp; all are held to Orrery's text from
the original. It needs torch, transformers and 4 bytes of disk for each weight. Exit status 1 where a text differs.
"""
import argparse
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def of_orrery(given, model):
    command = [given.orrery, "generate", str(model), "--prompt", given.prompt, "--greedy", "--dtype", "float32", "--max-tokens", str(given.tokens), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["text"]


def of_transformers(given, directory):
    tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, local_files_only=True).eval()
    ids = tokenizer(given.prompt, return_tensors="pt").input_ids
    answer = model.generate(ids, do_sample=False, max_new_tokens=given.tokens)[0, ids.shape[1]:]
    return tokenizer.decode(answer, skip_special_tokens=True)


def of_llama(given, file):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = subprocess.Popen([given.llama_server, "-m", str(file), "--port", str(port), "-c", "512"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        body = json.dumps({"prompt": given.prompt, "n_predict": given.tokens, "temperature": 0}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/completion", body, {"Content-Type": "application/json"})
        return json.loads(urllib.request.urlopen(request).read())["content"]
    finally:
        server.kill()
        server.wait()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("models", nargs="+", type=pathlib.Path)
    arguments.add_argument("--llama-server", required=True)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--prompt", default="The capital of Italy is")
    arguments.add_argument("--tokens", type=int, default=40)
    given = arguments.parse_args()
    failed = False
    for file in given.models:
        with tempfile.TemporaryDirectory() as scratch:
            directory, back = pathlib.Path(scratch) / "directory", pathlib.Path(scratch) / "back.gguf"
            subprocess.run([given.orrery, "convert", str(file), str(directory), "--type", "bf16"], check=True, capture_output=True)
            subprocess.run([given.orrery, "convert", str(directory), str(back), "--type", "f16"], check=True, capture_output=True)
            want = of_orrery(given, file)
            found = {"the directory": of_orrery(given, directory), "transformers": of_transformers(given, directory), "the file": of_orrery(given, back),
                     "llama.cpp": of_llama(given, back)}
        different = [name for name, text in found.items() if text != want]
        failed |= bool(different)
        print(f"{file.name}: {'the same text everywhere' if not different else 'another text in ' + ', '.join(different)}: {want!r}")
    return failed


sys.exit(main())
