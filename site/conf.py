"""Sphinx settings of the website. `make site` writes the pages of one language into a folder and builds them with this.

What changes from build to build comes in the variable COURSE_SITE, as JSON: language, title, address, other languages.
"""

import json
import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
SITE = json.loads(os.environ["COURSE_SITE"])

project = html_title = SITE["title"]
author = ""
language = SITE["language"]
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # a heading that skips a level: tests/lessons/test_form.py tells of it
# MathJax 3 in one file: MathML for screen readers is in it, and nothing is fetched when a page is read.
mathjax_path = "mathjax/tex-svg.js"
mathjax3_config = {"options": {"enableMenu": False}}

html_theme = "pydata_sphinx_theme"
html_static_path = [str(HERE / "theme" / "static"), SITE["source"] + "/static"]
templates_path = [str(HERE / "theme" / "templates")]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
html_favicon = str(HERE / "theme" / "static" / "favicon.svg")
html_baseurl = SITE["address"]
html_extra_path = [SITE["source"] + "/extra"]
exclude_patterns = ["extra", "static"]
html_copy_source = html_show_sourcelink = html_show_copyright = html_show_sphinx = False
html_sidebars = {"**": []}
html_context = {
    "default_mode": "auto",
    "languages": SITE["languages"],
    "names": SITE["names"],
    "language_here": language,
}
html_theme_options = {
    "logo": {"text": SITE["short_title"]},
    "navbar_start": ["navbar-logo"],
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],  # the field itself has a label that is not its name
    "search_bar_text": SITE["search"],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
    "article_header_start": ["language-switch"],
    "article_footer_items": ["prev-next"],
    "show_prev_next": True,
    "footer_start": [],
    "footer_end": [],
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "back_to_top_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def tell_other_languages(app, pagename, templatename, context, doctree):
    """Say in the page's head where it stands in each language, so that search engines offer the reader's own."""
    languages = {k: folder for k, folder in SITE["languages"].items() if pagename not in SITE["untranslated"][k]}
    context["languages"] = languages
    if len(languages) > 1:
        for code, folder in languages.items():
            address = f"{SITE['root']}{folder}{pagename}.html"
            link = f'<link rel="alternate" hreflang="{code}" href="{address}">'
            context["metatags"] = context.get("metatags", "") + link


def setup(app):
    app.connect("html-page-context", tell_other_languages)
