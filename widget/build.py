"""Makes widget/widget.js, the one file that a clinic's site loads, of the modules and the stylesheet in widget/src.

    python widget/build.py            write it
    python widget/build.py --check    fail if the written one is not what the sources make
    python widget/build.py --snippet https://chat.example    print the script tag, with and without integrity

The sources are joined in order inside one function, so that nothing of theirs is a global of the host page. Comments
and indentation go; nothing is renamed, so what runs can be read.
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BUILT = FOLDER / "widget.js"
ORDER = (
    *("home", "colour", "icons", "dom", "strings", "memory", "api", "talk"),
    *("message", "composer", "contact", "element", "main"),
)


def script() -> str:
    """Give the whole widget as one classic script."""
    style = json.dumps(_squeezed_style((FOLDER / "src" / "style.css").read_text(encoding="utf-8")))
    parts = [_squeezed_script((FOLDER / "src" / f"{name}.js").read_text(encoding="utf-8")) for name in ORDER]
    return "\n".join(["// Hairline", "(() => {", '"use strict";', f"const CSS_TEXT = {style};", *parts, "})();", ""])


def integrity(text: str) -> str:
    """Give the value of the `integrity` attribute for a script."""
    return "sha384-" + base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()


def snippets(origin: str) -> str:
    """Give the two script tags a clinic can choose from."""
    source = f'src="{origin}/widget.js" async'
    return (
        f"<script {source}></script>\n"
        f'<script {source} integrity="{integrity(script())}" crossorigin="anonymous"></script>'
    )


def _squeezed_script(source: str) -> str:
    lines = (line.strip() for line in source.splitlines())
    kept = (re.sub(r"^export ", "", line) for line in lines if line and not line.startswith("//"))
    return "\n".join(re.sub(r"; // .*$", ";", line) for line in kept)


def _squeezed_style(source: str) -> str:
    plain = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", plain)).replace(";}", "}").strip()


def main(arguments: list[str]) -> int:
    """Run the command."""
    text = script()
    if arguments[:1] == ["--check"]:
        fresh = BUILT.is_file() and BUILT.read_text(encoding="utf-8") == text
        if not fresh:
            sys.stderr.write("widget/widget.js is not what widget/src makes: run python widget/build.py\n")
        return 0 if fresh else 1
    if arguments[:1] == ["--snippet"]:
        sys.stdout.write(snippets(arguments[1].rstrip("/")) + "\n")
        return 0
    BUILT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
