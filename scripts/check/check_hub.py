#!/usr/bin/env python3
"""Whether Orrery and Python's huggingface_hub find what the other downloaded, and neither downloads it again; and what happens when
both download at once, when a connection breaks off, when it is interrupted or killed.

A hub on this machine serves the real files of --real, large ones from another port, as huggingface.co does. Nothing else is asked.

usage: PYTHON scripts/check/check_hub.py [--orrery .build/release/orrery] [--real ../peers/real]
Needs a Python with huggingface_hub (the version is printed), and a built orrery.
"""
import argparse, hashlib, http.server, json, os, pathlib, re, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.parse

parser = argparse.ArgumentParser()
parser.add_argument("--orrery", default=".build/release/orrery")
parser.add_argument("--real", default="../peers/real")
options = parser.parse_args()
orrery, real = str(pathlib.Path(options.orrery).resolve()), pathlib.Path(options.real)
work = pathlib.Path(tempfile.mkdtemp(prefix="check-hub-"))

LIMIT = 1 << 20  # larger files are stored as LFS


class File:
    def __init__(self, path):
        self.path, self.size = path, path.stat().st_size
        sha256, git = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % self.size)
        with path.open("rb") as stream:
            while piece := stream.read(1 << 20):
                sha256.update(piece)
                git.update(piece)
        self.sha256, self.git, self.large = sha256.hexdigest(), git.hexdigest(), self.size > LIMIT


class Repository:
    def __init__(self, files):
        self.files = {name: File(path) for name, path in files.items()}
        self.commit = hashlib.sha1(repr(sorted((n, f.git) for n, f in self.files.items())).encode()).hexdigest()


