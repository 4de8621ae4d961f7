#!/usr/bin/env python3
"""Runs the official `ollama` client (PyPI), unmodified, over what `orrery serve` answers.

usage: check_ollama.py MODEL.gguf [--encoder DIR] [--orrery PATH]
  MODEL.gguf   a chat model (../peers/real has SmolLM2)
  --encoder    a sentence encoder, for embeddings
Needs: pip install ollama. Prints a line for each check; exit status 1 if one fails.
"""
import argparse, re, sys

from served import check, failures, serve

p = argparse.ArgumentParser()
p.add_argument("model"); p.add_argument("--encoder"); p.add_argument("--orrery", default=".build/release/orrery")
a = p.parse_args()

import ollama

def refused(name, call, status, says):
    try:
        call()
        check(name, False, "was not refused")
    except ollama.ResponseError as error:
        check(name, error.status_code == status and says in error.error, f"{error.status_code} {error.error}")


server, url = serve(a.orrery, a.model, a.encoder)
client = ollama.Client(host=url)
greedy = {"temperature": 0, "num_predict": 20}
ask = [{"role": "user", "content": "What is the capital of France?"}]

# What there is.
tags = client.list().models
check("list", tags[0].model == "writer" and tags[0].size > 1e6 and tags[0].details.format == "gguf"
      and tags[0].details.parameter_size.endswith("M") and tags[0].modified_at.year > 2000, str(tags))
shown = client.show("writer")
check("show", shown.capabilities == ["completion"] and "messages" in shown.template
      and shown.modelinfo["general.parameter_count"] > 1e6
      and shown.modelinfo[shown.modelinfo["general.architecture"] + ".context_length"] > 1000, str(shown)[:400])
check("ps", client.ps().models[0].model == "writer" and client.ps().models[0].context_length > 1000)
check("version", re.fullmatch(r"\d+\.\d+\.\d+", client._request_raw("GET", "/api/version").json()["version"]))

# Conversations.
whole = client.chat("writer", messages=ask, options=greedy)
text = whole.message.content
check("chat", "Paris" in text and whole.message.role == "assistant" and whole.done and whole.done_reason == "stop", str(whole))
check("chat: durations in nanoseconds", 1e5 < whole.eval_duration < whole.total_duration < 60e9 and whole.eval_count > 3
      and whole.prompt_eval_count > 5 and whole.prompt_eval_duration > 1e4 and whole.load_duration >= 0, str(whole))
parts = list(client.chat("writer", messages=ask, options=greedy, stream=True))
check("chat, streamed", "".join(part.message.content for part in parts) == text and len(parts) > 3)
check("chat, streamed: the last line", parts[-1].done and parts[-1].done_reason == "stop" and parts[-1].eval_count == whole.eval_count
      and not any(part.done for part in parts[:-1]) and parts[0].eval_count is None)
check("a tag behind the name", client.chat("writer:latest", messages=ask, options=greedy).message.content == text)
check("chat: num_predict", client.chat("writer", messages=ask, options={**greedy, "num_predict": 2}).done_reason == "length")
cut = client.chat("writer", messages=ask, options={**greedy, "stop": ["is Par"]})
check("chat: stop", cut.message.content == text.split("is Par")[0] and cut.done_reason == "stop", cut.message.content)
hot = {"temperature": 1.5, "seed": 7, "num_predict": 12, "top_k": 50, "top_p": 0.9, "min_p": 0.01, "repeat_penalty": 1.1}
check("chat: seed", client.chat("writer", messages=ask, options=hot).message.content
      == client.chat("writer", messages=ask, options=hot).message.content)
begun = client.chat("writer", messages=[*ask, {"role": "assistant", "content": "The capital of France is"}], options=greedy)
check("chat: an answer that is begun continues", "Paris" in begun.message.content, begun.message.content)
small = client.chat("writer", messages=ask, options={"temperature": 0, "num_ctx": whole.prompt_eval_count + 3})
check("chat: num_ctx", small.eval_count == 3 and small.done_reason == "length", str(small))
logs = client.chat("writer", messages=ask, options={**greedy, "num_predict": 4}, logprobs=True, top_logprobs=3)
check("chat: logprobs", len(logs.logprobs) == 4 and all(len(t.top_logprobs) == 3 and t.top_logprobs[0].token == t.token
      for t in logs.logprobs) and "".join(t.token for t in logs.logprobs) == logs.message.content, str(logs.logprobs))

