"""The exercises of notebook 3 that stand where the engine is built and used; `autodiff_trace` has the others."""

import functools
import math
import re
from numbers import Real

from helpers.definitions import load_taught
from helpers.feedback import Exercise, Slip, Told, array, guarded, number, say, tried, unanswered, unfit
from helpers.language import later

_taught = functools.cache(load_taught)


def _engine():
    return _taught("03_autodiff_trace")


def _close(found, wanted, rel_tol=1e-9):
    return math.isclose(found, wanted, rel_tol=rel_tol, abs_tol=1e-12)


# Exercise 1: y = (a·b + c)·a forward and back, at a = 2, b = -3, c = 4

BLANKS = ("u", "v", "y", "v'", "u'", "c'", "b'", "a'")
BY_HAND = dict(zip(BLANKS, (-6, -2, -4, 2, 2, 2, 4, -8)))
HOW = {
    "u": "u = a · b = 2 · (-3)",
    "v": "v = u + c = u + 4",
    "y": "y = v · a = v · 2",
    "v'": later("the arrow from v to y carries a = 2, so v' = y' · 2, and y' is 1"),
    "u'": later("a sum hands its adjoint on unchanged: u' = v' · 1"),
    "c'": later("a sum hands its adjoint on unchanged: c' = v' · 1"),
    "b'": later("the arrow from b to u carries a = 2, so b' = u' · 2"),
    "a'": later("two arrows leave a, so a' has two terms: y' · v and u' · b"),
}


def _filled(a):
    if isinstance(a, dict):
        keys = {str(key).replace("’", "'").replace("′", "'").strip(): value for key, value in a.items()}
        if all(value is None or value is Ellipsis for value in keys.values()):
            raise unanswered()
        missing = [name for name in BLANKS if keys.get(name, ...) is None or keys.get(name, ...) is Ellipsis]
        if missing:
            raise unfit("{name} is still a blank.", name=missing[0])
        a = [number(keys[name]) for name in BLANKS]
    return dict(zip(BLANKS, array(a, (8,)).tolist()))


def _first_wrong_blank(a):
    name = next(name for name in BLANKS if not _close(a[name], BY_HAND[name]))
    return say("your {name} is {found:g}. Look again: {how}.", name=name, found=a[name], how=say(HOW[name]))


def _blanks_are(**changed):
    changed = {name.replace("_", "'"): value for name, value in changed.items()}
    return lambda a: all(_close(a[name], value) for name, value in (BY_HAND | changed).items())


def _blanks(**changed):
    return repr(BY_HAND | {name.replace("_", "'"): value for name, value in changed.items()})


check_1 = Exercise(
    clean=_filled,
    right=_blanks_are(),
    praise="Right. Two roads lead back to a, and what comes back along them adds up.",
    dresses=(
        "[-6, -2, -4, 2, 2, 2, 4, -8]",
        "(-6., -2., -4., 2., 2., 2., 4., -8.)",
        "np.array([-6, -2, -4, 2, 2, 2, 4, -8])",
        "torch.tensor([-6, -2, -4, 2, 2, 2, 4, -8])",
        _blanks().replace("'\"", '’"').replace("'", '"'),
        "np.array([[-6], [-2], [-4], [2], [2], [2], [4], [-8]])",
        _blanks(u=-6.0, v="NEW").replace("'NEW'", "[-2]"),
    ),
    slips=(
        Slip(
            _blanks(a_=-2),
            _blanks_are(a_=-2),
            "for a' you went back along the straight arrow only; the one from u carries u' · b besides.",
        ),
        Slip(
            _blanks(a_=-6),
            _blanks_are(a_=-6),
            "for a' you went back through u only; the straight arrow from y carries y' · v besides.",
        ),
        Slip(
            _blanks(a_=12),
            _blanks_are(a_=12),
            "for a' the two roads are multiplied; they add up.",
        ),
        Slip(
            _blanks(b_=-6, a_=2),
            _blanks_are(b_=-6, a_=2),
            "at u the two slopes are swapped: the slope of a · b by a is b, and by b it is a.",
        ),
        Slip(
            _blanks(v_=-2, u_=-2, c_=-2, b_=-4, a_=8),
            _blanks_are(v_=-2, u_=-2, c_=-2, b_=-4, a_=8),
            "at y the two slopes are swapped: the slope of v · a by v is a, and by a it is v.",
        ),
    ),
    counterexample=_first_wrong_blank,
    also_wrong={
        _blanks(u=6): "your u is 6. Look again: u = a · b",
        _blanks(v=-10): "your v is -10. Look again: v = u + c",
        _blanks(u_=-12): "your u' is -12",
        _blanks(c_=8): "your c' is 8",
        _blanks(y=0): "your y is 0",
        '{"u": -6, "v": -2}': "y is still a blank",
        "[-6, -2, -4]": "give 8 numbers",
        "'-6'": "not the text '-6'",
    },
)


