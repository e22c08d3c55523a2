"""The register of bureaus."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from reporting.bureaus import queries
from reporting.bureaus.rules import Role
from reporting.web.admin import blueprint, reach
from reporting.web.guards import person, policy

PER_PAGE = 100


@blueprint.get("/admin/bureaus", endpoint="bureaus")
@policy(*reach.ROLES)
def bureaus_list() -> ResponseReturnValue:
    """Every bureau at and below mine, filtered and paged."""
    page = max(request.args.get("page", 1, type=int), 1)
    filters = kept(request.args, ("text", "kind", "region"))
    parent_id = request.args.get("below", type=int)
    found, total = queries.listing(reach.roots(), **filters, parent_id=parent_id, page=page, per_page=PER_PAGE)
    kinds, regions = queries.kinds_and_regions()
    return render_template(
        "admin/bureaus.html",
        found=found,
        total=total,
        page=page,
        pages=max(-(-total // PER_PAGE), 1),
        filters=filters | ({"below": parent_id} if parent_id else {}),
        below=reach.find_bureau(parent_id) if parent_id else None,
        kinds=kinds,
        regions=regions,
        parents=queries.by_ids({one.parent_id for one in found if one.parent_id}),
        counts=queries.counts_below([one.id for one in found]),
        administers=bool(person().bureaus_as(Role.ADMINISTRATOR)),
    )


def kept(values: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """The filters of an address that say something, cut to what a name may be long."""
    cleaned = {name: values.get(name, "")[:100].replace("\x00", "").strip() for name in names}
    return {name: value for name, value in cleaned.items() if value}
