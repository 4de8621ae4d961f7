#!/usr/bin/env python3
"""Types into `orrery chat` on a pseudoterminal, as a person does, and checks what the program and the terminal do.

usage: check_chat.py ORRERY MODEL [--template plain]      (MODEL: any that `orrery chat` opens; needs nothing but Python)

Conversations with a server are checked with one that lives in this script, and with `orrery serve MODEL` where the model has a
chat template of its own.
"""
import fcntl, http.server, json, os, pty, re, select, signal, struct, subprocess, sys, tempfile, termios, threading, time

orrery, model, flags = sys.argv[1], sys.argv[2], sys.argv[3:]
failures = 0


def check(what, is_right):
    global failures
    failures += not is_right
    print(("ok    " if is_right else "FAILS ") + what, flush=True)


class Chat:
    """A chat in a session of its own, whose terminal has 60 columns."""

    def __init__(self, state, *more, columns=60, place=None, env={}):
        self.parent, self.child = pty.openpty()
        fcntl.ioctl(self.child, termios.TIOCSWINSZ, struct.pack("HHHH", 20, columns, 0, 0))
        self.before = termios.tcgetattr(self.child)
        self.output = ""
        # A process can be stopped only where its parent is of the same session: a leader stands between, as a shell does.
        reports, write_end = os.pipe()
        self.leader = os.fork()
        if self.leader == 0:
            os.setsid()
            fcntl.ioctl(self.child, termios.TIOCSCTTY, 0)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            pid = os.fork()
            if pid == 0:
                os.setpgid(0, 0)
                os.tcsetpgrp(self.child, os.getpid())
                for number in [signal.SIGTTOU, signal.SIGINT, signal.SIGQUIT]:
                    signal.signal(number, signal.SIG_DFL)
                for descriptor in range(3):
                    os.dup2(self.child, descriptor)
                os.environ.update({"TERM": "xterm-256color", "LANG": "C.UTF-8", "XDG_STATE_HOME": state, **env})
                words = [model, *flags] if place is None else [place]
                os.execv(orrery, [orrery, "chat", *words, *more])
            os.write(write_end, struct.pack("i", pid))
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            while True:
                status = os.waitpid(pid, os.WUNTRACED)[1]
                os.write(write_end, struct.pack("i", status))
                if not os.WIFSTOPPED(status):
                    os._exit(0)
        self.reports = reports
        self.pid = struct.unpack("i", os.read(reports, 4))[0]

    def read(self, seconds=0.3):
        end = time.time() + seconds
        while (left := end - time.time()) > 0:
            if select.select([self.parent], [], [], left)[0]:
                try:
                    data = os.read(self.parent, 65536)
                except OSError:
                    break
                self.output += data.decode(errors="replace")
        return self.output

    def wait_for(self, text, seconds=60):
        """Whether the text comes; what is before it and it are taken."""
        end = time.time() + seconds
        while time.time() < end:
            plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.read(0.1))
            if text in plain:
                return True
        return False

    def wait_for_length(self, count, seconds=60):
        end = time.time() + seconds
        while len(self.read(0.05)) < count and time.time() < end:
            pass

    def type(self, text):
        self.output = ""
        os.write(self.parent, text.encode())

    @property
    def is_raw(self):
        return not termios.tcgetattr(self.child)[3] & (termios.ICANON | termios.ISIG)

    @property
    def is_quiet(self):
        """Whether keys are not echoed, and Ctrl-C is a signal."""
        flags = termios.tcgetattr(self.child)[3]
        return not flags & termios.ECHO and bool(flags & termios.ISIG)

    @property
    def is_restored(self):
        return termios.tcgetattr(self.child) == self.before

    def status(self, seconds=10):
        """How it ended or that it stopped, as waitpid says it; None if it does neither."""
        end = time.time() + seconds
        while time.time() < end:
            self.read(0.05)
            if select.select([self.reports], [], [], 0)[0]:
                return struct.unpack("i", os.read(self.reports, 4))[0]
        os.kill(self.pid, signal.SIGKILL)
        return None