# Texts.
said = client.generate("writer", "What is the capital of France?", options=greedy)
check("generate", said.response == text and said.done_reason == "stop", said.response)
lines = list(client.generate("writer", "What is the capital of France?", options=greedy, stream=True))
check("generate, streamed", "".join(line.response for line in lines) == text and lines[-1].context == said.context
      and lines[0].context is None)
raw = client.generate("writer", "The capital of France is", raw=True, options={**greedy, "num_predict": 4})
check("generate: raw", "Paris" in raw.response and raw.prompt_eval_count < 8, raw.response)
spoken = client.generate("writer", "Hello", system="Answer shortly.", options=greedy)
check("generate: system", spoken.response == client.chat("writer", messages=[
    {"role": "system", "content": "Answer shortly."}, {"role": "user", "content": "Hello"}], options=greedy).message.content)
again = client.generate("writer", "And of Italy?", context=said.context, options=greedy)
check("generate: context", again.prompt_eval_count > said.prompt_eval_count and again.context[:len(said.context)] == said.context,
      f"{again.response} {again.prompt_eval_count}")
check("generate: think false", client.generate("writer", "Hello", think=False, options=greedy).response != "")

# The model in memory.
check("generate without a prompt loads", client.generate("writer").done_reason == "load")
check("keep_alive 0 lets the model go", client.generate("writer", keep_alive=0).done_reason == "unload")
for _ in range(100):
    if "writer" not in [model.model for model in client.ps().models]:
        break
check("ps afterwards", "writer" not in [model.model for model in client.ps().models])
check("and it comes back", client.generate("writer", "What is the capital of France?", options=greedy, keep_alive="5m").response == text)

# What is wrong.
if a.encoder:
    refused("error: model", lambda: client.chat("other", messages=ask), 404, "other")
refused("error: show", lambda: client.show("other"), 404, "other")
refused("error: option", lambda: client.chat("writer", messages=ask, options={"temperature": -1}), 400, "options.temperature")
refused("error: format", lambda: client.chat("writer", messages=ask, format="json"), 400, "format")
refused("error: think", lambda: client.chat("writer", messages=ask, think=True), 400, "think")
refused("error: tools", lambda: client.chat("writer", messages=ask, tools=[{"type": "function", "function": {"name": "f"}}]), 400, "tools")
refused("error: image", lambda: client.chat("writer", messages=[{**ask[0], "images": ["eA=="]}]), 400, "messages[0].images")
refused("error: suffix", lambda: client.generate("writer", "a", suffix="b"), 400, "suffix")
refused("error: keep_alive", lambda: client.generate("writer", "a", keep_alive="soon"), 400, "keep_alive")
refused("error: num_ctx", lambda: client.generate("writer", "word " * 50, options={"num_ctx": 10}), 400, "num_ctx")
refused("error: too long", lambda: client.generate("writer", "word " * 20000), 400, "context")
refused("error, streamed", lambda: list(client.chat("writer", messages=[], stream=True, options={"top_p": 2})), 400, "options.top_p")
refused("error: pull", lambda: client.pull("other"), 404, "/api/pull")
odd = client.chat("writer", messages=ask, options={**greedy, "num_gpu": 1, "tfs_z": 0.5})
check("options that are not known are said", odd.message.content == text)

if a.encoder:
    check("list: two", [model.model for model in client.list().models] == ["writer", "encoder"])
    texts = ["A cat sits on a mat.", "A kitten rests on a rug.", "Shares fell sharply."]
    made = client.embed("encoder", texts)
    dot = lambda x, y: sum(i * j for i, j in zip(x, y))
    x = made.embeddings
    check("embed", dot(x[0], x[1]) > 0.5 > dot(x[0], x[2]) and all(abs(dot(v, v) - 1) < 1e-5 for v in x)
          and made.prompt_eval_count > 10)
    check("embed: dimensions", len(client.embed("encoder", texts[0], dimensions=8).embeddings[0]) == 8)
    old = client.embeddings("encoder", texts[0]).embedding
    check("embeddings, as before", abs(dot(old, x[0]) - 1) < 1e-6)
    refused("error: embed with a writer", lambda: client.embed("writer", texts), 400, "encoder")
    refused("error: chat with an encoder", lambda: client.chat("encoder", messages=ask), 400, "text")
    refused("error: truncate false", lambda: client.embed("encoder", "word " * 2000, truncate=False), 400, "truncate")
    check("embed: truncate", client.embed("encoder", "word " * 2000).prompt_eval_count > 100)

server.terminate()
check("SIGTERM: exit 0", server.wait(timeout=40) == 0, str(server.returncode))
sys.exit(1 if failures else 0)
