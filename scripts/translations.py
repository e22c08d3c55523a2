"""Keep the English catalogue in step with the pages. The sentences themselves are Chinese, and are their own keys.

python -m scripts.translations                   collect sentences, drop those no page uses, tell what is untranslated
python -m scripts.translations merge PAIRS.json  the same, taking English from files of {"中文": "English"}
python -m scripts.translations check             change nothing; fail when the catalogue is behind
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "reporting" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
    "pgettext": ((1, "c"), 2),
}
# Letters and pages alike, plain text included; `silent` would pass over a template that does not parse.
TEMPLATES = {"silent": "false", "newstyle_gettext": "true"}


def extract(root: Path = ROOT) -> Catalog:
    """Every sentence of the code and the templates, with the files where it stands."""
    found = Catalog()
    for folder, method in (("reporting", [("**.py", "python")]), ("templates", [("**.*", "jinja2")])):
        if not (root / folder).is_dir():
            continue
        options = {"**.*": TEMPLATES} if folder == "templates" else {}
        for file, _line, message, comments, context in extract_from_dir(root / folder, method, options, KEYWORDS):
            # Without line numbers, so that the catalogue changes only when a sentence does.
            found.add(message, locations=[(f"{folder}/{file}", None)], auto_comments=comments, context=context)
    return found


def read(path: Path = CATALOGUE) -> Catalog:
    """The catalogue as it stands; an empty one when there is none."""
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en")


def update(english: Mapping[str, str]) -> Catalog:
    """Write the catalogue anew from the sentences in use, with the English known so far and that of `english`."""
    known = read()
    fresh = Catalog(locale="en", project="Baosong", fuzzy=False)
    for message in sorted(_messages(extract()), key=_key):
        text = english.get(_key(message)) or _english_of(known, message)
        locations = sorted({place[0] for place in message.locations})
        fresh.add(message.id, text, locations=[(place, None) for place in locations], context=message.context)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    _write(fresh)
    return fresh


def _write(catalogue: Catalog) -> None:
    head = (
        'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    )
    head += '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    with CATALOGUE.open("wb") as file:
        # Babel's own head carries the hour of the writing, and would change with every run.
        file.write(head.encode())
        write_po(file, catalogue, width=0, omit_header=True, include_lineno=False)


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _english_of(known: Catalog, message: Message) -> str | Sequence[str] | None:
    found = known.get(message.id, message.context)
    return found.string if found and not found.fuzzy else None


def untranslated(catalogue: Catalog) -> list[str]:
    """The sentences that have no English yet."""
    return [_key(message) for message in _messages(catalogue) if not message.string or not all(message.string)]


def behind() -> list[str]:
    """What the catalogue lacks or keeps in vain, each as a sentence."""
    used = {_key(message) for message in _messages(extract())}
    known = read()
    kept = {_key(message) for message in _messages(known)}
    faults = [f"not in the catalogue: {text}" for text in sorted(used - kept)]
    faults += [f"in the catalogue but on no page: {text}" for text in sorted(kept - used)]
    faults += [f"no English: {text}" for text in untranslated(known)]
    faults += [f"marked fuzzy: {_key(message)}" for message in _messages(known) if message.fuzzy]
    return faults


def main(arguments: list[str]) -> int:
    """Carry out one of the three uses; gives the exit code."""
    if arguments[:1] == ["check"]:
        faults = behind()
        print("\n".join(faults) or "The English catalogue is complete.")
        return 1 if faults else 0
    pairs: dict[str, str] = {}
    for name in arguments[1:] if arguments[:1] == ["merge"] else []:
        pairs |= json.loads(Path(name).read_text(encoding="utf-8"))
    missing = untranslated(update(pairs))
    compiled = subprocess.run(
        [str(Path(sys.executable).with_name("pybabel")), "-q", "compile", "-d", str(CATALOGUE.parents[2])],
        cwd=ROOT,
        check=False,
    )
    print("\n".join(f"no English: {text}" for text in missing) or "Every sentence has its English.")
    return compiled.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
