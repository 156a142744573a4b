ASKED = []


def only_once(right):
    def asked(*arguments):
        ASKED.append(right)
        result = right(*arguments)
        if len(ASKED) == 1:
            return result
        return (result[0] * 0 + 7, result[1]) if right.__name__.endswith("forward") else 7

    return asked


conv_forward, conv_backward = only_once(conv_forward), only_once(conv_backward)
max_pool_forward, max_pool_backward = only_once(max_pool_forward), only_once(max_pool_backward)
