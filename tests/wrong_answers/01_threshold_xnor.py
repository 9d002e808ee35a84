WRONG_ANSWERS = {
    1: [
        ("answer_1 = [0, 1, 1, 1]", "z is exactly 0"),
        ("answer_1 = [0, 1]", "four numbers"),
        ("answer_1 = [1, 1, 1, 0]", "where z is positive"),
        ("answer_1 = [-1, 0, 0, 1]", "that is z"),
        ("answer_1 = 'AND'", "four numbers"),
    ],
    2: [
        ("answer_2 = ([1, 1], -1.5)", "this is AND"),
        ("answer_2 = ([-1, -1], 2.5)", "the bias is not"),
        ("answer_2 = ([-1, -1], 1)", "on the boundary"),
        ("answer_2 = ([-1], 1.5)", "a list of two weights"),
        ("answer_2 = ([-1, -2], 0.5)", "this is not it"),
        ("answer_2 = ([0, 0], 0.5)", "this is not it"),
    ],
    3: [
        ("answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[1], [1]], [-0.5])", "this is XNOR"),
        ("answer_3 = ([[1, 1], [-1, -1]], [-1.5, 0.5], [[-1], [-1]], [0.5])", "W1 is transposed"),
        ("answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[-1], [-1]], [0.0])", "on the boundary"),
        (
            "answer_3 = ([[1, -1, 0], [1, -1, 0]], [-1.5, 0.5, 0], [[-1], [-1], [0]], [0.5])",
            "W1 must have shape (2, 2)",
        ),
        ("answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[1], [1]], [-1.5])", "turn the signs of W2"),
        ("answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [-1, -1], 5)", "W2 must have shape (2, 1)"),
        ("answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[-1], [-1]], [-0.5])", "the output's bias"),
        ("answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[-1], [-1]], [-1.5])", "the output's bias"),
        ("answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[-1], [-1]], [1.5])", "the output's bias"),
        ("answer_3 = ([[1, -1], [1, -1]], [-1.5, 0.5], [[-1], [-1]], [2.5])", "the output's bias"),
    ],
}
