"""Who may open which page. Every route declares a policy; an undeclared one stops the start."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reporting.bureaus import queries as bureaus
from reporting.bureaus.rules import Role
from reporting.core.actor import Actor
from reporting.core.errors import NotAllowed

ANYONE = "anyone"
SIGNED_IN = "signed-in"
NOBODY = "nobody"
# Routes which libraries bring along; those that we do not use are shut.
LIBRARY_ROUTES = {
    "static": ANYONE,
    "security.login": ANYONE,
    "security.logout": NOBODY,
    "security.verify": NOBODY,
    "security.static": NOBODY,
}
SECRET_FIELDS = frozenset({"csrf_token", "password", "old", "new", "again"})
OPEN_TO_FORCED_CHANGE = {"account.change_password", "account.sign_out", "account.choose_language", "static"}

if TYPE_CHECKING:
    from reporting.web.streaming import StreamingRequest

View = TypeVar("View", bound=Callable[..., Any])


def policy(*allowed: str) -> Callable[[View], View]:
    """Declare who may use a route: `anyone`, `signed-in`, or roles, of which one is enough."""
    known = {ANYONE, SIGNED_IN, *Role}
    if not allowed or not set(allowed) <= known:
        raise RuntimeError(f"unknown policy {allowed!r}")

    def declare(view: View) -> View:
        view.policy = tuple(str(word) for word in allowed)  # type: ignore[attr-defined]
        return view

    return declare


def policy_of(app: Flask, endpoint: str) -> tuple[str, ...] | None:
    """What a route declares, or None."""
    if endpoint in LIBRARY_ROUTES:
        return (LIBRARY_ROUTES[endpoint],)
    found: tuple[str, ...] | None = getattr(app.view_functions[endpoint], "policy", None)
    return found


def require_policies(app: Flask) -> None:
    """Raise RuntimeError naming every route that declares no policy."""
    bare = sorted(rule.rule for rule in app.url_map.iter_rules() if policy_of(app, rule.endpoint) is None)
    if bare:
        raise RuntimeError(f"these routes declare no policy: {', '.join(bare)}")


@dataclass(frozen=True)
class Person:
    """Who is signed in, and what they are at which bureau."""

    id: int
    name: str
    email: str
    language: str
    must_change_password: bool
    posts: tuple[bureaus.Post, ...]

    @property
    def roles(self) -> set[str]:
        """Every role held anywhere."""
        return {post.role for post in self.posts}

    @property
    def actor(self) -> Actor:
        """The person as the audit will know them."""
        return Actor(user_id=self.id, name=self.name)

    @property
    def bureau_names(self) -> list[str]:
        """The short names of the bureaus served, each once."""
        english = self.language == "en"
        return list(dict.fromkeys((english and post.bureau_name_en) or post.bureau_short_zh for post in self.posts))

    def bureaus_as(self, *roles: str) -> list[int]:
        """The ids of the bureaus at which one of these roles is held."""
        return list(dict.fromkeys(post.bureau_id for post in self.posts if post.role in roles))

    def is_at(self, bureau_id: int, *roles: str) -> bool:
        """Whether one of these roles is held at this very bureau."""
        return any(post.bureau_id == bureau_id and post.role in roles for post in self.posts)


def find_person() -> Person | None:
    """The person who is signed in, read once a request; None for a visitor."""
    if "person" not in g:
        user = current_user
        g.person = None
        if user.is_authenticated:
            posts = tuple(bureaus.posts_of(user.id))
            g.person = Person(user.id, user.name, user.email, user.language, user.must_change_password, posts)
    found: Person | None = g.person
    return found


def person() -> Person:
    """The person who is signed in; behind a policy there always is one."""
    found = find_person()
    if found is None:
        raise NotAllowed
    return found


def _allows(allowed: Iterable[str], found: Person | None) -> bool:
    if ANYONE in allowed:
        return True
    return found is not None and (SIGNED_IN in allowed or bool(found.roles & set(allowed)))


def guard() -> ResponseReturnValue | None:
    """Stand before every request; what was typed is given back when the session has ended meanwhile."""
    if request.endpoint is None:
        return None

    allowed = policy_of(current_app, request.endpoint) or ()
    if ANYONE in allowed:
        return None
    if NOBODY in allowed:
        abort(404)
    found = find_person()
    if found is None:
        return _sign_in_first()
    if found.must_change_password and request.endpoint not in OPEN_TO_FORCED_CHANGE:
        return redirect(url_for("account.change_password"))
    if not _allows(allowed, found):
        typed_words()  # a role that ended while somebody wrote: the page that says so gives the words back
        abort(404)
    return None


def _sign_in_first() -> ResponseReturnValue:
    """A page for GET goes on to the sign-in and comes back; a POST shows its own text, so that it is not lost."""
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    if request.accept_mimetypes.best == "application/json":
        return {"error": "signed-out"}, 401
    return render_template("errors/session_ended.html", typed=typed_words()), 401


def typed_words() -> list[tuple[str, str]]:
    """What was typed into the posted form, by its fields, without secrets; files are read past and kept by nobody."""
    cast("StreamingRequest", request).keeps_files = False
    return [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET_FIELDS]
