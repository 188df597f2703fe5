"""What can be wrong with the machine's database and processes, in words an administrator can act on."""

from __future__ import annotations

from yingbao.kernel.refusal import Conflict, Invalid, NotFound


class FolderUnwritable(Invalid):
    """The state folder cannot be made or written."""

    code = "state-folder-unwritable"

    def __init__(self, folder: str, problem: str) -> None:
        super().__init__(
            f"{folder}：写不了（{problem}）。请核对权限与空间，或用 --data 换一个文件夹", folder=folder
        )


class FolderUnreachable(Invalid):
    """Root runs the command, PostgreSQL must not run as root, and its user cannot get into the folder."""

    code = "state-folder-unreachable"

    def __init__(self, folder: str, user: str) -> None:
        super().__init__(
            f"数据库以系统用户 {user} 运行，而它进不了 {folder}。请对这个文件夹执行 chmod o+x，或用 --data 换一个文件夹",
            folder=folder,
            user=user,
        )


class NoServerUser(Invalid):
    """Root runs the command and there is no other user to run PostgreSQL as."""

    code = "server-user-missing"

    def __init__(self, user: str) -> None:
        super().__init__(
            f"PostgreSQL 不能以 root 运行，而系统用户 {user} 建不了。请执行 useradd --system {user}，或改用普通用户运行本命令",
            user=user,
        )


class BinariesMissing(NotFound):
    """There is no PostgreSQL to run."""

    code = "postgres-binaries-missing"

    def __init__(self, folder: str, program: str) -> None:
        super().__init__(
            f"{folder}：没有能运行的 {program}。请重新执行 make setup；若设了 YINGBAO_PGBIN，请让它指向 PostgreSQL 的 bin 文件夹",
            folder=folder,
            program=program,
        )


class OtherMajor(Conflict):
    """The data folder was made by another major version of PostgreSQL."""

    code = "cluster-other-major"

    def __init__(self, folder: str, made_by: str, ours: str) -> None:
        super().__init__(
            f"{folder} 是 PostgreSQL {made_by} 的数据，现在的程序是 {ours}，不能直接使用。"
            f"请用 YINGBAO_PGBIN 指向 {made_by} 的 bin 文件夹，执行 yingbao backup，再用 --data 换新文件夹执行 yingbao restore",
            folder=folder,
            made_by=made_by,
            ours=ours,
        )


class DidNotStart(Conflict):
    """PostgreSQL ended before it was ready."""

    code = "cluster-did-not-start"

    def __init__(self, problem: str, log: str) -> None:
        super().__init__(f"数据库没有启动：{problem}。请看日志 {log}，排除后再执行 yingbao up", log=log)


class NotMade(NotFound):
    """There is no cluster in this folder yet."""

    code = "cluster-not-made"

    def __init__(self, folder: str) -> None:
        super().__init__(f"{folder} 里还没有数据库。请先执行 yingbao up", folder=folder)


class NotOurs(Conflict):
    """The server there does not accept the passwords of this state folder, or they are lost."""

    code = "server-not-ours"

    def __init__(self, folder: str, problem: str) -> None:
        super().__init__(
            f"{folder} 的数据库不认本文件夹里的口令（{problem}）。请放回与它同时生成的 passwords.json，或用 --data 指明正确的文件夹",
            folder=folder,
        )


class ServerUnreachable(Conflict):
    """The server named by YINGBAO_DSN or YINGBAO_OWNER_DSN does not answer."""

    code = "server-unreachable"

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(
            f"连不上 {variable} 所指的数据库（{problem}）。请核对地址、口令和网络", variable=variable
        )


class ServerTooOld(Conflict):
    """The server named by DSN is older than PostgreSQL 15."""

    code = "server-too-old"

    def __init__(self, version: str) -> None:
        super().__init__(
            f"数据库版本是 {version}，需要 PostgreSQL 15 或更高版本。请升级数据库", version=version
        )


class OwnerDsnMissing(Invalid):
    """An outside server is named for the application but not for the owner, or the other way round."""

    code = "server-dsn-missing"

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"使用外部数据库时 YINGBAO_DSN 和 YINGBAO_OWNER_DSN 都要设。请补上 {variable}", variable=variable
        )


class RightsMissing(Conflict):
    """The role of YINGBAO_OWNER_DSN may not do what is asked."""

    code = "server-rights-missing"

    def __init__(self, role: str, right: str) -> None:
        super().__init__(
            f"外部数据库的角色 {role} 没有 {right} 权限，这一步做不了。请数据库管理员授权后再试",
            role=role,
            right=right,
        )


class DatabaseInUse(Conflict):
    """Others stay connected to the database."""

    code = "database-in-use"

    def __init__(self, database: str) -> None:
        super().__init__(
            f"数据库 {database} 上还有别的连接，换不下来。请先执行 yingbao down 并断开其他连接，再试一次",
            database=database,
        )


class PortTaken(Conflict):
    """Something else listens on the port asked for."""

    code = "port-taken"

    def __init__(self, port: int) -> None:
        super().__init__(f"端口 {port} 已被别的程序占用。请用 --port 换一个端口，或先停掉那个程序", port=port)


class ServiceDidNotStart(Conflict):
    """The web server or the worker ended, or did not answer in time."""

    code = "service-did-not-start"

    def __init__(self, name: str, problem: str, log: str) -> None:
        super().__init__(f"{name}没有起来：{problem}。请看日志 {log}，排除后再执行 yingbao up", log=log)


class BackupMissing(NotFound):
    """A file of the backup is not there."""

    code = "backup-missing"

    def __init__(self, file: str) -> None:
        super().__init__(f"{file}：没有这个文件。备份的各个文件要放在一起，请核对路径", file=file)


class BackupDamaged(Invalid):
    """A file of the backup is not what was written."""

    code = "backup-damaged"

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file}：{problem}，没有动现在的数据库。请换一份备份", file=file)


class BackupExists(Conflict):
    """There is a file of this name already."""

    code = "backup-exists"

    def __init__(self, file: str) -> None:
        super().__init__(f"{file} 已经存在，不覆盖已有的备份。请换一个文件名", file=file)


class BackupFailed(Conflict):
    """The backup could not be written; nothing of it is left."""

    code = "backup-failed"

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"没有备份成 {file}：{problem}。请核对空间与权限后再试", file=file)


class RestoreFailed(Conflict):
    """The backup could not be read into a new database; the present one is as it was."""

    code = "restore-failed"

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(
            f"{file} 没有恢复成：{problem}。现在的数据库没有改动。请核对版本与空间后再试", file=file
        )


class RestoreUnderWay(Conflict):
    """Another restore of the same state folder is at work."""

    code = "restore-under-way"

    def __init__(self) -> None:
        super().__init__("另一个 yingbao restore 正在进行。请等它完成")


class NotConfirmed(Invalid):
    """A restore replaces the database, and nobody said yes."""

    code = "restore-not-confirmed"

    def __init__(self) -> None:
        super().__init__("恢复会换掉现在的数据库，没有得到确认，什么也没做。确要恢复请加 --yes")
