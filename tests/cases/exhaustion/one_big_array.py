def attack():
    np.ones(1 << 40)