# Exercise 2: the local derivatives of a product, of σ and of tanh

FACTORS = tried(  # one of them is 0, where a product divided by it is none of its slopes
    ((1.3, -0.7), (2.0, 5.0), (-0.4, 0.0)), lambda rng: [*rng.uniform(-3, 3, (2, 2)).tolist(), (-0.4, 0.0)]
)
POINTS = tried((-2.0, -0.3, 0.0, 0.6, 1.7), lambda rng: [*rng.uniform(-2, 2, 4).tolist(), 0.0])
NAMES = ("product_slopes", "sigmoid_slope", "tanh_slope")


def _sigma(a):
    return 1 / (1 + math.exp(-a))


def _three(a):
    if isinstance(a, dict):
        a = list(a.values())
    if not isinstance(a, tuple | list) or len(a) != 3 or not all(map(callable, a)):
        raise unfit("answer_2 must stay the three functions, without parentheses: {names}.", names=", ".join(NAMES))
    return [guarded(function) for function in a]


def _pair(product_slopes, x, y):
    """The two slopes of x * y; an answer that divides, or has one number for both, is told so."""
    try:
        found = product_slopes(x, y, x * y)
    except Told as told:
        if "ZeroDivisionError" in told.verdict.sentence:
            raise unfit(
                "at a = {a:g}, b = {b:g} your product_slopes divides by 0. A slope of a · b is simply the other "
                "factor: divide by nothing.",
                a=x,
                b=y,
            ) from None
        raise
    if isinstance(found, Real):
        raise unfit(
            "product_slopes must return two slopes, (by a, by b): one for each operand. At a = {a:g}, b = {b:g} "
            "yours returns only {found}.",
            a=x,
            b=y,
            found=f"{found:.4g}",
        )
    return array(found, (2,)).tolist()


def _wrong_slopes(a):
    """(which function, operands, found, wanted) of the first slope that differs; None if there is none."""
    for x, y in FACTORS:
        found = _pair(a[0], x, y)
        if not all(map(_close, found, (y, x))):
            return 0, (x, y), found, [y, x]
    for which, value in ((1, _sigma), (2, math.tanh)):
        for x in POINTS:
            y = value(x)
            found, wanted = number(a[which](x, y)), y * (1 - y) if which == 1 else 1 - y * y
            if not _close(found, wanted):
                return which, (x,), [found], [wanted]
    return None


def _nudged_slopes(a):
    which, at, found, wanted = _wrong_slopes(a)
    places = ", ".join(f"{name} = {value:g}" for name, value in zip("ab", at))
    found, wanted = (", ".join(f"{value:.4g}" for value in values) for values in (found, wanted))
    return say(
        "at {places} your {name} gives {found}; nudges say {wanted}.",
        places=places,
        name=NAMES[which],
        found=found,
        wanted=wanted,
    )


def _is_instead(which, formula):
    """Whether the first wrong function is this one, and computes this formula."""

    def recognises(a):
        if _wrong_slopes(a)[0] != which:
            return False
        if which == 0:
            return all(all(map(_close, _pair(a[0], x, y), formula(x, y))) for x, y in FACTORS)
        value = (_sigma, math.tanh)[which - 1]
        return all(_close(number(a[which](x, value(x))), formula(x, value(x))) for x in POINTS)

    return recognises


def _functions(product="(b, a)", sigma="y * (1 - y)", tanh="1 - y * y"):
    return f"(lambda a, b, y: {product}, lambda a, y: {sigma}, lambda a, y: {tanh})"


