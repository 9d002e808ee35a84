"""Build the course's website from the stored outputs of the notebooks; nothing is executed.

    python -m tools.site [--without-solutions] [--output FOLDER]

The pages are written as notebooks that Sphinx can read (site/conf.py has its settings): figures with their alternatives
and captions, folded cells and solutions behind a click, links for badges, and for each cell an anchor that lasts, its
id. Sphinx then builds them, and any warning is an error.
"""

import argparse
import ast
import base64
import html
import importlib.metadata
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

import nbformat
from babel import Locale
from nbformat import NotebookNode

from helpers import NOTEBOOKS, ROOT
from tools import badges
from tools.notebook_files import Failure, named, put_in_place, read
from tools.one_file import self_contained
from tools.site_pages import broken_links, outside_resources
from tools.translate import catalogues

SITE = ROOT / "site"
OUTPUT = ROOT / "build" / "site"
RUBBISH = ("objects.inv", ".buildinfo", "_static/webpack-macros.html", "_static/**/*.map")  # what no reader asks for
SET = "`make site` brings what it needs; without make: pip install -r tests/requirements-site.txt"


class Page(NamedTuple):
    """A lesson as the site shows it."""

    name: str
    title: str
    minutes: str  # that it takes; empty if it does not say
    opening: str  # the first paragraph: what one will have built
    notebook: NotebookNode  # for Sphinx
    pictures: dict[str, bytes]  # each figure by its file name
    alternatives: dict[str, str]  # the alternative text of each


def languages() -> dict[str, str]:
    """The folder of each language's pages in the site, and of its notebooks in notebooks/."""
    return {"en": ""} | {language: f"{language}/" for language in catalogues.languages()}


def words(language: str) -> dict:
    """What the site says besides the lessons, in a language; English where there is no translation."""
    english = tomllib.loads((SITE / "words.toml").read_text(encoding="utf-8"))
    known = {} if language == "en" else catalogues.translations(catalogues.load("site", language))

    def said(value: object) -> object:
        if isinstance(value, dict):
            return {key: said(part) for key, part in value.items()}
        return "".join(known.get(part, part) for part in re.split(r"(\n{2,}|\n$)", value))

    return said(english)


# A lesson's cells


