"""What a message asks, part by part, with what its spoken words mean; each part leans on what the message is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..understanding import Focus, focus_of, focuses_of, is_question, subject, without_asking

# Spoken and dialect ways to ask, and the plain one.
_SPOKEN = (
    (re.compile(r"(最晚|最迟|至迟)(几时|什么时候|啥时候|何时|哪天|哪一天)"), "多久内"),
    (re.compile(r"几时"), "什么时候"),
    (re.compile(r"(?<!前)(几多|好多|多少)\s*(?=(天|日|个工作日))"), "几"),
    (re.compile(r"几日(?=[内就能可发出办批拿到])"), "几天"),
    (re.compile(r"几久|好久(?=(能|才|可以|拿|办|到|下来|出|发|批))"), "多久"),
    (re.compile(r"(?<!什)么事(?!件)"), "什么"),
    (re.compile(r"几多|好多(?=钱|块|元|岁|次|$|[，,。？?吧呢])"), "多少"),
    (re.compile(r"(?<!怎)么样"), "怎么"),
    (re.compile(r"几月份"), "什么时候"),
    (re.compile(r"(?<!另)一年(?=(能|要|可以)?[发领交缴给补])"), "每年"),
    (re.compile(r"(怎么|如何|咋|怎样)(?=(罚|处罚)([？?。吧呢]|$))"), "要"),
    (re.compile(r"(?<=[要被会])(罚|处罚)(?=[？?。吧呢]|$)"), "罚多少"),
    (re.compile(r"(?<=[制办签发出审批结证])(?:理|发|证|件)?时间(?!段)"), "时限"),
)
_COURSE = re.compile(
    r"解决|搞定|[交递报]上去|交上|递交|提交|申请|受理|拿到手?|到手|拿证|领证|发证|出证|制证|下来|下证|办好|办下来|办完|办妥|搞好|弄好|批下来|审批|批|"
    r"一直|不办|不改|没办|被?(查|抓)到|以后|之后|过后|期满|大概|一般|最快|最多|本人|让|叫|请|他|她|去|来|报|领|办|能|要|会|被|得|罚多少|爷爷|奶奶|家里人|家人|老公|老婆|爱人|亲戚|朋友|别人|子女|儿子|女儿|父母|爸爸?|妈妈?"
)
# Who asks nothing wants to know how what is wished for is done: 想落户武汉.
_WISH = re.compile(r"想(?!不)|打算|准备(?!什么|哪些|啥)|要去?办|要开")
# What was handed in already is not asked for.
_HANDED_IN = re.compile(
    r"(材料|资料|证件|单据|手续)(?=(都|全|也|已|一?[递交送给寄]|提交|上传|齐|收))|"
    r"[递交送寄备](完|好|齐|了|上去)(了|的)?(材料|资料|证件|单据|手续)"
)
_CLAUSE = re.compile(r"[，,。；;！!？?]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_AND = re.compile(r"和|与|及|以及|还有|、|跟")
_SIDE_BY_SIDE = re.compile(r"[、/]|以及|还有")
# What is said of a thing beside its name: 拿一张, 得带的东西.
_FILLER = re.compile(
    r"最[长短多少高低快晚迟]|到底|究竟|[一两几](?:[个张本份次块])(?:月|年)?|每个?[月年]|东西|得(?=[带交])|具体|大人|一般|当地|咱|屋里|家里|"
    r"(?:[一二三四五六七八九十两百]+|\d+)(?:周岁|岁)的?人?|逾期|超期|会?怎么?样|"
    r"(?:能|可以|要|会|得)(?:拿|领|发|有|给)(?:到|着)?(?=\s|$)|[领带拿补](?=\s|$)|"
    r"(?:忘了?|忘记)?(?:没有?|不|未)(?:按时|及时|按期)?(?:报|办|交|缴|去|改|申请|登记)"
)
# Characters that say what a clause is about: enough for a topic, enough to stand alone.
_WORD, _NAMED = 2, 4


@dataclass(frozen=True)
class Part:
    """One asking: as it was said and put plainly, what it asks for, and the topic it leans on.

    It `stands` when its own words may be enough; the topic is `narrow` when it says a thing by name.
    """

    said: str
    text: str
    focus: Focus
    topic: str
    stands: bool
    narrow: bool


def plainly(question: str) -> str:
    """The question with spoken and dialect question words put plainly (几多天 → 几天)."""
    for pattern, plain in _SPOKEN:
        question = pattern.sub(plain, question)
    return question


def parts(question: str) -> list[Part]:
    """Every asking of a question, in order; one alone when it asks only one thing."""
    clauses = [each for clause in _CLAUSE.split(question) if clause.strip() for each in _side_by_side(clause.strip())]
    said = {plainly(clause): clause for clause in clauses}
    asking = [clause for clause in said if is_question(clause)]
    asking = asking or [clause for clause in said if _WISH.search(clause)][-1:] or [plainly(question)]
    topic = next((clause for clause in said if len("".join(subject(clause))) >= _WORD), asking[0])
    narrow = len("".join(subject(topic))) >= _NAMED
    found: list[Part] = []
    for clause in asking:
        stands = len("".join(subject(clause))) >= _NAMED
        found += [Part(said.get(clause, question), clause, focus, topic, stands, narrow) for focus in _asked(clause)]
    return found


def _side_by_side(clause: str) -> list[str]:
    """去哪申请、多久有结果: askings that a comma of lists joins; a list of things stays whole."""
    found = [each.strip() for each in _SIDE_BY_SIDE.split(clause) if each.strip()]
    return found if len(found) > 1 and all(is_question(each) for each in found) else [clause]


def core(clause: str) -> str:
    """What a clause asks about, without what it asks for and the course that every matter takes."""
    return _FILLER.sub(" ", rest(without_asking(_FILLER.sub(" ", clause))))


def rest(clause: str) -> str:
    """What a clause is about beside the course that every matter takes (交上去以后几天发证 → nothing)."""
    return _COURSE.sub(" ", _HANDED_IN.sub("", clause))


def joined(replies: Iterable[str]) -> str:
    """Replies one after another; a line that was said before, with or without its heading, is not said again."""
    kept: list[str] = []
    for line in (line for reply in replies for line in reply.splitlines()):
        if not any(before.endswith(line) or line.endswith(f"：{before}") for before in kept):
            kept.append(line)
    return "\n".join(kept)


def _asked(clause: str) -> list[Focus]:
    """What one clause asks for: several things only where it joins them."""
    asked = _HANDED_IN.sub("", clause)
    first = focus_of(asked)
    others = [each for each in focuses_of(asked) if each != first] if _AND.search(asked) else []
    if others and first == "amount":
        return others
    return [first, *others]
