#!/usr/bin/env python3
"""Runs a command in a terminal (tmux) and keeps what stands there at the end as an SVG.

usage: terminal_picture.py OUT.svg COLUMNS ROWS TITLE COMMAND [FIRST [LAST]]

The command is a line of shell; FIRST and LAST are texts of the lines that the picture begins and ends before.
"""
import html, os, re, subprocess, sys, time, unicodedata

out, columns, rows, title, command = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
PALETTE = ["#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9"]
WIDTH, HEIGHT = 8.4, 18
socket = f"picture{time.time_ns()}"


def tmux(*arguments):
    return subprocess.run(["tmux", "-L", socket, *arguments], check=True, capture_output=True, text=True).stdout


def color(code, rest):
    """The colour of an SGR parameter, whose arguments are taken from rest."""
    if code in (38, 48):
        kind = rest.pop(0)
        if kind == 2:
            return "#%02x%02x%02x" % (rest.pop(0), rest.pop(0), rest.pop(0))
        index = rest.pop(0)
        if index < 16:
            return PALETTE[index % 8]
        if index >= 232:
            return "#%02x%02x%02x" % ((8 + 10 * (index - 232),) * 3)
        index -= 16
        return "#%02x%02x%02x" % tuple(0 if v == 0 else 55 + 40 * v for v in (index // 36, index // 6 % 6, index % 6))
    return PALETTE[code % 10]


def runs(line):
    """The line as (text, style) with what SGR (ECMA-48, 8.3.117) sets."""
    style, found = {}, []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        match = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not match:
            if part:
                found.append((part, dict(style)))
            continue
        codes = [int(code or 0) for code in match[1].split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                style = {}
            elif code == 1:
                style["bold"] = True
            elif code == 2:
                style["dim"] = True
            elif 30 <= code <= 38 or 90 <= code <= 97:
                style["fill"] = color(code, codes)
            elif 40 <= code <= 48 or 100 <= code <= 107:
                style["back"] = color(code, codes)
            elif code == 39:
                style.pop("fill", None)
            elif code == 49:
                style.pop("back", None)
    return found


def wide(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "env", "LANG=C.UTF-8", "TERM=xterm-256color", "sh", "-c", command + "; touch " + out + ".done; sleep 60")
while not os.path.exists(out + ".done"):
    time.sleep(0.2)
os.remove(out + ".done")
time.sleep(0.5)
lines = tmux("capture-pane", "-p", "-e").rstrip("\n").split("\n")
tmux("kill-server")

for place, text in enumerate(sys.argv[6:8]):
    found = next(i for i, line in enumerate(lines) if text in re.sub(r"\x1b\[[0-9;]*m", "", line))
    lines = lines[found:] if place == 0 else lines[:found]
while not lines[-1].strip():
    lines.pop()

body, back = [], []
for number, line in enumerate(lines):
    x, y = 0, 44 + number * HEIGHT
    for text, style in runs(line):
        width = wide(text) * WIDTH
        if "back" in style:
            back.append(f'<rect x="{16 + x:.1f}" y="{y - 13.5:.1f}" width="{width:.1f}" height="{HEIGHT}" fill="{style["back"]}"/>')
        if text.strip():
            attributes = f' fill="{style["fill"]}"' if "fill" in style else ""
            attributes += ' font-weight="bold"' if style.get("bold") else ""
            attributes += ' opacity="0.65"' if style.get("dim") else ""
            body.append(f'<text x="{16 + x:.1f}" y="{y}" textLength="{width:.1f}" xml:space="preserve"{attributes}>{html.escape(text)}</text>')
        x += width
w, h = 32 + columns * WIDTH, 44 + len(lines) * HEIGHT
with open(out, "w") as file:
    file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:.0f} {h}" width="{w:.0f}" height="{h}" role="img" aria-label="{html.escape(title)}">\n')
    file.write(f'<rect width="100%" height="100%" rx="8" fill="#1e222a"/>\n<text x="16" y="22" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="#7f8794">$ {html.escape(title)}</text>\n')
    file.write('<g font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" fill="#d8dee9">\n')
    file.write("\n".join(back + body) + "\n</g>\n</svg>\n")
