"""Any list as a file: the view that its page shows, all pages of it."""

from crm.exports.files import download, download_table
from crm.exports.forms import CHOOSE, ExportForm, file_form

__all__ = ["CHOOSE", "ExportForm", "download", "download_table", "file_form"]
