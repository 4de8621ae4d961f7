#!/usr/bin/env python3
"""Attacks `orrery serve` for a while, and looks whether it stays up, leaks, or loses a request of a well-behaved client.

usage: check_attack.py MODEL.gguf [--seconds 60] [--connections 1000] [--orrery PATH]
Standard library only. Prints what was sent, what came back, and resident memory before and after; exit status 1 if something is wrong.
"""
import argparse, collections, json, os, random, re, socket, subprocess, sys, threading, time, urllib.request

p = argparse.ArgumentParser()
p.add_argument("model"); p.add_argument("--seconds", type=float, default=60)
p.add_argument("--connections", type=int, default=1000); p.add_argument("--orrery", default=".build/release/orrery")
a = p.parse_args()
server = subprocess.Popen([a.orrery, "serve", a.model, "--port", "0", "--cache-memory", "100MB", "--max-queue", "64"],
                          stderr=subprocess.PIPE, text=True)
for line in server.stderr:
    if found := re.search(r"http://([\d.]+):(\d+)", line):
        host, port = found.group(1), int(found.group(2))
        break
errors_seen = collections.deque(maxlen=20)
threading.Thread(target=lambda: [errors_seen.append(l) for l in server.stderr], daemon=True).start()
answers, lost, wrong = collections.Counter(), [], []
until = 0.0


def memory():
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{server.pid}/status").read()).group(1)) // 1024


def ask(body, path="/v1/completions", timeout=120):
    request = urllib.request.Request(f"http://{host}:{port}{path}", body if isinstance(body, bytes) else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return reply.status, reply.read(), reply.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


good = {"prompt": "The capital of France is", "max_tokens": 8, "temperature": 0}
for _ in range(20):
    ask(good)
expected = json.loads(ask(good)[1])["choices"][0]["text"]

def behaved():
    while time.time() < until:
        try:
            status, text, headers = ask(good)
            while status in (429, 503):
                if "Retry-After" not in headers:
                    wrong.append(f"{status} without Retry-After")
                time.sleep(0.2)
                status, text, headers = ask(good)
            if status != 200 or json.loads(text)["choices"][0]["text"] != expected:
                lost.append((status, text[:200]))
            answers["well-behaved"] += 1
        except Exception as error:
            lost.append(repr(error))


def malformed():
    rng = random.Random(threading.get_ident())
    whole = json.dumps({**good, "stop": ["a"], "n": 2, "logprobs": 3, "seed": 5}).encode()
    while time.time() < until:
        kind = rng.randrange(5)
        if kind == 0:
            body = bytearray(whole)
            for _ in range(rng.randrange(1, 6)):
                body[rng.randrange(len(body))] = rng.randrange(256)
            body = bytes(body)
        elif kind == 1:
            body = whole[:rng.randrange(len(whole))]
        elif kind == 2:
            body = bytes(rng.randrange(256) for _ in range(rng.randrange(200)))
        elif kind == 3:
            body = b"[" * rng.randrange(100000)
        else:
            value = rng.choice([None, True, -1, 0, 1e300, 10**30, "", "x" * 1000, [], [[]], {}, [None], {"a": 1}])
            body = {**good, rng.choice(["prompt", "max_tokens", "temperature", "top_p", "top_k", "min_p", "n", "stop", "seed", "logprobs",
                                        "stream", "stream_options", "frequency_penalty", "echo", "best_of", "model"]): value}
        try:
            path = rng.choice(["/v1/completions", "/v1/chat/completions", "/v1/messages", "/tokenize", "/v1/embeddings"])
            status, text, _ = ask(body, path)
            answers[f"malformed: {status}"] += 1
            if status >= 500 and status != 503:
                wrong.append(f"{path} {body!r:.200} gave {status}: {text[:200]}")
            if status != 200:
                json.loads(text)["error"]
        except (OSError, KeyError, ValueError) as error:
            wrong.append(f"{body!r:.200} gave {error!r}")


def raw(data, wait=0.0, piece=None):
    s = socket.create_connection((host, port), timeout=30)
    try:
        for i in range(0, len(data), piece or len(data)):
            s.sendall(data[i:i + (piece or len(data))])
            if wait:
                time.sleep(wait)
            if time.time() > until:
                break
        return s
    except OSError:
        s.close()


def leaving():
    rng = random.Random(threading.get_ident())
    body = json.dumps({"prompt": "Once upon a time", "max_tokens": 500, "stream": True, "ignore_eos": True}).encode()
    while time.time() < until:
        s = raw(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        if s:
            time.sleep(rng.random() * 2)
            s.close()
            answers["left in the middle"] += 1
        time.sleep(0.3)


def slow():
    body = json.dumps(good).encode()
    while time.time() < until:
        s = raw(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body, wait=0.05, piece=3)
        if s:
            s.close()
            answers["slow senders"] += 1


def slow_reader():
    body = json.dumps({"prompt": "Once", "max_tokens": 300, "stream": True, "ignore_eos": True}).encode()
    while time.time() < until:
        s = raw(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        while s and time.time() < until and s.recv(64):
            time.sleep(0.05)
        answers["slow readers"] += 1


def large():
    while time.time() < until:
        try:
            s = socket.create_connection((host, port), timeout=30)
            s.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n")
            for _ in range(1024):
                s.sendall(b"x" * 1048576)
        except OSError:
            pass
        answers["bodies of 1 GB"] += 1
        try:
            s = socket.create_connection((host, port), timeout=30)
            s.sendall(b"GET / HTTP/1.1\r\n")
            for i in range(100000):
                s.sendall(b"X-%d: y\r\n" % i)
        except OSError:
            pass
        answers["headers without end"] += 1
        time.sleep(1)


def idle():
    held = []
    for _ in range(a.connections):
        try:
            held.append(socket.create_connection((host, port), timeout=30))
        except OSError:
            answers["connections refused"] += 1
    answers["idle connections"] = len(held)
    while time.time() < until:
        time.sleep(0.2)
    for s in held:
        s.close()


peak = 0


def attack(seconds):
    """All of it for a while; resident memory afterwards."""
    global until, peak
    until = time.time() + seconds
    threads = [threading.Thread(target=t) for t in [behaved, behaved, malformed, malformed, leaving, leaving, slow, slow_reader, large, idle]]
    [t.start() for t in threads]
    while time.time() < until and server.poll() is None:
        peak = max(peak, memory())
        time.sleep(0.5)
    [t.join(timeout=60) for t in threads]
    time.sleep(3)
    return memory() if server.poll() is None else 0


# The first round fills the cache and every buffer, so that the second shows what is never given back.
first = attack(min(60, a.seconds))
start = first
end = attack(a.seconds)
if server.poll() is not None:
    print("the server ended:", server.returncode, "".join(errors_seen))
    sys.exit(1)
print(json.dumps(answers, indent=1))
print(f"resident: {start} MB after a first round, {peak} at most, {end} after ({100 * (end / start - 1):+.1f} %)")
metrics = urllib.request.urlopen(f"http://{host}:{port}/metrics").read().decode()
print("\n".join(l for l in metrics.split("\n") if re.match(r"orrery_(sequences_running|requests_|cache_bytes)", l)))
for name, found in [("lost requests of well-behaved clients", lost), ("wrong answers", wrong)]:
    print(f"{name}: {len(found)}", *found[:5], sep="\n  ")
server.terminate()
ended = server.wait(timeout=60)
print("exit status", ended)
sys.exit(1 if lost or wrong or ended else 0)
