"""Read a built website as a browser would: its pages' links, anchors, pictures and words."""

import pathlib
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urlsplit


class Picture(NamedTuple):
    source: str
    alt: str | None
    caption: str  # of the figure it stands in; empty if none


class Page(HTMLParser):
    """What a page holds."""

    def __init__(self, path: pathlib.Path):
        super().__init__()
        self.path, self.ids, self.links, self.loads, self.pictures = path, set(), [], [], []
        self.words, self.inside, self.caption = "", [], None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in ("script", "img", "iframe", "source") and given.get("src"):
            self.loads.append(given["src"])
        if tag == "link" and given.get("rel") not in ("canonical", "alternate", "search", "next", "prev", "index"):
            self.loads.append(given["href"])
        if tag == "img":
            self.pictures.append(Picture(given["src"], given.get("alt"), ""))
        if tag == "figcaption":
            self.caption = ""
        if tag in ("script", "style", "pre", "code"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if tag == "figcaption":
            self.pictures[-1] = self.pictures[-1]._replace(caption=self.caption.strip())
            self.caption = None
        if self.inside and tag == self.inside[-1]:
            self.inside.pop()

    def handle_data(self, data):
        if self.caption is not None:
            self.caption += data
        if not self.inside:
            self.words += data


def pages(site: pathlib.Path) -> dict[str, Page]:
    """The pages of a site by their path in it."""
    return {path.relative_to(site).as_posix(): Page(path) for path in sorted(site.rglob("*.html"))}


def broken_links(site: pathlib.Path) -> list[str]:
    """Links and resources within the site that lead nowhere, each with its page."""
    known, found = pages(site), []
    for name, page in known.items():
        for address in [*page.links, *page.loads]:
            target, anchor = urldefrag(address)
            if urlsplit(target).scheme or target.startswith("//"):
                continue
            path = (page.path.parent / unquote(target.split("?")[0])).resolve() if target else page.path
            path = path / "index.html" if path.is_dir() else path
            there = (
                known.get(path.relative_to(site.resolve()).as_posix()) if path.is_relative_to(site.resolve()) else None
            )
            if not path.is_file() or (anchor and there and unquote(anchor) not in there.ids):
                found.append(f"{name}: {address}")
    return found


def outside_resources(site: pathlib.Path) -> list[str]:
    """What a page would fetch from another host, each with its page."""
    return [f"{name}: {a}" for name, page in pages(site).items() for a in page.loads if "//" in a]
