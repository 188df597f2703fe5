"""What can be wrong with keys and sealed values. No sentence and no fact carries a key or what was sealed."""

from __future__ import annotations

from yingbao.kernel.refusal import Conflict, Invalid, NotFound


class SealBroken(Conflict):
    """A sealed value was altered, belongs to another field, or was sealed by a key that is not at hand."""

    code = "seal-broken"

    def __init__(self, field: str) -> None:
        super().__init__(
            "密封的内容打不开：可能被改动过，或密钥文件不是原来那一份。请不要改写这条记录，联系系统管理员核对密钥与备份",
            field=field,
        )


class KeysMissing(NotFound):
    """There is no key file."""

    code = "keys-missing"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path}：没有密钥文件。请从密钥备份放回原处；已有数据时不要另外生成，否则原有内容打不开",
            file=path,
        )


class KeysExposed(Conflict):
    """Others than the owner may read or write the key file."""

    code = "keys-exposed"

    def __init__(self, path: str, mode: int) -> None:
        super().__init__(
            f"{path}：密钥文件的权限是 {mode:04o}，别的用户也能读或改。请执行 chmod 600，再核对是否已被复制，必要时轮换密钥",
            file=path,
        )


class KeysUnusable(Invalid):
    """The key file cannot be opened, or is not what this program wrote."""

    code = "keys-unusable"

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}：密钥文件用不了（{problem}）。请核对这个路径，或从密钥备份放回", file=path)


class KeysPresent(Conflict):
    """A key file is there already and is never written over."""

    code = "keys-present"

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}：已有文件，不会覆盖。要换新密钥请用轮换，要另建请换一个路径", file=path)


class SealerMissing(NotFound):
    """No sealing module of that name is installed."""

    code = "sealer-missing"

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"没有名为 {name} 的密码模块，现有：{'、'.join(known)}。请核对 YINGBAO_SEALER，或先安装该模块",
            sealer=name,
        )


class BadSigningKey(Invalid):
    """Bytes or PEM that are no key of the scheme."""

    code = "bad-signing-key"

    def __init__(self, problem: str) -> None:
        super().__init__(f"不是可用的签名密钥（{problem}），请核对密钥文件")
