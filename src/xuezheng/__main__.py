"""`python -m xuezheng` is the command `xuezheng`."""

from xuezheng.cli import main

main()
