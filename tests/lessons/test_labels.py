"""Labels, captions and alternatives: what names a thing names the same thing everywhere.

tests/lessons/meanings/NN_topic.labels is the second entry of a double-entry book: each label, title and name in a
picture or a table beside the expression that it stands for. Labels that are exchanged differ from it, and so do ticks
and units. After a change that is meant, `python -m tests.lessons.test_labels` writes it anew; look at the difference.
"""

import ast
import json
import re
from collections import Counter

import nbformat
import pytest

from helpers import NOTEBOOKS, ROOT, plotting
from helpers.read_back import marks_of_classes
from tests.lessons.test_words import OPPOSITES, label_words, pairings

REMEDY = (
    "Mend the caption, the text alternative or the label, so that they agree. A name of code that stands in no code of "
    "the course is added to KNOWN_ELSEWHERE in tests/lessons/test_labels.py."
)

BOOKS = ROOT / "tests" / "lessons" / "meanings"
NAMED = {"label", "title", "xlabel", "ylabel", "xticks", "yticks", "xticklabels", "yticklabels", "xscale", "yscale"}
SCALED = {"semilogy", "semilogx", "loglog"}
NAMING = {"set_title", "set_xlabel", "set_ylabel", "set_xticks", "set_yticks", "suptitle", "supxlabel", "supylabel"}
# Words for what is seen and found of which one must not stand where the other is meant.
CONTRARY = [("earlier", "later"), ("above", "below"), ("higher", "lower"), ("larger", "smaller"), ("faster", "slower"),
            ("rises", "falls"), ("rise", "fall"), ("solid", "dashed"), ("blue", "vermillion"), ("triangles", "circles"),
            ("better", "worse"), ("best", "worst"), ("forward", "backward"),
            ("steeper", "flatter"), ("wider", "narrower"), ("shortest", "longest"), ("sooner", "later"),
            ("beats", "loses"), ("inside", "outside"), ("always", "never"), ("mean", "sum"),
            ("residual", "plain"), ("positive", "negative"), ("more", "fewer"), ("upper", "lower"),
            ("weights", "biases"), ("accuracy", "loss"), ("batchnorm", "groupnorm"), ("gelu", "silu"),
            ("first", "last"), ("least", "most"), ("largest", "smallest"), ("lowest", "highest"), ("left", "right"),
            ("long", "short"), ("training", "validation"), ("grows", "fades")]  # fmt: skip
PHRASES = r"\bat (?:least|most|last)\b|\bleft open\b"  # that say nothing of more and less
# How a line looks, in the words of captions, and as matplotlib writes it.
LOOKS = {"dashed": r"^--", "solid": r"^-(?!-)", "triangles": r"[v^<>]$", "circles": r"o$"}


def entries(source):
    """(what is drawn or listed, what it is called) of each label in a cell."""
    tree, count = ast.parse(source), Counter()

    def entry(what, called):
        count[what] += 1
        return f"{' '.join(what.split())} #{count[what]}", " ".join(called.split())

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name, given = ast.unparse(node.func), ", ".join(map(ast.unparse, node.args))
            words = {k.arg: ast.unparse(k.value) for k in node.keywords if k.arg in NAMED}
            if name.split(".")[-1] in NAMING or name == "zip":
                yield entry(name, given)
            elif words:
                yield entry(f"{name}({given})", json.dumps(words, ensure_ascii=False, sort_keys=True))
            elif name.split(".")[-1] in SCALED:
                yield entry("scale", name)
            elif name == "print" and re.fullmatch(r"'.*\S  +\S.*'", given):
                yield entry("head of a table", given)
        if isinstance(node, (ast.Tuple, ast.List)):
            texts = [inner.value for inner in node.elts if isinstance(inner, ast.Constant)]
            if len(texts) == len(node.elts) and sum(bool(re.search(r"[^\W\d_]{3}|\$", str(t))) for t in texts) > 1:
                yield entry("names in a row", ast.unparse(node))
    for label, node in pairings(tree):
        yield entry(ast.unparse(node), repr(label))


def symbols(text):
    """The symbols with a number in the formulas of a text, such as W_1."""
    text = re.sub(r"\{\\\{(\d)\\\}\}|\{(\d)\}", r"\1\2", text)  # W^{\{1\}} is W^1
    formulas = " ".join(re.findall(r"(?s)\$\$?(.+?)\$\$?", text))
    return {a + b for a, b in re.findall(r"(?<!\\)\b(\\?[a-zA-Z]+)[_^](\d)", formulas)}


