import { html, nothing } from '../vendor/lit.js'
import { ChatElement } from './element.js'
import { ICONS } from './icons.js'
import { ImeGuard } from './ime.js'
import { WORDS } from './words.js'

const DRAFT = 'hanzhi.draft'
const SHOWN_FROM = 0.8
const LOCATES = 'geolocation' in navigator && window.isSecureContext

/** Where the reader writes. Tells `send` ({text}), `stop`, `locate` and `forget-place`. */
export class Composer extends ChatElement {
  static properties = {
    busy: { type: Boolean },
    limit: { type: Number },
    place: { attribute: false },
    _text: { state: true },
    _hint: { state: true },
  }

  constructor() {
    super()
    this.busy = false
    this.limit = 4000
    this.place = null
    this._text = sessionStorage.getItem(DRAFT) || ''
    this._hint = ''
    this._ime = new ImeGuard()
  }

  get _field() {
    return /** @type {HTMLTextAreaElement} */ (this.querySelector('textarea'))
  }

  focus() {
    this._field?.focus()
  }

  clear() {
    this._write('')
  }

  render() {
    return html`
      <form class="composer" @submit=${this._submit}>
        ${this.place ? this._placeChip() : nothing}
        <div class="field">
          ${LOCATES ? this._locator() : nothing}
          <label class="hidden" for="message">您要问的事或遇到的问题</label>
          <textarea id="message" rows="1" enterkeyhint="send" autocomplete="off" placeholder=${WORDS.placeholder}
            aria-describedby="privacy count" .value=${this._text} @input=${this._input} @keydown=${this._keydown}
            @compositionstart=${this._compose} @compositionend=${this._compose}></textarea>
          ${this.busy ? this._stopButton() : this._sendButton()}
        </div>
        <p class="under"><span id="privacy">${WORDS.privacy}</span>${this._counter()}</p>
        <p class="hint" role="alert">${this._hint}</p>
      </form>`
  }

  willUpdate(changed) {
    if (changed.has('busy') && !this.busy) this._hint = ''
  }

  updated() {
    const field = this._field
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight}px`
  }

  _placeChip() {
    return html`<p class="place">${ICONS.place}<span>将附上当前位置</span>
      <button type="button" class="plain" @click=${() => this.tell('forget-place')}>不附了</button></p>`
  }

  _locator() {
    return html`<button type="button" class="tool" aria-label="附上我的位置" title="附上我的位置"
      @click=${() => this.tell('locate')}>${ICONS.place}</button>`
  }

  _sendButton() {
    return html`<button type="submit" class="send" aria-label="发送" title="发送">${ICONS.send}</button>`
  }

  _stopButton() {
    return html`<button type="button" class="send" aria-label="停止显示" title="停止显示"
      @click=${() => this.tell('stop')}>${ICONS.stop}</button>`
  }

  _counter() {
    const [count, over] = [this._length, this._length - this.limit]
    if (count < this.limit * SHOWN_FROM) return html`<span id="count"></span>`
    return html`<span id="count" class=${over > 0 ? 'over' : ''}>
      ${over > 0 ? WORDS.tooLong(over) : `${count} / ${this.limit} 字`}</span>`
  }

  /** As the server counts: letters, not UTF-16 units. */
  get _length() {
    return Array.from(this._text.trim()).length
  }

  _input(event) {
    this._hint = ''
    this._write(event.target.value)
  }

  _write(text) {
    this._text = text
    sessionStorage.setItem(DRAFT, text)
  }

  _compose(event) {
    this._ime.follow(event)
  }

  _keydown(event) {
    if (this._ime.sends(event)) this._submit(event)
  }

  _submit(event) {
    event.preventDefault()
    const text = this._text.trim()
    if (!text) return this.focus()
    if (this.busy) this._hint = WORDS.busy
    else if (this._length > this.limit) this._hint = WORDS.tooLong(this._length - this.limit)
    else {
      this._write('')
      this.tell('send', { text })
    }
    return undefined
  }
}

customElements.define('hanzhi-composer', Composer)
