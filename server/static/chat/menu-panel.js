import { html, nothing } from '../vendor/lit.js'
import { ChatElement } from './element.js'
import { display, SIZES, THEMES } from './display.js'
import { ICONS } from './icons.js'
import { Modal } from './modal.js'

const DAY = { month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' }

/** Earlier conversations, how the page looks, and in demo mode who is asking. Tells `close-panel`, `open`, `new`, `gone`. */
export class MenuPanel extends ChatElement {
  static properties = {
    chat: { attribute: false },
    _list: { state: true },
    _before: { state: true },
    _doomed: { state: true },
    _problem: { state: true },
  }

  constructor() {
    super()
    this._list = null
    this._before = null
    this._doomed = ''
    this._problem = ''
    this._modal = new Modal(this)
  }

  close() {
    this.tell('close-panel')
  }

  connectedCallback() {
    super.connectedCallback()
    this._load()
  }

  render() {
    return html`
      <div class="veil" @click=${this.close}></div>
      <section class="panel drawer" role="dialog" aria-modal="true" aria-labelledby="menu-title">
        <header class="panel-head">
          <h2 id="menu-title" tabindex="-1" data-first>对话与设置</h2>
          <button type="button" class="tool" aria-label="关闭菜单" @click=${this.close}>${ICONS.close}</button>
        </header>
        <div class="panel-body">
          <button type="button" class="primary wide" @click=${() => this.tell('new')}>${ICONS.add}新对话</button>
          <section aria-labelledby="past"><h3 id="past">以前的对话</h3>${this._past()}</section>
          ${this._radios('字号', SIZES, 'size')} ${this._radios('颜色', THEMES, 'theme')}
          ${this.chat.me?.demo_identities.length ? this._identity() : nothing}
          <p class="muted">对话记录保存在本服务中，只有您能看到，可随时删除。回答由 AI 生成，请以官方原文为准。</p>
        </div>
      </section>`
  }

  async _load(before) {
    try {
      const query = before ? `?before=${encodeURIComponent(before)}` : ''
      const page = await this.chat.api.get(`/conversations${query}`)
      this._list = [...((before && this._list) || []), ...page.conversations]
      this._before = page.before
    } catch (problem) {
      this._problem = problem.message
    }
  }

  _past() {
    if (this._problem) return html`<p class="hint" role="alert">${this._problem}</p>`
    if (!this._list) return html`<p class="muted">正在读取…</p>`
    if (!this._list.length) return html`<p class="muted">还没有对话。</p>`
    return html`<ul class="past">${this._list.map((each) => this._row(each))}</ul>
      ${this._before
        ? html`<button type="button" class="second wide" @click=${() => this._load(this._before)}>更早的</button>`
        : nothing}`
  }

  _row(each) {
    const title = each.title || '未命名的对话'
    if (this._doomed === each.id) {
      return html`<li class="doomed"><span>删除“${title}”？删除后无法恢复。</span>
        <button type="button" class="danger" @click=${() => this._remove(each.id)}>删除</button>
        <button type="button" class="second" @click=${() => (this._doomed = '')}>保留</button></li>`
    }
    return html`<li>
      <button type="button" class="past-open" aria-current=${each.id === this.chat.id ? 'true' : 'false'}
        @click=${() => this.tell('open', { id: each.id })}>
        <span class="past-title">${title}</span>
        <span class="muted">${new Date(each.updated_at).toLocaleString('zh-CN', DAY)}</span>
      </button>
      <button type="button" class="tool" aria-label="删除“${title}”" @click=${() => this._doom(each.id)}>${ICONS.bin}</button>
    </li>`
  }

  async _doom(id) {
    this._doomed = id
    await this.updateComplete
    this.querySelector('.doomed .danger')?.focus()
  }

  async _remove(id) {
    try {
      await this.chat.api.remove(`/conversations/${id}`)
      this._list = this._list.filter((each) => each.id !== id)
      this._doomed = ''
      this.tell('gone', { id })
    } catch (problem) {
      this._problem = problem.message
    }
  }

  _radios(name, choices, kind) {
    return html`<fieldset><legend>${name}</legend><div class="radios">
      ${Object.entries(choices).map(([value, label]) => html`<label><input type="radio" name=${kind} value=${value}
        .checked=${display[kind] === value} @change=${() => (display[kind] = value)}><span>${label}</span></label>`)}
    </div></fieldset>`
  }

  _identity() {
    return html`<label class="identity">演示身份（仅本机演示时有）
      <select @change=${this._become}>
        <option value="">未登录（匿名）</option>
        ${this.chat.me.demo_identities.map(({ identity, name }) => html`<option value=${identity}
          ?selected=${identity === this.chat.api.identity}>${name}</option>`)}
      </select></label>`
  }

  async _become(event) {
    try {
      await this.chat.become(event.target.value)
      this.tell('new')
    } catch (problem) {
      this._problem = problem.message
    }
  }
}

customElements.define('hanzhi-menu', MenuPanel)
