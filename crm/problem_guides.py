"""How the refusals of the platform come about, and the way out of each."""

from django.utils.translation import gettext_lazy as _

from crm.guides import ACCESS, AS_IT_IS, AT_ONCE, LATER, NEVER, READ_AGAIN, SENDING, Guide, Step, explain

_DESCRIPTION = Step(_("Compare the request with the description of the API."), _("API description"), "api-docs")

explain(
    unauthenticated=Guide(
        ACCESS,
        causes=(
            _("The session ended, or you signed out in another tab."),
            _("The API was called without a token, or with one that was revoked."),
        ),
        steps=(
            Step(_("Sign in. What stands in an open dialog stays there."), _("Sign in"), "sign-in"),
            Step(_("For the API: ask your administrator for a new token and send it in the header Authorization.")),
        ),
        retry=AS_IT_IS,
    ),
    permission_denied=Guide(
        ACCESS,
        causes=(
            _("The record belongs to someone whose records your role does not reach."),
            _("Your role may read this, but not change it."),
        ),
        steps=(
            Step(_("See which rights your role gives, and for whose records."), _("Your commands"), "help-commands"),
            Step(_("Ask the owner or his manager to do it, or to assign the record to you.")),
            Step(_("If your work has changed, ask your administrator for another role.")),
        ),
        retry=AS_IT_IS,
        detail=_("Your role allows this only for your own records."),
    ),
    not_found=Guide(
        ACCESS,
        causes=(
            _("The record was deleted, or the address is not complete."),
            _("It exists, but you may not read it. The answer does not tell the one from the other."),
        ),
        steps=(
            Step(_("Look for the record by its name."), _("Search"), "search"),
            Step(_("Ask the colleague who sent you the address whether it still exists.")),
        ),
        retry=NEVER,
    ),
    invalid=Guide(
        SENDING,
        causes=(
            _("A required value is missing, or an amount, a date or a choice cannot be accepted."),
            _("A filter in the address of a list is unknown, or was given twice."),
        ),
        steps=(
            Step(_("Read the sentence beside each field. All of them are named at once.")),
            Step(_("Correct them and send the form again; what you typed is still there.")),
        ),
        retry=AS_IT_IS,
        facts={"errors": {"close_date": [_("This date cannot be in the future. Enter today or an earlier day.")]}},
    ),
    malformed=Guide(
        SENDING,
        causes=(
            _("The body is not JSON, or not an object in braces."),
            _("A text is not UTF-8, or a key stands in it twice."),
        ),
        steps=(Step(_("Let a JSON library write the body rather than pasting texts together.")), _DESCRIPTION),
        retry=AS_IT_IS,
    ),
    method_not_allowed=Guide(
        SENDING,
        causes=(_("PUT was used to change a record."), _("A verb such as closing was called with GET.")),
        steps=(Step(_("Change records with PATCH, and call verbs with POST.")), _DESCRIPTION),
        retry=AS_IT_IS,
    ),
    not_acceptable=Guide(
        SENDING,
        causes=(_("The header Accept names XML, HTML or another form that the API does not speak."),),
        steps=(Step(_("Send Accept: application/json, or leave the header out.")),),
        retry=AS_IT_IS,
    ),
    unsupported_media_type=Guide(
        SENDING,
        causes=(_("The body was sent as a form: many tools do so unless they are told otherwise."),),
        steps=(Step(_("Send the header Content-Type: application/json.")),),
        retry=AS_IT_IS,
    ),
    in_use=Guide(
        AT_ONCE,
        causes=(
            _("An opportunity names the account or the competitor, perhaps a closed one."),
            _("A status reason was chosen at least once."),
        ),
        steps=(
            Step(_("Open the record: its page lists what uses it."), _("Accounts"), "accounts"),
            Step(_("Keep it. A status reason that is no longer wanted is retired instead of deleted.")),
        ),
        retry=NEVER,
    ),
    stale=Guide(
        AT_ONCE,
        causes=(
            _("A colleague saved the record while your form was open."),
            _("You have the record open in two tabs, or a program changed it."),
        ),
        steps=(
            Step(_("Look at what was changed: the form shows both values where you both wrote.")),
            Step(_("Send the form again to keep yours, or leave it to keep the other's.")),
        ),
        retry=READ_AGAIN,
        facts={"version": 8},
    ),
    idempotency_in_progress=Guide(
        AT_ONCE,
        causes=(_("A program did not wait for the first answer and sent the request again."),),
        steps=(Step(_("Wait as long as the header Retry-After says, then send the same request with the same key.")),),
        retry=LATER,
    ),
    idempotency_key_reused=Guide(
        SENDING,
        causes=(
            _("A program makes its keys of something that does not change, such as the record's id."),
            _("The body was corrected, and sent again with the key of the first try."),
        ),
        steps=(Step(_("Make a new random key for every new request; repeat it only with the same request.")),),
        retry=AS_IT_IS,
    ),
    throttled=Guide(
        AT_ONCE,
        causes=(_("A program asks in a loop where one list, or one call for many records, would do."),),
        steps=(Step(_("Wait, then go on more slowly. Close or reopen many records in one call.")), _DESCRIPTION),
        retry=LATER,
    ),
    unavailable=Guide(
        AT_ONCE,
        causes=(
            _("Many are changing the same record at this moment."),
            _("The database is being restarted or updated."),
        ),
        steps=(
            Step(_("Wait a few seconds and send the form again; what you typed is still there.")),
            Step(_("If it goes on for minutes, tell your administrator.")),
        ),
        retry=LATER,
    ),
    error=Guide(
        AT_ONCE,
        causes=(_("A mistake in this program, or in its installation. You did nothing wrong."),),
        steps=(
            Step(_("Try once more.")),
            Step(_("Tell your administrator the time and the address: the server's log says more.")),
        ),
        retry=_("Send it again once, after a pause. If it fails again, report it."),
    ),
)
