#!/usr/bin/env python3
"""Types into `orrery chat` on a pseudoterminal, as a person does, and checks what the program and the terminal do.

usage: check_chat.py ORRERY MODEL [--template plain]      (MODEL: any that `orrery chat` opens; needs nothing but Python)
"""
import fcntl, os, pty, re, select, signal, struct, sys, tempfile, termios, time

orrery, model, flags = sys.argv[1], sys.argv[2], sys.argv[3:]
failures = 0


def check(what, is_right):
    global failures
    failures += not is_right
    print(("ok    " if is_right else "FAILS ") + what, flush=True)


class Chat:
    """A chat in a session of its own, whose terminal has 60 columns."""

    def __init__(self, state, *more, columns=60):
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
                os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", XDG_STATE_HOME=state)
                os.execv(orrery, [orrery, "chat", model, *flags, *more])
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

sys.exit(failures > 0)
