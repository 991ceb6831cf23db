"""What Asterisk's manager sends besides events: its banner and its responses. No event is known here."""

from __future__ import annotations

from dataclasses import dataclass

END_COMMAND = "--END COMMAND--"
_OLD_HEADERS = frozenset({"Response", "Privilege", "ActionID", "Message"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Banner:
    """The first line of a link, for example Asterisk Call Manager/9.0.0."""

    text: str


@dataclass(frozen=True, slots=True)
class Headers:
    """Header lines in their order, repeated ones kept."""

    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Give the first value of that name."""
        return next((value for known, value in self.pairs if known == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of that name, for example of ChanVariable."""
        return tuple(value for known, value in self.pairs if known == name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """The answer to one action; `output` holds a Command's lines."""

    response: str
    action_id: str = ""
    message: str = ""
    headers: Headers = Headers()
    output: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Say whether Asterisk took the action."""
        return self.response != "Error"


def text_of(raw: bytes) -> str:
    """Decode what is mostly UTF-8; other bytes survive as surrogates, for names are cut in mid-character."""
    return raw.decode("utf-8", "surrogateescape")


def split_headers(text: str) -> Headers:
    """Take header lines apart; a line without a colon is a name without a value."""
    return Headers(tuple(_pair(line) for line in text.split("\r\n") if line))


def read_response(raw: bytes) -> Response:
    """Take one response apart, the old form of Command's answer included."""
    text = text_of(raw)
    if text.startswith("Response: Follows"):
        return _read_follows(text)
    headers = split_headers(text)
    return _response(headers, headers.all("Output"))


def _read_follows(text: str) -> Response:
    pairs: list[tuple[str, str]] = []
    rest = text
    while rest:
        line, _, after = rest.partition("\r\n")
        pair = _pair(line)
        if pair[0] not in _OLD_HEADERS:
            break
        pairs.append(pair)
        rest = after
    output = rest.removesuffix("\r\n").removesuffix(END_COMMAND).removesuffix("\n")
    return _response(Headers(tuple(pairs)), tuple(output.splitlines()))


def _response(headers: Headers, output: tuple[str, ...]) -> Response:
    return Response(
        response=headers.get("Response"),
        action_id=headers.get("ActionID"),
        message=headers.get("Message"),
        headers=headers,
        output=output,
    )


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.removeprefix(" ")
