"""`yingbao up`, `down` and `status`: the database, the web server and the job worker of this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yingbao.cli.exits import Exit

if TYPE_CHECKING:
    from yingbao.cluster import Server
    from yingbao.cluster.services import Service

SETTINGS = "yingbao.config.settings"
UP_LOCK = "up.lock"

Data = Annotated[
    Path | None, typer.Option("--data", help="状态文件夹，缺省为 YINGBAO_STATE 或用户的状态目录")
]


def chosen_folder(data: Path | None) -> Path:
    """The state folder of this command and of everything it starts."""
    from yingbao.cluster.folder import state_folder

    folder = data.expanduser().resolve() if data else state_folder()
    os.environ["YINGBAO_STATE"] = str(folder)
    return folder


def up(
    data: Data = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65_535, help="网页的端口")] = None,
    no_web: Annotated[bool, typer.Option("--no-web", help="只要数据库，不起网页和后台任务")] = False,
) -> None:
    """数据库、网页、后台任务：缺什么建什么，停了什么起什么。可重复运行。"""
    from yingbao.cluster import server_of, services
    from yingbao.cluster.cluster import tell
    from yingbao.cluster.folder import prepare
    from yingbao.cluster.locks import alone
    from yingbao.cluster.restore import settle
    from yingbao.seal import Keyring, keys_path

    folder = chosen_folder(data)
    prepare(folder)
    with alone(folder / UP_LOCK, tell):
        server = server_of(folder)
        server.ensure()
        settle(server, keys_path(folder))
        Keyring.ensure(keys_path(folder))
        if no_web:
            print(f"数据库已就绪：{_where(server)}")
            return
        migrate()
        environment = {"DJANGO_SETTINGS_MODULE": SETTINGS}
        at = services.ensure_web(folder, port, environment)
        services.ensure_worker(folder, environment)
    print(f"已就绪：http://127.0.0.1:{at}/")
    print("停止用 yingbao down，查看用 yingbao status")


def migrate() -> None:
    """Bring the tables up to the program, as the owner."""
    import django
    from django.core.management import call_command

    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    django.setup()
    call_command("migrate", database="owner", verbosity=0, interactive=False)


def down(data: Data = None) -> None:
    """停网页、后台任务和数据库；只停本文件夹的，别的进程不碰。"""
    from yingbao.cluster import Cluster, server_of, services
    from yingbao.cluster.cluster import tell
    from yingbao.cluster.locks import alone

    folder = chosen_folder(data)
    if not folder.is_dir():
        print(f"{folder} 里没有在运行的")
        return
    with alone(folder / UP_LOCK, tell):
        for service in (services.web(folder), services.worker(folder)):
            print(f"{service.title}：{'已停止' if service.stop() else '没有在运行'}")
        server = server_of(folder)
        if not isinstance(server, Cluster):
            print("数据库：外部服务器，未动")
        elif server.running():
            server.stop()
            print("数据库：已停止")
        else:
            print("数据库：没有在运行")


def status(data: Data = None) -> None:
    """各部分是否在运行；有停着的以 5 退出。"""
    from yingbao.cluster import server_of, services

    folder = chosen_folder(data)
    print(f"状态文件夹：{folder}")
    running = [_print_database(server_of(folder))]
    for service in (services.web(folder), services.worker(folder)):
        running.append(service.pid() is not None)
        print(f"{service.title}：{_state(service)}")
    if not all(running):
        raise typer.Exit(Exit.STOPPED)


def _state(service: Service) -> str:
    from yingbao.cluster.services import answers

    pid, at = service.pid(), service.facts().get("port")
    if pid is None:
        return "没有运行"
    if not isinstance(at, int):
        return f"运行中（进程 {pid}）"
    return f"运行中（进程 {pid}），http://127.0.0.1:{at}/" + ("" if answers(at) else "，但没有应答")


def _print_database(server: Server) -> bool:
    import psycopg

    from yingbao.cluster import Cluster
    from yingbao.cluster.databases import connected

    if isinstance(server, Cluster) and not server.running():
        print("数据库：没有运行")
        return False
    try:
        with connected(server.dsn("owner")) as connection:
            version = connection.info.parameter_status("server_version")
            size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    except psycopg.OperationalError:
        print("数据库：没有应答")
        return False
    print(f"数据库：运行中，PostgreSQL {version}，{_where(server)}，{(size or [0])[0] / 2**20:,.0f} MB")
    return True


def _where(server: Server) -> str:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(server.dsn("app"))
    return f"{parts.get('host', '')} 端口 {parts.get('port', 5432)}，数据库 {parts.get('dbname')}"
