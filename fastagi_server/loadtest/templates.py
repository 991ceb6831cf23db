"""The lab's files from dialplan_templates/carrier: a name between << and >> is filled in, all else stays.

No Jinja here: Asterisk's own ${…} and $[…] pass untouched. A name without a value is an error.
"""

from __future__ import annotations

import re
from importlib import resources

_NAME = re.compile(r"<<([a-z_]+)>>")


def fill(text: str, **values: object) -> str:
    """Put the values in the places of their names."""
    return _NAME.sub(lambda found: str(values[found[1]]), text)


def render(template: str, **values: object) -> str:
    """Give one of the lab's files, filled in."""
    text = resources.files("fastagi_server.templates.carrier").joinpath(template).read_text(encoding="utf-8")
    return fill(text, **values)
