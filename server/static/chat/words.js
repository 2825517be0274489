/** What the page itself says; everything else comes from the server. */
export const WORDS = {
  name: '汉治通',
  label: 'AI 生成',
  notice: '回答由 AI 生成，请以官方原文为准',
  copied: '（以上内容由 AI 生成，来自汉治通，请以官方原文为准）',
  welcome: '您好，要问什么、办什么？',
  lead: '可以问政策和办事，上报身边的问题，也可以查办理进度。回答会注明出处，提交前都会请您核对。',
  privacy: '请不要填写身份证号、银行卡号和密码',
  placeholder: '请输入您的问题',
  tooLong: (over) => `超出 ${over} 字，请删减后再发送`,
  starting: '正在发送',
  working: '正在处理',
  busy: '请等这次回答完，再发送下一条。',
  generating: '正在回答。',
  recovering: '连接断开了，正在找回回答…',
  stopped: '已停止显示。办理没有停，下面会给出结果。',
  more: '显示完整回答',
  offline: '网络断开了。已写的内容会保留，恢复后可继续。',
  failed: '这次没能回答。您的问题已经记下，可以再发一次，或拨打 12345。',
  noAnswer: '服务暂时没有应答。请稍后再试，或拨打 12345。',
  unreachable: '连不上服务。请检查网络后重试；着急的事请拨打 12345。',
  human: '转人工',
  humanNext: '这次回答完就转人工。',
  unsure: '还不能确定是否办成。请再点一次，不会重复提交。',
  overdue: '已过期，没有提交。需要的话请重新说一遍。',
}

/** How an outcome is shown above a reply. A plain answer needs no mark. */
export const OUTCOMES = {
  clarify: '还差一点信息',
  confirm: '等您确认',
  done: '已办理',
  handoff: '转人工',
  emergency: '紧急情况',
}

export const REASONS = {
  no_evidence: '没有找到依据',
  expired: '规定已失效',
  out_of_scope: '不在服务范围',
  no_permission: '没有权限',
  needs_verification: '需要实名登录',
  privacy: '涉及个人信息',
  unsafe: '不能提供',
  unavailable: '暂时办不了',
  invalid: '信息有误',
  conflict: '没有办成',
}
