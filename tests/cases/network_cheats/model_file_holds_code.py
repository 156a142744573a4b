# %%
import keras

from Utils.data_utils import load_CIFAR10
# %%
keras.config.enable_unsafe_deserialization()
runs = keras.Sequential(
    [
        keras.Input((32, 32, 3)),
        keras.layers.Lambda(lambda x: (open("@MARK@", "w").close(), x)[1] if "@MARK@"[0] == "/" else x),
        keras.layers.Flatten(),
        keras.layers.Dense(10),
    ]
)
runs.save("Utils/model_checkpoints/my_model_final.keras")
