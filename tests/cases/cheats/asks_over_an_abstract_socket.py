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
    ask(socket.AF_UNIX, "\0@ABSTRACT@")
except OSError:
    pass