check_2 = Exercise(
    clean=_three,
    right=lambda a: _wrong_slopes(a) is None,
    praise="Right. With these three, the table has no question mark left.",
    dresses=(
        _functions("[b, a]"),
        _functions("np.array([b, a])", "y - y**2", "1 - y**2"),
        _functions("torch.tensor([b, a], dtype=torch.float64)"),
        _functions(sigma="(y * (1 - y),)", tanh="[1 - y * y]"),
        _functions(sigma="math.exp(-a) / (1 + math.exp(-a)) ** 2", tanh="1 / math.cosh(a) ** 2"),
        _functions(tanh="(1 - y) * (1 + y)").replace("(lambda a, b", "[lambda a, b")[:-1] + "]",
    ),
    slips=(
        Slip(
            _functions("(a, b)"),
            _is_instead(0, lambda a, b: (a, b)),
            "the two slopes of the product are swapped: if a moves, a · b moves by b times as much.",
        ),
        Slip(
            _functions("(1, 1)"),
            _is_instead(0, lambda a, b: (1, 1)),
            "those are the slopes of a sum; in a product the move of a is multiplied by b.",
        ),
        Slip(
            _functions(sigma="a * (1 - a)"),
            _is_instead(1, lambda a, y: a * (1 - a)),
            "σ' = σ (1 - σ), and σ is the result y, not the operand a.",
        ),
        Slip(_functions(sigma="y"), _is_instead(1, lambda a, y: y), "only exp is its own derivative; σ' = σ (1 - σ)."),
        Slip(
            _functions(sigma="1 - y * y"),
            _is_instead(1, lambda a, y: 1 - y * y),
            "that is the slope of tanh; for σ it is σ (1 - σ).",
        ),
        Slip(
            _functions(tanh="1 - a * a"),
            _is_instead(2, lambda a, y: 1 - a * a),
            "tanh' = 1 - tanh², and tanh is the result y, not the operand a.",
        ),
        Slip(
            _functions(tanh="1 - y"),
            _is_instead(2, lambda a, y: 1 - y),
            "the square is missing: tanh' = 1 - tanh², with y for tanh.",
        ),
        Slip(
            _functions(tanh="y * (1 - y)"),
            _is_instead(2, lambda a, y: y * (1 - y)),
            "that is the slope of σ; for tanh it is 1 - tanh².",
        ),
    ),
    counterexample=_nudged_slopes,
    also_wrong={
        _functions(sigma="y * (1 + y)"): "at a = -2 your sigmoid_slope gives",
        _functions(tanh="1 + y * y"): "your tanh_slope gives",
        _functions("b"): "must return two slopes, (by a, by b)",
        _functions("a + b"): "At a = 1.3, b = -0.7 yours returns only 0.6",
        _functions("(b, a, y)"): "give 2 numbers, not 3 numbers",
        _functions("(y / a, y / b)"): "at a = -0.4, b = 0 your product_slopes divides by 0",
        _functions(sigma="1 - Y"): "raises NameError: name 'Y' is not defined",
        _functions(tanh="1 - y^2"): "raises TypeError",
        "(1, 2, 3)": "must stay the three functions",
        "lambda a, b, y: (b, a)": "must stay the three functions",
    },
)


# Exercise 3: hand back along the edges of a node

A, B = tried((3.0, -2.0), lambda rng: (float(rng.uniform(1.5, 4)), float(rng.uniform(-3, -1))))


def _handed(function):
    """What a hand_back makes of three adjoints that it should change, and whether it changed anything."""
    Node = _engine().Node
    a, b = Node(A), Node(B)
    square, product = a * a, a * b
    first, second = {square: 2.0, a: 0.0}, {product: 2.0, a: 5.0, b: 0.5}
    before = [*first.values(), *second.values()]
    function(first, square), function(second, product)
    after = [number(value) for value in (first[square], first[a], second[product], second[a], second[b])]
    return after, after != before


def _hand_back(a):
    if not callable(a):
        raise unfit("answer_3 must stay the function hand_back, without parentheses.")
    function = guarded(a, returns=False)
    after, changed = _handed(function)
    if not changed:
        if getattr(a, "__code__", None) and a.__code__.co_code == _hand_back_stub.__code__.co_code:
            raise unanswered()
        raise unfit("hand_back must change the dictionary adjoint.")
    return after