repositories, requests, rate = {}, [], {"seconds_per_megabyte": 0.0, "break_after": None}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments): pass
    def do_HEAD(self): self.answer()
    def do_GET(self): self.answer()

    def head(self, status, length, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items(): self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def text(self, status, text, **headers):
        body = text.encode()
        self.head(status, len(body), **headers)
        if self.command != "HEAD": self.wfile.write(body)

    def content(self, file, **headers):
        start, end, status = 0, file.size, 200
        if match := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            start, status = int(match[1]), 206
            end = min(file.size, int(match[2]) + 1) if match[2] else file.size
            if start >= end: return self.text(416, "", Content_Range=f"bytes */{file.size}")
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
        self.head(status, end - start, **headers)
        if self.command == "HEAD": return
        broken = rate["break_after"]
        with file.path.open("rb") as stream:
            stream.seek(start)
            sent = 0
            while start + sent < end:
                if broken is not None and sent >= broken:
                    self.close_connection = True
                    return self.connection.shutdown(2)
                piece = stream.read(min(1 << 20, end - start - sent))
                time.sleep(rate["seconds_per_megabyte"])
                try: self.wfile.write(piece)
                except OSError: return
                sent += len(piece)

    def answer(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        requests.append((self.server.server_port, self.command, path, self.headers.get("Range"), self.headers.get("Authorization")))
        if self.server is storage:
            file = next((f for r in repositories.values() for f in r.files.values() if "/" + f.sha256 == path), None)
            return self.content(file) if file else self.text(404, "")
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/(revision|tree)/([^/]+)/?", path):
            return self.listing(*match.groups())
        if (match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)) and match[1] in repositories:
            repository = repositories[match[1]]
            file, common = repository.files.get(match[3]), {"X_Repo_Commit": repository.commit}
            if match[2] not in ("main", repository.commit): return self.text(404, "", X_Error_Code="RevisionNotFound")
            if file is None: return self.text(404, "", X_Error_Code="EntryNotFound", **common)
            if not file.large: return self.content(file, ETag=f'"{file.git}"', **common)
            return self.text(302, "", Location=f"http://127.0.0.1:{storage.server_port}/{file.sha256}",
                             X_Linked_Etag=f'"{file.sha256}"', X_Linked_Size=str(file.size), **common)
        self.text(404, "", X_Error_Code="RepoNotFound")

    def listing(self, name, kind, revision):
        repository = repositories.get(name)
        if repository is None: return self.text(401, "", X_Error_Code="RepoNotFound")
        if revision not in ("main", repository.commit): return self.text(404, "", X_Error_Code="RevisionNotFound")
        if kind == "tree":
            entries = [{"type": "file", "path": n, "size": f.size, "oid": f.git,
                        **({"lfs": {"oid": f.sha256, "size": f.size, "pointerSize": 130}} if f.large else {})}
                       for n, f in repository.files.items()]
            return self.text(200, json.dumps(entries), Content_Type="application/json")
        siblings = [{"rfilename": n, "size": f.size, "blobId": f.git,
                     **({"lfs": {"sha256": f.sha256, "size": f.size, "pointerSize": 130}} if f.large else {})}
                    for n, f in repository.files.items()]
        body = {"id": name, "modelId": name, "sha": repository.commit, "siblings": siblings, "tags": [], "private": False,
                "downloads": 0, "likes": 0}
        self.text(200, json.dumps(body), Content_Type="application/json")


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


hub, storage = serve(), serve()


def environment(cache):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING", "XDG_"))}
    return clean | {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "HF_HUB_CACHE": str(cache), "HF_TOKEN": "hf_secret",
                    "HOME": str(work), "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


def run(cache, *words, status=0, **extra):
    done = subprocess.run([orrery, *words], env=environment(cache) | extra, capture_output=True, text=True)
    assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def python(cache, code, **extra):
    done = subprocess.run([sys.executable, "-c", code], env=environment(cache) | extra, capture_output=True, text=True)
    assert done.returncode == 0, f"{code}\n{done.stderr}"
    return done.stdout.strip()


def downloads(): return [r for r in requests if r[1] == "GET" and not r[2].startswith("/api/")]


passed = 0


def check(name, condition, detail=""):
    global passed
    if not condition: sys.exit(f"FAILED: {name} {detail}")
    passed += 1
    print(f"  ok  {name}", flush=True)


def main():
    minilm = {str(p.relative_to(real / "minilm")): p for p in (real / "minilm").rglob("*") if p.is_file()}
    (work / "extra.bin").write_bytes(b"pickle" * 1000)
    minilm["pytorch_model.bin"] = work / "extra.bin"
    smol = next(real.glob("smollm2*.gguf"))
    repositories["some/minilm"] = Repository(minilm)
    repositories["some/smol-GGUF"] = Repository({"SmolLM2-135M-Instruct-Q4_1.gguf": smol, "README.md": real / "minilm/config.json"})
    small = {n for n in minilm if n != "pytorch_model.bin"}
    print("huggingface_hub", python(work, "import huggingface_hub; print(huggingface_hub.__version__)"))

    print("Python first")
    cache = work / "python"
    snapshot = python(cache, "from huggingface_hub import snapshot_download as s; print(s('some/minilm')); s('some/smol-GGUF')")
    models = {m["name"]: m for m in json.loads(run(cache, "models", "--json"))["models"]}
    check("orrery models lists both", set(models) == {"some/minilm", "some/smol-GGUF:SmolLM2-135M-Instruct-Q4_1.gguf"}, str(models))
    check("by their architecture", {m["architecture"] for m in models.values()} == {"bert", "llama"})
    check("at Python's path", models["some/minilm"]["path"] == snapshot)
    count = len(requests)
    run(cache, "embed", "some/minilm", "sun", "moon")
    text = run(cache, "generate", "some/smol-GGUF", "-p", "The capital of France is", "-n", "8", "--temperature", "0", "--json")
    check("orrery runs both by name", "Paris" in json.loads(text)["text"], text)
    check("without the network", len(requests) == count)
    before = len(downloads())
    for name in ("some/minilm", "some/smol-GGUF"):
        report = json.loads(run(cache, "pull", name, "--json"))
        check(f"orrery pull {name} downloads nothing", report["downloaded_bytes"] == 0 and len(downloads()) == before, str(report))

    print("Orrery first")
    cache = work / "orrery"
    report = json.loads(run(cache, "pull", "some/minilm", "--json"))
    check("what a model needs comes", set(report["files"]) <= small and "pytorch_model.bin" not in report["files"]
          and {"config.json", "model.safetensors", "tokenizer.json"} <= set(report["files"]), str(report["files"]))
    run(cache, "pull", "some/smol-GGUF")
    before, count = len(downloads()), len(requests)
    found = python(cache, """
from huggingface_hub import snapshot_download, try_to_load_from_cache, hf_hub_download, scan_cache_dir
import json
print(snapshot_download('some/minilm', local_files_only=True))
for name in json.loads('''%s'''): assert isinstance(try_to_load_from_cache('some/minilm', name), str), name
assert isinstance(try_to_load_from_cache('some/smol-GGUF', 'SmolLM2-135M-Instruct-Q4_1.gguf'), str)
info = scan_cache_dir()
assert not info.warnings, info.warnings
assert {r.repo_id for r in info.repos} == {'some/minilm', 'some/smol-GGUF'}
assert all(v.refs == {'main'} for r in info.repos for v in r.revisions)
""" % json.dumps(report["files"]), HF_HUB_OFFLINE="1")
    check("Python finds it offline, and scans the cache without a warning", found == report["path"], found)
    check("without the network", len(requests) == count)
    python(cache, f"""
from huggingface_hub import snapshot_download, hf_hub_download
snapshot_download('some/minilm', allow_patterns={report['files']!r})
hf_hub_download('some/smol-GGUF', 'SmolLM2-135M-Instruct-Q4_1.gguf')""")
    check("Python online downloads nothing again", len(downloads()) == before)
    vectors = python(cache, """
from transformers import AutoModel, AutoTokenizer
AutoTokenizer.from_pretrained('some/minilm'); print(AutoModel.from_pretrained('some/minilm').config.model_type)""", HF_HUB_OFFLINE="1")
    check("transformers opens it by name, offline", vectors.splitlines()[-1] == "bert", vectors)
    links = [p for p in cache.rglob("*") if p.is_symlink()]
    check("links are relative and lead to blobs", links and all(os.readlink(p).startswith("../../") and p.resolve().parent.name == "blobs" for p in links))

    print("Both at once")
    cache, rate["seconds_per_megabyte"] = work / "both", 0.01
    before = len(downloads())
    one = subprocess.Popen([orrery, "pull", "some/smol-GGUF"], env=environment(cache), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    two = subprocess.Popen([sys.executable, "-c", "from huggingface_hub import hf_hub_download as h; print(h('some/smol-GGUF', 'SmolLM2-135M-Instruct-Q4_1.gguf'))"],
                           env=environment(cache), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    outputs = [p.communicate() for p in (one, two)]
    check("both succeed", one.returncode == 0 and two.returncode == 0, str(outputs))
    check("one of them downloaded", len([r for r in downloads()[before:] if r[0] == storage.server_port]) == 1, str(downloads()[before:]))

    print("Trouble")
    cache, rate["seconds_per_megabyte"] = work / "trouble", 0.02
    blob = cache / "models--some--smol-GGUF/blobs" / repositories["some/smol-GGUF"].files["SmolLM2-135M-Instruct-Q4_1.gguf"].sha256
    partial = blob.with_name(blob.name + ".incomplete")
    for sent, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)):
        had = partial.stat().st_size if partial.exists() else 0
        process = subprocess.Popen([orrery, "pull", "some/smol-GGUF"], env=environment(cache), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not partial.exists() or partial.stat().st_size < had + (4 << 20): time.sleep(0.01)
        process.send_signal(sent)
        start = time.time()
        process.communicate()
        check(f"{sent.name} ends with {status} in {time.time() - start:.1f} s, {partial.stat().st_size >> 20} MB kept",
              process.returncode == status and partial.stat().st_size > had)
    rate["seconds_per_megabyte"], rate["break_after"], count = 0, 20 << 20, len(requests)
    kept = partial.stat().st_size
    report = json.loads(run(cache, "pull", "some/smol-GGUF", "--json"))
    ranges = [r[3] for r in requests[count:] if r[0] == storage.server_port]
    check(f"a connection that breaks every 20 MB is continued, {len(ranges)} times", len(ranges) > 2
          and report["downloaded_bytes"] == blob.stat().st_size - kept and ranges[0] == f"bytes={kept}-{blob.stat().st_size - 1}", str(ranges))
    check("and the file is whole", hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name and not partial.exists())
    check("the token went to the hub and not to the storage", all((r[4] == "Bearer hf_secret") == (r[0] == hub.server_port)
          for r in requests if r[3] is not None or r[1] == "GET"), "")
    print(f"{passed} checks passed")


try: main()
finally: shutil.rmtree(work, ignore_errors=True)
