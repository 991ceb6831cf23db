from fastagi_server.ami.errors import LinkLostError, LoginRefusedError, RemoteError
from fastagi_server.telephony.errors import DiscadorError


def test_each_error_says_its_sentence() -> None:
    assert str(RemoteError(why="noise")) == "Asterisk's manager interface broke its own rules: noise."
    assert "new exchange" in str(LinkLostError(prefix="a"))
    assert str(LoginRefusedError(username="u", why="no")) == "Asterisk refused the manager login of 'u': no."


def test_all_are_ours() -> None:
    for kind in (RemoteError, LinkLostError, LoginRefusedError):
        assert issubclass(kind, DiscadorError)
