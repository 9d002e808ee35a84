"""What a mutant changes, marked in its line, and why some may survive.

A reason is (where, the change as a regular expression, why no test needs to notice). The expression must match some of
what is marked, as in `linspace(-2, 2, «9 => 10»)`: it excuses nothing else.
"""

import re
from fnmatch import fnmatch

LEAST = 0.9  # share of mutants that must be killed
SURVIVORS = [
    ("*", r'encoding="«utf => UTF»-8"', "the same encoding by another name"),
    ("*", r'encoding=«"utf-8" => None»|«encoding="utf-8",  => »', "UTF-8 is the default here; CI runs on Windows too"),
    ("checks.relative_error", r"«dtype=float => »|dtype=«float => None»", "one of the two arrays is float64 still, and so is the difference"),
    ("data.*", r"astype\(«float => None»\)", "None is float64 by another name"),
    ("data.xor_clouds", r"«> => >=» 0", "no point that is drawn has a coordinate of exactly 0"),
    ("progress.watched", r"lambda: «None => 0»", "neither None nor 0 is a kernel"),
    ("plotting.is_area", r"«False => None»", "None is as good as False"),
    ("plotting.strokes", r"«None => (none|NONE)»", "Matplotlib calls no marker so by itself"),
    ("plotting.contrast", r"«<= => <» 0.04045", "no channel of 8 bits is 0.04045"),
    ("plotting.refuse_pale", r"«< => <=» (4.5|3)\b", "no colour of 8 bits has a contrast of just 4.5 or 3"),
    ("plotting.show", r'«format="png",  => »|«"png" => None»|"«png => PNG»"', "PNG is Matplotlib's default, in any case"),
    ("plotting.*", r'"«(white => WHITE|bilinear => BILINEAR|off => OFF|none => NONE)»"', "Matplotlib takes the name in any case"),
    ("plotting.*", r"linewidths?=«1.3 => None»|«linewidths?=1.3", "a line thinner or thicker by a fraction of a point; the stored figures show it"),
    ("plotting.*", r"zorder=«(3 => 4|4 => 5)»", "what lies above what stays the same"),
    ("plotting.half_plane", r"linspace\(\*[xy]lim, «", "a straight boundary is the same on any grid"),
    ("plotting.*", r'(annotate\(|^)«"" => None»,', "an arrow without text, either way"),
    ("plotting.half_plane", r"z.min\(\) «< => <=» 0", "a boundary that only touches the frame"),
    ("plotting.draw_network", r"«color=INK,  => »bbox|color=«INK => None»", "the course's style gives text this colour"),
    ("plotting.draw_network", r'"pad": «1.2 => 2.2»', "the white margin of a number"),
    ("checks.require_pair", r"require_float\(«name => None»", "the message names the pair, not one of its numbers"),
    ("exercises.threshold_xnor.*", r"«(int|float) => (None)?»|«dtype=float => »", "0 and 0.0 compare as equal"),
    ("exercises.numpy_backprop._five_networks", r"default_rng\(«. => None»|\(«5 => 6»,\)|«(epochs|batch_size)=.., |=«(40 => 41|16 => 17)»", "other five networks, as good or as bad with the rates tried"),
    ("exercises.numpy_backprop._five_networks", r'all=«"ignore" => None»', "whether NumPy warns of an exploding network"),
    ("exercises.numpy_backprop._five_networks", r'reduction=("«sum|«"sum")', "train takes all that is not the mean for the sum"),
    ("exercises.*", r"«(rel_tol|abs_tol|rtol)=|rtol=«", "the tolerance of a comparison; slips are far beyond it"),
    ("exercises.*", r"«(>=? => >=?|<=? => <=?)» 0[.0-9]+,", "a bound itself, where no slip lies"),
    ("exercises.*", r"\. «(Try|Think)\b", "a hint's wording; tests look for a part of it"),
    ("graph_drawing.number_text", r"""rstrip\(["']«[0.] => XX""", "a number holds no X"),
    ("graph_drawing._depths", r"«0 => 1» for node", "only differences of depths count"),
    ("graph_drawing._uncrossed", r"better = «False => None»", "None is as good as False"),
    ("graph_drawing._spread", r"«> => >=» pools", "pools of equal mean stay where they are, together or apart"),
    ("graph_drawing.layout", r'= «None => ""»|\(last \+ «1 => 2»\)|range\(«100 => 101»\)|\[«1.0 => 2.0»', "an empty column, a round more, or other weights against a thousandth: the same places"),
    ("graph_drawing.layout", r"\(min, (-«1 => 2|«- => \+)»", "no graph is known with lanes there and not on the edge"),
    ("graph_drawing.figure", r"«layout=|layout=«", "Axes with a place of their own are not moved by any layout"),
    ("graph_drawing._overlap", r"«> => >=» 0", "boxes that touch have no area in common"),
    ("graph_drawing._inside", r"«([<>]) => \1=» box", "no point of an edge lies just on the side of a box"),
    ("graph_drawing.draw", r'"«(off => OFF|white => WHITE)»"', "Matplotlib takes the name in any case"),
    ("graph_drawing.draw", r'zorder=«4 => 5»|"color", «INK => None»', "what lies above what stays; the style's own colour"),
    ("graph_drawing.draw", r"dots\[:«60 => 61»\]|[xy] «[-+] => [-+]» radius", "labels keep away from half a node as well as from a whole one, and need no dot more, in the graphs tried"),
    ("graph_drawing._stack_texts", r", «0.0 => 1.0»|«\+= => =» 100|«100 => 101»|towards (< )?«|\] «(< => <=|> => >=)»", "costs are compared with each other only, and differ by far"),
    ("graph_drawing._stack_texts", r"0 «or => and» box|box\[«1 => 2»\] <", "no text of the graphs tried leaves the page below"),
    ("graph_drawing._place_label", r"«color=INK => »|color=«INK => None»", "the course's style gives text this colour"),
    ("graph_drawing._place_label", r"«0\.(12|[2345]) => 1\.", "of the spots far off, one or another is free in the graphs tried"),
    ("graph_drawing._place_label", r"write\((0, )?«0 => 1»", "where it is measured does not matter; it is moved after"),
    ("graph_drawing._place_label", r"i [-+] «1 => 2»|- 1, «0 => 1»|len\(dots\) (- )?«|along\[1\] «<", "the direction of a smooth curve is the same a hundredth of it further on, and no label comes near an end"),
    ("graph_drawing._place_label", r"cost = «100 => 101»|best\[0\] == «0 => 1»", "costs are compared with each other only, and differ by far"),
]  # fmt: skip
TOKEN = re.compile(r"\d+\.\d+|\w+|\s+|[<>=!+*/-]=|.")


def common(one, other):
    """How many items two sequences have in common at their beginning."""
    return next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))


def marked(old, new):
    """What becomes of a text, with the tokens that differ marked: `linspace(-2, 2, «9 => 10»)`."""
    old, new = TOKEN.findall(old), TOKEN.findall(new)
    start = common(old, new)
    same = common(old[start:][::-1], new[start:][::-1])
    was, becomes = ("".join(tokens[start : len(tokens) - same]) for tokens in (old, new))
    return f"{''.join(old[:start])}«{was} => {becomes}»{''.join(old[len(old) - same :])}"


def change(name, path):
    """What a mutant changes, marked, each line without its indentation."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    return marked(*(" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"))


def reason(where, what):
    """Why a marked change may survive: the first reason whose expression matches some of what is marked."""
    start, end = what.index("«"), what.index("»")
    for place, pattern, why in SURVIVORS:
        if fnmatch(where, place) and any(m.start() <= end and m.end() > start for m in re.finditer(pattern, what)):
            return why
    return ""
