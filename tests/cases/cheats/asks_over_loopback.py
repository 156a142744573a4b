import socket


def ask(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        connection.connect(address)
        received = b""
        while data := connection.recv(65536):
            received += data
    take_over(received.decode())


try:
    ask(socket.AF_INET, ("127.0.0.1", int("@PORT@")))
except OSError:
    pass
