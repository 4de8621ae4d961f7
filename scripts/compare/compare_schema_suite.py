#!/usr/bin/env python3
"""Whether `orrery schema` accepts exactly the valid instances of the official JSON Schema test suite.

usage: compare_schema_suite.py ORRERY SUITE [--tokenizer T] [--refused]

SUITE is a checkout's folder with tests/draft2020-12. Prints the groups refused by keyword and every wrong answer; exit
status 1 if there is one, or if more than 8 % of the groups are refused. Remote schemas and custom vocabularies are left
out of that count. Formats are annotations in the suite proper, and enforced for its optional format tests.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

LEFT_OUT = {"refRemote.json", "vocabulary.json"}


def groups(files):
    for file in files:
        if file.name not in LEFT_OUT:
            for group in json.loads(file.read_text()):
                yield file.name, group


def answers(arguments, listed, formats):
    lines = "".join(
        json.dumps({"schema": group["schema"], "instances": [test["data"] for test in group["tests"]]}) + "\n"
        for _, group in listed)
    command = [arguments.orrery, "schema", "--cases", "-", "--format", formats]
    if arguments.tokenizer:
        command += ["--tokenizer", arguments.tokenizer]
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"orrery schema: exit status {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(arguments, title, files, formats):
    listed = list(groups(files))
    refused, tests, wrong, compile_us, means = collections.Counter(), 0, 0, [], []
    for (file, group), answer in zip(listed, answers(arguments, listed, formats), strict=True):
        if answer["refused"]:
            refused[answer["refused"]["keyword"]] += 1
            if arguments.refused:
                print(f"refused: {file}: {group['description']}: {answer['refused']}")
            continue
        compile_us.append(answer["compile_us"])
        if answer["mask_us_mean"]:
            means.append((answer["mask_us_mean"], answer["masks"]))
        for test, accepted in zip(group["tests"], answer["accepted"], strict=True):
            tests += 1
            if accepted != test["valid"]:
                wrong += 1
                print(f"WRONG: {file}: {group['description']}: {test['description']}: expected {test['valid']}")
    count = sum(refused.values())
    print(f"{title}: {len(listed)} groups, {count} refused ({100 * count / len(listed):.1f} %) {dict(refused)};"
          f" {tests} tests, {wrong} wrong; compiled in {sum(compile_us) / len(compile_us):.0f} us on average")
    if means:
        total = sum(number for _, number in means)
        print(f"  {total} masks, {sum(mean * number for mean, number in means) / total:.1f} us on average")
    return wrong, count / len(listed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orrery")
    parser.add_argument("suite", type=pathlib.Path)
    parser.add_argument("--tokenizer")
    parser.add_argument("--refused", action="store_true", help="say which groups are refused")
    arguments = parser.parse_args()
    tests = arguments.suite / "tests" / "draft2020-12"
    wrong, share = compare(arguments, "suite", sorted(tests.glob("*.json")), "annotate")
    optional, _ = compare(arguments, "optional", sorted((tests / "optional").glob("*.json")), "annotate")
    formats, _ = compare(arguments, "formats", sorted((tests / "optional" / "format").glob("*.json")), "enforce")
    sys.exit(1 if wrong or optional or formats or share > 0.08 else 0)


main()
