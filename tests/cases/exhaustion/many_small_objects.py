def attack():
    hoard = []
    while True:
        hoard.append([None] * 1000)
