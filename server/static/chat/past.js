/**
 * What became of the actions of a conversation that is shown again: decisions are turns of their own.
 * @param {import('./types.js').Turn[]} turns @returns {Map<string, import('./types.js').Settled>}
 */
export function settledIn(turns) {
  const settled = new Map()
  let open = []
  for (const turn of turns) {
    for (const receipt of turn.reply?.receipts ?? []) settled.set(receipt.action_id, { is: 'confirm', note: '' })
    const decision = { 确认提交: 'confirm', 取消: 'cancel', 修改内容: 'edit' }[turn.text]
    open = open.filter((action) => !settled.has(action.id))
    if (decision && open.length === 1) settled.set(open[0].id, { is: decision, note: '' })
    open.push(...(turn.reply?.actions ?? []).filter((action) => !open.some((other) => other.id === action.id)))
  }
  return settled
}
