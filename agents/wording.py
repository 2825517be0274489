"""The desk's own short sentences; everything else a citizen reads comes from models, tools or data files."""

from __future__ import annotations

from .records import Reason

CHECK = "请核对以下内容，确认后我再提交："
NOT_TAKEN = "没听明白要改哪一项，下面还是原来的内容。能改的有：{labels}。要改请说是哪一项、改成什么。"
CHECK_EACH = "一共 {count} 项，每一项都要您确认后我再提交："
PLACE = "第 {at}/{of} 项"
HOW_TO_SAY = "回复“全部确认”一起提交，也可以说“确认第二项”“取消第二项”；都不要就回复“全部取消”。"
TOO_MANY = "一次最多办 {most} 件，先列前 {most} 件，其余 {rest} 件请办完这些再说。"
NOTHING_SENT = "好的，已取消，没有提交任何内容。"
PUT_OFF = "好的，先不办，没有提交任何内容。想办的时候说一声就行。"
DROPPED = "好的，这件事先不办了，没有提交任何内容。需要时再告诉我。"
NO_SUPPORT = "我没有找到能支持回答的依据，就不乱说了。您可以换个说法再问，或拨打 12345 咨询。"
HANDED_OFF = "这件事请工作人员来办更好，我可以把对话转给人工。回复“是”就转，也可以直接拨打 12345。"
ASKED_PERSON = "我可以把这次对话转给人工，回复“是”就转；也可以直接拨打 12345。"
COMPLAINS = "给您添麻烦了。我可以把您的意见和这次对话转给人工处理，回复“是”就转；也可以直接拨打 12345。"
STILL_STUCK = "还是不行的话，我可以转给人工接着办，回复“是”就转；也可以直接拨打 12345。"
STUCK = "这一项我没能听明白。我可以转给人工接着办，回复“是”就转；也可以直接拨打 12345。"
TWICE = "两次都没能帮上您。要不要转给人工？回复“是”就转；也可以直接拨打 12345。"
CHANGES = (
    "已经提交的事，在这里不能修改，也不能撤回。我可以把您的话转给工作人员去更正或撤回，"
    "回复“是”就转；也可以直接拨打 12345。"
)
OFFERED_BEFORE = "还是没能帮上您。要找人工请说“转人工”，也可以直接拨打 12345。"
OFFERS = {"asked": ASKED_PERSON, "complaint": COMPLAINS, "stuck": HANDED_OFF, "change": CHANGES}
CALL_HOTLINE = "这件事请直接拨打 12345，说明情况后由工作人员继续办理。"
WANTS_PERSON = "转人工"
PASSED_ON = "已转给人工，工作人员看到后会在这里回复您。想回到智能助手，回复“回到智能助手”。"
NOT_PASSED_ON = "这句话暂时没有送到工作人员那里，请稍后再发一次；着急的话请拨打 12345。"
BACK = "好的，接下来由我继续为您服务。工单 {order} 仍由工作人员跟进，有回复会在这里告诉您。"
BACK_HERE = "已回到智能助手。"
WENT_BACK = "（市民已回到智能助手，工单继续跟进。）"
PERSON_DONE = "人工服务已结束，接下来由智能助手为您服务。"
ALREADY_WITH_PERSON = "这个会话已经转给人工（工单 {order}），请直接留言，工作人员会在这里回复。"
NOT_WITH_PERSON = "这个会话现在由智能助手服务，不需要返回。"
NOT_HANDED_OVER = "这个会话没有转人工，或者市民已经回到智能助手，不能在里面回复。"
REPLY_KEPT = "平台暂时没有回应。这句话已经记下，恢复后会自动送达并只显示一次，请不要换个说法重发。"
REPLY_KEY_TAKEN = "这个 Idempotency-Key 已用于另一句话，请换一个新的。"
REPLY_LOST = "这句话没有送到，会话可能已被删除或工单已办结。请重新查看后再发。"
SOMEBODY = "工作人员"
MAY_NOT_REPLY = "只有受理员、派遣员和值班长可以在对话里回复市民。请用这些岗位的身份登录。"
PROGRESS = "您的{noun} {number} 有了新进展：{state}。"
NOT_ALLOWED = "您目前的身份不能办理“{title}”。需要的话请联系有权限的工作人员，或拨打 12345。"
VERIFY_FIRST = "办理“{title}”需要先实名登录。登录后再说一次就可以继续。"
UNKNOWN_THING = "“{title}”不认识这个名称。查到的资料里有就按资料回答，没有就再调用一次，由平台询问用户。"
UNKNOWN_TOOL = "没有名为 {name} 的工具，请只使用已提供的工具。"
BROKEN_JSON = "参数不是完整的 JSON 对象，这次调用没有执行。请重新调用，参数写成一个 JSON 对象。"
UNKNOWN_ARGUMENT = "没有这样的参数：{names}。可用的参数：{known}。请改正后重新调用。"
LACKING_ARGUMENT = "缺少参数：{names}。请补上后重新调用。"
WRONG_ARGUMENT = "参数不合要求：{problems}。请改正后重新调用。"
CONFUSED = "这次没能把您的要求变成可以办理的操作，没有提交任何内容。请换个说法再说一次，或拨打 12345。"
CUT = "（后面的内容没有收完整，前面说的都有依据。没说到的，请您再问一次。）"
REWRITE = (
    "（系统提示，不是用户的话）上面的回答没有发给用户：{why}。"
    "请重新回答一次：只用查到的内容和工具的结果，每句话后面用 [编号] 标明依据；没有依据就调用 refuse。"
)
DONE_BEFORE = "前面的办理结果"
SAY_MORE = "请再说具体一点。"
NOTED = "{told}记下了。{question}"
ASK_AGAIN = "还差一项“{label}”。{question}"
WRONG_NUMBER = "这个{label}不对，请核对后再说一次。{question}"
UNSURE = "平台暂时没有回音，还不能确定这次是否提交成功。系统会自动核对，不会重复提交，请稍后回到这个会话查看结果。"
LOST = "之前的提交没有生效，您的身份凭证也已过期。请重新说一遍要办的事。"
CONFIRMED, CANCELLED, EDITED = "确认提交", "取消", "修改内容"
THEN_THE_CASE = "人安全以后，我来登记上报。\n"
ABOUT = "关于“{wish}”：\n"
HELD = "好，不着急，“{title}”先不提交。等您想好了说一声，我再给您核对一遍。"
CARD_WAITS = "{card}还没有提交。要提交请说“是”，我再给您核对一遍；不要了请说“取消”。"
ONE_DROPPED = "{card}已取消，没有提交。"
STILL_WAITS = "还有没提交的。"
CARDS_WAIT = "还没有提交的：{cards}。都要请说“都要”，都不要请说“都不要”。"
CARD_BESIDE = "前面的{cards}也还没有提交。都要请说“都要”，只要其中一件请说“第一个”或“第二个”。"
WHICH_CARD = (
    "下面几件都还没有提交：\n{lines}\n"
    "要不要都提交？回复“是”就都提交；只要一件请说“第一个”“第二个”，都不要请说“都不要”。"
)
CARDS_UNCLEAR = (
    "这句我没完全听明白，什么都没有提交：\n{lines}\n请一件一件说，例如“确认第一个”“取消第二个”；都不要请说“都不要”。"
)
NO_NUMBER_YET = "还没有提交，所以还没有编号；提交以后马上告诉您。"
NOT_SENT_YET = "还没有提交。"
SAID_ABOVE = "这一点我查到的就是上面说的内容。"
NOT_THIS_PIECE = "这一句没听懂要怎么办，先没有办。请单独再说一次：哪一件、要办什么。"
LATER = "这件我记着，先把上面的问题答了，接着就办。"
STILL_OPEN = "另外，“{title}”还等您回答：{question}"
TELL = "请告诉我{label}。"
FOR_THE_CALLER = "请先转告现场的人：{first}\n\n"
AFTER_DANGER = "等您到了安全的地方，可以把位置告诉我，我来登记上报。"
IS_CALLED = "好的。情况有变化，请马上再打 {number}。"
IS_OVER = "好，人安全就好。情况有变化，请马上拨打 {number}。"
CARDS_LATER = "前面还没有提交的先放着，没有改动；等安全了再说。"
REPORT_WAITS = "好，要登记的已经写好了。"
TELL_WHERE = "好，请把位置告诉我，例如哪条路、门牌号，我来登记上报。"
TELL_THE_POLICE = "报警时请把这个位置说清楚。"
ABUSE = "我在认真听。请告诉我需要办什么事，或者拨打 12345 找工作人员。"
WITHDRAWN = "刚才那张确认卡片已作废，没有提交。"
PRIVACY = (
    "别人的个人信息不能提供，也不能替别人查询。您可以查本人的，以及已绑定、代办的家人的；"
    "确有需要，请向主管部门依法申请，或拨打 12345 咨询。"
)
STILL_UNVERIFIED = (
    "不登录就没法确认是您本人，这件事我不能先办。请先实名登录再说一次；不方便登录，可以带身份证到窗口办，或拨打 12345。"
)
STILL_NOT_ALLOWED = (
    "能不能办要看登录的身份，口头说明我没法核实，所以还是不能办。请用有权限的账号登录，或联系主管部门、拨打 12345。"
)
UNSAFE = "这件事我不能帮忙。如果有其他政务、医保或城市管理方面的问题，请告诉我。"

POSTS = {"acceptor": "受理员", "dispatcher": "派遣员", "supervisor": "值班长"}
REASONS: dict[str, Reason] = {
    "not_found": "no_evidence",
    "not_allowed": "no_permission",
    "conflict": "conflict",
    "not_ours": "out_of_scope",
    "unavailable": "unavailable",
    "invalid": "invalid",
}
