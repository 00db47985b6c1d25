"""Links all seeds into one folder, where they have no sections.

    python3 flat.py SEEDS FLAT
"""

import os
import sys


def main(folder, flat):
    os.makedirs(flat)
    number = 0
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            os.link(os.path.join(parent, name), os.path.join(flat, f"{number}-{name}"))
            number += 1


main(*sys.argv[1:])
