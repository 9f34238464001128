from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.models import Token, User
from tests.factories import make_token


def create_token(*arguments: str) -> str:
    output = StringIO()
    call_command("create_token", *arguments, stdout=output, stderr=StringIO())
    return output.getvalue()


def test_it_prints_the_token_alone_on_the_last_line(rep: User) -> None:
    *__, last = create_token("rep").splitlines()
    token = Token.objects.find(last)
    assert token is not None
    assert token.user == rep


def test_it_names_the_token(rep: User) -> None:
    create_token("rep", "--name", "nightly report")
    assert Token.objects.get().name == "nightly report"


def test_it_keeps_no_token_but_its_digest(rep: User) -> None:
    secret = create_token("rep").split()[-1]
    assert secret.encode() not in bytes(Token.objects.get().digest)


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_it_refuses_a_name_that_does_not_fit(rep: User, name: str) -> None:
    with pytest.raises(CommandError, match="1 to 100 characters"):
        create_token("rep", "--name", name)


def test_it_says_what_to_do_about_an_unknown_user(db: None) -> None:
    with pytest.raises(CommandError, match=r"no user 'nemo'.*Check the spelling, or add the user"):
        create_token("nemo")


def test_it_says_what_to_do_about_an_inactive_user(rep: User) -> None:
    User.objects.filter(pk=rep.pk).update(is_active=False)
    with pytest.raises(CommandError, match=r"not active.*Activate the user"):
        create_token("rep")
    assert not Token.objects.exists()


def test_it_lets_in_for_everything_and_for_ever_unless_told(rep: User) -> None:
    create_token("rep")
    token = Token.objects.get()
    assert (token.scopes, token.expires_at) == (["read", "write", "close", "admin"], None)
    assert not token.is_service


def test_it_takes_scopes_an_end_and_what_it_is(rep: User) -> None:
    create_token("rep", "--scopes", "close, read", "--expires-days", "30", "--service")
    token = Token.objects.get()
    assert (token.scopes, token.is_service) == (["read", "close"], True)
    assert token.expires_at
    assert (token.expires_at - token.created_at).days in (29, 30)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("--scopes", "read,delete", "--scopes: Choose one or more of: read"), ("--expires-days", "0", "--expires-days:")],
)
def test_it_refuses_what_there_is_not(rep: User, option: str, value: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        create_token("rep", option, value)
    assert not Token.objects.exists()


class TestRevoking:
    def revoke(self, *arguments: str) -> str:
        output = StringIO()
        call_command("revoke_token", *arguments, stdout=output)
        return output.getvalue()

    def in_use(self) -> list[str]:
        return sorted(token.name for token in Token.objects.in_use())

    @pytest.fixture(autouse=True)
    def _tokens(self, rep: User, teammate: User) -> None:
        for user, name in ((rep, "a"), (rep, "a"), (rep, "b"), (teammate, "a")):
            make_token(user, name=name)

    def test_by_name(self) -> None:
        assert self.revoke("rep", "--name", "a") == "2 tokens were revoked.\n"
        assert self.in_use() == ["a", "b"]

    def test_all_of_the_user(self) -> None:
        assert self.revoke("rep", "--all") == "3 tokens were revoked.\n"
        assert self.in_use() == ["a"]

    def test_also_of_one_who_left(self, rep: User) -> None:
        User.objects.filter(pk=rep.pk).update(is_active=False)
        assert self.revoke("rep", "--name", "b") == "1 token was revoked.\n"

    def test_without_such_a_token_it_names_those_that_there_are(self) -> None:
        with pytest.raises(CommandError, match="are: a, b"):
            self.revoke("rep", "--name", "c")
        self.revoke("rep", "--all")
        with pytest.raises(CommandError, match="are: –"):
            self.revoke("rep", "--all")
