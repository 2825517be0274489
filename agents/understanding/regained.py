"""Whether what was lost is there again: 找到了, 在我包里, 没丢. Then nothing has to be reported as lost."""

from __future__ import annotations

import re

_OF_LOSS = re.compile(r"挂失|报失|丢失|遗失|失物")
_FOUND = re.compile(
    r"(?:找|寻|摸|翻|捡|拿|要)(?:到|着|得到|出来|回来?)(?:了|啦|喽)|又(?:有|出来|在)了|失而复得"
    r"|(?:原来|其实|结果|还|就|哦|噢|不对|搞错了?|记错了?)[^。；;]{0,6}在(?:我|家|屋|包|车|兜|口袋|荷包|抽屉|柜|桌|身上|这)"
    r"|(?:其实|原来|根本|并)?(?:没有?|冇|不是|未)(?:弄|搞)?(?:丢|掉|失|遗失)(?!的)"
    r"|(?:不是|没说|没让|没要|不要|不用|不想|莫|别|先别)[^，,。]{0,3}挂失"
)
_NOT_FOUND = re.compile(r"(?:没有?|冇|未|不|还没|找不|寻不)(?:能)?(?:找|寻)(?:到|着)|要是|如果|万一|假如|是不是")


def regained(text: str, title: str) -> bool:
    """Whether words say so, and the act with this title is one about a loss."""
    return bool(_OF_LOSS.search(title) and _FOUND.search(text)) and not _NOT_FOUND.search(text)
