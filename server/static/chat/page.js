import { html, LitElement, nothing, repeat } from '../vendor/lit.js'
import { Chat } from './chat.js'
import './composer.js'
import { ICONS } from './icons.js'
import './turn.js'
import { WORDS } from './words.js'

const SHEETS = ['frame', 'controls', 'turns']
const SHOWN = 30
const NEAR = 80
const FAR = 160
const MARGIN = 12
const SUGGESTED = 1

/** The whole page, in one shadow root: header, conversation, composer, and at most one panel above them. */
export class ChatPage extends LitElement {
  static properties = {
    _panel: { state: true },
    _place: { state: true },
    _online: { state: true },
    _shown: { state: true },
    _far: { state: true },
    _trouble: { state: true },
  }

  constructor() {
    super()
    this.chat = new Chat()
    this._panel = null
    this._place = null
    this._online = navigator.onLine
    this._shown = SHOWN
    this._far = false
    this._trouble = ''
    this._count = 0
    this._top = 0
    /** @type {Promise<any> | null} */
    this._sheet = null
    this._follows = true // scrolling up by hand stops following the text
  }

  connectedCallback() {
    super.connectedCallback()
    this.chat.addEventListener('change', () => this._changed())
    window.addEventListener('online', () => (this._online = true))
    window.addEventListener('offline', () => (this._online = false))
    window.addEventListener('hashchange', () => this._openAddressed())
    this._start()
  }

  /** Linked sheets pass the content security policy in every browser; the page shows when they have come. */
  createRenderRoot() {
    const root = super.createRenderRoot()
    this._dressed = Promise.all(SHEETS.map((name) => linked(root, `/static/styles/${name}.css`)))
    return root
  }

  async scheduleUpdate() {
    await this._dressed
    super.scheduleUpdate()
  }

  render() {
    return html`
      <div class="frame" ?inert=${this._panel !== null} @ask=${(event) => this._askFor(event.detail.text)} @again=${this._again} @decide=${this._decide}
        @cite=${this._cite} @show-all=${this._showAll} @send=${this._send} @stop=${() => this.chat.stop()}
        @locate=${() => this._show({ is: 'place' })} @forget-place=${() => (this._place = null)}>
        ${this._header()}
        ${this._online ? nothing : html`<p class="offline" role="alert">${WORDS.offline}</p>`}
        ${this.chat.handoff ? html`<hanzhi-person .chat=${this.chat} .order=${this.chat.handoff}></hanzhi-person>` : nothing}
        ${this._trouble ? html`<p class="offline" role="alert">${this._trouble}</p>` : nothing}
        <main class="log" tabindex="0" aria-label="对话" @scroll=${this._scrolled}>
          <div class="column">${this.chat.turns.length ? this._turns() : this._empty()}</div>
        </main>
        <footer class="foot">
          ${this._far ? this._latest() : nothing}
          <hanzhi-composer class="column" .busy=${this.chat.busy} .limit=${this.chat.limit}
            .place=${this._place}></hanzhi-composer>
        </footer>
      </div>
      <div class="hidden" role="status" aria-live="polite" aria-atomic="true">${this.chat.announced}</div>
      ${this._panel ? this._panelElement() : nothing}`
  }

  firstUpdated() {
    const grown = new ResizeObserver(() => this._follows && this._toLast())
    grown.observe(this.renderRoot.querySelector('.log > .column'))
  }

  _header() {
    return html`<header class="top"><div class="bar">
      <button type="button" class="tool" aria-label="菜单：对话与设置" aria-haspopup="dialog"
        @click=${() => this._show({ is: 'menu' })}>${ICONS.menu}</button>
      <h1 class="brand"><span>${WORDS.name}</span><span class="seal" aria-hidden="true">汉</span></h1>
      <div class="help">
        ${this.chat.handoff ? nothing : html`<button type="button" class="second"
          @click=${this._human}>${WORDS.human}</button>`}
        <a class="primary" href="tel:12345" aria-label="拨打 12345 政务热线">${ICONS.call}12345</a>
      </div>
    </div><p class="notice">${WORDS.notice}</p></header>`
  }

  _latest() {
    return html`<button type="button" class="latest" aria-label="看最下面" title="看最下面"
      @click=${this._toLatest}>${ICONS.latest}</button>`
  }

  _empty() {
    const { problem, id } = this.chat
    if (!problem) return id ? html`<p class="muted" role="status">正在读取对话…</p>` : this._welcome()
    return html`<section class="card problem" aria-label="打不开">
      <p>${problem}</p>
      <div class="row">
        <button type="button" class="primary" @click=${() => this._open(id)}>再试一次</button>
        <button type="button" class="second" @click=${this._new}>新对话</button>
      </div>
    </section>`
  }

  _welcome() {
    return html`<section class="welcome" aria-labelledby="welcome">
      <h2 id="welcome">${WORDS.welcome}</h2>
      <p>${WORDS.lead}</p>
      <div class="chips" role="group" aria-label="可以这样问">
        ${this.chat.agents.flatMap(({ suggestions }) => suggestions.slice(0, SUGGESTED)).map((text) => html`<button type="button" class="chip"
          @click=${() => this._askFor(text)}>${text}</button>`)}
      </div>
    </section>`
  }

