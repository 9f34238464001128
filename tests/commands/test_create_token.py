from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.models import Token, User


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
