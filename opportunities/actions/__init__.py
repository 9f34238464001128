from opportunities.actions.batch import MAX_ROWS, RowResult
from opportunities.actions.bulk import bulk_assign, bulk_close, bulk_close_quotes, bulk_reopen, several_currencies
from opportunities.actions.check import CloseCheck, check_close
from opportunities.actions.close import close_opportunity
from opportunities.actions.edit import create_opportunity, delete_opportunity, edit_opportunity
from opportunities.actions.records import create_record, delete_record, edit_record
from opportunities.actions.reopen import reopen_opportunity
from opportunities.actions.steps import Closing

__all__ = [
    "MAX_ROWS",
    "CloseCheck",
    "Closing",
    "RowResult",
    "bulk_assign",
    "bulk_close",
    "bulk_close_quotes",
    "bulk_reopen",
    "check_close",
    "close_opportunity",
    "create_opportunity",
    "create_record",
    "delete_opportunity",
    "delete_record",
    "edit_opportunity",
    "edit_record",
    "reopen_opportunity",
    "several_currencies",
]