  _turns() {
    const { chat } = this
    const all = [...chat.turns, ...chat.arrivals].sort((one, other) => one.at - other.at)
    const shown = all.slice(-this._shown)
    const last = chat.turns[chat.turns.length - 1]
    return html`
      ${shown.length < all.length
        ? html`<button type="button" class="second wide" @click=${() => (this._shown += SHOWN)}>看更早的</button>`
        : nothing}
      ${repeat(shown, (each) => each.key, (each) => 'kind' in each
        ? html`<hanzhi-arrival class="turn" .arrival=${each} .busy=${chat.busy}></hanzhi-arrival>`
        : html`<hanzhi-turn class="turn" .chat=${chat} .turn=${each} .version=${each.version}
          .settled=${chat.settled} .last=${each === last} .busy=${chat.busy}></hanzhi-turn>`)}`
  }

  _panelElement() {
    const close = () => this._show(null)
    if (this._panel.is === 'citation') {
      return html`<hanzhi-citation .api=${this.chat.api} .citation=${this._panel.citation}
        @close-panel=${close}></hanzhi-citation>`
    }
    if (this._panel.is === 'place') {
      return html`<hanzhi-place @close-panel=${close} @placed=${this._placed}></hanzhi-place>`
    }
    return html`<hanzhi-menu .chat=${this.chat} @close-panel=${close} @open=${(event) => this._open(event.detail.id)}
      @new=${this._new} @gone=${this._gone}></hanzhi-menu>`
  }

  /** A reader who comes back sees their conversation; the first request tells who they are. */
  async _start() {
    await this.chat.open(location.hash.slice(1))
    await this._later().catch(() => undefined) // tried again when a panel is opened
  }

  _changed() {
    this.requestUpdate()
    const count = this.chat.turns.length + this.chat.arrivals.length
    if (count > this._count) this._follows = true
    this._count = count
    const hash = this.chat.id ? `#${this.chat.id}` : ''
    if (hash !== location.hash) history.replaceState(null, '', location.pathname + location.search + hash)
  }

  async _openAddressed() {
    const id = location.hash.slice(1)
    if (id && id !== this.chat.id) await this._open(id)
  }

  async _open(id) {
    this._show(null)
    this._follows = true
    this._shown = SHOWN
    await this.chat.open(id)
  }

  /** Opens a panel, or closes the one that is open. */
  async _show(panel) {
    this._trouble = ''
    if (panel) {
      try {
        await this._later()
      } catch {
        this._trouble = WORDS.unreachable
        return
      }
    }
    this._panel = panel
  }

  /** What the first sight of the page does not need; asked for right after it. */
  _later() {
    this._sheet ??= linked(this.renderRoot, '/static/styles/panels.css')
    return Promise.all([import('./later.js'), this._sheet])
  }

  _new() {
    this._show(null)
    this._place = null
    this.chat.startNew()
    this.renderRoot.querySelector('hanzhi-composer')?.focus()
  }

  _gone(event) {
    if (event.detail.id === this.chat.id) this.chat.startNew()
  }

  _placed(event) {
    this._place = event.detail.place
    this._show(null)
  }

  _send(event) {
    const place = this._place
    this._place = null
    this._follows = true
    this.chat.send(event.detail.text, place)
  }

  _askFor(text) {
    this._fromButton()
    this.chat.send(text)
  }

  _human() {
    this._follows = true
    this.chat.handOff()
  }

  _again(event) {
    this._fromButton()
    this.chat.again(event.detail.turn)
  }

  _decide(event) {
    const { action, decision, changes } = event.detail
    this._fromButton()
    this.chat.decide(action, decision, changes)
  }

  /** The button that was pressed goes away: the focus waits on the conversation, where the answer will stand. */
  _fromButton() {
    this._follows = true
    this.renderRoot.querySelector('.log').focus({ preventScroll: true })
  }

  _cite(event) {
    this._show({ is: 'citation', citation: event.detail.citation })
  }

  _showAll(event) {
    const { turn } = event.detail
    this.chat.update(turn, { said: turn.reply.text })
  }

  _scrolled(event) {
    const log = event.target
    const gap = log.scrollHeight - log.scrollTop - log.clientHeight
    if (gap < NEAR) this._follows = true
    else if (log.scrollTop < this._top) this._follows = false
    this._top = log.scrollTop
    this._far = gap > FAR
  }

  /** Shows the end, but never pushes the question whose answer is being read out of sight. */
  _toLast() {
    const log = this.renderRoot.querySelector('.log')
    const turns = log.querySelectorAll('.turn')
    const end = log.scrollHeight - log.clientHeight
    const top = turns.length ? turns[turns.length - 1].offsetTop - MARGIN : end
    log.scrollTop = Math.max(log.scrollTop, Math.min(end, top)) // a card that shrinks does not throw the reader back
  }

  _toLatest() {
    const log = this.renderRoot.querySelector('.log')
    log.scrollTop = log.scrollHeight
  }
}

function linked(root, href) {
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = href
  root.append(link)
  return new Promise((resolve) => {
    link.onload = resolve
    link.onerror = resolve // better plain than blank
  })
}

customElements.define('hanzhi-chat', ChatPage)
