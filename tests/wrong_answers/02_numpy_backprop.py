"""Answers a reader may well give to the exercises of notebook 2, and the hint each must get."""

WRONG_ANSWERS = {
    1: [
        ("answer_1 = 0.1", "32 times larger"),
        ("answer_1 = 0.1 * 32", "other way round"),
        ("answer_1 = 0.1 / 16", "batches of 16"),
        ("answer_1 = 0.0031", "unrounded"),
        ("answer_1 = 0.0032", "a fraction such as 1 / 3 in Python."),
        ("answer_1 = 1 / 32", "that is the factor"),
        ("answer_1 = 0.5", "the sum's gradient is larger than the mean's"),
    ],
    2: [
        ("answer_2 = 0.1", "too large"),
        ("answer_2 = 1e-6", "too small"),
        ("answer_2 = -0.01", "positive"),
        ("answer_2 = 0", "positive"),
    ],
    3: [
        ("def answer_3(A):\n    return A * (1 - A)", "sigmoid's slope"),
        ("def answer_3(A):\n    return 1 - np.tanh(A) ** 2", "A is tanh(Z) already"),
        ("def answer_3(A):\n    return 1 - A", "square"),
        ("def answer_3(A):\n    return A**2 - 1", "the sign: tanh rises"),
        ("answer_3 = 1 - np.tanh(0.5) ** 2", "tanh_slope must be a function of one array, A"),
        ("def answer_3(A):\n    1 - A**2", "returns nothing"),
    ],
}