class Server(http.server.ThreadingHTTPServer):
    """A server of chat completions that says what it is told to, each piece once it may."""

    def __init__(self):
        self.pieces, self.gate, self.breaks, self.is_gone, self.bodies = [], None, False, threading.Event(), []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        body = json.dumps({"data": [{"id": "told", "meta": {"n_ctx": 512}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        server = self.server
        server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for piece in server.pieces:
                if server.gate:
                    server.gate.acquire(timeout=30)
                self.event({"choices": [{"delta": {"content": piece}, "finish_reason": None}]})
            if server.breaks:
                return
            self.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
            usage = {"prompt_tokens": 9, "completion_tokens": len(server.pieces), "prompt_tokens_details": {"cached_tokens": 4}}
            self.event({"choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            server.is_gone.set()

    def event(self, value):
        self.wfile.write(f"data: {json.dumps(value)}\r\n\r\n".encode())
        self.wfile.flush()


with tempfile.TemporaryDirectory() as state:
    history = os.path.join(state, "orrery", "chat-history")

    chat = Chat(state, "--max-tokens", "8")
    check("the model is named at the start", chat.wait_for(os.path.basename(model.rstrip("/")) + ":") and chat.wait_for("> "))
    time.sleep(0.3)
    check("keys are read one by one while a line is typed", chat.is_raw)
    chat.type("Onec\x1b[D\x1b[De\x05\x7f\x7f\x7fce upon\r")
    check("an edited line is answered, with its speed", chat.wait_for("tokens/s") or chat.wait_for("; context ", 1))
    chat.read(0.3)
    check("the history holds the line as it was sent", open(history).read() == "Once upon\n")
    check("and only its owner may read it", os.stat(history).st_mode & 0o777 == 0o600)
    chat.type("draft\x03")
    check("Ctrl-C clears the line", chat.wait_for("draft^C"))
    chat.type("\x03")
    check("Ctrl-C on an empty line says how to end", chat.wait_for("ends the program"))
    chat.type("\x1b[200~one\rtwo\x1b[201~")
    check("a paste of two lines stays one text", chat.wait_for("two") and chat.is_raw)
    chat.type("\x15\x15\x15/help\r")
    check("/help lists the commands", chat.wait_for("/undo") or chat.wait_for("/clear", 1))
    chat.type("\x12upon\r")
    check("Ctrl-R finds an earlier line and sends it", chat.wait_for("; context "))
    chat.read(0.3)
    chat.type("half a line\x1a")
    status = chat.status(5)
    check("Ctrl-Z stops the process", status is not None and os.WIFSTOPPED(status))
    check("and the terminal is as it was", chat.is_restored)
    chat.output = ""
    os.kill(chat.pid, signal.SIGCONT)
    check("it continues with the line that was typed", chat.wait_for("half a line"))
    time.sleep(0.3)
    check("and reads keys again", chat.is_raw)
    chat.type("\x15\x04")
    check("Ctrl-D ends with 0", chat.status() == 0)
    check("and the terminal is as it was", chat.is_restored)

    chat = Chat(state, "--max-tokens", "100000")
    chat.wait_for("> ")
    time.sleep(0.3)
    chat.type("\x1b[A\r")
    check("while an answer comes keys are not echoed", any(chat.is_quiet or time.sleep(0.001) for _ in range(5000)))
    chat.wait_for_length(120)
    os.write(chat.parent, b"\x03")
    check("Ctrl-C stops the answer, and its speed is said", chat.wait_for("; context "))
    check("   (the answer was not over before)", "stopped" in chat.output)
    chat.type("\x1b[A\r")
    while not chat.is_quiet:
        time.sleep(0.001)
    os.write(chat.parent, b"typed haead\x1b[D\x1b[D\x1b[D\x1b[D")
    os.write(chat.parent, b"\x7fa")
    chat.read(0.3)
    check("keys that are typed then are not in the answer", "typed h" not in chat.output)
    os.kill(chat.pid, signal.SIGINT)
    check("and are in the next line, edited as they were", chat.wait_for("> typed aaead"))
    chat.type("\x15")
    chat.read(0.3)
    os.kill(chat.pid, signal.SIGTERM)
    status = chat.status()
    check("SIGTERM ends with 143", status is not None and os.WIFEXITED(status) and os.WEXITSTATUS(status) == 143)
    check("and the terminal is as it was", chat.is_restored)

    for name, number in [("SIGHUP", signal.SIGHUP), ("SIGQUIT", signal.SIGQUIT)]:
        chat = Chat(state)
        chat.wait_for("> ")
        time.sleep(0.3)
        os.kill(chat.pid, number)
        check(f"{name} ends it", chat.status() not in (None, 0))
        check("and the terminal is as it was", chat.is_restored)

    chat = Chat("/dev/null")
    chat.wait_for("> ")
    time.sleep(0.3)
    chat.type("/tokens\r")
    check("a history that cannot be written is no error", chat.wait_for("tokens of context"))
    chat.type("/quit\r")
    check("/quit ends with 0", chat.status() == 0)

    # Commands that change the conversation.
    talk = os.path.join(state, "talk.json")
    chat = Chat(state, "--max-tokens", "12", "--seed", "5", "--temperature", "1")
    chat.wait_for("> ")
    time.sleep(0.3)
    is_chat = "no chat template" not in chat.output
    for line, expected in [
        ("/stats", "no answer yet"), ("Tell me of the sea", "; context "), ("/stats", "last answer: prompt"),
        (f"/save {talk}", "saved to"), ("/save", "saved to"), ("/load", "loaded"),
        *([("/regenerate", "; context "), ("/undo", "taken back: Tell me"), ("/undo", "nothing to take back"),
           ("/regenerate", "no answer to make anew"), (f"/load {talk}", "the last message: Tell me")] if is_chat else []),
        ("/load /nonexistent", "/nonexistent"), ("/save /dev/null", "/dev/null"), ("/load", "loaded"),
    ]:
        chat.type(line + "\r")
        check(f"{line.replace(state, '...')}: {expected}", chat.wait_for(expected))
        chat.wait_for("> ", 5)
        time.sleep(0.1)
    os.chmod(talk, 0o600)
    saved = json.load(open(talk))
    check("the saved conversation is JSON with its model", saved["format"] == "orrery chat" and saved["model"] != "")
    chat.type("/quit\r")
    check("/quit ends with 0", chat.status() == 0)
    chat = Chat(state)
    chat.wait_for("> ")
    time.sleep(0.3)
    other = os.path.join(state, "other.json")
    open(other, "w").write("mine")
    chat.type(f"/save {other}\r")
    check("/save replaces no other file", chat.wait_for("--overwrite") and open(other).read() == "mine")
    chat.type(f"/save --overwrite {other}\r")
    check("but with --overwrite", chat.wait_for("saved to") and json.load(open(other))["answers"] == 0)
    chat.type("/quit\r")
    chat.status()

    # A server that is told what to say.
    server = Server()
    markdown = ["# Ti", "tle\n", "A **bo", "ld** word, `co", "de`, 2 * 3.\n- it", "em\n```\nx = *y*\n", "```\n|a|b|\n|-|-|\n|1|2|\n"]
    server.pieces, server.gate = markdown, threading.Semaphore(0)
    chat = Chat(state, place=server.address)
    check("the server's model is named at the start", chat.wait_for("told at " + server.address) and chat.wait_for("> "))
    time.sleep(0.3)
    chat.type("Hi\r")
    seen = []
    for word in ["Ti", "Title", "A ", "bold word, ", "code, 2 * 3.", "x = *y*", "1  2"]:
        server.gate.release()
        seen.append(chat.wait_for(word, 10))
    check("each piece is shown before the next one comes", all(seen))
    check("the end says tokens and context", chat.wait_for("; context 16 of 512"))
    check("Markdown has its styles", all(part in chat.output for part in ["\x1b[1;4mTi", "\x1b[1mbold\x1b[0m word", "\x1b[36mcode\x1b[0m", "• it", "\x1b[36mx = *y*"]))
    check("and none of its marks", not any(mark in chat.output for mark in ["**", "# T", "|a|", "`co"]))
    check("nothing is erased but the prompt's line", "\x1b[2J" not in chat.output and "\x1b[1K" not in chat.output)
    server.pieces, server.gate, server.is_gone = ["word "] * 10000, threading.Semaphore(3), threading.Event()
    chat.wait_for("> ")
    time.sleep(0.3)
    chat.type("Talk\r")
    check("an answer that is slow comes word by word", chat.wait_for("word word word"))
    os.write(chat.parent, b"\x03")
    check("Ctrl-C stops it and not the program", chat.wait_for("stays in the conversation") and chat.wait_for("> "))
    gate = server.gate
    threading.Thread(target=lambda: [gate.release() or time.sleep(0.01) for _ in range(300)], daemon=True).start()
    check("and closes the connection", server.is_gone.wait(20))
    server.pieces, server.gate, server.breaks = ["cut **of"], None, True
    time.sleep(0.3)
    chat.type("More\r")
    check("a connection that breaks is said", chat.wait_for("ended before the answer did"))
    check("and what came is shown, its open mark too", "cut **of" in chat.output)
    check("the stopped answer is part of the conversation", server.bodies[-1]["messages"][3] == {"role": "assistant", "content": "word word word "})
    server.breaks = False
    chat.wait_for("> ")
    time.sleep(0.3)
    chat.type("/stats\r")
    check("/stats counts", chat.wait_for("this chat: 3 answers"))
    chat.type("/quit\r")
    check("/quit ends with 0", chat.status() == 0)
    server.pieces = ["**bo", "ld**"]
    for what, more, env in [("--plain", ["--plain"], {}), ("NO_COLOR", [], {"NO_COLOR": "1"}), ("TERM=dumb", [], {"TERM": "dumb"})]:
        chat = Chat(state, *more, place=server.address, env=env)
        chat.wait_for("> ")
        time.sleep(0.3)
        chat.type("Hi\r")
        check(f"with {what} Markdown is shown as it is written", chat.wait_for("**bold**"))
        chat.wait_for("> ")
        chat.type("/quit\r")
        chat.status()

    # Orrery's own server says what the model says here.
    if is_chat and not flags:
        port = subprocess.Popen([orrery, "serve", model, "--port", "0"], stderr=subprocess.PIPE, text=True)
        address = next(line for line in port.stderr if "listening at" in line).split()[-1]
        try:
            words = ["-p", "Write a list of three colours.", "-n", "60", "--temperature", "0"]
            said = [subprocess.run([orrery, "chat", place, *words], capture_output=True, text=True).stdout for place in [model, address]]
            check("orrery serve gives the text that the model gives here", said[0] == said[1] != "")
            chat = Chat(state, "-n", "4000", place=address)
            chat.wait_for("> ")
            time.sleep(0.3)
            chat.type("Tell me a very long story.\r")
            chat.wait_for_length(200)
            os.write(chat.parent, b"\x03")
            check("Ctrl-C stops an answer of orrery serve", chat.wait_for("stays in the conversation"))
            chat.type("/quit\r")
            check("/quit ends with 0", chat.status() == 0)
        finally:
            port.terminate()
            port.wait()

sys.exit(failures > 0)
