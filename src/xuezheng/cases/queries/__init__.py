"""Reading cases: work lists, ledgers, search, history, supervision figures."""
