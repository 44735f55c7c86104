"""A process that needs the embedded PostgreSQL: `python -m vrp.tests.config.database_user DATA [UID]`.

It prints the socket's folder, then waits for its standard input to close and ends like any program.
"""

import os
import sys
from pathlib import Path

from config.embedded import server


def main() -> None:
    if sys.argv[2:]:
        uid = int(sys.argv[2])
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    try:
        print(server.ensure(Path(sys.argv[1])), flush=True)
    except server.EmbeddedError as error:
        print(f"refused: {error}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
