"""People: who serves where; adding them, ending a role, resetting a password, switching an account off and on."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField, TelField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from reporting.accounts import service as accounts
from reporting.bureaus import queries
from reporting.bureaus import service as bureaus
from reporting.bureaus.rules import ContactRow, Role
from reporting.core import clock
from reporting.core.db import end_reading, unit_of_work
from reporting.core.errors import NotFound, Refused
from reporting.web.admin import blueprint, reach
from reporting.web.admin.bureaus import kept
from reporting.web.fields import one_line, tell
from reporting.web.guards import person, policy
from reporting.web.words import reason_sentence, role_word

PER_PAGE = 100
PLACES = {"email_invalid": "email", "name_missing": "name", "phone_unusable": "phone"}


class PersonForm(FlaskForm):
    """Somebody new, and what they will be."""

    name = StringField(_l("姓名"), [InputRequired(_l("请填写姓名。"))], filters=[one_line])
    email = EmailField(
        _l("电子邮箱"),
        [InputRequired(_l("请填写电子邮箱。"))],
        filters=[one_line],
        description=_l("用来登录和收提醒信；已有账号的，会加上这个角色，密码不变"),
    )
    phone = TelField(_l("电话"), filters=[one_line])
    role = SelectField(_l("角色"))


@blueprint.get("/admin/people", endpoint="people")
@policy(*reach.ROLES)
def people_list() -> ResponseReturnValue:
    """Everybody who serves at my bureaus and below, filtered and paged."""
    page = max(request.args.get("page", 1, type=int), 1)
    filters = kept(request.args, ("text", "role"))
    found, total = queries.people(reach.roots(), **filters, page=page, per_page=PER_PAGE)
    return render_template(
        "admin/people.html",
        found=found,
        total=total,
        page=page,
        pages=max(-(-total // PER_PAGE), 1),
        filters=filters,
        roles=list(Role),
    )


@blueprint.route("/admin/bureaus/<int:bureau_id>/people/new", methods=["GET", "POST"])
@policy(*reach.ROLES)
def person_new(bureau_id: int) -> ResponseReturnValue:
    """Add somebody to a bureau; the first password is shown on the answer, once."""
    bureau = reach.find_bureau(bureau_id)
    form: Any = PersonForm()
    form.role.choices = [SelectChoice(str(role), role_word(role)) for role in reach.giver().roles_at(bureau.code)]
    if not form.role.choices:
        raise NotFound
    if form.validate_on_submit():
        try:
            return _add(form, bureau_id)
        except Refused as refused:
            tell(form, refused.reasons, PLACES)
            bureau = reach.find_bureau(bureau_id)
    return render_template("admin/person_new.html", form=form, bureau=bureau)


def _add(form: Any, bureau_id: int) -> ResponseReturnValue:
    row = ContactRow(0, "", form.name.data, form.email.data.lower(), form.phone.data or "", form.role.data)
    # Hashed before the transaction begins, so that nobody waits for it.
    first = accounts.first_password()
    end_reading()
    with unit_of_work():
        bureau = reach.find_bureau(bureau_id)
        if row.role not in reach.giver().roles_at(bureau.code):
            raise NotFound
        inviter = queries.by_ids(reach.roots())[reach.roots()[0]]
        newcomer = bureaus.take_on(row, bureau, first, inviter=inviter, actor=person().actor, now=clock.now())
    if newcomer is None:
        sentence = _(
            "%(email)s 已有账号，已加上%(role)s这个角色；姓名、电话和密码没有改动。",
            email=row.email,
            role=role_word(row.role),
        )
        flash(sentence, "success")
        return redirect(url_for("admin.bureau", bureau_id=bureau_id))
    return render_template("admin/newcomers.html", newcomers=[newcomer], appointed=1)


@blueprint.get("/admin/people/<int:user_id>")
@policy(*reach.ROLES)
def person_page(user_id: int) -> ResponseReturnValue:
    """One person: the roles within my reach, and the account."""
    user = reach.find_person(user_id)
    appoints = reach.giver()
    posts = [
        (membership, bureau, membership.role in appoints.roles_at(bureau.code))
        for membership, bureau in queries.memberships_of(user_id)
    ]
    return render_template(
        "admin/person.html",
        user=user,
        posts=[post for post in posts if post[2] or queries.find_below(post[1].id, reach.roots())],
        managed=all(mine for _membership, _bureau, mine in posts) and user_id != person().id,
    )


@blueprint.post("/admin/people/<int:user_id>/posts/<int:membership_id>/end")
@policy(*reach.ROLES)
def end_post(user_id: int, membership_id: int) -> ResponseReturnValue:
    """End a role; doing it twice is the same as once."""
    try:
        with unit_of_work():
            _dismiss(user_id, membership_id)
    except Refused as refused:
        for reason in refused.reasons:
            flash(reason_sentence(reason), "danger")
        return redirect(url_for("admin.person_page", user_id=user_id))
    flash(_("角色已结束，此前的报送和记录都保留。"), "success")
    left = queries.find_person_below(user_id, reach.roots())
    return redirect(url_for("admin.person_page", user_id=user_id) if left else url_for("admin.people"))


def _dismiss(user_id: int, membership_id: int) -> None:
    appoints = reach.giver()
    reach.find_person(user_id)
    for membership, bureau in queries.memberships_of(user_id):
        if membership.id == membership_id and membership.role in appoints.roles_at(bureau.code):
            bureaus.dismiss(membership_id, actor=person().actor, now=clock.now())
            return
    raise NotFound


@blueprint.post("/admin/people/<int:user_id>/password")
@policy(*reach.ROLES)
def reset_password(user_id: int) -> ResponseReturnValue:
    """Give a new first password and show it once; sent again, the one shown last is the one that is valid."""
    first = accounts.first_password()
    try:
        with unit_of_work():
            user = reach.find_managed(user_id)
            bureaus.reset_password(user, first, actor=person().actor, now=clock.now())
    except Refused as refused:
        return _refused(refused, user_id)
    return render_template("admin/password.html", user=user, password=first.plain)


@blueprint.post("/admin/people/<int:user_id>/<any(disable, enable):step>")
@policy(*reach.ROLES)
def switch_account(user_id: int, step: str) -> ResponseReturnValue:
    """Switch an account off or on; doing it twice is the same as once."""
    try:
        with unit_of_work():
            user = reach.find_managed(user_id)
            bureaus.set_active(user, active=step == "enable", actor=person().actor, now=clock.now())
    except Refused as refused:
        return _refused(refused, user_id)
    flash(_("账号已启用。") if step == "enable" else _("账号已停用，此人的登录已全部退出。"), "success")
    return redirect(url_for("admin.person_page", user_id=user_id))


def _refused(refused: Refused, user_id: int) -> ResponseReturnValue:
    for reason in refused.reasons:
        flash(reason_sentence(reason), "danger")
    return redirect(url_for("admin.person_page", user_id=user_id))
