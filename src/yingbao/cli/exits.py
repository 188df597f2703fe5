"""Exit codes of every command."""

from enum import IntEnum


class Exit(IntEnum):
    """0 all well; the others say what kind of not well."""

    OK = 0
    #: a proof failed: `policy check` found a fault, `channel try` came to an end before its end
    FAULTS = 1
    #: the command line itself is wrong (set by typer)
    USAGE = 2
    #: the work was done, but some rows or cases could not be used; each is named
    SOME_REFUSED = 3
    #: nothing could be done: a file, region or release is missing or unreadable
    REFUSED = 4
    #: `status`: something that should run does not
    STOPPED = 5
