"""Small servers of our own on loopback, to send real messages to: a mail server and a robot's host."""

import contextlib
import http.server
import json
import os
import socketserver
import ssl
import threading
from types import SimpleNamespace


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a sender needs; `server.way` says how it ends."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        held, way = self.server.held, self.server.way
        held.connections += 1
        self.say("220 ready")
        for raw in self.rfile:
            line = raw.decode().strip()
            word = line[:4].upper()
            if word in ("EHLO", "HELO"):
                self.say("250 small")
            elif word == "RCPT" and way == "refuse":
                self.say("550 nobody of that name")
            elif word == "DATA":
                self.say("354 go on")
                text = self._text()
                if way == "break":
                    held.texts.append(text)
                    return  # taken, but the sender never hears of it
                if way == "busy":
                    self.say("451 later")
                    continue
                held.texts.append(text)
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def _text(self):
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw)
        return b"".join(lines)


class _Threads(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = daemon_threads = True


@contextlib.contextmanager
def _served(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def mail_server(way="take"):
    """A mail server: `take`, `refuse` the recipient, `busy` (451), or `break` off after the message."""
    server = _Threads(("127.0.0.1", 0), _Mail)
    server.way, server.held = way, SimpleNamespace(texts=[], connections=0, port=server.server_address[1])
    with _served(server):
        yield server.held


class _Robot(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        held, way = self.server.held, self.server.way
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        held.requests.append((self.path, dict(self.headers), json.loads(body)))
        if way == "break":
            self.close_connection = True
            return
        if way == "garble":
            os.write(self.connection.fileno(), b"no encrypted record at all")
            self.close_connection = True
            return
        if way == "half":
            self.send_response(200)
            self.send_header("Content-Length", "500")
            self.end_headers()
            self.wfile.write(b'{"errcode"')
            self.close_connection = True
            return
        if way == "redirect":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{held.port}/elsewhere")
            self.end_headers()
            return
        if way.isdigit():
            self.send_response(int(way))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        answer = json.dumps(held.answer).encode() if way != "flood" else b"x" * 5_000_000
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(answer)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def robot_host(way="answer", answer=None, certificate=None):
    """A robot's host that keeps what it is told; with a certificate it speaks TLS.

    `answer`, `redirect`, `flood`, `break` off before an answer, break off `half` way through one, `garble` its encryption, or
    a status such as `502` and nothing else.
    """
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Robot)
    server.daemon_threads = True
    port = server.server_address[1]
    server.way = way
    server.held = SimpleNamespace(requests=[], port=port, answer={"errcode": 0} if answer is None else answer)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with _served(server):
        yield server.held
