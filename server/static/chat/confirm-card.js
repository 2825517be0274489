import { html, nothing } from '../vendor/lit.js'
import { ChatElement } from './element.js'
import { ICONS } from './icons.js'
import { WORDS } from './words.js'

const ENDED = {
  confirm: '已确认提交。',
  cancel: '已取消，没有提交。',
  edit: '已改为下面的新内容。',
  over: '这一项已不能再操作。',
  deciding: '正在处理，请稍候…',
}

/**
 * What would be done, line by line, and the three ways on. Tells `decide` ({action, decision, changes?}).
 * `live` says that the reply came just now, so that the time left can be counted.
 */
export class ConfirmCard extends ChatElement {
  static properties = {
    action: { attribute: false },
    settled: { attribute: false },
    live: { type: Boolean },
    _editing: { state: true },
    _left: { state: true },
  }

  constructor() {
    super()
    this._editing = false
    this._left = null
    this._timer = 0
  }

  willUpdate(changed) {
    if (!changed.has('action')) return
    this._counts = Date.parse(this.action.expires_at) > Date.now()
    clearInterval(this._timer)
    this._timer = setInterval(() => this._tick(), 1000)
    this._tick()
  }

  disconnectedCallback() {
    super.disconnectedCallback()
    clearInterval(this._timer)
  }

  render() {
    const { id, title } = this.action
    return html`<section class="card confirm ${this._open ? '' : 'ended'}" aria-labelledby="confirm-${id}">
      <h3 id="confirm-${id}">${title}</h3>
      ${this._editing && this._open ? this._form() : this._summary()}
      ${this.settled?.note ? html`<p class="hint" role="alert">${this.settled.note}</p>` : nothing}
    </section>`
  }

  /** Whether the reader can still decide. */
  get _open() {
    return !this._expired && (!this.settled || this.settled.is === 'unsure')
  }

  /** A deadline that had passed when the reply came belongs to another clock; then the server decides. */
  get _expired() {
    return this._left === 0 && (this._counts || !this.live)
  }

  _summary() {
    return html`
      <dl class="facts">
        ${this._lines().map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
      </dl>
      ${this._open ? this._buttons() : html`<p class="state">${this._ending()}</p>`}`
  }

  _buttons() {
    return html`
      ${this._counts ? html`<p class="muted" role="timer">请在 ${spell(this._left)} 内确认，逾期不提交。</p>` : nothing}
      <div class="row">
        <button type="button" class="primary" @click=${() => this._decide('confirm')}>确认提交</button>
        <button type="button" class="second" @click=${this._edit}>修改</button>
        <button type="button" class="second" @click=${() => this._decide('cancel')}>取消</button>
      </div>`
  }

  _ending() {
    if (this.settled) return html`${this.settled.is === 'confirm' ? ICONS.check : nothing}${ENDED[this.settled.is]}`
    return WORDS.overdue
  }

  _form() {
    return html`<form class="edit" @submit=${this._change}>
      ${this._lines().map(({ label, value, name }) =>
        name
          ? html`<label>${label}<textarea name=${name} rows="1" .value=${value}></textarea></label>`
          : html`<p><b>${label}</b> ${value}</p>`)}
      <div class="row">
        <button type="submit" class="primary">改好了，再核对</button>
        <button type="button" class="second" @click=${this._leaveForm}>不改了</button>
      </div>
    </form>`
  }

  /** The lines of the summary, each with the argument that holds its value, where there is one. */
  _lines() {
    const names = Object.entries(this.action.arguments).filter(([, value]) => typeof value === 'string')
    return this.action.summary.split('\n').map((line) => {
      const at = line.indexOf('：')
      const [label, value] = [line.slice(0, at), line.slice(at + 1)]
      return { label, value, name: names.find(([, each]) => each === value)?.[0] ?? '' }
    })
  }

  async _edit() {
    this._editing = true
    await this.updateComplete
    this.querySelector('textarea')?.focus()
  }

  async _leaveForm() {
    this._editing = false
    await this.updateComplete
    this.querySelector('.primary')?.focus()
  }

  _change(event) {
    event.preventDefault()
    const old = Object.fromEntries(this._lines().map(({ name, value }) => [name, value]))
    const given = Array.from(new FormData(event.target), ([name, value]) => [name, String(value).trim()])
    const changes = Object.fromEntries(given.filter(([name, value]) => value !== old[name]))
    if (Object.keys(changes).length === 0) return this._leaveForm()
    this._editing = false
    return this._decide('edit', changes)
  }

  _decide(decision, changes) {
    this.tell('decide', { action: this.action, decision, changes })
  }

  _tick() {
    this._left = Math.max(0, Math.ceil((Date.parse(this.action.expires_at) - Date.now()) / 1000))
    if (this._left === 0) clearInterval(this._timer)
  }
}

function spell(seconds) {
  const minutes = Math.floor(seconds / 60)
  return minutes ? `${minutes} 分 ${seconds % 60} 秒` : `${seconds} 秒`
}

customElements.define('hanzhi-confirm', ConfirmCard)
