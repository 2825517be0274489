import { html, nothing } from '../vendor/lit.js'
import { ChatElement } from './element.js'
import { ICONS } from './icons.js'
import { Modal } from './modal.js'
import { locate } from './position.js'

/** Asks for the consent of its own that a precise position needs. Tells `close-panel` and `placed` ({place}). */
export class PlacePanel extends ChatElement {
  static properties = { _busy: { state: true }, _problem: { state: true } }

  constructor() {
    super()
    this._busy = false
    this._problem = ''
    this._modal = new Modal(this)
  }

  close() {
    this.tell('close-panel')
  }

  render() {
    return html`
      <div class="veil" @click=${this.close}></div>
      <section class="panel sheet" role="dialog" aria-modal="true" aria-labelledby="place-title">
        <header class="panel-head"><h2 id="place-title" tabindex="-1" data-first>附上我的位置？</h2></header>
        <div class="panel-body">
          <p>精确位置属于敏感个人信息。同意后，只随下一条消息发送一次，用来确定问题发生的地点。不同意不影响使用，直接写明地点即可。</p>
          ${this._problem ? html`<p class="hint" role="alert">${this._problem}</p>` : nothing}
          <div class="row">
            <button type="button" class="primary" ?disabled=${this._busy} @click=${this._agree}>
              ${ICONS.place}${this._busy ? '正在定位…' : '同意，附上一次'}</button>
            <button type="button" class="second" @click=${this.close}>不同意</button>
          </div>
        </div>
      </section>`
  }

  async _agree() {
    this._busy = true
    this._problem = ''
    try {
      this.tell('placed', { place: await locate() })
    } catch (problem) {
      this._problem = problem.message
    }
    this._busy = false
  }
}

customElements.define('hanzhi-place', PlacePanel)
