"""The verbs of the bureaus' room, one file for each thing that they look after."""

from reporting.bureaus.service.naming import add_alias, close, rename, reopen, search_key
from reporting.bureaus.service.newcomers import Newcomer, examine_contacts, import_contacts, prepare, take_on
from reporting.bureaus.service.people import appoint, dismiss, reset_password, set_active
from reporting.bureaus.service.reading import Sheet, contact_rows, read_csv, read_text, read_xlsx, roster_rows
from reporting.bureaus.service.roster import examine_roster, import_roster

__all__ = [
    "Newcomer",
    "Sheet",
    "add_alias",
    "appoint",
    "close",
    "contact_rows",
    "dismiss",
    "examine_contacts",
    "examine_roster",
    "import_contacts",
    "import_roster",
    "prepare",
    "read_csv",
    "read_text",
    "read_xlsx",
    "rename",
    "reopen",
    "reset_password",
    "roster_rows",
    "search_key",
    "set_active",
    "take_on",
]
