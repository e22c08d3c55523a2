"""The figures of the measurement of uploads, and how they stand to their aims."""

import statistics
from typing import TYPE_CHECKING

from benchmarks.tables import table
from benchmarks.tus import Rate, Target

if TYPE_CHECKING:
    from benchmarks.uploads import Found


def report(found: "Found") -> int:
    """Print all of it; gives 1 when an aim was missed."""
    _rates(found.targets, found.mib, "")
    _rates(found.behind, found.mib, ", behind nginx")
    _breaks(found)
    quiet, busy = _spread(found.quiet), _spread(found.busy)
    print(
        f"\na page, median and p99 of {len(found.quiet)}: {quiet}; while 200 slow uploads are open: {busy}"
        f"\na whole film of {found.mib} MiB, durable, hashed, proved and attached: {found.whole:.2f} s,"
        f" {found.mib / found.whole:,.0f} MiB/s"
        f"\n1 KiB near its end, median of {len(found.looks)}: {statistics.median(found.looks):.1f} ms"
    )
    return _aims(found)


def _size(what: str, mib: int) -> int:
    return mib * 2 if what.startswith("8") else mib // 4 if "by PATCHes" in what else mib


def _rates(targets: list[Target], mib: int, where: str) -> None:
    for what in list(targets[0].samples) if targets else []:
        rows = []
        for target in (one for one in targets if what in one.samples):
            rate, theirs = target.rate(what, _size(what, mib)), target.against(what, _size(what, mib))
            rows.append([
                target.name, f"{rate.middle:,.0f}", f"{rate.best:,.0f}", f"{rate.best / theirs.best:.2f}",
                f"{rate.cpu:.2f}", f"{rate.cpu / theirs.cpu:.2f}",
            ])  # fmt: skip
        print(f"\n{what}{where}")
        print(table(["server", "MiB/s, median", "best", "of the peer's", "CPU s/GiB", "of the peer's"], rows))


def _breaks(found: "Found") -> None:
    print("\nwhen lines break, and memory at its peak")
    rows = []
    for target in found.targets:
        stall, losses = found.stalls.get(target.name), found.losses.get(target.name)
        broken = [f"{stall[0]:,.0f} ms", f"{stall[1]:,}", *map(str, losses)] if stall and losses else ["–"] * 4
        rows.append([target.name, *broken, *(f"{peak:.0f} MiB" for peak in (target.before, *target.peaks[:2]))])
    print(table(["server", "HEAD of a silent PATCH", "bytes missing", "lost after FIN", "after RST",
                 "before", "one", "eight"], rows))  # fmt: skip


def _spread(sorted_times: list[float]) -> str:
    return f"{statistics.median(sorted_times):.1f} ms and {_p99(sorted_times):.1f} ms"


def _p99(sorted_times: list[float]) -> float:
    return sorted_times[int(len(sorted_times) * 0.99)]


def _aims(found: "Found") -> int:
    by_name = {target.name: target for target in found.targets}
    full, durable, hashed, neither = (by_name[f"ours: {name}"] for name in (
        "durable and hashed", "durable", "hashed, not synced", "neither"))  # fmt: skip
    whats = list(full.samples)

    def pair(target: Target, place: int) -> tuple[Rate, Rate]:
        size = _size(whats[place], found.mib)
        return target.rate(whats[place], size), target.against(whats[place], size)

    def times(target: Target, place: int) -> float:
        ours, theirs = pair(target, place)
        return ours.best / theirs.best

    processor = pair(neither, 0)[0].cpu / pair(neither, 0)[1].cpu
    wait, missing = found.stalls[full.name]
    rows = [
        ("durable, one PATCH, × the peer", times(durable, 0), ">=", 1.0),
        ("durable, PATCHes of 5 MiB, × the peer", times(durable, 2), ">=", 1.0),
        ("durable and hashed, one PATCH, × the peer", times(full, 0), ">=", 1.0),
        ("hashed, one PATCH, × the peer", times(hashed, 0), ">=", 1.5),
        ("neither, one PATCH, × the peer", times(neither, 0), ">=", 2.5),
        ("neither, processor, × the peer", processor, "<=", 0.35),
        ("neither, eight at once, × the peer", times(neither, 1), ">=", 3.0),
        ("memory growth by one upload, MiB", full.peaks[0] - full.before, "<=", 10.0),
        ("memory growth by eight, MiB", full.peaks[1] - full.before, "<=", 10.0),
        ("HEAD of a silent PATCH, ms", wait, "<=", 100.0),
        ("bytes that it misses", float(missing), "<=", 0.0),
        ("bytes lost after FIN and RST", float(sum(found.losses[full.name])), "<=", 0.0),
        ("page p99 beside 200 slow uploads, ms", _p99(found.busy), "<=", 10.0),
        ("1 KiB of a film, ms", statistics.median(found.looks), "<=", 5.0),
    ]
    met = [value >= aim if sign == ">=" else value <= aim for _what, value, sign, aim in rows]
    print("\naims")
    told = [[what, f"{value:,.2f}", f"{sign} {aim:g}", "met" if yes else "MISSED"]
            for (what, value, sign, aim), yes in zip(rows, met, strict=True)]  # fmt: skip
    print(table(["what", "measured", "aim", ""], told))
    return int(not all(met))
