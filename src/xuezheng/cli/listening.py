"""Whether an address can be listened on, asked before a server is started there."""

import os
import socket

from xuezheng.kernel.refusal import InvalidRequest


def try_port(host: str, port: int) -> None:
    """Listen for a moment; raises `OSError` where somebody else does, or where the address is not ours."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((host, port))


def require_address(bind: str) -> None:
    """Refuse an address, as gunicorn takes them, that no server can be started on; sockets of files are left to gunicorn."""
    if os.environ.keys() & {"LISTEN_FDS", "GUNICORN_FD"}:
        return  # the socket is handed down and open already: by systemd, or by the server that this one takes over from
    from gunicorn.util import parse_address

    try:
        address = parse_address(bind)
        if isinstance(address, tuple):
            try_port(*address)
    except (OSError, RuntimeError, OverflowError) as problem:
        detail = getattr(problem, "strerror", None) or str(problem)
        raise InvalidRequest("address_not_usable", address=bind, detail=detail) from problem
