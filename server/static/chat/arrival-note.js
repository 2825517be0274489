import { html, nothing } from '../vendor/lit.js'
import { comeBack } from './arrivals.js'
import { ChatElement } from './element.js'

/** Something that came outside the turns. A person's words are marked as theirs. Tells `ask` to look progress up. */
export class ArrivalNote extends ChatElement {
  static properties = { arrival: { attribute: false }, busy: { type: Boolean } }

  render() {
    const { kind, text, data } = this.arrival
    const person = kind === 'reply'
    return html`<div class="theirs arrival ${kind}">
      <p class="head">
        <span class="who">${person ? `工作人员（${data.by}）` : '办理进展'}</span>
        ${person ? html`<span class="label">人工回复</span>` : nothing}
      </p>
      <p class="words">${text}</p>
      ${kind === 'progress' ? this._look(data.number) : nothing}
    </div>`
  }

  _look(number) {
    return html`<div class="row"><button type="button" class="second" ?disabled=${this.busy}
      @click=${() => this.tell('ask', { text: `查询 ${number} 的办理进度` })}>查进度</button></div>`
  }
}

/** Says that a person is here, and leads back to the agents. */
export class PersonBar extends ChatElement {
  static properties = { chat: { attribute: false }, order: { type: String } }

  render() {
    return html`<div class="person" role="status">
      <p>人工接待中（工单 ${this.order}）。请直接留言，回复会出现在这里。</p>
      <button type="button" class="second" @click=${() => comeBack(this.chat)}>回到智能助手</button>
    </div>`
  }
}

customElements.define('hanzhi-arrival', ArrivalNote)
customElements.define('hanzhi-person', PersonBar)
