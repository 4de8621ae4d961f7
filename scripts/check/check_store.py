#!/usr/bin/env python3
"""Kills `orrery serve --store FILE` with SIGKILL while eight clients write, and looks for what it had confirmed.

usage: check_store.py MODEL [--rounds N] [--orrery PATH]
  MODEL   any model that the server can load; it is not asked for text
Prints a line for each round; exit status 1 if anything that was confirmed is missing, or the database is not whole.
"""
import argparse, http.client, json, os, random, re, sqlite3, subprocess, sys, tempfile, threading, time

p = argparse.ArgumentParser()
p.add_argument("model"); p.add_argument("--rounds", type=int, default=5); p.add_argument("--orrery", default=".build/release/orrery")
a = p.parse_args()


def start(store):
    server = subprocess.Popen([a.orrery, "serve", a.model, "--port", "0", "--store", store], stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if found := re.search(r"http://127.0.0.1:(\d+)", line):
            threading.Thread(target=lambda: [None for _ in server.stderr], daemon=True).start()
            return server, int(found.group(1))
    sys.exit("the server did not start")


def ask(connection, method, path, body=None):
    connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def write(port, confirmed, lock):
    """Makes conversations and adds to them until the server is gone."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        while True:
            text = "x" * random.randint(1, 20000)
            _, made = ask(connection, "POST", "/v1/conversations", {"items": [{"role": "user", "content": text}]})
            with lock:
                confirmed[made["id"]] = 1
            for _ in range(3):
                ask(connection, "POST", f"/v1/conversations/{made['id']}/items", {"items": [{"role": "user", "content": text}] * 5})
                with lock:
                    confirmed[made["id"]] += 5
    except (OSError, http.client.HTTPException):
        pass


def main():
    store = os.path.join(tempfile.mkdtemp(), "store.db")
    confirmed, lock, failures = {}, threading.Lock(), 0
    for number in range(a.rounds):
        server, port = start(store)
        writers = [threading.Thread(target=write, args=(port, confirmed, lock)) for _ in range(8)]
        for writer in writers:
            writer.start()
        time.sleep(random.uniform(0.5, 2))
        server.kill()
        server.wait()
        for writer in writers:
            writer.join()

        database = sqlite3.connect(store)
        found = dict(database.execute("SELECT c.id, COUNT(*) FROM conversation c JOIN item i ON i.conversation = c.id GROUP BY c.id"))
        # An addition is there whole or not at all; the last of each client may be there without having been confirmed.
        lost = [i for i, count in confirmed.items() if found.get(i, 0) < count]
        torn = [i for i, count in found.items() if count % 5 != 1]
        whole = database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        database.close()
        print(f"round {number + 1}: {len(confirmed)} conversations confirmed, {len(lost)} lost, {len(torn)} torn, "
              f"the database {'whole' if whole else 'BROKEN'}", flush=True)
        failures += len(lost) + len(torn) + (not whole)
    sys.exit(1 if failures else 0)


main()
