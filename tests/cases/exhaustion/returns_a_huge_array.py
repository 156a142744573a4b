def lie(out):
    return np.zeros(20 << 20)
