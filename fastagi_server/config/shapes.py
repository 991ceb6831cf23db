"""The shapes that settings are held to: each check gives what would be right, or None where the value is.

This file does not know which setting uses which shape.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
_DATABASE = re.compile(r"(sqlite|postgres|postgresql)(\+[a-z0-9_]+)?://\S*", re.ASCII)
_REDIS = re.compile(r"(rediss?|unix)://\S+", re.ASCII)
_URI = re.compile(r"agi://[A-Za-z0-9.:\[\]-]{1,255}", re.ASCII)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_CONF = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.conf", re.ASCII)
_SOUNDS = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,8}", re.ASCII)
_DIAL = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,19}/[A-Za-z0-9_.:;=@*#/+~-]+", re.ASCII)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_USER = re.compile(r"[!-~]{1,80}", re.ASCII)
_PREFIX = re.compile(r"[0-9*#]{0,20}", re.ASCII)
_CALLING_CODE = re.compile(r"([1-9][0-9]{0,2})?", re.ASCII)
_SECTION = re.compile(r"[A-Za-z0-9_.-]{0,79}", re.ASCII)
_SIP_USER = re.compile(r"[A-Za-z0-9_.+~*!-]{0,80}", re.ASCII)
_CODEC = re.compile(r"[a-z0-9_.-]{1,20}", re.ASCII)
_BIND = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:]+)\]|(?P<four>[0-9.]+)):(?P<port>[1-9][0-9]{0,4})", re.ASCII)
_ABSOLUTE = re.compile(r"/[A-Za-z0-9_./@+-]{1,254}", re.ASCII)
NUMBER = "{number}"
LAST_PORT = 65535
FASTEST_CPS = 1000
SOCKET_BYTES = 107  # what sun_path of a Unix socket's address holds, less the closing zero
MAX_SECRET = 512  # Asterisk reads lines of at most 1024 bytes
ANY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - told apart here, bound nowhere


def is_address(text: str) -> bool:
    """Say whether the text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def host(value: str) -> str | None:
    """Hold a host to an address or a name."""
    return None if is_address(value) or _HOST.fullmatch(value) else "an IP address or a host name"


def address(value: str) -> str | None:
    """Hold a listening host to an address, because a name may mean several."""
    return None if is_address(value) else "an IP address"


def network(value: str) -> str | None:
    """Hold an entry of the permit list to an address, or a network that names no host inside it."""
    try:
        ipaddress.ip_network(value)
    except ValueError:
        return "an IP address, or a network such as 10.1.2.0/24"
    return None


def database(value: str) -> str | None:
    """Hold a database's URL to the two kinds that the store speaks."""
    return None if _DATABASE.fullmatch(value) else "sqlite:///FILE or postgresql://USER@HOST/NAME"


def redis(value: str) -> str | None:
    """Hold Redis' URL to its schemes; empty is no Redis."""
    return None if not value or _REDIS.fullmatch(value) else "redis://HOST:PORT, or empty"


def uri(value: str) -> str | None:
    """Hold what Asterisk is told to call to agi://host:port without a path; empty is derived."""
    return None if not value or _URI.fullmatch(value) else "agi://HOST:PORT without a path, or empty"


def username(value: str) -> str | None:
    """Hold a manager user to what can stand on one line of AMI."""
    return None if _USER.fullmatch(value) else "visible ASCII characters without blanks"


def secret(value: str) -> str | None:
    """Hold a secret to what can stand on one line of AMI."""
    right = value.isprintable() and len(value) <= MAX_SECRET
    return None if right else f"at most {MAX_SECRET} characters, none of them a control character"


def socket(value: Path) -> str | None:
    """Hold a Unix socket's path to what the kernel takes."""
    return None if len(bytes(value)) <= SOCKET_BYTES else f"a path of at most {SOCKET_BYTES} bytes"


def conf(value: str) -> str | None:
    """Hold a dialplan file to a plain name that Asterisk includes."""
    return None if _CONF.fullmatch(value) else "a file name that ends in .conf, without a folder"


