import { html, nothing } from '../vendor/lit.js'
import { ChatElement } from './element.js'
import { ICONS } from './icons.js'
import './rich-text.js'
import { OUTCOMES, REASONS, WORDS } from './words.js'

/**
 * One message and its answer. Tells `ask` ({text}), `again` ({turn}), `decide`, `cite` ({citation}) and `show-all`.
 * `version` grows with every change of the turn, which keeps its identity.
 */
export class TurnElement extends ChatElement {
  static properties = {
    chat: { attribute: false },
    turn: { attribute: false },
    version: { type: Number },
    settled: { attribute: false },
    last: { type: Boolean },
    busy: { type: Boolean },
  }

  render() {
    const { text, state, problem } = this.turn
    return html`
      <div class="mine"><h2 class="hidden">您说</h2><p>${text}</p></div>
      <div class="theirs ${this._kind}">
        ${state === 'failed' ? this._failure(problem) : this._answer()}
      </div>`
  }

  get _kind() {
    return this.turn.reply?.outcome.is ?? ''
  }

  _answer() {
    const { reply, said, state } = this.turn
    return html`
      ${this._head()}
      ${said ? html`<hanzhi-text class="text" .text=${withoutSummaries(said, reply)} .citations=${reply ? reply.citations : null}
        @click=${this._cite} @copy=${label}></hanzhi-text>` : nothing}
      ${state === 'finished' ? nothing : this._progress()}
      ${this.turn.stopped && reply && reply.text !== said ? this._more() : nothing}
      ${reply ? this._rest(reply) : nothing}`
  }

  _head() {
    const { reply } = this.turn
    const agent = this.chat.agents.find((each) => each.name === reply?.agent)
    const outcome = reply?.outcome
    const mark = outcome ? (REASONS[outcome.reason] ?? OUTCOMES[outcome.is]) : ''
    return html`<p class="head">
      <span class="hidden">回答，</span>
      <span class="who">${agent?.title ?? WORDS.name}</span>
      <span class="label">${WORDS.label}</span>
      ${mark ? html`<span class="outcome">${mark}</span>` : nothing}
    </p>`
  }

  _progress() {
    const { state, step, said, stopped } = this.turn
    const words = { sending: WORDS.starting, recovering: WORDS.recovering }[state] ?? (said ? '' : step || WORDS.working)
    return html`<p class="progress"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${
      stopped ? WORDS.stopped : words}</p>`
  }

  _more() {
    return html`<p class="progress">已停止显示。<button type="button" class="plain"
      @click=${() => this.tell('show-all', { turn: this.turn })}>${WORDS.more}</button></p>`
  }

  _rest(reply) {
    return html`
      ${reply.degraded ? html`<p class="muted note">当前由备用方式回答，可能不够完整。</p>` : nothing}
      ${reply.outcome.is === 'emergency' ? this._calls([['110', '报警'], ['119', '火警'], ['120', '急救']]) : nothing}
      ${reply.outcome.is === 'handoff' ? this._calls([['12345', '政务热线']]) : nothing}
      ${reply.actions.map((action) => html`<hanzhi-confirm .action=${action} ?live=${this.turn.arrived > 0}
        .settled=${this.settled.get(action.id)}></hanzhi-confirm>`)}
      ${reply.receipts.map((each) => html`<hanzhi-receipt .receipt=${each} ?busy=${this.busy}></hanzhi-receipt>`)}
      ${this.last ? reply.asks.map((asked) => this._choices(asked)) : nothing}
      <hanzhi-feedback .chat=${this.chat} .reply=${reply}></hanzhi-feedback>
      ${this.last && reply.suggestions.length ? this._chips('还可以问', reply.suggestions) : nothing}`
  }

  _choices(asked) {
    return asked.choices.length ? this._chips(asked.question, asked.choices) : nothing
  }

  _chips(name, texts) {
    return html`<div class="chips" role="group" aria-label=${name}>
      ${texts.map((text) => html`<button type="button" class="chip" ?disabled=${this.busy}
        @click=${() => this.tell('ask', { text })}>${text}</button>`)}
    </div>`
  }

  _calls(numbers) {
    return html`<div class="row">
      ${numbers.map(([number, name]) => html`<a class="primary" href="tel:${number}">${ICONS.call}${name} ${number}</a>`)}
    </div>`
  }

  _failure(problem) {
    return html`<section class="card problem" aria-label="没有办成">
      <p>${problem}</p>
      <div class="row">
        <button type="button" class="primary" ?disabled=${this.busy}
          @click=${() => this.tell('again', { turn: this.turn })}>再发一次</button>
        <a class="second" href="tel:12345">${ICONS.call}拨打 12345</a>
      </div>
    </section>`
  }

  _cite(event) {
    const button = event.target.closest('button.cite')
    const citation = this.turn.reply?.citations.find((each) => String(each.number) === button?.dataset.number)
    if (citation) this.tell('cite', { citation })
  }
}

/** The text without the lines that the confirm card shows anyway. */
function withoutSummaries(said, reply) {
  const shown = new Set((reply?.actions ?? []).flatMap(({ summary }) => summary.split('\n').map((line) => `- ${line}`)))
  return shown.size ? said.split('\n').filter((line) => !shown.has(line)).join('\n') : said
}

/** What is copied from an answer carries the label. */
function label(event) {
  const selected = String(getSelection() ?? '')
  if (!selected) return
  event.preventDefault()
  event.clipboardData.setData('text/plain', `${selected}\n${WORDS.copied}`)
}

customElements.define('hanzhi-turn', TurnElement)
