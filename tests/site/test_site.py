"""What the website promises, read from the pages that are built; test_in_chromium.py looks at them in a browser."""

import re
import shutil

import nbformat
import pytest

from helpers import NOTEBOOKS
from tools import site
from tools.notebook_files import Failure, read
from tools.site_pages import broken_links, outside_resources, pages

pytest.importorskip("sphinx", reason="`make test` brings the site's set, tests/requirements-site.txt")
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[!.]*.ipynb"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "site"
    site.build(folder)
    return folder


@pytest.fixture(scope="module")
def found(built):
    return pages(built)


def stored_figures(name):
    outputs = [output for cell in read(NOTEBOOKS / f"{name}.ipynb").cells for output in cell.get("outputs", [])]
    return [output for output in outputs if "image/png" in output.get("data", {})]


@pytest.mark.parametrize("name", LESSONS)
def test_each_figure_has_its_own_alternative_and_a_caption_and_opens_in_full_size(name, found):
    shown = [picture for picture in found[f"{name}.html"].pictures if picture.source.startswith("_images/")]
    stored = [" ".join(output.metadata["image/png"]["alt"].split()) for output in stored_figures(name)]
    assert [picture.alt for picture in shown] == stored
    assert all(picture.caption for picture in shown)
    assert {picture.source for picture in shown} <= set(found[f"{name}.html"].links), "link each figure to its file"


@pytest.mark.parametrize("name", LESSONS)
def test_a_cells_id_is_an_anchor_that_lasts(name, found):
    cells = [cell for cell in read(NOTEBOOKS / f"{name}.ipynb").cells if re.match(r"#+ ", cell.source)]
    headed = {f"cell-{cell.id}" for cell in cells if cell.cell_type == "markdown"}
    assert headed and headed <= found[f"{name}.html"].ids


def test_every_link_and_anchor_leads_somewhere(built):
    assert broken_links(built) == []


def test_nothing_is_fetched_from_another_host(built):
    assert outside_resources(built) == []


def test_no_raw_formula_directive_mark_or_path_is_left(found, built):
    for name, page in found.items():
        assert not re.search(r"\$[^$\n]+\$|:::|\{figure\}|```|BEGIN SOLUTION|@title", page.words), name
        assert str(NOTEBOOKS.parent) not in page.path.read_text(encoding="utf-8"), name


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_can_be_run_and_its_setup_cell_is_not_shown(name, found, built):
    page = found[f"{name}.html"]
    assert f"download/{name}.ipynb" in page.links and (built / "download" / f"{name}.ipynb").is_file()
    assert any("colab.research.google.com" in link and name in link for link in page.links)
    assert "fetched.mkdir" not in page.path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_has_a_title_a_description_and_a_card_for_social_networks(name, found):
    text = found[f"{name}.html"].path.read_text(encoding="utf-8")
    for pattern in (
        "<title>.+</title>",
        'name="description"',
        'property="og:title"',
        'property="og:image"',
        "canonical",
    ):
        assert re.search(pattern, text), pattern


def test_the_start_page_has_a_card_for_each_lesson_with_picture_minutes_and_links(found):
    page = found["index.html"]
    assert all(f"{name}.html" in page.links and f"download/{name}.ipynb" in page.links for name in LESSONS)
    assert len([picture for picture in page.pictures if picture.alt]) == len(LESSONS)
    told = [name for name in LESSONS if re.search(r"\d+ min", read(NOTEBOOKS / f"{name}.ipynb").cells[1].source)]
    assert len(re.findall(r"\d+ minutes\.", page.words)) == len(told)


def test_the_page_on_evidence_counts_what_the_notebooks_hold(found):
    for name in LESSONS:
        numbers = site.counts(read(NOTEBOOKS / f"{name}.ipynb"), name)
        assert any(numbers.values()) and all(str(number) in found["evidence.html"].words for number in numbers.values())


def test_without_solutions_no_solution_is_left_on_a_page_or_in_a_download(tmp_path):
    for name in LESSONS:
        notebook = read(NOTEBOOKS / f"{name}.ipynb")
        solutions = [cell.source for cell in notebook.cells if "solution" in cell.metadata.get("tags", [])]
        page = site.page_of(notebook, name, solutions=False)
        text = nbformat.writes(page.notebook)
        assert solutions and not any(nbformat.from_dict({"s": s}).s in text for s in solutions)
    folder = tmp_path / "source"
    folder.mkdir()
    site.write_sources(folder, "en", solutions=False)
    for path in folder.rglob("*.ipynb"):
        assert "<summary>Solution" not in path.read_text(encoding="utf-8"), path.name


def planted(tmp_path, monkeypatch, change):
    """Build the site of one lesson with a change in it; return what the build says."""
    notebook = read(NOTEBOOKS / "01_threshold_xnor.ipynb")
    change(notebook)
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks" / "01_threshold_xnor.ipynb")
    monkeypatch.setattr(site, "NOTEBOOKS", tmp_path / "notebooks")
    with pytest.raises(Failure) as caught:
        site.build(tmp_path / "site")
    assert not (tmp_path / "site").exists(), "what fails must not replace a site"
    return str(caught.value)


@pytest.mark.parametrize("words, said", [("[gone](#no-such-section)", "no-such-section"), ("```{nope}\n```", "nope")])
def test_a_broken_reference_or_directive_stops_the_build(tmp_path, monkeypatch, words, said):
    def change(notebook):
        notebook.cells[1].source += f"\n\n{words}"

    assert said in planted(tmp_path, monkeypatch, change)


def test_a_link_that_leads_nowhere_and_another_host_are_found(built, tmp_path):
    copy = shutil.copytree(built, tmp_path / "site")
    page = copy / "evidence.html"
    added = '<a href="gone.html">x</a><a href="index.html#gone">x</a><script src="https://example.org/x.js"></script></body>'
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", added), encoding="utf-8")
    assert broken_links(copy) == ["evidence.html: gone.html", "evidence.html: index.html#gone"]
    assert outside_resources(copy) == ["evidence.html: https://example.org/x.js"]
