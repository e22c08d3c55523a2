"""The page of one bureau: its names of all times, who serves there, renaming, closing."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

from reporting.bureaus import queries
from reporting.bureaus import service as bureaus
from reporting.bureaus.rules import Role
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import Refused
from reporting.web.admin import blueprint, reach
from reporting.web.fields import Day, one_line, tell
from reporting.web.guards import person, policy

PLACES = {
    "bureau_name_missing": "name_zh",
    "name_zh": "name_zh",
    "short_zh": "short_zh",
    "name_en": "name_en",
    "name_day_unlikely": "since",
    "name_before_present": "since",
    "alias_unusable": "alias",
}


class NameForm(FlaskForm):
    """A new name, and from which day on."""

    name_zh = StringField(_l("单位全称"), [InputRequired(_l("请填写单位全称。"))], filters=[one_line])
    short_zh = StringField(_l("简称"), filters=[one_line], description=_l("列表中显示；不填则取全称"))
    name_en = StringField(_l("英文名称"), filters=[one_line])
    since = Day(_l("从哪一天起启用"), [InputRequired(_l("请填写启用日期。"))])


class AliasForm(FlaskForm):
    """Another way of writing the name."""

    alias = StringField(_l("别名"), filters=[one_line], description=_l("按它也能搜索到这个单位，例如旧称、俗称"))


@blueprint.get("/admin/bureaus/<int:bureau_id>")
@policy(*reach.ROLES)
def bureau(bureau_id: int) -> ResponseReturnValue:
    """One bureau."""
    return _page(reach.find_bureau(bureau_id))


def _page(found: Any, *, names: Any = None, alias: Any = None) -> ResponseReturnValue:
    today = reach.today(clock.now())
    given = {"name_zh": found.name_zh, "short_zh": found.short_zh, "name_en": found.name_en, "since": today}
    return render_template(
        "admin/bureau.html",
        bureau=found,
        parent=queries.find_below(found.parent_id, reach.roots()) if found.parent_id else None,
        below=queries.counts_below([found.id]).get(found.id, 0),
        names=queries.names_of(found.id),
        aliases=queries.aliases_of(found.id),
        people=queries.serving_at(found.id),
        name_form=names or NameForm(formdata=None, data=given),
        alias_form=alias or AliasForm(formdata=None),
        administers=queries.find_below(found.id, person().bureaus_as(Role.ADMINISTRATOR)) is not None,
        gives=reach.giver().roles_at(found.code),
    )


@blueprint.post("/admin/bureaus/<int:bureau_id>/name")
@policy(Role.ADMINISTRATOR)
def rename_bureau(bureau_id: int) -> ResponseReturnValue:
    """Give a bureau a new name; the old one stays in its history."""
    form: Any = NameForm()
    valid = form.validate()

    def verb(found: Any) -> None:
        names = {"name_zh": form.name_zh.data, "short_zh": form.short_zh.data, "name_en": form.name_en.data}
        bureaus.rename(found, **names, since=form.since.data, actor=person().actor, now=clock.now())
        if not valid:
            raise Refused

    if form.since.data is None or not _done(bureau_id, verb, form):
        return _page(reach.find_administered(bureau_id), names=form)
    return _back(bureau_id, _("新名称已保存，旧名称留在沿革中，仍可搜索。"))


@blueprint.post("/admin/bureaus/<int:bureau_id>/alias")
@policy(Role.ADMINISTRATOR)
def add_bureau_alias(bureau_id: int) -> ResponseReturnValue:
    """Let a bureau be found by another name; adding it twice is the same as once."""
    form: Any = AliasForm()

    def verb(found: Any) -> None:
        bureaus.add_alias(found, form.alias.data or "", actor=person().actor, now=clock.now())

    if not _done(bureau_id, verb, form):
        return _page(reach.find_administered(bureau_id), alias=form)
    return _back(bureau_id, _("别名已添加。"))


def _done(bureau_id: int, verb: Callable[[Any], None], form: FlaskForm) -> bool:
    """Do it to the bureau; False, with the reasons beside the fields, when it is refused."""
    try:
        with unit_of_work():
            verb(reach.find_administered(bureau_id))
    except Refused as refused:
        tell(form, refused.reasons, PLACES)
        return False
    return True


def _back(bureau_id: int, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("admin.bureau", bureau_id=bureau_id))


@blueprint.get("/admin/bureaus/<int:bureau_id>/<any(close, reopen):step>")
@policy(Role.ADMINISTRATOR)
def bureau_step(bureau_id: int, step: str) -> ResponseReturnValue:
    """Ask before a bureau is closed or taken back, with what follows from it."""
    return render_template("admin/bureau_step.html", bureau=reach.find_administered(bureau_id), step=step)


@blueprint.post("/admin/bureaus/<int:bureau_id>/<any(close, reopen):step>")
@policy(Role.ADMINISTRATOR)
def change_bureau_state(bureau_id: int, step: str) -> ResponseReturnValue:
    """Close a bureau or take that back; doing it twice is the same as once."""
    now = clock.now()
    with unit_of_work():
        found = reach.find_administered(bureau_id)
        if step == "close":
            today = reach.today(now)
            bureaus.close(found, on=today, actor=person().actor, now=now)
        else:
            bureaus.reopen(found, actor=person().actor, now=now)
    return _back(bureau_id, _("单位已撤销。") if step == "close" else _("单位已恢复。"))
