#!/usr/bin/env python3
"""Packs the bundles of a release: `python3 .ci/pack.py linux-x86_64`, after `cargo bundle`.

The archive has both bundles, what to do with them, Segue's licences, those of everything that is linked into the
bundles, and the model's card, which credits the music that trained the model.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
# The package whose library the bundles hold.
PLUGIN = "segue-plugin"

# (name of the archive, Rust's targets in it, where the bundles go)
SYSTEMS = {
    "linux-x86_64": (
        ["x86_64-unknown-linux-gnu"],
        "Copy Segue.clap to ~/.clap and Segue.vst3 to ~/.vst3; make the folders if they are missing.",
    ),
    "windows-x86_64": (
        ["x86_64-pc-windows-msvc"],
        "Copy Segue.clap to %LOCALAPPDATA%\\Programs\\Common\\CLAP and the folder Segue.vst3 to\n"
        "%LOCALAPPDATA%\\Programs\\Common\\VST3; make the folders if they are missing.",
    ),
    "macos-universal": (
        ["aarch64-apple-darwin", "x86_64-apple-darwin"],
        "Copy Segue.clap to ~/Library/Audio/Plug-Ins/CLAP and Segue.vst3 to ~/Library/Audio/Plug-Ins/VST3.\n"
        "The bundles are not notarised. Before your DAW scans them, run in a terminal, in the folder of this file:\n\n"
        "    xattr -dr com.apple.quarantine Segue.clap Segue.vst3",
    ),
}

INSTALL = """Segue {version}

{where}

Then let your DAW scan its plugins again, put Segue on an instrument track, arm the track, and play: it answers.

Segue is MIT or Apache-2.0, as you like. THIRD-PARTY.txt has the licences of what it is built with, MODEL.md the sources
of the music that trained its model.
"""


def metadata(target):
    """The packages that cargo resolves for a target."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def linked(found):
    """The packages of others that are linked into the plugin: neither what only builds it nor what only tests it."""
    packages = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    wanted = [package["id"] for package in packages.values() if package["name"] == PLUGIN]
    if not wanted:
        sys.exit(f"there is no package {PLUGIN} in this workspace")
    seen = set()
    while wanted:
        package = wanted.pop()
        is_macro = any("proc-macro" in target["kind"] for target in packages[package]["targets"])
        if package in seen or is_macro:
            continue
        seen.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                wanted.append(dependency["pkg"])
    return [packages[package] for package in seen if packages[package]["source"]]


def texts(package):
    """The licence texts that come with a package."""
    folder = Path(package["manifest_path"]).parent
    named = re.compile(r"(licen[cs]e|copying|notice|unlicense)|.*licen[cs]e.*\.txt$", re.IGNORECASE)
    files = [file for file in folder.iterdir() if file.is_file() and named.match(file.name)]
    # Fonts have theirs beside them.
    files += folder.glob("fonts/*.txt")
    return [file.read_text(encoding="utf-8", errors="replace").strip() for file in sorted(files)]


def third_party(targets):
    """Every package with its licence, then every different text with those it belongs to."""
    packages = {}
    for target in targets:
        packages |= {(it["name"], it["version"]): it for it in linked(metadata(target))}
    lines, owners = [], {}
    for (name, version), package in sorted(packages.items()):
        source = package["repository"] or f"https://crates.io/crates/{name}"
        found = texts(package)
        without = "" if found else " (its package comes without a text; its repository has it)"
        lines.append(f"{name} {version}: {package['license'] or 'see its text'}, {source}{without}")
        for text in found:
            owners.setdefault(text, []).append(f"{name} {version}")
    parts = ["Segue's bundles are built with these packages:\n\n" + "\n".join(lines)]
    parts += [f"{'=' * 80}\n{', '.join(names)}\n\n{text}" for text, names in owners.items()]
    return "\n\n".join(parts) + "\n"


def files(bundles, targets, install):
    """(path in the archive, the file it is read from or its text)"""
    yield "INSTALL.txt", install
    yield "THIRD-PARTY.txt", third_party(targets)
    for name, source in [("MODEL.md", "assets/segue.md"), ("LICENSE-MIT", None), ("LICENSE-APACHE", None)]:
        yield name, ROOT / (source or name)
    for bundle in ["Segue.clap", "Segue.vst3"]:
        path = bundles / bundle
        if not path.exists():
            sys.exit(f"{path}: is not there; run `cargo bundle` first")
        inside = [path] if path.is_file() else sorted(it for it in path.rglob("*") if it.is_file())
        for file in inside:
            yield file.relative_to(bundles).as_posix(), file


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in SYSTEMS:
        sys.exit(f"name a system: {', '.join(SYSTEMS)}")
    system = sys.argv[1]
    targets, where = SYSTEMS[system]
    version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    name = f"segue-{version}-{system}"
    ending = "tar.gz" if system.startswith("linux") else "zip"
    out = TARGET / "release-files"
    out.mkdir(parents=True, exist_ok=True)
    archive = out / f"{name}.{ending}"
    contents = list(files(TARGET / "bundled", targets, INSTALL.format(version=version, where=where)))
    scratch = out / "text.part"
    with tarfile.open(archive, "w:gz") if ending == "tar.gz" else zipfile.ZipFile(
        archive, "w", zipfile.ZIP_DEFLATED
    ) as packed:
        add = packed.add if ending == "tar.gz" else packed.write
        for path, content in contents:
            if isinstance(content, str):
                scratch.write_text(content, encoding="utf-8")
                content = scratch
            add(content, f"{name}/{path}")
    scratch.unlink()
    print(archive)


if __name__ == "__main__":
    main()
