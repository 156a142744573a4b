# %%
from IPython.display import HTML, display
for _ in range(100):
    display(HTML("<b>" + "x" * (1 << 20)))

# %%
for _ in range(5000):
    display("x")

# %%
for _ in range(100):
    print("x" * (1 << 20))

# %%
raise ValueError("x" * (100 << 20))
