#!/usr/bin/env python3
"""Compares /v1/rerank of `orrery serve` with sentence-transformers' CrossEncoder on the same weights.

usage: check_rerank.py ENCODER [--orrery PATH] [--tolerance 1e-4]
  ENCODER   a directory of BERT as sentence-transformers writes it (../peers/real/minilm); a head of random numbers is added to it,
            once with the sigmoid after it and once without
Needs: pip install sentence-transformers. Exit status 1 if a score differs by more than the tolerance.
"""
import argparse, json, os, re, subprocess, sys, tempfile, threading, urllib.request

p = argparse.ArgumentParser()
p.add_argument("encoder"); p.add_argument("--orrery", default=".build/release/orrery")
p.add_argument("--tolerance", type=float, default=1e-4)
a = p.parse_args()
os.environ.update(HF_HUB_OFFLINE="1")

import torch
from sentence_transformers import CrossEncoder
from transformers import AutoModelForSequenceClassification, AutoTokenizer

QUESTIONS = ["how tall is a tower", "What do bees make?", "ünïcode and 東京", "one"]
TEXTS = ["Bees make honey from nectar.", "The tower is 300 metres tall.", "Shares fell sharply.", "東京 is the capital of Japan.", "a",
         "word " * 700, "The bee, the honey and the hive. " * 20]

failures = 0
for function in ("Sigmoid", "Identity"):
    with tempfile.TemporaryDirectory() as scratch:
        torch.manual_seed(3)
        model = AutoModelForSequenceClassification.from_pretrained(a.encoder, num_labels=1)
        torch.nn.init.normal_(model.classifier.weight, std=0.3)
        torch.nn.init.normal_(model.bert.pooler.dense.weight, std=0.1)
        model.save_pretrained(scratch)
        AutoTokenizer.from_pretrained(a.encoder).save_pretrained(scratch)
        with open(os.path.join(scratch, "config.json")) as file:
            config = json.load(file)
        config["sentence_transformers"] = {"activation_fn": f"torch.nn.modules.activation.{function}"
                                           if function == "Sigmoid" else "torch.nn.modules.linear.Identity"}
        with open(os.path.join(scratch, "config.json"), "w") as file:
            json.dump(config, file)
        reference = CrossEncoder(scratch, device="cpu", max_length=512)
        server = subprocess.Popen([a.orrery, "serve", scratch, "--alias", "ranker", "--port", "0"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            for line in server.stderr:
                if found := re.search(r"http://\S+", line):
                    url = found.group(0)
                    break
            else:
                sys.exit("the server did not start")
            threading.Thread(target=lambda: [None for _ in server.stderr], daemon=True).start()
            worst, orders = 0.0, 0
            for question in QUESTIONS:
                body = json.dumps({"model": "ranker", "query": question, "documents": TEXTS}).encode()
                request = urllib.request.Request(url + "/v1/rerank", body, {"Content-Type": "application/json"})
                results = json.load(urllib.request.urlopen(request))["results"]
                expected = reference.predict([(question, text) for text in TEXTS])
                worst = max([worst] + [abs(r["relevance_score"] - float(expected[r["index"]])) for r in results])
                orders += [r["index"] for r in results] != sorted(range(len(TEXTS)), key=lambda i: -expected[i])
            print(f"{function}: {len(QUESTIONS) * len(TEXTS)} pairs, largest difference {worst:.1e}, orders that differ {orders}")
            failures += worst > a.tolerance or orders > 0
        finally:
            server.kill()
sys.exit(1 if failures else 0)
