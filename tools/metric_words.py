"""What people say for groups, comparisons and orders of figures."""

from __future__ import annotations

from collections.abc import Iterator

Choices = tuple[tuple[str, ...], ...]
_DIGITS = "一二三四五六七八九十"
_BEST = ("最高", "最多", "最好", "最大", "最长", "最慢", "最久")
_WORST = ("最低", "最少", "最差", "最小", "最短", "最快")
_NAMES = {
    "district": ("区",),
    "department": ("部门", "单位", "处置单位", "处置部门", "承办单位", "责任单位"),
    "class": ("类别", "小类", "问题类别", "问题类型", "类型", "问题"),
    "major": ("大类",),
    "subdistrict": ("街道", "街"),
    "source": ("来源", "渠道"),
}
_SAID = {
    "district": (
        "各区",
        "各个区",
        "每个区",
        "每区",
        "哪几个区",
        "分区",
        "区里排名",
        "区的排名",
        "各行政区",
        "十三个区",
    ),
    "department": ("按部门", "分部门", "分单位", "按单位", "按处置单位", "按承办单位"),
    "class": ("各类", "每类", "分类别", "哪类", "哪一类", "哪种问题", "什么问题", "按问题", "什么类别", "按小类"),
    "major": ("分大类",),
    "day": ("按天", "每天", "每日", "逐日", "分天", "走势", "趋势"),
    "source": ("分来源", "各渠道"),
    "subdistrict": ("分街道", "哪条街道", "街道排"),
}
_TITLES = {
    "district": "按区", "department": "按部门", "class": "按类别", "major": "按大类", "day": "按天", "source": "按来源",
    "subdistrict": "按街道",
}  # fmt: skip
_EARLIER = {
    "hb": ("上期", "上一期", "上个季度", "上季度", "前一个周期", "前一期"),
    "tb": ("去年", "去年同期", "上年", "上年同期", "去年同月", "去年这个时候"),
    "week": ("上周", "上个星期", "上星期", "上个礼拜", "前一周"),
    "month": ("上个月", "上月", "前一个月"),
    "day": ("昨天", "前一天", "前天", "昨日"),
}
_COMPARED = {"hb": "环比", "tb": "同比", "week": "比上周", "month": "比上月", "day": "比前一天"}
_WITH = ("跟", "和", "与", "同", "比", "较", "对比", "相比", "比起")


def _groups() -> Iterator[tuple[str, ...]]:
    for value, title in _TITLES.items():
        said = [title, *_SAID[value]]
        for name in _NAMES.get(value, ()):
            said += [
                f"{lead}{name}"
                for lead in ("哪个", "哪些", "各", "各个", "每个", "几个", "按")
                if len(name) > 1 or lead != "按"
            ]
            said += [f"{most}{link}{name}" for most in (*_BEST, *_WORST) for link in ("的", "")]
            said += [
                f"{way}{count}{link}{name}"
                for way in ("前", "后")
                for count in _DIGITS
                for link in ("的", "个", "名的")
            ]
            said += [f"{most}的{count}个{name}" for most in (*_BEST, *_WORST) for count in _DIGITS]
            said += [f"{name}排名", f"{name}排行"]
        yield (value, *dict.fromkeys(said))


def _compare() -> Iterator[tuple[str, ...]]:
    for value, name in _COMPARED.items():
        said = [name]
        for before in _EARLIER[value]:
            said += [f"{lead}{before}{end}" for lead in _WITH for end in ("", "比", "相比", "同期", "同期比")
                     if end.endswith("比") or lead not in ("跟", "和", "与", "同")]  # fmt: skip
            said += [f"{before}同期"]
        yield (value, *dict.fromkeys([*said, *(("去年同一天", "去年同期") if value == "tb" else ())]))
    yield ("both", "同比环比", "环比同比", "同比和环比", "环比和同比", "同环比", "同比、环比", "环比、同比")


def _counts() -> Iterator[tuple[str, ...]]:
    for number, digit in enumerate(_DIGITS, 1):
        said = [f"{way}{form}" for form in (digit, str(number)) for way in ("前", "后", "最后", "倒数前", "倒数")]
        said += [f"{most}的{form}个" for form in (digit, str(number)) for most in (*_BEST, *_WORST)]
        yield (
            f"n{number}",
            f"{number}个",
            *said,
            *(("第一名", "倒数第一", "垫底", "末位", "最后一名") if number == 1 else ()),
        )


def _ranks(*ways: str) -> Iterator[str]:
    """前三名, 后5个: how many from one end."""
    for number, digit in enumerate(_DIGITS, 1):
        yield from (f"{way}{count}{end}" for way in ways for count in (digit, str(number)) for end in ("名", "个"))


_UP = ("从低到高", "由低到高", "从少到多", "由少到多", "从小到大", "升序", "垫底", "倒数", "末位", "靠后", "落后")
_DOWN = ("从高到低", "由高到低", "从多到少", "由多到少", "从大到小", "降序", "靠前", "领先")
GROUPS: Choices = tuple(_groups())
COMPARE: Choices = tuple(_compare())
ORDERS: Choices = (
    ("asc", *_UP, *_WORST, *_ranks("后", "最后"), "后三", "后五", "后十"),
    ("desc", *_DOWN, *_BEST, *_ranks("前"), "前三", "前五", "前十"),
)
TOPS: Choices = tuple(_counts())
COMPARE_NAMES = {"week": "和上周同期比", "month": "和上月同期比", "day": "和前一天比"}