def book(notebook):
    """{"cell  what": what it is called} for a whole notebook."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    cells = [cell for cell in cells if not {"setup", "exercise"} & set(cell.metadata.get("tags", []))]
    return {f"{cell.id}  {what}": called for cell in cells for what, called in entries(cell.source)}


def read(path):
    return nbformat.read(path, as_version=4)


def test_labels_stand_for_what_the_book_says(notebook_path, house_rules):
    """What the book does not know yet is not compared; `python -m tests.lessons.test_labels` enters it."""
    path = BOOKS / f"{notebook_path.stem}.labels"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    stored, fresh = dict(line.split("  ⇒  ") for line in lines), book(read(notebook_path))
    both = fresh.keys() & stored.keys()
    changed = [f"{what}\n  was called {stored[what]}\n  is called  {fresh[what]}" for what in both
               if stored[what] != fresh[what]]  # fmt: skip
    cells = {what.split()[0] for what in fresh}
    changed += [f"{what}\n  was drawn by {stored[what]}, and is not any more" for what in stored.keys() - fresh.keys()
                if "  scale #" in what and what.split()[0] in cells]  # fmt: skip
    hint = "if that is meant, run `python -m tests.lessons.test_labels`"
    house_rules((f"a label does not stand for what it stood for: {line}", hint) for line in sorted(changed))


def figures(notebook):
    """For each figure its cell, its words as drawn, its text alternative and its caption."""
    for index, cell in enumerate(notebook.cells):
        outputs = cell.get("outputs", [])
        for output, after in zip(outputs, [*outputs[1:], {}]):
            drawn = output.get("metadata", {}).get("drawn")
            if drawn:
                caption = "".join(after.get("data", {}).get("text/markdown", ""))
                yield index, json.loads(drawn), output.metadata["image/png"]["alt"], caption


def test_a_caption_and_an_alternative_do_not_name_the_opposite_of_a_label(notebook_path):
    for index, drawn, alt, caption in figures(read(notebook_path)):
        if len(drawn["axes"]) > 1:  # its words may speak of one picture, its labels of another
            continue
        said = label_words(alt + " " + caption)
        labels = [word for axes in drawn["axes"] for word in axes["words"]]
        everywhere = label_words(" ".join(labels))
        for label in labels:
            for word, opposite in OPPOSITES[:11]:
                mine = [w for w in label_words(label) if re.fullmatch(word, w)]
                other = [w for w in said if re.fullmatch(opposite, w)]
                if mine and other and not any(re.fullmatch(word, w) for w in said):
                    assert any(re.fullmatch(opposite, w) for w in everywhere), (
                        f"figure of cell {index}: it says {label!r}, its caption and alternative {other}"
                    )


def words_of(text):
    return set(re.findall(r"[a-z]+", text.lower()))


def contrary(one, others):
    """The word of a text whose contrary all the others say, none of them the word itself."""
    for pair in CONTRARY:
        for a, b in (pair, pair[::-1]):
            if a in one and b not in one and b in others and a not in others:
                return f"says {a!r} where everything round it says {b!r}"
    return None


def test_captions_alternatives_and_checks_of_a_figure_do_not_say_the_contrary(notebook_path):
    notebook, found = read(notebook_path), []
    for index, drawn, alt, caption in figures(notebook):
        code = [cell for cell in notebook.cells[index : index + 6] if cell.cell_type == "code"][:3]
        checks = " ".join(m for c in code for m in messages(c.source))
        labels = " ".join(word for axes in drawn["axes"] for word in axes["words"])
        texts = {"caption": words_of(caption), "alternative": words_of(alt), "checks": words_of(checks + " " + labels)}
        for name in ("caption", "alternative"):
            others = set().union(*(words for key, words in texts.items() if key != name))
            if why := contrary(texts[name], others):
                found.append(
                    f"cell {notebook.cells[index].id}: its {name} {why}: {caption if name == 'caption' else alt}"
                )
    assert not found, "\n".join(found)


def looks(drawn):
    """The words of LOOKS that a figure's lines and marks answer to, and those of its colours."""
    artists = [artist for axes in drawn["axes"] for artist in axes["artists"]]
    found = {word for word, style in LOOKS.items() if any(re.search(style, a["style"]) for a in artists)}
    found |= {"circles", "triangles"} if any(a["label"].startswith("class ") for a in artists) else set()
    colors = {color.lower() for a in artists for color in a["colors"]}
    return found | {name for name in ("blue", "vermillion") if getattr(plotting, name.upper()).lower() in colors}


def test_a_sentence_gives_the_curve_that_it_names_the_look_that_it_has(notebook_path):
    """Of all curves the sentence names one, by a word that no other's label has, and it says dashed or solid."""
    found = []
    for index, drawn, alt, caption in figures(read(notebook_path)):
        artists = {a["label"]: a["style"] for axes in drawn["axes"] for a in axes["artists"] if a["label"]}
        for sentence in re.split(r"[.;:]\s", f"{alt}. {caption}"):
            said = words_of(sentence)
            named = {}
            for label, style in artists.items():
                others = set().union(*(words_of(other) for other in artists if other != label))
                if any(len(word) > 4 for word in said & words_of(label) - others):
                    named[label] = style
            for word in said & LOOKS.keys() if len(named) == 1 else ():
                ((label, style),) = named.items()
                if not re.search(LOOKS[word], style):
                    found.append(f"figure of cell {index}: {label!r} is drawn as {style!r}, not {word}: {sentence}")
    assert not found, "\n".join(found)


