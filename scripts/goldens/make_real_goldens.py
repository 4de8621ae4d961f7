#!/usr/bin/env python3
"""What transformers and llama.cpp make of two files of real weights, as small goldens: Tests/OrreryGenerationTests/Goldens/*.json.

    scripts/goldens/make_real_goldens.py DIRECTORY --llama-tokenize PROGRAM

DIRECTORY holds smollm2-135m-instruct-q4_1.gguf and gemma-3-270m-q4_k_m.gguf. Token ids are llama.cpp's; log-probabilities, the loss, the greedy continuation and the
answer in a chat are those of transformers with the weights as float32 (it needs the package accelerate).
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

FILES = {"smollm2-135m-instruct-q4_1.gguf": "What is the capital of France?", "gemma-3-270m-q4_k_m.gguf": None}
GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "Tests/OrreryGenerationTests/Goldens"
TEXT = """An orrery is a model of the planets that turns by a crank. The first one of that name was made in 1713 for Charles Boyle, the fourth Earl of Orrery.
Jupiter's four large moons, Io, Europa, Ganymede and Callisto, were seen by Galileo in January 1610; a year on Jupiter is 11.86 of ours.

def gcd(a, b):
    while b:
        a, b = b, a % b
    return a

Ein Planetarium zeigt den Himmel über Zürich, auch wenn es draußen regnet. L'étoile polaire indique le nord.  太陽系には八つの惑星があります。
Планеты движутся вокруг Солнца. 🪐 means Saturn; 3.14159 is π, and 2**10 == 1024.\n"""
PIECES = [TEXT, "", " ", "  two  spaces\n\n\nthree lines\ttab", "don't won't I'LL", "1234567890 12,345.67", "naïve café e\u0301", "👩‍👩‍👧 🇨🇭", "x\u200by \ufeffz", "<|im_start|>user<bos>"]
PROMPT = "The capital of Italy is"
CANDIDATES = 5


def tokenized(program, file, text):
    with tempfile.NamedTemporaryFile("w", suffix=".txt", newline="") as f:
        f.write(text)
        f.flush()
        done = subprocess.run([program, "-m", str(file), "-f", f.name, "--ids", "--log-disable"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def golden(file, question, program):
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32, attn_implementation="eager", local_files_only=True).eval()
    texts = [{"text": text, "ids": tokenized(program, file, text)} for text in PIECES]
    ids = texts[0]["ids"]
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        prompt = torch.tensor([tokenized(program, file, PROMPT)])
        greedy = model.generate(prompt, do_sample=False, max_new_tokens=32)[0, prompt.shape[1]:].tolist()
    top = logits.topk(CANDIDATES)
    scored = logits[:-1].gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    result = {
        "file": file.name,
        "texts": texts,
        "loss": -scored.mean().item(),
        "candidates": [{"ids": i.tolist(), "logarithms": [round(x, 6) for x in v.tolist()]} for v, i in zip(top.values, top.indices)],
        "prompt": PROMPT,
        "greedy": greedy,
    }
    if question:
        messages = [{"role": "user", "content": question}]
        chat = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)["input_ids"]
        answer = model.generate(chat, do_sample=False, max_new_tokens=32)[0, chat.shape[1]:]
        result |= {"question": question, "chat": chat[0].tolist(), "answer": tokenizer.decode(answer, skip_special_tokens=True)}
    return result


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("directory", type=pathlib.Path)
    arguments.add_argument("--llama-tokenize", required=True)
    given = arguments.parse_args()
    GOLDENS.mkdir(exist_ok=True)
    for name, question in FILES.items():
        result = golden(given.directory / name, question, given.llama_tokenize)
        (GOLDENS / name).with_suffix(".json").write_text(json.dumps(result, ensure_ascii=False) + "\n")
        print(f"{name}: {len(result['candidates'])} positions, loss {result['loss']:.4f}, {result.get('answer', '')}")


main()
