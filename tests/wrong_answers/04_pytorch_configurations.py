SILU, DROPOUT = '("silu",) * 3', "(0.1, 0.1, 0.0)"
ROWS = "Z - Z.mean(1, keepdim=True)"
WRONG_ANSWERS = {
    1: [
        ("answer_1 = 3", "in evaluation"),
        ("answer_1 = 3 * 0.75", "divide by 1 - p"),
        ("answer_1 = 3 / 0.25", "not by p"),
        ("answer_1 = 3.75", "not 1 + p"),
        ("answer_1 = 0.75", "not the value"),
    ],
    2: [
        (f'answer_2 = Configuration((32, 16, 8, 1), {SILU}, (0.1, 0.1, 0), "group", groups=2)', "32, 16 and 8"),
        (f'answer_2 = Configuration((32, 16, 8), ("relu",) * 3, {DROPOUT}, "group", groups=2)', 'is named "silu"'),
        (f'answer_2 = Configuration((32, 16, 8), {SILU}, (0.1, 0.1), "group", groups=2)', "an entry for each"),
        (f'answer_2 = Configuration((32, 16, 8), {SILU}, (0.1,) * 3, "group", groups=2)', "0 after the third"),
        (f'answer_2 = Configuration((32, 16, 8), {SILU}, {DROPOUT}, "batch", groups=2)', "norm must be"),
        (f'answer_2 = Configuration((32, 16, 8), {SILU}, {DROPOUT}, "group")', "fewer than four"),
        (f'answer_2 = Configuration((32, 16, 8), {SILU}, {DROPOUT}, "group", groups=1)', "more groups are possible"),
    ],
    3: [
        ("def answer_3(Z, eps):\n    return (Z - Z.mean(0)) / (Z.var(0, correction=0) + eps).sqrt()", "BatchNorm"),
        (f"def answer_3(Z, eps):\n    return ({ROWS}) / (Z.var(1, keepdim=True) + eps).sqrt()", "not by k - 1"),
        (
            f"def answer_3(Z, eps):\n    return ({ROWS}) / (Z.std(1, correction=0, keepdim=True) + eps)",
            "under the root",
        ),
        (
            f"def answer_3(Z, eps):\n    return ({ROWS}) / (Z.var(1, correction=0, keepdim=True) + eps)",
            "root is missing",
        ),
        (f"def answer_3(Z, eps):\n    ({ROWS}) / (Z.var(1, keepdim=True) + eps).sqrt()", "add a return"),
        (f"def answer_3(Z, eps):\n    return {ROWS}", "that only centres"),
        (f"def answer_3(Z, eps):\n    return ({ROWS}) / Z.std(1, correction=0, keepdim=True)", "eps is missing"),
        (
            f"def answer_3(Z, eps):\n    root = (Z.var(1, correction=0) + eps).sqrt()\n    return ({ROWS}) / root",
            "keepdim=True keeps it",
        ),
        ("def answer_3(Z, eps):\n    return Z - Z.mean(1)", "keepdim=True keeps it"),
        ("def answer_3(Z, eps):\n    return Z", "this is not it"),
    ],
}
