"""Answers a reader may well give to the exercises of notebook 3, and the hint each must get."""

WRONG_ANSWERS = {
    1: [
        ("answer_1 = []", "does not contain x3"),
        ("answer_1 = ['x1', 'x2', 'w1', 'w2', 'w3', 'w4']", "t is not 0"),
        ("answer_1 = ['x1', 'x2', 'x3', 'w1', 'w2', 'w3', 'w4']", "ReLU is off"),
        ("answer_1 = ['x3', 'w4']", "every road but one"),
        ("answer_1 = ['t']", "names of inputs"),
    ],
    2: [
        ("answer_2 = (3.1, -0.8)", "σ still sleeps"),
        ("answer_2 = (0.1, -5.0)", "tanh still sleeps"),
        ("answer_2 = (0.1, 0.0)", "nothing comes through"),
        ("answer_2 = (0.1, 0.1)", "itself a factor"),
        ("answer_2 = 0.1", "give a pair"),
        ("answer_2 = (0.1, -0.8, 1)", "give a pair: x2 and w4"),
    ],
    3: [
        ("answer_3 = Operation('s({})', lambda a: math.log(1 + math.exp(a)), lambda a, y: sigmoid(a))", "a tuple"),
        ("answer_3 = Operation('s({})', lambda a: math.log(1 + math.exp(a)), lambda a, y: (sigmoid(y),))", "operand a"),
        (
            "answer_3 = Operation('s({})', lambda a: math.log(1 + math.exp(a)), lambda a, y: (1 / (1 + math.exp(a)),))",
            "inner derivative",
        ),
        ("answer_3 = Operation('', lambda a: math.log(1 + math.exp(a)), lambda a, y: (math.exp(a),))", "divide by"),
        ("answer_3 = Operation('', lambda a: math.log(1 + math.exp(a)), lambda a, y: (y,))", "that is the value;"),
        ("answer_3 = Operation('', lambda a: math.log(1 + math.exp(a)), lambda a: (sigmoid(a),))", "two arguments"),
        ("answer_3 = Operation('s({})', lambda a: math.log(math.exp(a)), lambda a, y: (sigmoid(a),))", "log 2"),
        ("answer_3 = lambda a: math.log(1 + math.exp(a))", "give an Operation of three parts"),
        ("answer_3 = Operation('s({})', math.exp, lambda a, y: (sigmoid(a),))", "that is the value of exp"),
        (
            "def both(a, y):\n    return (sigmoid(a) * sigmoid(-a),)\n"
            "answer_3 = Operation('s({})', lambda a: math.log(1 + math.exp(a)), both)",
            "that is the derivative of σ",
        ),
    ],
}
