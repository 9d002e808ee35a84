"""Compare the figures of two runs of one cell."""

import base64
import io
import pathlib
import tempfile
import warnings
from collections.abc import Callable

from matplotlib.testing.compare import compare_images
from PIL import Image, ImageColor

from helpers import plotting

# Root mean square over all pixels, 0 to 255. Float noise moves a line by less than a hundredth of a pixel (RMS
# below 0.3); a single marker of another shape or place gives 1 or more. test_figures.py shows both.
TOLERANCE = 0.6


def png_difference(fresh: bytes, stored: bytes) -> str:
    """Say how two PNGs differ, or return an empty string where they agree up to float noise."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder) / name for name in ("stored.png", "fresh.png")]
        for path, image in zip(paths, (stored, fresh)):
            path.write_bytes(image)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                result = compare_images(*map(str, paths), tol=TOLERANCE, in_decorator=True)
            except Exception as error:  # other sizes
                return f"the figure differs from the stored one: {error}"
    return f"the figure differs from the stored one: RMS {result['rms']:.2f} > {TOLERANCE}" if result else ""


def look(png: bytes) -> tuple[tuple[int, int], list[str]]:
    """A figure's size and which of the course's colours it uses."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    used = {color for _, color in picture.getcolors(picture.width * picture.height)}
    course = (plotting.BLUE, plotting.VERMILLION, plotting.RUST)  # greys occur at the edges of any word
    return picture.size, [name for name in course if ImageColor.getrgb(name) in used]


def look_difference(fresh: bytes, stored: bytes) -> str:
    """Say how size and colours of two PNGs differ: what stays where chaotic curves do not."""
    new, old = look(fresh), look(stored)
    return f"size and colours {new} are not the stored {old}" if new != old else ""


def compare_figures(fresh: list, stored: list, difference: Callable[[bytes, bytes], str] = png_difference) -> str:
    """Say how the figures among two lists of outputs differ: their number, text alternatives or pictures.

    Args:
        fresh, stored: the outputs of one cell in two runs.
        difference: says how two PNGs differ; an empty string where they agree.
    Returns:
        an empty string where all agree.
    """

    def figures(outputs):
        return [o for o in outputs if "image/png" in o.get("data", {})]

    fresh, stored = figures(fresh), figures(stored)
    if len(fresh) != len(stored):
        return f"{len(fresh)} figures where {len(stored)} are stored"
    for number, (new, old) in enumerate(zip(fresh, stored), 1):
        texts = [o["metadata"].get("image/png", {}).get("alt") for o in (new, old)]
        if not texts[1] or texts[0] != texts[1]:
            return f"figure {number}: the text alternative {texts[1]!r} is not {texts[0]!r}"
        problem = difference(*(base64.b64decode(o["data"]["image/png"]) for o in (new, old)))
        if problem:
            return f"figure {number}: {problem}"
    return ""
