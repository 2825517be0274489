import { html } from '../vendor/lit.js'
import { ChatElement } from './element.js'
import { ICONS } from './icons.js'

const MOMENT = { year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Shanghai' }

/** Proof that something was done: what, its number, when. Tells `ask` to look its progress up. */
export class ReceiptCard extends ChatElement {
  static properties = { receipt: { attribute: false }, busy: { type: Boolean }, _copied: { state: true } }

  render() {
    const { title, object_id, at } = this.receipt
    return html`<section class="card receipt" aria-label="回执">
      <h3>${ICONS.check}${title}：已办理</h3>
      <dl class="facts">
        <div><dt>编号</dt><dd class="code">${object_id}</dd></div>
        <div><dt>时间</dt><dd>${new Date(at).toLocaleString('zh-CN', MOMENT)}</dd></div>
      </dl>
      <div class="row">
        <button type="button" class="second" @click=${this._copy}>${this._copied ?? '复制编号'}</button>
        <button type="button" class="second" ?disabled=${this.busy}
          @click=${() => this.tell('ask', { text: `查询 ${object_id} 的办理进度` })}>查进度</button>
      </div>
    </section>`
  }

  async _copy() {
    try {
      await navigator.clipboard.writeText(this.receipt.object_id)
      this._copied = '已复制'
    } catch {
      this._copied = '请手动抄下编号'
    }
  }
}

customElements.define('hanzhi-receipt', ReceiptCard)
