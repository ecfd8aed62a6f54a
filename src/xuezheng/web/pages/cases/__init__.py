"""Cases: my work, ledgers, a case with its steps, opening, supervision figures."""
