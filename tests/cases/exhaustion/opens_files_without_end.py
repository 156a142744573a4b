def attack():
    hoard = []
    while True:
        hoard.append(open(__file__))
