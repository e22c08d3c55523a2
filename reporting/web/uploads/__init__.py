"""The door for bytes that come by and by: tus 1.0.0, one address for each file under way."""

from reporting.web.uploads import slots, transfer
from reporting.web.uploads.place import blueprint

__all__ = ["blueprint", "slots", "transfer"]
