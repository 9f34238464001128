"""The same request with the same key is done once, and answered as it was the first time."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction

from crm.api import idempotency
from crm.api.parsers import parse_object
from crm.errors import Refusal
from crm.maintenance import FEW, maintenance
from crm.models import Event, StoredAnswer, Webhook
from opportunities.api import views
from opportunities.models import Opportunity, OpportunityClose
from tests.api.test_refusals import problem
from tests.conftest import ApiClient
from tests.core.racing import racers
from tests.expect import nothing_changes
from tests.factories import close_won, make_account, make_opportunity, make_quote, make_token, reopen

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
KEY = "3f1e-close-of-deal-7"


def is_replayed(answer):
    return answer.headers.get("Idempotency-Replayed") == "true"


@pytest.fixture
def path(rep):
    return f"opportunities/{make_opportunity(rep).pk}/close-as-won/"


class TestAgain:
    def test_a_close_is_answered_as_the_first_time(self, rep, api, path):
        first = api(rep).post(path, {"actual_revenue": "5"}, idempotency_key=KEY)
        with nothing_changes():
            second = api(rep).post(path, {"actual_revenue": "5"}, idempotency_key=KEY)
        assert (first.status_code, second.status_code) == (200, 200)
        assert (is_replayed(first), is_replayed(second)) == (False, True)
        for name in ("ETag", "Content-Type", "Vary", "Content-Language"):
            assert first[name] == second[name], name
        assert first.content == second.content

    def test_before_the_present_state_is_looked_at(self, rep, api, path):
        first = api(rep).post(path, if_match='"1"', idempotency_key=KEY)
        opportunity = Opportunity.objects.get()
        reopen(opportunity)
        close_won(opportunity)
        assert api(rep).post(path, if_match='"1"', idempotency_key=KEY).content == first.content
        problem(api(rep).post(path), 409, "opportunity_already_closed")

    def test_a_create_makes_one_record(self, rep, api):
        answers = [api(rep).post("opportunities/", {"topic": "Crane"}, idempotency_key=KEY) for __ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 201]
        assert len({(answer["Location"], answer["ETag"], answer.content) for answer in answers}) == 1
        assert Opportunity.objects.count() == 1

    def test_bulk_and_quote_verbs_too(self, rep, api):
        opportunity = make_opportunity(rep)
        quote = make_quote(opportunity, "active")
        bulk = {"outcome": "won", "ids": [str(make_opportunity(rep).pk), str(opportunity.pk)]}
        for address, body in (("opportunities/bulk-close/", bulk), (f"quotes/{quote.pk}/revise/", None)):
            first, second = (api(rep).post(address, body, idempotency_key=address) for __ in range(2))
            assert first.status_code == second.status_code in (200, 201)
            assert (is_replayed(second), first.content) == (True, second.content)

    def test_a_secret_is_shown_once_and_kept_nowhere_for_it(self, admin, api):
        client, body = api(admin), {"url": "https://93.184.216.34/", "event_types": ["quote.won"]}
        create = [client.post("webhooks/", body, idempotency_key=KEY) for __ in range(2)]
        path = f"webhooks/{create[0].json()['id']}/rotate-secret/"
        rotate = [client.post(path, idempotency_key="rotate") for __ in range(2)]
        for first, second in (create, rotate):
            assert first.json()["secret"].startswith("whsec_")
            assert second.json() == first.json() | {"secret": None}
            assert is_replayed(second)
        assert Webhook.objects.get().secret == rotate[0].json()["secret"]
        assert not StoredAnswer.objects.filter(content__contains="whsec_").exists()

    def test_in_the_language_of_the_first_time(self, rep, api, path):
        first = api(rep).post(path, accept_language="da", idempotency_key=KEY)
        second = api(rep).post(path, accept_language="en", idempotency_key=KEY)
        assert (second["Content-Language"], second.content) == ("da", first.content)

    def test_a_key_is_its_users_own(self, rep, teammate, api):
        for user in (rep, teammate):
            assert not is_replayed(api(user).post("opportunities/", {"topic": "Crane"}, idempotency_key=KEY))
        assert Opportunity.objects.count() == 2

    def test_another_token_of_the_same_user_is_the_same_user(self, rep, api, path):
        api(rep).post(path, idempotency_key=KEY)
        other = ApiClient(make_token(rep, name="other"))
        assert is_replayed(other.post(path, idempotency_key=KEY))

    def test_credentials_and_scopes_are_judged_each_time(self, rep, api, path):
        api(rep).post(path, idempotency_key=KEY)
        problem(api(None).post(path, idempotency_key=KEY), 401, "unauthenticated")
        reader = ApiClient(make_token(rep, name="reader", scopes=["read"]))
        problem(reader.post(path, idempotency_key=KEY), 403, "permission_denied")

    def test_for_24_hours(self, rep, api):
        body = {"topic": "Crane"}
        for hours, replayed in ((0, False), (23.99, True), (24, False), (47, True)):
            with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
                assert is_replayed(api(rep).post("opportunities/", body, idempotency_key=KEY)) is replayed
        assert (Opportunity.objects.count(), StoredAnswer.objects.count()) == (2, 1)

    def test_what_is_over_its_time_is_forgotten_some_at_once(self, rep, api):
        rows = [
            StoredAnswer(user=rep, key=f"old {number}", asked=b"", status=200, headers={}, created_at=NOW)
            for number in range(FEW + 1)
        ]
        StoredAnswer.objects.bulk_create(rows)
        with time_machine.travel(NOW + timedelta(hours=24)):
            api(rep).post("opportunities/", {"topic": "Crane"}, idempotency_key=KEY)
            assert StoredAnswer.objects.filter(created_at=NOW).count() == 1
            maintenance()
        assert StoredAnswer.objects.count() == 1, "the one of today"

    def test_other_methods_take_no_notice(self, rep, api):
        path = f"opportunities/{make_opportunity(rep).pk}/"
        assert api(rep).get(path, idempotency_key=KEY).status_code == 200
        assert api(rep).patch(path, {"topic": "x"}, idempotency_key="").status_code == 200
        problem(api(rep).post(path, {}, idempotency_key=KEY), 405, "method_not_allowed")
        assert not StoredAnswer.objects.exists()


class TestSameBody:
    @pytest.mark.parametrize(
        "body",
        [
            '{"description": "a", "custom": {"x": [1, {}]}, "actual_revenue": 1.50}',
            '{ "actual_revenue": 15e-1, "custom": {"x": [1.0, {}]},\n"description": "\\u0061"}',
        ],
    )
    def test_is_the_same_json(self, body):
        assert plain(body) == plain('{"actual_revenue": 1.5, "description": "a", "custom": {"x": [1, {}]}}')

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("1", "true"),
            ("0", "false"),
            ("1", '"1"'),
            ("{}", "[]"),
            ("null", '"None"'),
            ("1", "2"),
            ("[1, 2]", "[2, 1]"),
            ('"a"', '"A"'),
            ('{"a": 1}', '[["a", 1]]'),
            ("1." + "0" * 60 + "1", "1"),
        ],
    )
    def test_and_nothing_else_is(self, one, other):
        assert plain(f'{{"x": {one}}}') != plain(f'{{"x": {other}}}')

    def test_no_body_is_an_empty_object(self, rep, api, path):
        client = api(rep)
        client.post(path, {}, idempotency_key=KEY)
        assert is_replayed(client.post(path, "", idempotency_key=KEY))

    def test_another_body_or_address_is_refused(self, rep, api, path):
        api(rep).post(path, {"actual_revenue": "5"}, idempotency_key=KEY)
        with nothing_changes():
            problem(api(rep).post(path, {"actual_revenue": "6"}, idempotency_key=KEY), 422, "idempotency_key_reused")
            other = path.replace("won", "lost")
            problem(api(rep).post(other, {"actual_revenue": "5"}, idempotency_key=KEY), 422, "idempotency_key_reused")


def plain(body):
    return repr(idempotency._plain(parse_object(body.encode())))


class TestRefusals:
    def test_they_are_judged_anew(self, rep, api):
        opportunity = make_opportunity(rep)
        quote = make_quote(opportunity)
        path = f"opportunities/{opportunity.pk}/close-as-won/"
        problem(api(rep).post(path, idempotency_key=KEY), 409, "opportunity_has_open_quotes")
        assert not StoredAnswer.objects.exists()
        api(rep).post(f"quotes/{quote.pk}/close/", {"status_reason": "lost"})
        assert api(rep).post(path, idempotency_key=KEY).status_code == 200

    def test_a_refused_body_does_not_bind_the_key(self, rep, api):
        problem(api(rep).post("opportunities/", {"topic": ""}, idempotency_key=KEY), 400, "invalid")
        assert api(rep).post("opportunities/", {"topic": "x"}, idempotency_key=KEY).status_code == 201

    @pytest.mark.parametrize("key", ["", "a b", "æ", "x" * 256, "tab\t1", "\x7f"])
    def test_a_key_of_the_wrong_form(self, rep, api, key):
        answer = problem(api(rep).post("opportunities/", {"topic": "x"}, idempotency_key=key), 400, "invalid")
        assert list(answer["errors"]) == ["Idempotency-Key"]
        assert not Opportunity.objects.exists()

    @pytest.mark.parametrize("key", ["!", "~" * 255, '"quoted"'])
    def test_a_key_of_the_right_form(self, rep, api, key):
        assert api(rep).post("opportunities/", {"topic": "x"}, idempotency_key=key).status_code == 201

    def test_what_is_not_json_is_malformed(self, rep, api):
        problem(api(rep).post("opportunities/", "[]", idempotency_key=KEY), 400, "malformed")


class TestTogether:
    """Deed and stored answer are one transaction."""

    def test_without_the_deed_no_answer_and_without_the_answer_no_deed(self, rep, api, path, monkeypatch):
        def fail(*args, **kwargs):
            raise RuntimeError

        client = api(rep)
        monkeypatch.setattr(StoredAnswer.objects.all().__class__, "store", fail)
        with nothing_changes():
            problem(client.post(path, idempotency_key=KEY), 500, "error")
        assert not OpportunityClose.objects.exists()

    def test_it_costs_six_statements_more(self, rep, api, path, count_statements):
        # The lock and the look before, SAVEPOINT and RELEASE within, what is stored, and what is forgotten.
        client = api(rep)
        with count_statements(9 + 6):
            client.post(path, idempotency_key=KEY)
        with count_statements(5):
            client.post(path, idempotency_key=KEY)

    @pytest.mark.django_db(transaction=True)
    def test_what_the_database_refuses_at_commit_is_a_refusal(self, rep, api, monkeypatch):
        """The foreign key to the account is deferred: it is judged at the outer COMMIT."""
        account = make_account()
        create = views.create_opportunity

        def create_for_a_lost_account(values, **options):
            opportunity = create(values | {"account": account.pk}, **options)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM opportunities_account WHERE id = %s", [account.pk])
            return opportunity

        monkeypatch.setattr(views, "create_opportunity", create_for_a_lost_account)
        answer = api(rep).post("opportunities/", {"topic": "x"}, idempotency_key=KEY)
        assert list(problem(answer, 400, "invalid")["errors"]) == ["account"]
        assert not Opportunity.objects.exists()
        assert not StoredAnswer.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_hundred_at_once_do_it_once(self, rep, token):
        make_account()
        secret = token(rep)
        asked = [lambda: ApiClient(secret).post("opportunities/", {"topic": "Crane"}, idempotency_key=KEY)] * 20
        with racers(20) as race:
            answers = [answer for __ in range(5) for answer in race(*asked)]
        statuses = Counter(answer.status_code for answer in answers)
        assert set(statuses) <= {201, 409}
        assert (Opportunity.objects.count(), Event.objects.count()) == (1, 1)
        done = [answer for answer in answers if answer.status_code == 201]
        assert len({answer.content for answer in done}) == 1
        assert sum(not is_replayed(answer) for answer in done) == 1
        # Once it is done, whoever asks again gets the answer, however many ask with him.
        assert len(done) > 80
        for answer in answers:
            if answer.status_code == 409:
                problem(answer, 409, "idempotency_in_progress")
                assert int(answer["Retry-After"]) > 0

    def test_while_the_first_runs_the_second_is_told_so(self, rep, token, monkeypatch):
        secret, create = token(rep), views.create_opportunity
        inner = []

        def create_slowly(values, **options):
            with racers(1) as race:
                inner.extend(race(lambda: ApiClient(secret).post("opportunities/", values, idempotency_key=KEY)))
            return create(values, **options)

        monkeypatch.setattr(views, "create_opportunity", create_slowly)
        assert ApiClient(secret).post("opportunities/", {"topic": "x"}, idempotency_key=KEY).status_code == 201
        problem(inner[0], 409, "idempotency_in_progress")

    def test_the_lock_ends_with_the_transaction(self, rep, token, monkeypatch):
        def refuse(*args, **options):
            raise Refusal("unavailable")

        client = ApiClient(token(rep))
        with monkeypatch.context() as patched:
            patched.setattr(views, "create_opportunity", refuse)
            problem(client.post("opportunities/", {"topic": "x"}, idempotency_key=KEY), 503, "unavailable")
        assert not transaction.get_connection().in_atomic_block
        assert client.post("opportunities/", {"topic": "x"}, idempotency_key=KEY).status_code == 201
