from opportunities.actions.batch import MAX_ROWS, RowResult
from opportunities.actions.bulk import bulk_assign, bulk_close, bulk_close_quotes, bulk_reopen, several_currencies
from opportunities.actions.check import CloseCheck, check_close, check_close_of_many
from opportunities.actions.close import close_opportunity
from opportunities.actions.close_fields import change_close_field, create_close_field, delete_close_field
from opportunities.actions.close_new import close_naming_competitor
from opportunities.actions.edit import create_opportunity, delete_opportunity, edit_opportunity
from opportunities.actions.records import create_record, delete_record, edit_record
from opportunities.actions.reopen import reopen_opportunity
from opportunities.actions.settings import change_settings
from opportunities.actions.status_reasons import change_status_reason, create_status_reason, delete_status_reason
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
    "change_close_field",
    "change_settings",
    "change_status_reason",
    "check_close",
    "check_close_of_many",
    "close_naming_competitor",
    "close_opportunity",
    "create_close_field",
    "create_opportunity",
    "create_record",
    "create_status_reason",
    "delete_close_field",
    "delete_opportunity",
    "delete_record",
    "delete_status_reason",
    "edit_opportunity",
    "edit_record",
    "reopen_opportunity",
    "several_currencies",
]
