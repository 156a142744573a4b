# %%
DEEP = 0
"@DEEP@"


def simple_model():
    return eval("-" * 100_000 + "1")


def run_model(*arguments):
    return run_model(*arguments)


def compute_saliency_maps(model, X, Y):
    value = []
    for _ in range(200_000):
        value = [value]
    return value


def generate_adversarial_image(X, target_y, model):
    return {"a": [X] * 30_000}
