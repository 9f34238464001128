from quotes.actions.close import ClosedQuotes, close_open_quotes, close_quote, win_quote
from quotes.actions.draft import activate_quote, create_quote, delete_quote, edit_quote
from quotes.actions.revise import revise_quote

__all__ = [
    "ClosedQuotes",
    "activate_quote",
    "close_open_quotes",
    "close_quote",
    "create_quote",
    "delete_quote",
    "edit_quote",
    "revise_quote",
    "win_quote",
]