def tags_of(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def figures_of(outputs: list[NotebookNode]) -> tuple[list[tuple[bytes, str, str]], list[NotebookNode]]:
    """The figures among a cell's outputs, each as PNG, alternative text and caption; and the outputs that are left."""
    figures, rest, outputs = [], [], list(outputs)
    while outputs:
        output = outputs.pop(0)
        data = output.get("data", {})
        if "image/png" in data:
            caption = outputs.pop(0)["data"]["text/markdown"].strip().strip("*")
            figures.append((base64.b64decode(data["image/png"]), output.metadata["image/png"]["alt"], caption))
        elif data.keys() - {"application/scrapbook.scrap.json+json"} or "text" in output:
            rest.append(output)
    return figures, rest


def figure(file: str, alt: str, caption: str) -> str:
    """A figure's Markdown: a click opens it in full size."""
    return f":::{{figure}} pictures/{file}\n:alt: {' '.join(alt.split())}\n:target: _images/{file}\n\n{caption}\n:::\n"


def links(name: str, language: str) -> str:
    """Where to run a lesson: Colab, or the one file that carries its helpers."""
    say, course = words(language), badges.settings()
    colab = re.search(r"\((https[^)]*)\)$", badges.badge(course["repository"], course["release"], name, language))[1]
    return (
        f'<p class="course-links"><a href="{colab}">{say["colab"]}</a> '
        f'<a href="download/{name}.ipynb" download>{say["download"]}</a> ({say["one_file"]})</p>'
    )


def folded(title: str, source: str) -> str:
    return f'<details class="folded"><summary>{html.escape(title)}</summary>\n\n```python\n{source}\n```\n\n</details>'


def cells_of(
    cell: NotebookNode, name: str, language: str, pictures: dict, alternatives: dict
) -> Iterator[NotebookNode]:
    """What stands on the page for one cell of the lesson."""
    if cell.cell_type == "markdown":
        source = badges.BADGES.sub(lambda _: links(name, language), cell.source)
        mark = "" if source.startswith("<") else f"(cell-{cell.id})=\n"
        yield nbformat.v4.new_markdown_cell(mark + source, id=cell.id)
        return
    if "setup" in tags_of(cell):
        return
    figures, outputs = figures_of(cell.outputs)
    code = nbformat.v4.new_code_cell(cell.source, outputs=outputs, execution_count=cell.execution_count, id=cell.id)
    if "folded" in tags_of(cell):
        title, _, source = cell.source.partition("\n")
        yield nbformat.v4.new_markdown_cell(folded(title.removeprefix("# @title "), source), id=f"{cell.id}-code")
        code.metadata.tags = ["remove-input"]
    if outputs or "folded" not in tags_of(cell):
        yield code
    for number, (png, alt, caption) in enumerate(figures):
        file = f"{name}-{cell.id}-{number}.png"
        pictures[file], alternatives[file] = png, alt
        yield nbformat.v4.new_markdown_cell(figure(file, alt, caption), id=f"{cell.id}-figure-{number}")


def page_of(notebook: NotebookNode, name: str, language: str = "en", solutions: bool = True) -> Page:
    """A lesson as a page.

    Args:
        notebook: with its stored outputs.
        name: of its file, without ending.
        language: of its words.
        solutions: False leaves them out, for a class that grades.
    """
    pictures: dict[str, bytes] = {}
    alternatives: dict[str, str] = {}
    kept = [cell for cell in notebook.cells if solutions or "solution" not in tags_of(cell)]
    cells = [new for cell in kept for new in cells_of(cell, name, language, pictures, alternatives)]
    title = re.search(r"(?m)^# (.+)$", notebook.cells[0].source)[1]
    opening = notebook.cells[0].source.strip().split("\n\n")[-1].replace("\n", " ")
    if not pictures:
        where = "" if language == "en" else f" LANGUAGE={language}"
        raise Failure(f"{name} has no stored figure; run `make refresh NB={name[:2]}{where}` first")
    told = re.search(r"(\d+) min", notebook.cells[1].source)
    page = nbformat.v4.new_notebook(cells=cells, metadata=dict(notebook.metadata))
    described = {"description": opening, "property=og:title": title, "property=og:description": opening}
    if pictures and (address := badges.site_address(badges.settings()["repository"])):
        described["property=og:image"] = f"{address}{languages()[language]}_images/{next(iter(pictures))}"
    page.metadata["myst"] = {"html_meta": described | {"property=og:type": "article"}}
    return Page(name, title, told[1] if told else "", opening, page, pictures, alternatives)


# The pages round the lessons


def card(page: Page, language: str) -> str:
    """A lesson on the start page: its first picture, its title, what one will have built, how long it takes."""
    picture, say = next(iter(page.pictures)), words(language)
    alt, title, opening = map(html.escape, (page.alternatives[picture], page.title, page.opening))
    time = f" {say['minutes'].format(minutes=page.minutes)}." if page.minutes else ""
    return (
        f'<article><a href="{page.name}.html"><img src="_static/{picture}" alt="{alt}"></a>'
        f'<h2><a href="{page.name}.html">{int(page.name[:2])} {title}</a></h2>'
        f"<p>{opening}{time}</p>{links(page.name, language)}</article>"
    )


def contents(pages: list[Page], language: str) -> str:
    say = words(language)
    short = [f"{int(page.name[:2])} {say['short'].get(page.name, page.title)} <{page.name}>" for page in pages]
    return "\n".join([":::{toctree}", ":hidden:", "", *short, f"{say['evidence']} <evidence>", ":::"])


def start_page(pages: list[Page], language: str) -> str:
    say = words(language)
    cards = '<div class="lessons">' + "".join(card(page, language) for page in pages) + "</div>"
    text = say["index"]["text"].format(lessons=cards, repository=badges.settings()["repository"])
    meta = {"myst": {"html_meta": {"description": say["description"], "property=og:title": say["title"]}}}
    front = f"---\n{json.dumps(meta, ensure_ascii=False)}\n---\n"  # JSON is YAML
    return f"{front}# {say['title']}\n{text}\n{contents(pages, language)}\n"


def counts(notebook: NotebookNode, name: str) -> dict[str, int]:
    """What a lesson holds that can be wrong, and is checked."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    calls = [ast.unparse(node.func).split(".")[-1] for node in nodes if isinstance(node, ast.Call)]
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return {
        "checks": sum(isinstance(node, ast.Assert) for node in nodes) + sum(c.startswith("assert_") for c in calls),
        "formulas": len(re.findall(r"\$\$.+?\$\$", prose, re.DOTALL)),
        "figures": sum("image/png" in output.get("data", {}) for output in outputs),
        "exercises": sum("exercise" in tags_of(cell) for cell in notebook.cells),
    }


def evidence_page(lessons: dict[str, NotebookNode], pages: list[Page], language: str) -> str:
    rows = [counts(lessons[page.name], page.name) for page in pages]
    say = words(language)["evidence_page"]
    heads = [say["lesson"], *(say[what] for what in rows[0])]
    lines = [heads, ["---"] * len(heads), *([page.title, *map(str, row.values())] for page, row in zip(pages, rows))]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return say["text"].format(table=table)


def mathjax() -> bytes:
    """MathJax 3 in one file, from the package of the site's set that carries it."""
    files = importlib.metadata.files("django-static-mathjax") or []
    (path,) = [file for file in files if file.as_posix().endswith("mathjax/es5/tex-svg.js")]
    return pathlib.Path(path.locate()).read_bytes()


def sitemap(addresses: list[str]) -> str:
    entries = "".join(f"<url><loc>{html.escape(address)}</loc></url>" for address in addresses)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>\n'


# Building


def write_sources(folder: pathlib.Path, language: str, solutions: bool) -> list[Page]:
    """Write the pages of one language, with pictures and downloads, for Sphinx."""
    paths = named([""], NOTEBOOKS / languages()[language])
    lessons = {path.stem: read(path) for path in paths}
    pages = [page_of(notebook, name, language, solutions) for name, notebook in lessons.items()]
    for part in ("pictures", "static/mathjax", "extra/download"):
        (folder / part).mkdir(parents=True)
    for page in pages:
        put_in_place(page.notebook, folder / f"{page.name}.ipynb")
        for file, png in page.pictures.items():
            (folder / "pictures" / file).write_bytes(png)
        first = next(iter(page.pictures))
        shutil.copy(folder / "pictures" / first, folder / "static" / first)
        download = lessons[page.name]
        download.cells = [cell for cell in download.cells if solutions or "solution" not in tags_of(cell)]
        put_in_place(self_contained(download), folder / "extra" / "download" / f"{page.name}.ipynb")
    (folder / "static" / "mathjax" / "tex-svg.js").write_bytes(mathjax())
    put_in_place(start_page(pages, language), folder / "index.md")
    put_in_place(evidence_page(lessons, pages, language), folder / "evidence.md")
    if root := badges.site_address(badges.settings()["repository"]):
        names = ["index", *(page.name for page in pages), "evidence"]
        put_in_place(
            sitemap([f"{root}{languages()[language]}{name}.html" for name in names]), folder / "extra" / "sitemap.xml"
        )
    return pages


def build(output: pathlib.Path, solutions: bool = True) -> None:
    """Build the site of all languages into a folder, whole or not at all.

    Raises:
        Failure: with what Sphinx said, if it warns of anything or fails.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".site-") as scratch:
        made = pathlib.Path(scratch, "made")
        for language, folder in languages().items():
            source = pathlib.Path(scratch, "source", language)
            source.mkdir(parents=True)
            write_sources(source, language, solutions)
            run_sphinx(source, made / folder, language, pathlib.Path(scratch, "doctrees", language))
        if wrong := broken_links(made) + outside_resources(made):
            raise Failure(f"Links that lead nowhere, or to another host: {'; '.join(wrong)}")
        (made / ".nojekyll").touch()  # GitHub Pages would leave out folders that begin with _
        shutil.rmtree(output, ignore_errors=True)
        os.replace(made, output)


def lessons(folder: str = "") -> set[str]:
    """The names of the lessons in one language, by its folder; a new one is not in all of them."""
    return {path.stem for path in named([""], NOTEBOOKS / folder)}


def run_sphinx(source: pathlib.Path, target: pathlib.Path, language: str, doctrees: pathlib.Path) -> None:
    say, root = words(language), badges.site_address(badges.settings()["repository"])
    settings = {"title": say["title"], "short_title": say["short_title"], "search": say["search"], "language": language}
    settings["source"] = str(source)
    settings |= {
        "languages": languages(),
        "untranslated": {code: sorted(lessons() - lessons(folder)) for code, folder in languages().items()},
        "names": {code: Locale.parse(code).get_display_name().capitalize() for code in languages()},
        "root": root,
        "address": root and f"{root}{languages()[language]}",
    }
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-c", str(SITE)]
    done = subprocess.run(
        [*command, "-d", str(doctrees), str(source), str(target)],
        env=os.environ | {"COURSE_SITE": json.dumps(settings)}, capture_output=True, text=True,
    )  # fmt: skip
    if "No module named" in done.stderr:
        raise Failure(f"{done.stderr.strip().splitlines()[-1]}: {SET}")
    if done.returncode:
        raise Failure(f"Sphinx: {done.stderr.strip()}")
    for pattern in RUBBISH:
        for path in target.glob(pattern):
            path.unlink()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__.splitlines()[0])
    parser.add_argument("--without-solutions", action="store_true", help="for a class that grades")
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT, help="folder for the site")
    options = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    try:
        build(options.output.resolve(), not options.without_solutions)
    except (Failure, OSError, importlib.metadata.PackageNotFoundError) as reason:
        print(f"{reason}" if isinstance(reason, Failure) else f"{reason}: {SET}", file=sys.stderr)
        return 1
    print(f"{options.output / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
