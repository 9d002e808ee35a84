"""What `make elsewhere` is built of holds, apart from the runs themselves."""

import pytest

from tests.tools.samples import python
from tools.elsewhere import OWN_WARNINGS_ARE_ERRORS


@pytest.mark.parametrize("module, status", [("helpers", 1), ("helpers.exercises.numpy_backprop", 1), ("numpy", 0),
                                            ("helpers_of_others", 0)])  # fmt: skip
def test_a_deprecation_in_any_helper_module_is_an_error_and_elsewhere_none(module, status, tmp_path):
    (tmp_path / "own.pth").write_text(OWN_WARNINGS_ARE_ERRORS, encoding="utf-8")
    source = f"import site, warnings; site.addsitedir({str(tmp_path)!r})\n"
    source += f"warnings.warn_explicit('old', FutureWarning, 'x.py', 1, module={module!r})"
    assert python("-c", source).returncode == status