def cps(value: float) -> str | None:
    """Hold a limit to calls per second; what has none is left out."""
    return None if 0 < value <= FASTEST_CPS else f"more than 0, at most {FASTEST_CPS}"


def included(value: str) -> str | None:
    """Hold the name of an included file to a relative path; empty is derived."""
    right = not value or (_SOUNDS.fullmatch(value.removesuffix(".conf")) and value.endswith(".conf"))
    return None if right else "a relative path that ends in .conf, or empty"


def sounds(value: str) -> str | None:
    """Hold a folder of sounds to a relative path that cannot break a dialplan line."""
    return None if _SOUNDS.fullmatch(value) else "a relative folder of letters, digits, _ and -"


def engine(value: str) -> str | None:
    """Hold an engine's name to small letters."""
    return None if _NAME.fullmatch(value) else "small letters, digits, _ and -"


def asterisk(value: str) -> str | None:
    """Hold the name of one more Asterisk to small letters; the first has its own."""
    right = _NAME.fullmatch(value) and value != "asterisk"
    return None if right else "with small letters, digits, _ and -, and not asterisk, which is the first one"


def trunk(value: str) -> str | None:
    """Hold a trunk's name to small letters."""
    return None if _NAME.fullmatch(value) else "with small letters, digits, _ and -"


_TECHNOLOGIES = ("PJSIP", "SIP", "Local")


def dial(value: str) -> str | None:
    """Hold a dial string to one place for the number and nothing that starts something else."""
    technology = value.partition("/")[0]
    # Asterisk takes local/ for Local/; we would not see that such a call has two halves.
    spelled = next((each for each in _TECHNOLOGIES if each.lower() == technology.lower()), technology)
    if spelled != technology:
        return f"spelled {spelled}/ at its beginning"
    right = value.count(NUMBER) == 1 and _DIAL.fullmatch(value.replace(NUMBER, "0"))
    return None if right else "like PJSIP/{number}@carrier, with {number} once, no blank, comma or &"


def e164(value: str) -> str | None:
    """Hold a number of ours to E.164 with +."""
    return None if _E164.fullmatch(value) else "a number in E.164 such as +525512345678"


def prefix(value: str) -> str | None:
    """Hold what stands before a number to what can be dialed."""
    return None if _PREFIX.fullmatch(value) else "at most 20 digits, * and #"


def calling_code(value: str) -> str | None:
    """Hold a country's calling code to its digits."""
    return None if _CALLING_CODE.fullmatch(value) else "a calling code such as 52, without +"


def section(value: str) -> str | None:
    """Hold the name of somebody's section or context to one word."""
    return None if _SECTION.fullmatch(value) else "one word of letters, digits, _, . and -"


def sip_user(value: str) -> str | None:
    """Hold a name in a SIP address to what stands there without an escape."""
    return None if _SIP_USER.fullmatch(value) else "letters, digits and _ . + ~ * ! -, at most 80"


def codec(value: str) -> str | None:
    """Hold a codec to one of Asterisk's names, none of which switches several off."""
    right = _CODEC.fullmatch(value) and value != "all"
    return None if right else "a codec by Asterisk's name, such as ulaw"


def bind(value: str) -> str | None:
    """Hold an address of our own with its port; empty is none."""
    found = _BIND.fullmatch(value)
    right = found and is_address(found["six"] or found["four"]) and int(found["port"]) <= LAST_PORT
    return None if not value or right else "an IP address and port such as 0.0.0.0:5070, or empty"


def optional_host(value: str) -> str | None:
    """Hold a host to an address or a name; empty is none."""
    return host(value) if value else None


def absolute(value: Path | None) -> str | None:
    """Hold a path that Asterisk opens to a whole one that cannot break a line of its files."""
    right = value is None or _ABSOLUTE.fullmatch(str(value))
    return None if right else "a path from / on, of letters, digits and _ . / @ + -"
