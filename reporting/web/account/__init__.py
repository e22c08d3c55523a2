"""Signing out, changing the password, choosing the language. Signing in is Flask-Security's page."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired

from reporting.accounts import queries as accounts
from reporting.accounts import service as account_service
from reporting.accounts.rules import LANGUAGES, SHORTEST_PASSWORD
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound, Refused
from reporting.web import words
from reporting.web.guards import find_person, person, policy

blueprint = Blueprint("account", __name__, url_prefix="/account")


class PasswordForm(FlaskForm):
    """The old password once, the new one twice."""

    old = PasswordField(_l("现在的密码"), [InputRequired(_l("请填写现在的密码。"))])
    new = PasswordField(_l("新密码"), [InputRequired(_l("请填写新密码。"))])
    again = PasswordField(_l("再填一次新密码"), [InputRequired(_l("请再填一次新密码。"))])

    def validate_again(self, field: PasswordField) -> None:
        """Both must be alike, or a slip of the finger would lock the person out."""
        if field.data != self.new.data:
            field.errors = [*field.errors, _("两次填写的新密码不一致，请重新填写。")]


@blueprint.route("/password", methods=["GET", "POST"])
@policy("signed-in")
def change_password() -> ResponseReturnValue:
    """Change the password; forced at the first sign-in."""
    form = PasswordForm()
    if form.validate_on_submit() and not form.again.errors:
        try:
            with unit_of_work():
                user = accounts.find(person().id)
                if user is None:
                    raise NotFound
                account_service.change_password(
                    user, old=form.old.data, new=form.new.data, actor=person().actor, now=clock.now()
                )
        except Refused as refused:
            for reason in refused.reasons:
                field = form.old if reason.code == "password_wrong" else form.new
                field.errors = [*field.errors, words.reason_sentence(reason)]
        else:
            login_user(user)
            flash(_("密码已更改。其他地方的登录已全部退出。"), "success")
            return redirect(url_for("public.start"))
    return render_template(
        "account/password.html", form=form, forced=person().must_change_password, least=SHORTEST_PASSWORD
    )


@blueprint.post("/sign-out")
@policy("anyone")
def sign_out() -> ResponseReturnValue:
    """End the session; doing it twice is the same as once."""
    logout_user()
    session.clear()
    return redirect(url_for("security.login"))


@blueprint.post("/language")
@policy("anyone")
def choose_language() -> ResponseReturnValue:
    """Set the language, in the account when signed in, else in a cookie; back to the page one came from."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise NotFound
    found = find_person()
    if found is not None:
        with unit_of_work():
            user = accounts.find(found.id)
            if user is None:
                raise NotFound
            account_service.choose_language(user, language, actor=found.actor, now=clock.now())
    back = request.form.get("back", "")
    local = back.startswith("/") and not back.startswith(("//", "/\\")) and not any(ord(c) < 33 for c in back)
    response = redirect(back if local else url_for("public.start"))
    response.set_cookie(
        "language", language, max_age=365 * 86400, httponly=True, samesite="Lax", secure=request.is_secure
    )
    return response
