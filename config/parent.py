"""Children of `make demo` end with their parent, however it ends."""

import ctypes
import os
import signal
import sys


def end_with_parent() -> None:
    """This will have the kernel send this process SIGTERM when its parent dies, where the environment asks for it."""
    if not os.environ.get("ROUTEBOOK_END_WITH_PARENT") or not sys.platform.startswith("linux"):
        return
    set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_pdeathsig, signal.SIGTERM)
    if os.getppid() == 1:  # it was gone before we asked
        os.kill(os.getpid(), signal.SIGTERM)
