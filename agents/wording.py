"""The desk's own short sentences; everything else a citizen reads comes from models, tools or data files."""

from __future__ import annotations

from .records import Reason

CHECK = "请核对以下内容，确认后我再提交："
NOTHING_SENT = "好的，已取消，没有提交任何内容。"
DROPPED = "好的，这件事先不办了，没有提交任何内容。需要时再告诉我。"
NO_SUPPORT = "我没有找到能支持回答的依据，就不乱说了。您可以换个说法再问，或拨打 12345 咨询。"
HANDED_OFF = "这件事我先帮您转人工。您也可以直接拨打 12345，说明情况后由工作人员继续办理。"
STUCK = "这一项我没能听明白，先帮您转人工。您也可以直接拨打 12345 说明情况。"
NOT_ALLOWED = "您目前的身份不能办理“{title}”。需要的话请联系有权限的工作人员，或拨打 12345。"
VERIFY_FIRST = "办理“{title}”需要先实名登录。登录后再说一次就可以继续。"
UNKNOWN_TOOL = "没有名为 {name} 的工具，请只使用已提供的工具。"
ASK_AGAIN = "还差一项“{label}”。{question}"
UNSURE = "平台暂时没有回音，还不能确定这次是否提交成功。系统会自动核对，不会重复提交，请稍后回到这个会话查看结果。"
LOST = "之前的提交没有生效，您的身份凭证也已过期。请重新说一遍要办的事。"
CONFIRMED, CANCELLED, EDITED = "确认提交", "取消", "修改内容"
THEN_THE_CASE = "人安全以后，我来登记上报。\n"
ABOUT = "关于“{wish}”：\n"
LATER = "这件我记着，先把上面的问题答了，接着就办。"
AFTER_DANGER = "等您到了安全的地方，可以把位置告诉我，我来登记上报。"
ABUSE = "我在认真听。请告诉我需要办什么事，或者拨打 12345 找工作人员。"
UNSAFE = "这件事我不能帮忙。如果有其他政务、医保或城市管理方面的问题，请告诉我。"

REASONS: dict[str, Reason] = {
    "not_found": "no_evidence",
    "not_allowed": "no_permission",
    "conflict": "conflict",
    "unavailable": "unavailable",
    "invalid": "invalid",
}
