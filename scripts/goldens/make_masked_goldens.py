#!/usr/bin/env python3
"""Losses and gradients of masked, packed documents in PyTorch, for Tests/OrreryTrainingTests/MaskedLossTests.swift.

Documents of unequal lengths with unequal masks, each read by itself; the loss is the mean over all targets that count. Prints the loss, the norm of the whole
gradient, and that of each parameter's.

    python3 scripts/goldens/make_masked_goldens.py ../shared/reference/gpt2 ../shared/reference/qwen3 > Tests/OrreryTrainingTests/Goldens/masked.json
"""
import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM

LENGTHS = [5, 17, 32, 9, 1, 24]


def documents(vocabulary):
    """Ids, and targets of which negative ones do not count."""
    for d, length in enumerate(LENGTHS):
        ids = [1 + (7 * d + 3 * i + i * i) % (vocabulary - 1) for i in range(length)]  # not the padding, whose row is zero
        targets = [(11 * d + 5 * i) % vocabulary if (i * 5 + d) % (2 + d) else -1 for i in range(length)]
        yield ids, targets


found = {}
for path in sys.argv[1:]:
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").eval()
    total, counted = 0, 0
    for ids, targets in documents(model.config.vocab_size):
        logits = model(torch.tensor([ids])).logits[0]
        total = total + torch.nn.functional.cross_entropy(logits, torch.tensor(targets), ignore_index=-1, reduction="sum")
        counted += sum(t >= 0 for t in targets)
    loss = total / counted
    loss.backward()
    gradients = {n: p.grad.norm().item() for n, p in model.named_parameters() if p.grad is not None}
    norm = sum(g * g for g in gradients.values()) ** 0.5
    found[os.path.basename(path)] = {"targets": counted, "loss": loss.item(), "norm": norm, "gradients": gradients}
json.dump(found, sys.stdout, indent=1)
