#!/usr/bin/env python3
"""Traces, hidden states and receipts of `orrery serve` with a real model: receipts of every API are replayed to the byte, hidden
states and attention are next to those of transformers, which reads the same GGUF file, and what a trace costs is timed.

    check_traces.py ORRERY MODEL.gguf        needs torch, transformers, gguf, openai, anthropic
"""
import json, os, subprocess, sys, tempfile, time, urllib.request
import served
from served import check

orrery, model = sys.argv[1:3]
server, url = served.serve(orrery, model, None)
prompt = "The server crashed because"


def post(path, **body):
    data = json.dumps({"model": "writer", **body}).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"})
    return urllib.request.urlopen(request).read().decode()


def replay(response, *flags):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(response)
        file.flush()
        return subprocess.run([orrery, "replay", file.name, *flags], capture_output=True)


# Receipts.
talk = [{"role": "user", "content": "Name three colours."}]
own = {"receipt": True}
cases = {
    "chat": ("/v1/chat/completions", dict(messages=talk, max_tokens=40, temperature=0.9, orrery=own), lambda r: r["choices"][0]["message"]["content"]),
    "completion": ("/v1/completions", dict(prompt=prompt, max_tokens=40, top_p=0.9, stop=["\n\n"], orrery=own), lambda r: r["choices"][0]["text"]),
    "penalties": ("/v1/completions", dict(prompt=prompt, max_tokens=40, min_p=0.05, repeat_penalty=1.1, dry_multiplier=0.8, logit_bias={"260": -3}, orrery=own),
                  lambda r: r["choices"][0]["text"]),
    "mirostat": ("/v1/completions", dict(prompt=prompt, max_tokens=40, mirostat=2, orrery=own), lambda r: r["choices"][0]["text"]),
    "response": ("/v1/responses", dict(input="Name three colours.", max_output_tokens=40, orrery=own), lambda r: r["output"][0]["content"][0]["text"]),
    "message": ("/v1/messages", dict(messages=talk, max_tokens=40, orrery=own), lambda r: r["content"][0]["text"]),
    "ollama": ("/api/chat", dict(messages=talk, stream=False, options={"num_predict": 40}, orrery=own), lambda r: r["message"]["content"]),
}
for name, (path, body, text) in cases.items():
    response = post(path, **body)
    for threads in ("1", "2"):
        made = replay(response, "--threads", threads)
        check(f"{name}: the replay on {threads} threads has the same bytes", made.returncode == 0 and made.stdout.decode() == text(json.loads(response)), made.stderr.decode())
response = json.loads(post(*cases["chat"][:1], **cases["chat"][1]))
response["orrery"]["receipt"]["requests"][0]["sampling"]["seed"] ^= 1
check("another seed is noticed", replay(json.dumps(response)).returncode == 1)
digest = subprocess.run(["sha256sum", model], capture_output=True, text=True).stdout.split()[0]
check("the hash is that of sha256sum", response["orrery"]["receipt"]["model"]["files"][0]["sha256"] == digest)

# Hidden states.
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, name = os.path.split(os.path.abspath(model))
reference = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32, attn_implementation="eager").eval()
layers = reference.config.num_hidden_layers
text = "The quick brown fox jumps over the lazy dog because the server crashed again."
answer = json.loads(post("/v1/hidden_states", input=text, layers=list(range(layers + 1)), attention={"layers": [0, layers // 2, layers - 1]}))
ids = torch.tensor([[token["id"] for token in answer["tokens"]]])
with torch.no_grad():
    truth = reference(ids, output_hidden_states=True, output_attentions=True)
worst = 0
for state in answer["hidden_states"]:
    ours, theirs = torch.tensor(state["values"]).reshape(state["shape"]), truth.hidden_states[state["layer"]][0]
    worst = max(worst, ((ours - theirs).norm() / theirs.norm()).item())
check(f"{layers + 1} hidden states are those of transformers (largest relative distance {worst:.1e})", worst < 5e-3)
worst = 0
for weights in answer["attention"]:
    ours = torch.tensor(weights["values"]).reshape(weights["shape"])
    worst = max(worst, (ours - truth.attentions[weights["layer"]][0, weights["head"]]).abs().max().item())
check(f"{len(answer['attention'])} heads attend as in transformers (largest difference {worst:.1e})", worst < 5e-3)

# What it costs.
def seconds(trace):
    times = []
    for _ in range(5):
        body = {"trace": trace} if trace else {}
        response = json.loads(post("/v1/completions", prompt=prompt, max_tokens=64, temperature=0, ignore_eos=True, orrery=body))
        times.append(response["timings"]["predicted_ms"])
    return sorted(times)[2]


plain = seconds([])
for trace in ["cache"], ["layers"], ["blocks.*.hook_resid_post"], ["candidates"]:
    print(f"{trace[0]}: {seconds(trace) / plain - 1:+.1%} of decoding 64 tokens")
sys.exit(1 if served.failures else 0)
