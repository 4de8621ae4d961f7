#!/usr/bin/env python3
"""lm-evaluation-harness (PyPI's lm_eval, unmodified) asks `orrery serve` and transformers the same questions about the same weights.

usage: check_lm_eval.py MODEL.gguf [--orrery PATH] [--tolerance NATS]
  MODEL.gguf   a language model (../peers/real has SmolLM2), written as a Hugging Face directory in float32 for both
Needs: pip install "lm_eval[api]" torch transformers. Three tasks of local JSON lines: choices (log-likelihoods of prompts in
token ids, several in a request), a text in windows (rolling log-likelihood), and generation until a line ends.
Prints the scores of both, and the largest difference of a log-likelihood; exit status 1 if it is over
the tolerance, for the text a word.
"""
import argparse, atexit, json, os, re, subprocess, sys, tempfile, threading

p = argparse.ArgumentParser()
p.add_argument("model"); p.add_argument("--orrery", default=".build/release/orrery")
p.add_argument("--tolerance", type=float, default=1e-3)
a = p.parse_args()
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
os.environ.pop("OPENAI_API_KEY", None)

QUESTIONS = [
    ("The capital of France is", [" Paris", " London", " Madrid", " Rome"], 0),
    ("The opposite of hot is", [" warm", " cold", " red", " tall"], 1),
    ("A dog is a kind of", [" plant", " stone", " animal", " number"], 2),
    ("Two plus two makes", [" three", " five", " seven", " four"], 3),
    ("The sun rises in the", [" east", " west", " night", " sea"], 0),
    ("Water freezes and becomes", [" fire", " ice", " sand", " smoke"], 1),
    ("The author of Hamlet was William", [" Newton", " Darwin", " Shakespeare", " Mozart"], 2),
    ("Bees make", [" milk", " paper", " iron", " honey"], 3),
]
TEXT = ("The harbour lay quiet under a low sky. Boats came in one by one, and the men who had been out since the night "
        "before carried their nets up the steps without a word. ") * 12

scratch = tempfile.TemporaryDirectory(prefix="orrery-lm-eval-")
directory = scratch.name
path = lambda name: os.path.join(directory, name)
with open(path("choices.jsonl"), "w") as file:
    for question, choices, gold in QUESTIONS:
        file.write(json.dumps({"question": question, "choices": choices, "gold": gold}) + "\n")
with open(path("text.jsonl"), "w") as file:
    file.write(json.dumps({"text": TEXT}) + "\n")
with open(path("lines.jsonl"), "w") as file:
    for question, _, _ in QUESTIONS[:4]:
        file.write(json.dumps({"question": question}) + "\n")

TASKS = {
    "orrery_choices": """
output_type: multiple_choice
doc_to_text: "{{question}}"
doc_to_choice: "{{choices}}"
doc_to_target: gold
target_delimiter: ""
metric_list: [{metric: acc}, {metric: acc_norm}]
""",
    "orrery_text": """
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: "{{text}}"
metric_list: [{metric: word_perplexity}, {metric: bits_per_byte}]
""",
    "orrery_lines": """
output_type: generate_until
doc_to_text: "{{question}}"
doc_to_target: ""
generation_kwargs: {until: ["\\n"], max_gen_toks: 12}
metric_list: [{metric: bypass}]
""",
}
FILES = {"orrery_choices": "choices.jsonl", "orrery_text": "text.jsonl", "orrery_lines": "lines.jsonl"}
for name, task in TASKS.items():
    with open(path(name + ".yaml"), "w") as file:
        file.write(f"task: {name}\ndataset_path: json\ndataset_kwargs: {{data_files: {{test: {path(FILES[name])}}}}}\n"
                   f"test_split: test\n{task}metadata: {{version: 1}}\n")

weights = path("model")
subprocess.run([a.orrery, "convert", a.model, weights, "--type", "f32"], check=True, stdout=subprocess.DEVNULL)
server = subprocess.Popen([a.orrery, "serve", weights, "--alias", "writer", "--port", "0", "--dtype", "float32"],
                          stderr=subprocess.PIPE, text=True)
for line in server.stderr:
    if found := re.search(r"http://\S+", line):
        url = found.group(0)
        atexit.register(server.kill)
        threading.Thread(target=lambda: [None for _ in server.stderr], daemon=True).start()
        break
else:
    sys.exit("the server did not start")

import lm_eval
from lm_eval.tasks import TaskManager

manager = TaskManager(include_path=directory, include_defaults=False)


def evaluate(model, arguments, batch):
    result = lm_eval.simple_evaluate(model=model, model_args=arguments, tasks=list(TASKS), batch_size=batch,
                                     task_manager=manager, log_samples=True, bootstrap_iters=0, verbosity="ERROR")
    samples = {name: sorted(result["samples"][name], key=lambda sample: sample["doc_id"]) for name in TASKS}
    return result["results"], samples


try:
    ours = evaluate("local-completions", {
        "model": "writer", "base_url": url + "/v1/completions", "tokenizer": weights, "tokenizer_backend": "huggingface",
        "tokenized_requests": True, "max_length": 512, "num_concurrent": 4}, 4)
    theirs = evaluate("hf", {"pretrained": weights, "dtype": "float32", "max_length": 512, "device": "cpu"}, 4)
finally:
    server.terminate()

for name in ("orrery_choices", "orrery_text"):
    for metric, value in ours[0][name].items():
        if isinstance(value, float) and "stderr" not in metric:
            print(f"{name} {metric}: Orrery {value:.6f}, transformers {theirs[0][name][metric]:.6f}")


def numbers(sample):
    """The log-likelihoods of a sample, and whether each is the greedy choice."""
    return [part for answer in sample["resps"] for part in (answer[0] if isinstance(answer[0], (list, tuple)) else answer)]


worst, greedy = {}, 0
for name in ("orrery_choices", "orrery_text"):
    worst[name] = 0.0
    for x, y in zip(ours[1][name], theirs[1][name]):
        for u, v in zip(numbers(x), numbers(y)):
            if isinstance(u, bool) or u in ("True", "False"):
                greedy += str(u) != str(v)
            else:
                worst[name] = max(worst[name], abs(float(u) - float(v)))
print(f"largest difference of a choice: {worst['orrery_choices']:.2e} nats; of the text: {worst['orrery_text']:.2e} nats over "
      f"{len(TEXT.split())} words; greedy or not differs {greedy} times")
texts = sum(x["resps"] != y["resps"] for x, y in zip(ours[1]["orrery_lines"], theirs[1]["orrery_lines"]))
print(f"generated lines that differ: {texts} of {len(ours[1]['orrery_lines'])}")
over = worst["orrery_choices"] > a.tolerance or worst["orrery_text"] > a.tolerance * len(TEXT.split())
sys.exit(1 if over or greedy or texts else 0)
