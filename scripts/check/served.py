"""`orrery serve` as checks start it, and a line for each thing that they find. Not a check itself."""
import atexit, re, subprocess, sys, threading

failures = []


def check(name, condition, detail=""):
    print(("ok      " if condition else "FAILED  ") + name + (f": {detail}" if detail and not condition else ""))
    if not condition:
        failures.append(name)


def serve(orrery, model, encoder, *flags):
    """The process and its address; the model is called `writer`, and the encoder, where there is one, `encoder`."""
    models = [model] + ([encoder] if encoder else [])
    aliases = ["--alias", "writer"] + (["--alias", "encoder"] if encoder else [])
    server = subprocess.Popen([orrery, "serve", *models, *aliases, "--port", "0", *flags], stderr=subprocess.PIPE, text=True)
    atexit.register(server.kill)
    for line in server.stderr:
        if found := re.search(r"http://\S+", line):
            threading.Thread(target=lambda: [None for _ in server.stderr], daemon=True).start()
            return server, found.group(0)
    sys.exit("the server did not start")
