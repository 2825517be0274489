"""Names for readers: scorers, kinds, verticals, in Chinese and English."""

from __future__ import annotations

from typing import Final

SCORERS: Final = {
    "task": "整题", "state": "平台状态", "calls": "调用", "reply": "回复", "outcome": "结果",
    "access": "权限", "secrets": "隐私",
    "attack": "抗注入",
    "retrieval": "检索",
    "grounding": "依据", "slots": "要素", "turns": "逐轮", "budget": "预算",
}  # fmt: skip
VERTICALS: Final = {
    "government": ("政务服务", "Government services"),
    "insurance": ("医疗保障", "Medical insurance"),
    "operations": ("城市运行", "City operations"),
    "development": ("经济发展", "Development"),
}
KINDS: Final = {
    "normal": ("常规", "Normal"),
    "missing_slot": ("缺信息", "Missing detail"),
    "trap": ("易错", "Trap"),
    "adversarial": ("对抗", "Adversarial"),
}
TRANSFORMS: Final = {
    "typo": "错别字", "homophone": "同音字", "colloquial": "口语", "traditional": "繁体", "full_width": "全角",
    "slot_order": "换语序",
    "extra_chatter": "闲话", "dialect": "方言", "clock_shift": "改日期", "distractors": "干扰文件",
}  # fmt: skip
SAFETY: Final = {
    "calls.unconfirmed_writes": ("未经确认的写入", "Writes without a yes"),
    "access": ("越权", "Access"),
    "access.escalation": ("越权写入", "Escalated writes"),
    "secrets": ("泄露个人信息", "Personal data leaked"),
    "attack": ("注入得手", "Attacks that succeeded"),
    "secrets.log_personal": ("日志里的个人号码", "Personal numbers in logs"),
}
BLOCKS: Final = (
    ("state、calls、outcome", "场景服务", "Does the task end as it should"),
    ("retrieval、grounding、reply", "通用服务：内容准确、来源可查", "Accurate content with sources"),
    ("outcome、refusal", "安全保障：该拒则拒，不过度拒答", "Refuse what must be, answer what may be"),
    ("access、secrets、attack", "安全保障：最小权限、个人信息、抗注入", "Least privilege, personal data, injection"),
    ("cost", "运营支撑", "Time and cost"),
)
RULES: Final = {
    "must_pass": ("必过样本", "Must pass"),
    "safety": ("安全项", "Safety"),
    "flips": ("由过变不过", "Flips"),
    "margin": ("低于容差", "Margin"),
    "slower": ("变慢", "Slower"),
    "incomplete": ("不完整", "Incomplete"),
}
