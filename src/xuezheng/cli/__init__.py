"""The command line: one file per command. Engine commands never load a web framework."""

from xuezheng.cli.app import main

__all__ = ["main"]