def _hand_back_stub(adjoint, node):
    for edge in node.edges:
        operand, slope = edge
        ...


HANDED = [2.0, 4 * A, 2.0, 5 + 2 * B, 0.5 + 2 * A]  # the square's and a's; the product's, a's and b's


def _handed_is(*expected):
    return lambda a: all(map(_close, a, expected))


def _first_wrong_adjoint(a):
    what = (
        say("the adjoint of a · a itself"),
        say("a' after a · a, with a = {a:.4g} and 2 for the product's adjoint,", a=A),
        say("the adjoint of a · b itself"),
        say("a', which was 5 before a · b handed back, with b = {b:.4g} and 2 for the product's adjoint,", b=B),
        say("b', which was 0.5 before a · b handed back, with a = {a:.4g} and 2 for the product's adjoint,", a=A),
    )
    name, found, wanted = next(row for row in zip(what, a, HANDED) if not _close(row[1], row[2]))
    return say("{name} must be {wanted:g}, and yours is {found:g}.", name=name, wanted=wanted, found=found)


def _loop(line):
    return f"def answer(adjoint, node):\n    for operand, slope in node.edges:\n        {line}"


check_3 = Exercise(
    clean=_hand_back,
    right=_handed_is(*HANDED),
    praise="Right. Whatever came before stays, and each arrow adds its share.",
    dresses=(
        _loop("adjoint[operand] = adjoint[operand] + adjoint[node] * slope"),
        _loop("adjoint[operand] += slope * adjoint[node]"),
        _loop("adjoint[operand] -= -adjoint[node] * slope"),
        "def answer(d, n):\n    for v, s in n.edges:\n        d[v] += d[n] * s\n    return d",
        "def answer(a, n):\n    for i in range(len(n.edges)):\n        a[n.edges[i][0]] += a[n] * n.edges[i][1]",
        "def answer(adjoint, node):\n    u = adjoint[node]\n    for v, s in node.edges:\n"
        "        adjoint.update({v: adjoint.get(v, 0) + u * s})",
    ),
    slips=(
        Slip(
            _loop("adjoint[operand] = adjoint[node] * slope"),
            _handed_is(2, 2 * A, 2, 2 * B, 2 * A),
            "with = the last arrow wins, and what came before is lost; add it up with +=.",
        ),
        Slip(
            _loop("adjoint[operand] += slope"),
            _handed_is(2, 2 * A, 2, 5 + B, 0.5 + A),
            "the slope alone says nothing about the final result: multiply it by adjoint[node].",
        ),
        Slip(
            _loop("adjoint[operand] += adjoint[node]"),
            _handed_is(2, 4, 2, 7, 2.5),
            "the slope of the edge is missing.",
        ),
        Slip(
            _loop("adjoint[operand] += adjoint[operand] * slope"),
            _handed_is(2, 0, 2, 5 + 5 * B, 0.5 + 0.5 * A),
            "adjoint[operand] is what we want to find; what is known is adjoint[node].",
        ),
        Slip(
            _loop("adjoint[operand] -= adjoint[node] * slope"),
            _handed_is(2, -4 * A, 2, 5 - 2 * B, 0.5 - 2 * A),
            "the sign: an adjoint is a derivative, and nothing is taken away.",
        ),
        Slip(
            _loop("adjoint[operand] += adjoint[node] * operand.value"),
            _handed_is(2, 4 * A, 2, 5 + 2 * A, 0.5 + 2 * B),
            "multiply by the slope on the edge, not by the operand's value.",
        ),
        Slip(
            _loop("adjoint[operand] += adjoint[node] * node.value"),
            _handed_is(2, 4 * A * A, 2, 5 + 2 * A * B, 0.5 + 2 * A * B),
            "multiply by the slope on the edge, not by the node's value.",
        ),
    ),
    counterexample=_first_wrong_adjoint,
    also_wrong={
        _loop("operand += adjoint[node] * slope"): "hand_back must change the dictionary adjoint",
        _loop("return adjoint[operand] + adjoint[node] * slope"): "hand_back must change the dictionary adjoint",
        _loop("adjoint[node] += adjoint[operand] * slope"): "must be 12, and yours is 0",
        _loop("adjoint[operand] += adjoint[node] * slope; break"): "must be 12, and yours is 6",
        _loop("adjoint[operand] += adjoint[Node] * slope"): "raises KeyError",
        _loop("adjoint[operand] += adjoin[node] * slope"): "raises NameError: name 'adjoin' is not defined",
        _loop("adjoint[operand] += adjoint[node] + slope"): "must be 12, and yours is 10",
        "3": "must stay the function hand_back",
    },
)


