"""What `create_app` hands to the doors: where files live, how letters are written and leave, and who looks for viruses."""

from dataclasses import dataclass
from typing import Any

from flask import current_app

from reporting.core.letters import Letters
from reporting.core.post import Post
from reporting.core.scanner import Clamd
from reporting.core.vault import Vault


@dataclass(frozen=True)
class Kit:
    """The four things that a verb never seeks for itself, but for who and when."""

    settings: Any
    vault: Vault
    letters: Letters
    post: Post
    scanner: Clamd | None = None


def kit() -> Kit:
    """The kit of the running application."""
    found: Kit = current_app.extensions["kit"]
    return found
