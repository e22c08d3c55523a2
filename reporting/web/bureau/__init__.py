"""Door: the pages of a bureau. What it owes, the report it writes, and the receipt it holds."""

from reporting.web.bureau import files, gallery, home, manifest, receipt, report, submitting, text
from reporting.web.bureau.place import blueprint

__all__ = ["blueprint", "files", "gallery", "home", "manifest", "receipt", "report", "submitting", "text"]