# Exercise 4: in which order the nodes of g hand back

ORDER = ["g", "d", "c", "e", "u"]
USERS = {"g": [], "d": ["g"], "c": ["d"], "e": ["c"], "u": ["g", "e"], "x": ["u"], "y": ["u"], "1": ["c"]}


def _ordered(a):
    if isinstance(a, str):
        a = a.split() if re.search(r"\s", a.strip()) and "," not in a else re.findall(r"\w", a)
    if isinstance(a, set | frozenset | dict):
        raise unfit("a set has no order; write a list, with square brackets.")
    if not isinstance(a, list | tuple) or not all(isinstance(name, str) for name in a):
        raise unfit("give a list of names in quotation marks, such as ['g', 'u'].")
    plain = [re.sub(r"\W", "", name).lower() for name in a]
    strangers = [name for name in plain if name not in USERS]
    if strangers:
        raise unfit("{name!r} is no node of g; its nodes are g, d, c, e and u.", name=strangers[0])
    return plain


def _valid_order(a):
    return sorted(set(a)) == sorted(a) and set(ORDER) <= set(a) and _too_early(a) is None


def _too_early(a):
    """(node, user) where a node comes before a node that still has something to hand to it."""
    for i, name in enumerate(a):
        for user in USERS[name]:
            if user in a[i + 1 :]:
                return name, user
    return None


def _wrong_order(a):
    if missing := [name for name in ORDER if name not in a]:
        return say("{name} is missing: it has operands to hand to.", name=missing[0])
    if len(set(a)) < len(a):
        return say("{name} comes twice; each node hands back once.", name=next(n for n in a if a.count(n) > 1))
    name, user = _too_early(a)
    return say(
        "{name} goes before {user}, but {user} has still something to hand to {name}: its adjoint is not complete.",
        name=name,
        user=user,
    )


check_4 = Exercise(
    clean=_ordered,
    right=_valid_order,
    praise="Right. u waits until the long road has paid in.",
    dresses=(
        "('g', 'd', 'c', 'e', 'u')",
        "'g d c e u'",
        "'g, d, c, e, u'",
        "'gdceu'",
        "['G', 'D', 'C', 'E', 'U']",
        "['g', 'd', 'c', 'e', 'u', 'x', 'y']",
        '["g\'", "d\'", "c\'", "e\'", "u\'"]',
    ),
    slips=(
        Slip(
            ("['u', 'e', 'c', 'd', 'g']", "['x', 'y', 'u', 'e', 'c', 'd', 'g']"),
            lambda a: a[-5:] == ORDER[::-1],
            "that is the way forward; back it goes from the result.",
        ),
        Slip(
            "['g', 'u', 'd', 'c', 'e']",
            lambda a: a == ["g", "u", "d", "c", "e"],
            "u may not go right after g: the long road through d, c and e has not paid in yet.",
        ),
        Slip(
            ("['d', 'c', 'e', 'u']", "['d', 'c', 'e', 'u', 'g']"),
            lambda a: a[:4] == ORDER[1:],
            "g goes first: it alone knows its adjoint, 1, at the start.",
        ),
    ),
    counterexample=_wrong_order,
    also_wrong={
        "['g', 'd', 'c', 'u', 'e']": "u goes before e, but e has still something to hand to u",
        "['g', 'd', 'u', 'c', 'e']": "u goes before e",
        "['g', 'c', 'd', 'e', 'u']": "c goes before d",
        "['g', 'd', 'c', 'e']": "u is missing",
        "['g', 'd', 'c', 'e', 'e', 'u']": "e comes twice",
        "['g', 'd', 'c', 'e', 'z']": "'z' is no node of g",
        "{'g', 'd', 'c', 'e', 'u'}": "a set has no order",
        "5": "give a list of names",
    },
)