def computed(source):
    """What stands in the fields of the texts of a figure, and the keywords with which it is drawn."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FormattedValue):
            yield ast.unparse(node.value).replace("_", " ")
        if isinstance(node, ast.keyword):
            yield node.arg or ""


def test_what_a_caption_says_of_more_and_less_is_said_by_a_check_too(notebook_path, house_rules):
    """A word that has a contrary stands in a check, a label or the alternative as well: then it cannot turn alone."""
    notebook, found = read(notebook_path), []
    for index, drawn, alt, caption in figures(notebook):
        code = [cell for cell in notebook.cells[index : index + 6] if cell.cell_type == "code"][:3]
        labels = " ".join(word for axes in drawn["axes"] for word in axes["words"])
        checked = [labels, *computed(notebook.cells[index].source), *(m for c in code for m in messages(c.source))]
        checked = words_of(" ".join(checked)) | looks(drawn)
        for name, text, other in (("caption", caption, alt), ("alternative", alt, caption)):
            said, backed = words_of(re.sub(PHRASES, "", text)), checked | words_of(other)
            backed |= {re.sub(r"(?:ing|s)$", "", word) + end for word in backed for end in ("", "s")}
            for pair in CONTRARY:
                alone = said & set(pair)
                if len(alone) == 1 and not alone & backed:
                    found.append(
                        f"cell {notebook.cells[index].id}: nothing but its {name} says {alone.pop()!r}: {text}"
                    )
    remedy = "assert it on what is drawn (plotting.drawn), in a message with that word"
    house_rules((what, remedy) for what in dict.fromkeys(found))


def test_a_figure_has_no_symbol_that_the_text_does_not_have(notebook_path):
    notebook = read(notebook_path)
    known = {name for cell in notebook.cells for name in re.findall(r"\b[A-Za-z]\d\b", cell.source)}
    known |= symbols("\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown"))
    for index, drawn, _, _ in figures(notebook):
        words = [word for axes in drawn["axes"] for word in axes["words"]] + drawn["words"]
        strange = symbols(" ".join(words)) - known
        assert not strange, f"figure of cell {index}: nothing in the text is called {sorted(strange)}"


def test_captions_name_the_marks_of_the_classes_rightly(notebook_path):
    for index, _, _, caption in figures(read(notebook_path)):
        wrong = list(marks_of_classes(caption))
        assert not wrong, f"figure of cell {index}: {wrong[0]}"


def messages(source):
    """What the assertions of a cell say, and what it prints."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.msg:
            yield ast.unparse(node.msg)
        if isinstance(node, ast.Assert) and (
            table := re.fullmatch(r"all\((\w+)\.values\(\)\)", ast.unparse(node.test))
        ):
            for other in ast.walk(tree):  # a table of sentences, each with what must hold for it
                if isinstance(other, ast.Assign) and ast.unparse(other.targets[0]) == table[1]:
                    yield ast.unparse(other.value)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "checks.assert_close"):
            yield ast.unparse(node)


def test_code_in_the_text_names_what_the_code_has(notebook_path):
    """`W3` in a sentence is a name in the code, or part of one, or Python's own."""
    notebook = read(notebook_path)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    code += "\n".join(re.findall(r"(?s)```python\n(.*?)```", text)) + "\n".join(map(str, dir(__builtins__)))
    code += "\n".join((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "pyproject.toml"))
    code += "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "helpers").rglob("*.py"))
    code += " ".join(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    known = set(re.findall(r"[A-Za-z_]\w*", code)) | KNOWN_ELSEWHERE
    for cell in notebook.cells:
        text = re.sub(r"(?s)```.*?```", "", cell.source.split("## References")[0])
        for words in re.findall(r"`([^`\n]+)`", text) if cell.cell_type == "markdown" else ():
            unknown = set(re.findall(r"(?<!\.)\b[A-Za-z_]\w*", re.sub(r"([\"']).*?\1", "", words))) - known
            assert not unknown, f"cell {cell.id}: `{words}` is nothing in the code: {unknown}"


KNOWN_ELSEWHERE = {
    "jit",
    "vmap",
    "binary_cross_entropy_with_logits",
    "BCEWithLogitsLoss",
    "torch",
    "compile",
    "DataLoader",
}


@pytest.mark.parametrize("change, there", [("a, b", "b, a"), ("'training'", "'validation'"), ("'log'", "'linear'")])
def test_an_exchange_changes_the_book(change, there):
    source = "ax.plot(a, b, label='training')\nax.set(yscale='log', ylabel='loss')\n"
    assert list(entries(source)) != list(entries(source.replace(change, there)))


if __name__ == "__main__":
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        (BOOKS / f"{path.stem}.labels").write_text(
            "".join(f"{what}  ⇒  {called}\n" for what, called in book(read(path)).items()), encoding="utf-8"
        )
