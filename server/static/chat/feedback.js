import { html, nothing } from '../vendor/lit.js'
import { ChatElement } from './element.js'
import { ICONS } from './icons.js'
import { plain } from './markdown.js'
import { WORDS } from './words.js'

/** What the reader thinks of a reply, and a copy of it that carries the AI label. */
export class Feedback extends ChatElement {
  static properties = {
    chat: { attribute: false },
    reply: { attribute: false },
    _rating: { state: true },
    _asking: { state: true },
    _note: { state: true },
  }

  constructor() {
    super()
    this._rating = ''
    this._asking = false
    this._note = ''
  }

  render() {
    return html`
      <div class="row tools">
        ${this._thumb('up', '有帮助')} ${this._thumb('down', '没帮助')}
        <button type="button" class="tool" aria-label="复制回答" title="复制回答" @click=${this._copy}>${ICONS.copy}</button>
        <span class="muted" role="status">${this._note}</span>
      </div>
      ${this._asking ? this._form() : nothing}`
  }

  _thumb(rating, label) {
    return html`<button type="button" class="tool" aria-label=${label} title=${label}
      aria-pressed=${this._rating === rating} @click=${() => this._rate(rating)}>${ICONS[rating]}</button>`
  }

  _form() {
    return html`<form class="edit" @submit=${this._send}>
      <label>哪里不好？（可以不填，请不要写个人信息）<textarea name="comment" rows="2" maxlength="500"></textarea></label>
      <div class="row">
        <button type="submit" class="second">提交</button>
        <button type="button" class="second" @click=${() => (this._asking = false)}>不填了</button>
      </div>
    </form>`
  }

  async _rate(rating, comment) {
    try {
      await this.chat.rate(this.reply.turn_id, rating, comment)
      this._rating = rating
      this._asking = rating === 'down' && !comment
      this._note = '谢谢，已记下。'
    } catch (problem) {
      this._note = problem.message
    }
  }

  _send(event) {
    event.preventDefault()
    const comment = String(new FormData(event.target).get('comment')).trim()
    if (comment) this._rate('down', comment)
    else this._asking = false
  }

  async _copy() {
    try {
      await navigator.clipboard.writeText(`${plain(this.reply.text)}\n${WORDS.copied}`)
      this._note = '已复制。'
    } catch {
      this._note = '浏览器不允许复制，请选中文字后复制。'
    }
  }
}

customElements.define('hanzhi-feedback', Feedback)
