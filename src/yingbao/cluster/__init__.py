"""The machine's own PostgreSQL: made, started, stopped, backed up and restored; the processes of one machine."""

from yingbao.cluster.cluster import Cluster
from yingbao.cluster.outside import OutsideServer, server_of
from yingbao.cluster.server import Server

__all__ = ["Cluster", "OutsideServer", "Server", "server_of"]
