# %%
from Utils.layer_utils import *
def Test_conv_forward(function):
    return 0.25

# %%
print("difference:", Test_conv_forward(conv_forward))
