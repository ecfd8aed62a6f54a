"""Cross-checks."""


def cross_checked(holdings, previous):
    return []
