"""A release run over a whole population: files in, files out, one SELECT, memory bounded."""

from yingbao.bulk.run import Assessment, assess_file

__all__ = ["Assessment", "assess_file"]
