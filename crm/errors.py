"""Refusals: one error type, one code per cause, the same on every surface.

Each code is registered once with its HTTP status and, for its page under `/problems/`, what it means and
what to do. `crm` registers the platform's; the other applications theirs, in a module `problems`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.types import Text

FieldErrors = Mapping[str, Sequence[Text]]


@dataclass(frozen=True)
class Problem:
    """One cause of refusal. `dynamics` is the error number of Dynamics 365 that integrators may know."""

    code: str
    status: int
    title: Text
    cause: Text
    cure: Text
    dynamics: str = ""


PROBLEMS: dict[str, Problem] = {}
# What may go when tried again, after so long unless it says so itself.
PASSING = ("unavailable", "throttled", "idempotency_in_progress")
RETRY_AFTER_SECONDS = 2


def register(*problems: Problem) -> None:
    for problem in problems:
        PROBLEMS[problem.code] = problem


class Refusal(Exception):
    """A request that the rules refuse.

    Attributes:
        problem: the registered cause.
        detail: a sentence for the user, translated when shown.
        facts: what the answer tells beside it, such as `blocking_quotes` (values ready for JSON).
    """

    def __init__(self, code: str, detail: Text = "", **facts: Any) -> None:
        super().__init__(code)
        self.problem = PROBLEMS[code]
        self.detail = detail or self.problem.cause
        self.facts = facts

    @property
    def code(self) -> str:
        return self.problem.code

    @property
    def status(self) -> int:
        return self.problem.status

    def __str__(self) -> str:
        return str(self.detail)


class Invalid(Refusal):
    """Values that break rules: all fields at once, each with its sentences."""

    def __init__(self, errors: FieldErrors) -> None:
        super().__init__("invalid", errors={field: list(texts) for field, texts in errors.items()})

    @property
    def errors(self) -> dict[str, list[Text]]:
        return self.facts["errors"]


class NotFound(Refusal):
    def __init__(self) -> None:
        super().__init__("not_found")


class Denied(Refusal):
    """The record can be read, but the role does not allow the deed."""

    def __init__(self, detail: Text = "") -> None:
        super().__init__("permission_denied", detail)


class Stale(Refusal):
    def __init__(self, version: int) -> None:
        super().__init__("stale", version=version)


class Throttled(Refusal):
    """Args: wait: seconds until it may go."""

    def __init__(self, wait: int) -> None:
        super().__init__("throttled")
        self.wait = wait


register(
    Problem(
        "invalid",
        400,
        _("Invalid values"),
        _("One or more values cannot be accepted."),
        _("Correct the fields named in the answer and send it again. Nothing was changed."),
    ),
    Problem(
        "malformed",
        400,
        _("Malformed request"),
        _("The request is not a JSON object that can be read."),
        _("Send a JSON object in UTF-8 with the header Content-Type: application/json."),
    ),
    Problem(
        "unauthenticated",
        401,
        _("Not signed in"),
        _("The request carries no valid credentials."),
        _("Sign in, or send a valid token: Authorization: Bearer <token>."),
    ),
    Problem(
        "permission_denied",
        403,
        _("Not allowed"),
        _("Your role does not allow this for this record."),
        _("Ask someone whose role allows it: a sales manager of the business unit, or an administrator."),
    ),
    Problem(
        "not_found",
        404,
        _("Not found"),
        _("There is no such record, or you may not read it."),
        _("Check the address. The record may have been deleted."),
    ),
    Problem(
        "method_not_allowed",
        405,
        _("Method not allowed"),
        _("This address does not offer the method."),
        _("Use one of the methods in the Allow header. Records are changed with PATCH; PUT is not offered."),
    ),
    Problem(
        "not_acceptable",
        406,
        _("Not acceptable"),
        _("The answer cannot be given in the form that the Accept header asks for."),
        _("Ask for application/json."),
    ),
    Problem(
        "unsupported_media_type",
        415,
        _("Unsupported media type"),
        _("The body is not JSON."),
        _("Send JSON with the header Content-Type: application/json."),
    ),
    Problem(
        "in_use",
        409,
        _("In use"),
        _("The record is used by others and cannot be deleted."),
        _("Remove it from the records that use it first, or keep it."),
    ),
    Problem(
        "stale",
        412,
        _("Changed meanwhile"),
        _("Someone else changed this record after you opened it."),
        _("Look at the present values, then send your change again. Nothing that you typed was lost."),
    ),
    Problem(
        "idempotency_in_progress",
        409,
        _("Still in progress"),
        _("The first request with this Idempotency-Key is still running."),
        _("Send the same request again in a few seconds: it is answered as the first one was. Nothing is done twice."),
    ),
    Problem(
        "idempotency_key_reused",
        422,
        _("Idempotency-Key used before"),
        _("This Idempotency-Key came with another address or another body before."),
        _("Make a new key for each request, and send the same one only to repeat that request. Nothing was changed."),
    ),
    Problem(
        "throttled",
        429,
        _("Too many requests"),
        _("There were too many requests in a short time."),
        _("Wait as many seconds as the Retry-After header says."),
    ),
    Problem(
        "unavailable",
        503,
        _("Busy"),
        _("The record is being changed by others, or the database does not answer."),
        _("Try again in a few seconds. Nothing was changed."),
    ),
    Problem(
        "error",
        500,
        _("Something went wrong"),
        _("The server met an error that it did not expect."),
        _("Try again. If it happens again, tell your administrator the time and the address. Nothing was changed."),
    ),
)
