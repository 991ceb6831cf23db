"""The table beside the library on the same numbers, each in a process of its own.

100,000 numbers of the Americas by a seed, of which 5 % are near-misses. "library" is what a program asks of
phonenumbers to know as much: parse, region, validity and type. "authority" is the library asked by our own
code, in our own words. The processes take turns; each reads all numbers some times in CPU time, and
the best counts, for noise only adds.
"""

import argparse
import gc
import importlib
import json
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SEED = 20261123
COUNT, NEAR = 100_000, 0.05
ROUNDS, TURNS = 3, 3
# How a list of the guide's countries, and some more, is made up.
MIX = {"1": 45, "52": 20, "55": 15, "57": 8, "54": 6, "56": 3, "51": 3}
READERS = ("library", "authority", "table")


def reader(name: str) -> Callable[[str], object]:
    """Give what reads a number; only what is asked for is imported."""
    chosen: Callable[[str], object]
    if name == "table":
        chosen = importlib.import_module("fastagi_server.numbering.parse").parse
        return chosen
    if name == "authority":
        chosen = importlib.import_module("fastagi_server.numbering.authority").read
        return chosen
    library = importlib.import_module("phonenumbers")

    def ask(text: str) -> object:
        try:
            number = library.parse(text, None)
        except library.NumberParseException:
            return None
        region = library.region_code_for_number(number)
        return region, library.is_valid_number(number), library.number_type(number)

    return ask


def numbers() -> list[str]:
    """Make the numbers."""
    phonenumbers = importlib.import_module("phonenumbers")
    chance = random.Random(SEED)  # noqa: S311 - nothing here is a secret
    codes, weights = list(MIX), list(MIX.values())
    made: list[str] = []
    while len(made) < COUNT:
        code = chance.choices(codes, weights)[0]
        regions = list(phonenumbers.region_codes_for_country_code(int(code)))
        region = chance.choice(regions[:1] * len(regions) + regions)
        kind = chance.choice([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        digits = list(str(example.national_number))
        for at in range(1, len(digits)):
            if chance.random() < 0.8:  # noqa: PLR2004 - most digits, so that areas and exchanges vary
                digits[at] = chance.choice("0123456789")
        text = f"+{code}{''.join(digits)}"
        if not phonenumbers.is_valid_number(phonenumbers.parse(text, None)):
            continue
        if chance.random() < NEAR:
            at = chance.randrange(len(code) + 1, len(text))
            text = chance.choice([text[:at], text[:at] + "0" + text[at:], f"{text[:at]}0{text[at + 1 :]}"])
        made.append(text)
    return made


def measure(name: str) -> dict[str, float | int]:
    """Read the numbers on stdin and say how long it took."""
    texts = sys.stdin.read().split()
    begun = time.perf_counter()
    ask = reader(name)
    ask(texts[0])
    ready = time.perf_counter() - begun
    best = float("inf")
    gc.collect()
    for _ in range(ROUNDS):
        begun = time.process_time()
        for text in texts:
            ask(text)
        best = min(best, time.process_time() - begun)
    return {
        "microseconds": best / len(texts) * 1e6,
        "per_second": round(len(texts) / best),
        "ready_ms": ready * 1e3,
        "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "phonenumbers_imported": int("phonenumbers" in sys.modules),
    }


def main() -> int:
    """Measure all and tell it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--only", choices=READERS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only:
        print(json.dumps(measure(asked.only)))
        return 0
    texts = "\n".join(numbers())
    found: dict[str, dict[str, float]] = {}
    for name in READERS * TURNS:
        command = [sys.executable, __file__, "--only", name]
        done = subprocess.run(command, input=texts, capture_output=True, text=True, check=True)
        row = json.loads(done.stdout)
        found[name] = min(found.get(name, row), row, key=lambda each: each["microseconds"])
    print(f"{'':<10}{'us each':>9}{'per second':>12}{'ready ms':>10}{'RSS MiB':>9}{'x library':>11}")
    for name, row in found.items():
        row["times_the_library"] = found["library"]["microseconds"] / row["microseconds"]
        print(
            f"{name:<10}{row['microseconds']:>9.2f}{row['per_second']:>12,}{row['ready_ms']:>10.0f}"
            f"{row['rss_mib']:>9.1f}{row['times_the_library']:>11.1f}"
        )
    if asked.json:
        report = {"python": platform.python_version(), "numbers": COUNT, "seed": SEED, "readers": found}
        asked.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
