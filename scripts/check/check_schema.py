#!/usr/bin/env python3
"""schemathesis (PyPI) sends requests that follow OpenAI's description of its API, and ones that break it, to `orrery serve`.

usage: check_schema.py OPENAPI.json [--requests 12000] [--seed 1] [--encoder DIR] [--orrery PATH]
  OPENAPI.json   OpenAI's description (../shared/data/openai-openapi.json), cut here to what the server has
  --encoder      a sentence encoder, for embeddings
Needs: pip install schemathesis. The model is one of bytes with a context of 128, made here, so that every text is short.
Each answer has to be a success or a refusal with an error object; status 500 and up, answers that are no JSON, and a server
that is gone are failures. Prints the statuses of every operation; exit status 1 after a failure.
"""
import argparse, atexit, collections, json, os, random, re, subprocess, sys, tempfile, threading, warnings

p = argparse.ArgumentParser()
p.add_argument("schema"); p.add_argument("--requests", type=int, default=12000); p.add_argument("--seed", type=int, default=1)
p.add_argument("--encoder"); p.add_argument("--orrery", default=".build/release/orrery")
a = p.parse_args()
warnings.filterwarnings("ignore")

import hypothesis, requests, schemathesis
from schemathesis import GenerationMode

OPERATIONS = {
    "/chat/completions": ["post"], "/completions": ["post"], "/embeddings": ["post"], "/models": ["get"], "/models/{model}": ["get"],
    "/responses": ["post"], "/responses/{response_id}": ["get", "delete"], "/responses/{response_id}/cancel": ["post"],
    "/responses/{response_id}/input_items": ["get"], "/responses/input_tokens": ["post"], "/conversations": ["post"],
    "/conversations/{conversation_id}": ["get", "post", "delete"], "/conversations/{conversation_id}/items": ["get", "post"],
    "/conversations/{conversation_id}/items/{item_id}": ["get", "delete"],
}

scratch = tempfile.TemporaryDirectory(prefix="orrery-schema-")
model = os.path.join(scratch.name, "model")
text = os.path.join(scratch.name, "text.txt")
with open(text, "w") as file:
    file.write("the sun is up and the sea is calm. " * 200)
subprocess.run([a.orrery, "train", "--data", text, "--tokenizer", "byte", "--out", model, "--steps", "2", "--batch", "2", "--layers", "1",
                "--heads", "2", "--width", "16", "--context", "128"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
with open(os.path.join(model, "chat_template.jinja"), "w") as file:
    file.write("{% for m in messages %}{{ m.role[:1] }} {{ m.content }}\n{% endfor %}")
models = [model] + ([a.encoder] if a.encoder else [])
aliases = ["--alias", "writer"] + (["--alias", "encoder"] if a.encoder else [])
server = subprocess.Popen([a.orrery, "serve", *models, *aliases, "--port", "0", "--threads", "1"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
for line in server.stderr:
    if found := re.search(r"http://\S+", line):
        url = found.group(0) + "/v1"
        threading.Thread(target=lambda: [None for _ in server.stderr], daemon=True).start()
        atexit.register(server.kill)
        break
else:
    sys.exit("the server did not start")

with open(a.schema) as file:
    description = json.load(file)
paths = {}
for path, methods in OPERATIONS.items():
    found = description["paths"].get(path, {})
    kept = {key: value for key, value in found.items() if key in methods or key == "parameters"}
    if kept:
        paths[path] = kept
description["paths"] = paths
description["servers"] = [{"url": url}]
description.pop("security", None)
schema = schemathesis.openapi.from_dict(description)

statuses = collections.defaultdict(collections.Counter)
failures = []
chooser = random.Random(a.seed)
session = requests.Session()


def make(path, body):
    return session.post(url + path, json=body, timeout=60).json()


# What is there to be asked for; what a request deletes is made again.
known = {}


def remember():
    known["response_id"] = make("/responses", {"model": "writer", "input": "the sun", "max_output_tokens": 4})["id"]
    known["conversation_id"] = make("/conversations", {"items": [{"role": "user", "content": "the sun"}]})["id"]
    items = session.get(f"{url}/conversations/{known['conversation_id']}/items", timeout=60).json()["data"]
    known["item_id"], known["model"] = items[0]["id"], "writer"


remember()


def problem(answer):
    """What is wrong with an answer; None where nothing is."""
    if answer.status_code >= 500:
        return f"status {answer.status_code}: {answer.text[:300]}"
    if answer.headers.get("content-type", [""])[0].startswith("text/event-stream"):
        return None if answer.text.endswith("\n\n") else "a stream without an end"
    try:
        body = answer.json()
    except ValueError:
        return f"no JSON: {answer.status_code} {answer.text[:200]!r}"
    if answer.status_code >= 400:
        error = body.get("error") if isinstance(body, dict) else None
        if not isinstance(error, dict) or not isinstance(error.get("message"), str) or not isinstance(error.get("type"), str):
            return f"a refusal without an error object: {answer.status_code} {answer.text[:200]}"
    return None


def send(case, name):
    if isinstance(case.body, dict) and chooser.random() < 0.7:
        case.body["model"] = "encoder" if a.encoder and name.endswith("/embeddings") else "writer"
    if case.path_parameters and chooser.random() < 0.6:
        case.path_parameters.update({key: known[key] for key in case.path_parameters if key in known})
    try:
        answer = case.call(base_url=url, timeout=60, session=session)
    except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeEncodeError):
        return  # what the client itself does not send
    except requests.exceptions.RequestException as error:
        failures.append(f"{name}: {error!r}")
        return
    finally:
        statuses[name]["sent"] += 1
    statuses[name][answer.status_code] += 1
    if name.startswith("DELETE") and answer.status_code == 200:
        remember()
    if found := problem(answer):
        failures.append(f"{name}: {found}\n    {json.dumps(case.body, default=str)[:600]}")


operations = [result.ok() for result in schema.get_all_operations()]
share = -(-a.requests // len(operations) // 2)
for operation in operations:
    name = f"{operation.method.upper()} {operation.path}"
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        # Where an operation has nothing to break, it is asked again as it should be.
        for attempt in (mode, GenerationMode.POSITIVE):
            before = statuses[name]["sent"]

            @hypothesis.seed(a.seed)
            @hypothesis.settings(max_examples=share, deadline=None, database=None, phases=[hypothesis.Phase.generate],
                                 suppress_health_check=list(hypothesis.HealthCheck), verbosity=hypothesis.Verbosity.quiet)
            @hypothesis.given(case=operation.as_strategy(generation_mode=attempt))
            def run(case):
                if statuses[name]["sent"] - before < share:
                    send(case, name)

            try:
                run()
            except hypothesis.errors.Unsatisfiable:
                pass  # nothing of it can be wrong
            if statuses[name]["sent"] > before:
                break
    print(f"{name}: " + ", ".join(f"{count} of {status}" for status, count in sorted(
        (item for item in statuses[name].items() if item[0] != "sent"))), flush=True)

total = sum(count["sent"] for count in statuses.values())
alive = server.poll() is None and session.get(url.removesuffix("/v1") + "/health", timeout=10).status_code == 200
server.terminate()
ended = server.wait(timeout=60)
print(f"{total} requests, {len(failures)} failures, the server {'answers' if alive else 'is gone'} and ends with {ended}")
for failure in failures[:20]:
    print("FAILED  " + failure)
sys.exit(1 if failures or not alive or ended else 0)
