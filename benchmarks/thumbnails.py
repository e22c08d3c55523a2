"""Two sizes of 200 photos, against bare Pillow, and against pyvips where it is installed.

    python -m benchmarks.thumbnails

Every way makes the same two JPEGs of each photo, 1600 and 400 pixels on the longer side. The floor is one loop in one
process that does nothing else: it opens, turns, shrinks and writes, and trusts every file. The desk's way starts a child
for each photo, with limits and without environment, turns into sRGB, and leaves every word about the place behind. pyvips is
not one of our packages; its row is left out, and this is said, where it is not installed.
"""

import importlib.util
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps

from benchmarks.tables import milliseconds, table
from reporting.files.service import render

Way = Callable[[Path, Path], None]
COUNT = 200
SIZE = (4000, 3000)
SIDES = {"screen": 1600, "thumb": 400}
# A child for each photo may take so much longer than no child at all.
AIM = 2.5


def camera_photos(folder: Path) -> list[Path]:
    """Photos of 12 megapixels with the detail of a camera's, a few contents under many names."""
    originals = []
    for number in range(5):
        path = folder / f"original-{number}.jpg"
        noise = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 40 + 10 * number).resize(SIZE)
        Image.merge("RGB", (noise, noise.rotate(180), noise)).save(path, "JPEG", quality=88)
        originals.append(path)
    return [originals[number % len(originals)] for number in range(COUNT)]


def by_pillow(source: Path, folder: Path) -> None:
    """The shortest way with Pillow."""
    with Image.open(source) as picture:
        picture.draft("RGB", (SIDES["screen"], SIDES["screen"]))
        shown = ImageOps.exif_transpose(picture).convert("RGB")
    for name, side in SIDES.items():
        shown.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
        shown.save(folder / f"{name}.jpg", "JPEG", quality=82)


def by_vips(source: Path, folder: Path) -> None:
    """The shortest way with libvips."""
    import pyvips

    for name, side in SIDES.items():
        picture = pyvips.Image.thumbnail(str(source), side, height=side)
        picture.jpegsave(str(folder / f"{name}.jpg"), Q=82, strip=True)


def by_desk(source: Path, folder: Path) -> None:
    """As the worker does it."""
    render(source, "jpg", ("thumb", "screen"), folder)


def measure(ways: dict[str, Way], photos: list[Path], folder: Path) -> dict[str, tuple[float, float]]:
    """Seconds on the wall and of the processor for all of them, children counted; the ways take turns, photo by photo."""
    found = dict.fromkeys(ways, (0.0, 0.0))
    for label, way in ways.items():
        (folder / label).mkdir()
        way(photos[0], folder / label)
    for photo in photos:
        for label, way in ways.items():
            before, began = _processor(), time.perf_counter()
            way(photo, folder / label)
            wall, cpu = found[label]
            found[label] = wall + time.perf_counter() - began, cpu + _processor() - before
    return found


def _processor() -> float:
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def main() -> int:
    """Measure and print; gives 1 when the aim is missed."""
    ways: dict[str, Way] = {"bare Pillow": by_pillow, "the desk": by_desk}
    if importlib.util.find_spec("pyvips"):
        ways["bare pyvips"] = by_vips
    else:
        print("pyvips is not installed (pip install pyvips-binary pyvips); its row is left out")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = measure(ways, camera_photos(folder), folder)
    floor, floor_cpu = found["bare Pillow"]
    rows = [
        [label, milliseconds(wall / COUNT), milliseconds(cpu / COUNT), f"{wall / floor:.2f}", f"{cpu / floor_cpu:.2f}"]
        for label, (wall, cpu) in found.items()
    ]
    head = [f"{COUNT} photos of 12 MP, two sizes", "wall a photo", "CPU a photo", "wall × Pillow", "CPU × Pillow"]
    print(table(head, rows))
    most_memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"largest child: {most_memory} MiB")
    return int(found["the desk"][0] > AIM * floor)


if __name__ == "__main__":
    sys.exit(main())
