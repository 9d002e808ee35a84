"""Notebooks as files: found by name, read with a clear refusal, written whole or not at all."""

import json
import os
import re

import nbformat
import pytest

from tests.tools.marks import posix
from tests.tools.samples import OLD, commit_all, git, notebook, refused
from tools import notebook_files
from tools.notebook_files import changed, error_line, named, put_in_place, read


@pytest.fixture
def source(folder):
    """The place for a notebook `one`, in a folder of its own."""
    return folder / "in" / "one.ipynb"


@pytest.mark.parametrize(
    "message, line",
    [("no\n\nsee", "E: no"), ("\n \x1b[0;31m'a'\x1b[0m\n", "E: 'a'"), ("", "E"), (" \n", "E")],
)
def test_an_error_is_told_in_one_line(message, line):
    assert error_line("E", message) == line


def test_a_notebook_is_read_as_it_is(source):
    nbformat.write(notebook("x = 1"), source)
    assert read(source) == notebook("x = 1")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("minor", [0, 4, 5])
@pytest.mark.parametrize("name", ["", "two words", "x" * 65, 7, None, "same"])
def test_ids_that_a_tool_wrote_wrongly_are_no_reason_to_refuse_a_notebook(source, name, minor):
    """As courses have them (jsboige/CoursIA#6254): ids in format 4.4, or empty, or the same one in each cell."""
    saved = notebook("x = 1", "y = 2")
    for cell in saved.cells[1:]:
        cell["id"] = name
    source.write_text(json.dumps(saved | {"nbformat_minor": minor}))
    result = read(source)
    nbformat.validate(result)
    assert result.nbformat_minor == 5 and [cell.source for cell in result.cells] == [c.source for c in saved.cells]
    assert len({cell.id for cell in result.cells}) == len(result.cells) and result.cells[0].id == "parameters"


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "the file is empty; delete it, or restore it"),
        ('{"cells": [', "not a readable notebook: Notebook does not appear to be JSON.*"),
        ('{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}', ".*Unsupported nbformat version 5"),
        ('{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', "nbformat must be 4, got 3; open.*"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"no": "type"}]}', "not a readable .*"),
        ("[" + "x" * 999, "not a readable notebook: .{,200}"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "ir", "display_name": "R", '
         '"language": "R"}}, "cells": []}', "its language must be python, got 'R'"),
    ],
)  # fmt: skip
def test_what_is_no_notebook_of_the_course_says_why_in_one_short_line(source, text, said):
    source.write_text(text)
    assert re.fullmatch(said, refused(read, source))


def test_a_missing_notebook_lists_those_there_are(source):
    assert refused(read, source) == "no such notebook in in/; there are: none"
    for name in ("b", "a", ".hidden"):
        nbformat.write(notebook("x"), source.with_name(f"{name}.ipynb"))
    assert refused(read, source) == "no such notebook in in/; there are: a, b"


def test_notebooks_are_named_by_how_they_begin_each_once_and_hidden_ones_never(source):
    folder = source.parent
    for name in ("02_b", "01_a", "01_c", ".hidden"):
        nbformat.write(notebook("x"), folder / f"{name}.ipynb")
    chosen = {"": ["01_a", "01_c", "02_b"], "01 01_c": ["01_a", "01_c"], "3 02": ["3", "02_b"], ".hidden": []}
    for names, found in ((words.split(" "), found) for words, found in chosen.items()):
        assert named(names, folder) == [folder / f"{name}.ipynb" for name in found]


@posix
def test_a_link_to_nothing_is_told_as_one(source):
    source.symlink_to("gone.ipynb")
    assert refused(read, source) == "a link to gone.ipynb, which is not there"


def test_a_result_replaces_the_earlier_one_whole(source):
    source.write_text(OLD)
    put_in_place(notebook("print('α')"), source)
    assert nbformat.read(source, as_version=4) == notebook("print('α')")
    assert "α".encode() in source.read_bytes() and b"\r" not in source.read_bytes()
    put_in_place("α\nβ", source)
    assert source.read_bytes() == "α\nβ".encode() and os.listdir(source.parent) == ["one.ipynb"]


@posix
def test_modes_stay_new_files_follow_the_umask_and_links_stay_links(source):
    earlier = os.umask(0o077)
    try:
        put_in_place("new", source)
        assert source.stat().st_mode & 0o777 == 0o600
        source.chmod(0o664)
        link = source.with_name("link.ipynb")
        link.symlink_to("one.ipynb")
        put_in_place("newer", link)
    finally:
        os.umask(earlier)
    assert link.is_symlink() and source.read_text() == "newer" and source.stat().st_mode & 0o777 == 0o664


def test_a_result_that_cannot_be_written_leaves_the_earlier_one_and_no_rubbish(source, monkeypatch):
    source.write_text(OLD)
    seen = []

    def disk_full(*_):
        seen.extend(os.listdir(source.parent))
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space left"):
        put_in_place(notebook("1"), source)
    assert source.read_text() == OLD and os.listdir(source.parent) == ["one.ipynb"]
    (temporary,) = set(seen) - {"one.ipynb"}
    assert re.fullmatch(r"\.one-\w+\.tmp", temporary), "written beside the result, hidden"


def test_changed_notebooks_are_those_that_git_sees_as_new_or_changed(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    (folder / "deep").mkdir(parents=True)
    for name in ("same", "edited", "deleted", "staged", "with blanks", "été", "moved"):
        (folder / f"{name}.ipynb").write_text("1")
    (tmp_path / "outside.ipynb").write_text("1")
    commit_all(tmp_path)
    git("config", "status.showUntrackedFiles", "no", cwd=tmp_path)
    for name in ("edited", "staged", "with blanks", "été"):
        (folder / f"{name}.ipynb").write_text("2")
    (folder / "moved.ipynb").rename(folder / "moved 2.ipynb")
    git("add", "-A", cwd=tmp_path)
    (folder / "deleted.ipynb").unlink()
    for path in ("DRAFT.ipynb", "deep/new.ipynb", "notes.txt", "../outside.ipynb"):
        (folder / path).write_text("2")
    monkeypatch.setattr(notebook_files, "ROOT", tmp_path)
    names = ["DRAFT", "edited", "moved 2", "staged", "with blanks", "été"]
    assert sorted(changed()) == [f"{name}.ipynb" for name in names], "whole names, of that folder alone"
    (folder / "edited.ipynb").write_text("1")
    (folder / "edited 2.ipynb").write_text("1")
    commit_all(tmp_path)
    assert changed() == []
    (folder / "edited.ipynb").write_text("2")
    assert named(changed(), folder) == [folder / "edited.ipynb"], "not what begins like it"


ADVICE = "--changed: git must tell what has changed; name the notebooks instead"


def test_outside_git_asking_for_changes_is_one_line_that_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setattr(notebook_files, "ROOT", tmp_path)
    assert re.fullmatch(rf"{ADVICE} \(fatal: not a git repository.*\)", refused(changed))
    monkeypatch.setenv("PATH", "")
    assert re.fullmatch(rf"{ADVICE} \(.*'git'\)", refused(changed)), "where there is no git"
