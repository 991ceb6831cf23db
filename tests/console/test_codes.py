from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fastagi_server.console import codes
from fastagi_server.console.words import errors

_WALK = """
import importlib, json, pkgutil
import fastagi_server
from fastagi_server.telephony.errors import DiscadorError
for each in pkgutil.walk_packages(fastagi_server.__path__, "fastagi_server."):
    if not each.name.endswith("__main__") and ".migrations" not in each.name:
        importlib.import_module(each.name)
def walk(kind):
    for each in kind.__subclasses__():
        yield each.__name__
        yield from walk(each)
print(json.dumps(sorted(set(walk(DiscadorError)))))
"""


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Give every error of the package, by a process of its own: other tests make errors too."""
    told = subprocess.run([sys.executable, "-c", _WALK], capture_output=True, text=True, check=True).stdout
    return set(json.loads(told))


def test_every_error_of_the_package_has_a_code_on_purpose(names: set[str]) -> None:
    assert len(names) > 60
    assert sorted(names - codes.ASKED_WRONGLY - codes.NOT_DONE) == []


def test_an_error_has_one_code_and_is_there(names: set[str]) -> None:
    assert not codes.ASKED_WRONGLY & codes.NOT_DONE
    assert sorted((codes.ASKED_WRONGLY | codes.NOT_DONE) - names) == []


def test_the_page_names_every_error_that_is_2_and_a_command_can_meet() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    (told,) = re.findall(r"Exit code 2 stands for (.*?); 1 for every other", text, re.DOTALL)
    met = set(next(iter(errors.TABLES.values()))) | {"SettingError"}

    assert set(re.findall(r"`(\w+)`", told)) == codes.ASKED_WRONGLY & met


@pytest.mark.parametrize(
    ("name", "code"), [("SettingError", 2), ("NotDialableError", 2), ("NotDialedError", 1), ("Unheard", 1)]
)
def test_what_an_error_means(name: str, code: int) -> None:
    assert codes.of_error(name) == code


def test_the_codes_are_those_that_shells_know() -> None:
    assert [int(code) for code in codes.Code] == [0, 1, 2, 130]
