"""Rules, codes and sentences as data: YAML files with sources and dates, and the one loader that validates them."""
