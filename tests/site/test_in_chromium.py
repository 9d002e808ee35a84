"""The website in a real Chromium: who uses a phone, the dark theme, a keyboard or a screen reader can read it."""

import functools
import http.server
import itertools
import shutil
import threading
from importlib.resources import files

import pytest
from filelock import FileLock

from helpers import NOTEBOOKS
from tools import site

playwright = pytest.importorskip("playwright.sync_api", reason="`make browser` brings playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: apt-get install chromium")
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[!.]*.ipynb"))
PAGES = [*(f"{name}.html" for name in LESSONS), "index.html", "evidence.html", "search.html"]
SCREENS = {
    "1280 light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "390 dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    "320 light": {"viewport": {"width": 320, "height": 700}, "color_scheme": "light"},
}
WORDS = {name: word for name, word in zip(LESSONS, ("threshold", "shortcut", "adjoint", "dropout"))}
SMALL = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.offsetParent && parseFloat(getComputedStyle(e).fontSize) < 12)
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .map(e => e.outerHTML.slice(0, 80))"""
# Of the words of code that look alike axe judges the contrast of one, the others are hidden: all would take it long.
AXE = """async () => {
  const others = await axe.run(document, {rules: {'color-contrast': {enabled: false}}});
  const seen = new Set(), alike = [], grounds = new Map([[null, '']]);
  const ground = e => {
    if (!grounds.has(e)) grounds.set(e, getComputedStyle(e).backgroundColor + ground(e.parentElement));
    return grounds.get(e);
  };
  for (const word of document.querySelectorAll('pre span:not(:has(*))')) {
    if (!word.checkVisibility()) continue;
    const look = getComputedStyle(word);
    const key = [look.color, look.fontSize, look.fontWeight, look.opacity, ground(word)].join();
    if (seen.has(key)) alike.push(word); else seen.add(key);
  }
  for (const word of alike) word.style.visibility = 'hidden';
  const contrast = await axe.run(document, {runOnly: ['color-contrast']});
  return [...others.violations, ...contrast.violations].map(v => [v.id, v.nodes[0].html.slice(0, 120)]);
}"""
MATH = "() => document.querySelectorAll('mjx-container').length"
SPOKEN = "() => document.querySelectorAll('mjx-container mjx-assistive-mml math').length"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory, worker_id):
    """The site, built by the worker that needs it first and read by all."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "site"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():  # it is put there whole
            site.build(folder)
    return folder


@pytest.fixture(scope="module")
def address(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as started:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = started.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, address):
    """Open a page on a screen; what it asks of other hosts, or fails to find, is in page.problems."""
    contexts = []

    def open_page(path, screen="1280 light"):
        contexts.append(chromium.new_context(**SCREENS[screen]))
        page = contexts[-1].new_page()
        page.problems = []
        page.on("request", lambda request: address in request.url or page.problems.append(request.url))
        page.on("response", lambda response: response.status < 400 or page.problems.append(response.url))
        page.on("console", lambda message: message.type != "error" or page.problems.append(message.text))
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        if path.rpartition("/")[2].removesuffix(".html") in LESSONS:
            page.wait_for_function(f"({MATH})() > 3")
        return page

    yield open_page
    for context in contexts:
        context.close()


OTHERS = [f"{folder}{path}" for folder in site.languages().values() if folder for path in PAGES]


@pytest.mark.parametrize("path, screen", [*itertools.product(PAGES, SCREENS), *((p, "390 dark") for p in OTHERS)])
def test_a_page_is_readable_on_every_screen(visit, path, screen):
    page = visit(path, screen)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, "nothing may overflow"
    assert page.evaluate(SMALL) == [], "no text under 12 pixels"
    assert page.evaluate(SPOKEN) == page.evaluate(MATH), "each formula can be read aloud"
    assert page.problems == []  # before axe, which asks for the theme's style sheets at other places
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate(AXE) == []


@pytest.mark.parametrize("name, word", WORDS.items())
def test_search_finds_a_word_of_each_lesson(visit, name, word):
    page = visit(f"search.html?q={word}")
    page.wait_for_selector("ul.search li a")
    found = page.eval_on_selector_all("ul.search li a", "links => links.map(link => link.getAttribute('href'))")
    assert any(name in link for link in found), found


@pytest.mark.parametrize("name", LESSONS)
def test_folded_cells_and_solutions_open_by_keyboard(visit, name):
    page = visit(f"{name}.html")
    for kind in ("details.folded", "details:not(.folded):has(pre)"):
        summary = page.locator(f".bd-content {kind} > summary").first
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator(f".bd-content {kind}").first.get_attribute("open") is not None, kind


def test_figures_lie_on_a_light_ground_in_the_dark_theme(visit):
    page = visit(f"{LESSONS[0]}.html", "390 dark")
    grounds = page.eval_on_selector_all(
        "figure img", "all => all.map(e => getComputedStyle(e).backgroundColor + getComputedStyle(e).filter)"
    )
    assert set(grounds) == {"rgb(255, 255, 255)none"}


def test_it_is_readable_from_files_too(chromium, folder):
    page = chromium.new_page()
    page.goto((folder / "search.html").as_uri() + "?q=threshold")
    page.wait_for_selector("ul.search li a")
