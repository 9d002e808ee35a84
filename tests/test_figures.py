"""The figure comparison lets float noise pass and catches what a reader would see; drawings promise what they show."""

import io

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import plotting
from tests.figures import compare_figures, png_difference


def picture(shift=0.0, marker="o", color=plotting.BLUE, noise=0.0):
    plotting.use_style()
    fig, ax = plt.subplots(figsize=(6, 3))
    x = np.linspace(0, 1, 30)
    ax.plot(x, np.sin(6 * x) + noise, color=color, marker=marker, markevery=6)
    ax.plot(x, np.cos(6 * x) + shift, color=plotting.VERMILLION)
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png")
    plt.close(fig)
    return buffer.getvalue()


def test_float_noise_passes():
    rng = np.random.default_rng(0)
    assert png_difference(picture(noise=1e-9 * rng.standard_normal(30)), picture()) == ""


@pytest.mark.parametrize("change", [{"shift": 0.05}, {"marker": "^"}, {"color": "#0062A2"}, {"color": plotting.INK}])
def test_a_moved_curve_another_marker_or_a_wrong_colour_is_caught(change):
    assert "differs" in png_difference(picture(**change), picture())


def output(png=b"", alt="a sentence about the figure"):
    import base64

    return {"data": {"image/png": base64.b64encode(png).decode()}, "metadata": {"image/png": {"alt": alt}}}


def test_a_missing_figure_or_text_alternative_is_caught():
    png = picture()
    assert compare_figures([output(png)], [output(png)]) == ""
    assert "0 figures where 1" in compare_figures([], [output(png)])
    assert "text alternative" in compare_figures([output(png)], [output(png, alt=None)])
    assert "text alternative" in compare_figures([output(png, alt="another")], [output(png)])


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_show_refuses_a_blank_text_alternative_or_caption(blank):
    fig = plt.figure()
    with pytest.raises(ValueError, match="alt must be a sentence"):
        plotting.show(fig, alt=blank, caption="c")
    with pytest.raises(ValueError, match="caption must be a sentence"):
        plotting.show(fig, alt="a", caption=blank)
    plt.close(fig)


def test_show_stores_the_alternative_the_background_and_the_caption(monkeypatch):
    shown = []
    monkeypatch.setattr(plotting, "display", lambda data, **kwargs: shown.append((data, kwargs)))
    fig = plt.figure()
    plotting.show(fig, alt="finding", caption="see this")
    (image, how), (caption, _) = shown
    assert image["image/png"].startswith(b"\x89PNG") and image["text/plain"] == "finding"
    assert how["metadata"]["image/png"] == {"alt": "finding", "needs_background": "light"}
    assert caption["text/markdown"] == "*see this*"
    assert not plt.fignum_exists(fig.number)


def test_decision_regions_colour_by_the_prediction():
    fig, ax = plt.subplots()
    plotting.decision_regions(ax, lambda X: (X[:, :1] > 0).astype(float), (-1, 1), (-2, 2), resolution=20)
    image = ax.images[0].get_array()
    assert image[:, :10].max() == 0 and image[:, 10:].min() == 1
    assert ax.get_xlim() == (-1, 1) and ax.get_ylim() == (-2, 2)
    plt.close(fig)


def test_half_plane_refuses_weights_without_a_boundary():
    fig, ax = plt.subplots()
    with pytest.raises(ValueError, match="w must have a weight other than 0"):
        plotting.half_plane(ax, [0, 0], 1.0, (0, 1), (0, 1))
    plt.close(fig)


def test_half_plane_shades_where_the_unit_fires():
    fig, ax = plt.subplots()
    plotting.half_plane(ax, [1, 0], -0.5, (0, 1), (0, 1))
    shaded = ax.collections[0].get_paths()[0].get_extents()
    assert shaded.x0 == pytest.approx(0.5) and shaded.x1 == pytest.approx(1)
    plt.close(fig)


def test_classes_differ_by_marker_and_by_colour():
    fig, ax = plt.subplots()
    plotting.scatter_classes(ax, np.eye(2), np.array([[0], [1]]))
    zero, one = ax.collections
    assert zero.get_label() == "class 0" and zero.get_offsets().tolist() == [[1, 0]]
    assert len(zero.get_paths()[0]) != len(one.get_paths()[0])
    assert zero.get_facecolor().tolist() != one.get_facecolor().tolist()
    plt.close(fig)


def test_a_network_is_drawn_with_its_weights_and_negative_edges_dashed():
    fig, ax = plt.subplots()
    centres = plotting.draw_network(ax, [["a", "b"], ["c"]], {((0, 0), (1, 0)): "2", ((0, 1), (1, 0)): "−3"})
    assert centres[(1, 0)] == (1.6, 0) and centres[(0, 0)][1] > centres[(0, 1)][1]
    assert {"a", "b", "c", "2", "−3"} <= {text.get_text() for text in ax.texts}
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert [arrow.get_linestyle() for arrow in arrows] == ["-", "--"]
    plt.close(fig)
