"""Figures that move: one set of frames, one slider with a name, and a twin that says the same."""

import base64
import io
import re
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from helpers import moving, plotting

CAPTIONS = ["a1 = −6.75", "r1 = 0", "x1' < 1 & more"]
ALTS = ["A line that falls.", "A flat line.", 'A line called "x1".']


def draw(fig, i):
    ax = fig.subplots()
    ax.plot([0, 1], [0, i], color=plotting.BLUE)
    ax.set(ylabel="f" * (1 + 4 * i), ylim=(0, 3))


WORDS = {
    "captions": CAPTIONS,
    "alts": ALTS,
    "twin_alt": "Three lines, steeper and steeper.",
    "twin_caption": "Steeper.",
}


class Parts(HTMLParser):
    """All start tags of a page with their attributes, and the texts."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        self.texts.append(text)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def shown(monkeypatch, is_watched, draw=draw, **changes):
    seen = []
    monkeypatch.setenv("HELPERS_WATCHED", "1" if is_watched else "0")
    monkeypatch.setattr(moving, "display", lambda data, **_: seen.append(data))
    monkeypatch.setattr(plotting, "show", lambda fig, **texts: (seen.append((fig, texts)), plt.close(fig)))
    assert moving.show_frames(draw, **{"twin": [0, 2], **WORDS, **changes}) is None
    assert not plt.get_fignums()
    (only,) = seen
    return only


def page(monkeypatch, **changes):
    return Parts(shown(monkeypatch, True, **changes)["text/html"])


def test_where_nobody_watches_one_twin_leaves_through_show(monkeypatch):
    fig, texts = shown(monkeypatch, False)
    assert texts == {"alt": WORDS["twin_alt"], "caption": WORDS["twin_caption"]}
    assert [part.get_suptitle() for part in fig.subfigs] == ["Step 1 of 3", "Step 3 of 3"]
    drawn = [ax.lines[0].get_ydata()[1] for ax in fig.axes]
    assert drawn == [0, 2]


def test_a_twin_may_be_a_figure_of_its_own(monkeypatch):
    own = plt.figure()
    fig, _ = shown(monkeypatch, False, twin=lambda: own)
    assert fig is own


def test_every_frame_has_its_alternative_and_its_caption_and_one_is_visible(monkeypatch):
    parts = page(monkeypatch, start=1)
    assert [image["alt"] for image in parts.all("img")] == ALTS
    spoken = [f"Step {i} of 3: {caption}" for i, caption in enumerate(CAPTIONS, 1)]
    assert [text for text in parts.texts if ":" in text] == spoken
    visible = ["visibility: visible" in figure["style"] for figure in parts.all("figure")]
    assert visible == [False, True, False]
    assert all("grid-area: 1 / 1" in figure["style"] for figure in parts.all("figure"))


def test_the_slider_has_a_name_says_its_frame_and_agrees_with_the_caption(monkeypatch):
    (slider,) = page(monkeypatch, control="epoch", labels=["0", "10", "500"], start=2).all("input")
    assert slider["type"] == "range" and slider["aria-label"] == "epoch"
    assert (slider["min"], slider["max"], slider["value"]) == ("0", "2", "2")
    assert slider["aria-valuetext"] == "500: x1' < 1 & more"
    (button,) = page(monkeypatch).all("button")
    assert "1.0 * 1000" in button["onclick"] and button["type"] == "button"


def test_axes_stand_where_the_first_frame_put_them(monkeypatch):
    """The labels of later frames are longer: left to itself, the layout would move the Axes."""
    left = []
    for image in page(monkeypatch).all("img"):
        picture = Image.open(io.BytesIO(base64.b64decode(image["src"].split(",")[1])))
        assert picture.size == (750, 340)
        dark = np.asarray(picture.convert("L")) < 120
        left.append(int(np.argmax(dark.sum(axis=0) > 200)))  # the first long upright stroke: the axis
    assert len(set(left)) == 1 and left[0] > 0


def test_a_frame_is_drawn_once(monkeypatch):
    calls = []

    def counted(fig, i):
        calls.append(i)
        draw(fig, i)

    page(monkeypatch, draw=counted)
    assert calls == [0, 1, 2]


def test_pale_words_in_a_frame_are_refused(monkeypatch):
    def pale(fig, i):
        draw(fig, i)
        fig.axes[0].set_title("pale" * i, color=plotting.VERMILLION)

    with pytest.raises(ValueError, match="The colour of 'pale' must have a contrast"):
        shown(monkeypatch, True, draw=pale)
    assert not plt.get_fignums()


def test_another_number_of_axes_is_refused(monkeypatch):
    with pytest.raises(ValueError, match=r"^draw must make 1 Axes, as in frame 0, got 2 in frame 1\.$"):
        shown(monkeypatch, True, draw=lambda fig, i: fig.subplots(1, i + 1))
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"captions": ["one"]}, "the number of captions must be an integer from 2 to 60, got 1."),
        ({"alts": ALTS[:2]}, "alts must be a sentence for each of the 3 captions, got"),
        ({"alts": ["a", "", "c"]}, "alts must be a sentence for each of the 3 captions, got"),
        ({"captions": ["a", 2, "c"]}, "captions must be a sentence for each of the 3 captions, got"),
        ({"labels": "abc"}, "labels must be a sentence for each of the 3 captions, got 'abc'."),
        ({"control": " "}, "control must be the name of the slider, got ' '."),
        ({"size": (7.5, 0.5)}, "size must be two finite numbers, from 1 to 20 inches, got (7.5, 0.5)."),
        ({"size": 7.5}, "size must be two finite numbers, from 1 to 20 inches, got 7.5."),
        ({"columns": 5}, "columns must be an integer from 1 to 4, got 5."),
        ({"start": 3}, "start must be an integer from 0 to 2, got 3."),
        ({"seconds": 0}, "seconds must be a number from 0.05 to 60, got 0."),
        ({"twin": [0, 3]}, "a frame of the twin must be an integer from 0 to 2, got 3."),
    ],
)
@pytest.mark.parametrize("is_watched", [False, True])
def test_bad_input_gets_one_sentence(monkeypatch, changes, message, is_watched):
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(message)):
        shown(monkeypatch, is_watched, **changes)
