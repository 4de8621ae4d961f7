#!/usr/bin/env python3
"""Times `orrery train` beside PyTorch on nanoGPT's two Shakespeare configurations, in turn on one machine, and prints a table.

usage: compare_training.py ORRERY PYTHON PEERS DATA [--config cpu|gpu] [--steps N] [--rounds R]
  PYTHON has PyTorch; PEERS holds nanogpt.py. Without --steps, cpu runs all 2,000 steps and gpu 10.
Each round runs every way once, so that what the machine's neighbours do falls on all alike; the table has the median of the rounds.
"""
import argparse, json, statistics, subprocess, tempfile

WAYS = ["orrery bfloat16", "orrery float32", "torch float32", "torch bfloat16", "torch float32 compiled", "torch bfloat16 compiled"]


def command(way: str, a: argparse.Namespace, steps: int, seed: int, out: str) -> list[str]:
    who, dtype, *compiled = way.split()
    if who == "torch":
        return [a.python, f"{a.peers}/nanogpt.py", a.data, "--config", a.config, "--dtype", dtype, "--steps", str(steps), "--seed", str(seed)] + (["--compile"] if compiled else [])
    return [a.orrery, "train", "--preset", f"nanogpt-{a.config}", "--data", a.data, "--dtype", dtype, "--steps", str(steps), "--seed", str(seed),
            "--validate-every", "0", "--json", "--overwrite", "--out", out]


def main() -> None:
    a = argparse.ArgumentParser(usage=__doc__)
    for name in ("orrery", "python", "peers", "data"):
        a.add_argument(name)
    a.add_argument("--config", choices=["cpu", "gpu"], default="cpu")
    a.add_argument("--steps", type=int)
    a.add_argument("--rounds", type=int, default=1)
    a.add_argument("--ways", default=",".join(WAYS))
    a = a.parse_args()
    steps = a.steps or (2000 if a.config == "cpu" else 10)
    runs: dict[str, list[dict]] = {way: [] for way in a.ways.split(",")}
    with tempfile.TemporaryDirectory() as out:
        for seed in range(1, a.rounds + 1):
            for way in runs:
                done = subprocess.run(["/usr/bin/time", "-f", "%M", *command(way, a, steps, seed, out)], capture_output=True, text=True, check=True)
                run = json.loads(done.stdout.strip().splitlines()[-1])
                run["resident_mb"] = int(done.stderr.strip().splitlines()[-1]) / 1024
                runs[way].append(run)
                print(f"  {way}, seed {seed}: {json.dumps(run)}", flush=True)

    def median(way: str, key: str) -> float:
        return statistics.median(r[key] for r in runs[way] if r.get(key) is not None) if any(r.get(key) is not None for r in runs[way]) else float("nan")

    print(f"\n{a.config}, {steps} steps, {a.rounds} rounds")
    print(f"{'':26}{'ms per step':>10}{'tokens/s':>10}{'GFLOP/s':>9}{'seconds':>9}{'resident':>10}  validation")
    for way in runs:
        losses = [r["validation_loss"] for r in runs[way] if r.get("validation_loss")]
        print(f"{way:26}{median(way, 'ms_per_step'):10.1f}{median(way, 'tokens_per_s'):10.0f}{median(way, 'gflops'):9.0f}{median(way, 'seconds'):9.1f}"
              f"{median(way, 'resident_mb'):7.0f} MB  {' '.join(f'{x:.4f}' for x in losses)}")


if __name__ == "__main__":
    main()
