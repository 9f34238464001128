"""The articles of the help about opportunities and their quotes."""

from django.utils.translation import gettext_lazy as _

from crm.help_pages import Article, register

register(
    Article("closing", _("Closing an opportunity"), _("As won or as lost, in one dialog."), "help/closing.html"),
    Article(
        "open-quotes",
        _("Quotes that block closing"),
        _("Why a draft or an active quote stands in the way, and three ways out."),
        "help/open_quotes.html",
    ),
    Article(
        "reopening",
        _("Reopening and undo"),
        _("What reopening brings back, what stays on record, and what cannot be undone."),
        "help/reopening.html",
    ),
    Article(
        "many",
        _("Many at once"),
        _("Close, reopen or assign the chosen rows of a list, safely."),
        "help/many.html",
    ),
    Article(
        "files",
        _("Import and export"),
        _("Lists as files for a spreadsheet, and deals from files."),
        "help/files.html",
    ),
)
