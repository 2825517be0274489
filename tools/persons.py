"""For whom something is done: oneself, somebody one looks after, or somebody who has to do it for themselves."""

from __future__ import annotations

from .define import Slot
from .errors import NotAllowed

SELF, WARD, OTHER = "self", "ward", "other"
_CHILDREN = "代管的 孩子 儿子 女儿 子女 家人 家属 伢 娃 宝宝 小孩"
_PARENTS = "爸爸 妈妈 父亲 母亲 姆妈 老娘 爸 妈 老人"
_SPOUSES = "老公 老婆 丈夫 妻子 爱人 老伴 媳妇 太太 堂客"
_OTHERS = (
    "公公 婆婆 岳父 岳母 丈母娘 老丈人 爷爷 奶奶 外公 外婆 爹爹 孙子 孙女 外孙 哥哥 姐姐 弟弟 妹妹 哥 姐 弟 妹 "
    "叔叔 阿姨 舅舅 姑姑 姨妈 侄子 侄女 外甥 亲戚 朋友 同事 邻居 同学 室友 员工 老板 保姆 他人"
)
WHOSE = Slot(
    "enum",
    "给谁办",
    choices=(
        (SELF, "本人", "自己"),
        (WARD, "代管的家人", *_CHILDREN.split()),
        ("父母", "父母", *_PARENTS.split()),
        ("配偶", "配偶", *_SPOUSES.split()),
        (OTHER, "别人", *_OTHERS.split()),
    ),
)
_NAMES = {WARD: "家人", OTHER: "别人"}


def other_person(person: object) -> str | None:
    """Whom a call is for, when it is not for oneself."""
    return str(person) if person and person != SELF else None


def called(person: str) -> str:
    """What to call whom a call is for."""
    return _NAMES.get(person, person)


def theirs(person: str) -> str:
    """The same as an owner: 父母的."""
    return "这个人的" if person == OTHER else f"{called(person)}的"


def only_themselves(person: str, what: str, ways: str) -> NotAllowed:
    """Why nothing was put up for a yes, and how somebody else can do it for themselves."""
    return NotAllowed(f"{what}只能本人办，我不能替{called(person)}办。{ways}")
