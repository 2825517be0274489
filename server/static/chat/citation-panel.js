import { html, nothing } from '../vendor/lit.js'
import { ChatElement } from './element.js'
import { ICONS } from './icons.js'
import { Modal } from './modal.js'

/** Grades of evidence, as the documents state them. */
const EVIDENCE = {
  S: '依据方案原文整理',
  A: '官方原文',
  B: '官方文本的转载',
  C: '新闻或转载，仅供参考',
  D: '演示内容，不是真实规定',
}

const STATUS = {
  in_force: '有效',
  not_yet: '尚未生效',
  expired: '已失效',
  superseded: '已被替代',
  draft: '征求意见稿',
}

/** Shows where a sentence comes from: its facts, and the document opened on the exact words. Tells `close-panel`. */
export class CitationPanel extends ChatElement {
  static properties = {
    citation: { attribute: false },
    api: { attribute: false },
    _document: { state: true },
    _problem: { state: true },
  }

  constructor() {
    super()
    this._document = null
    this._problem = ''
    this._modal = new Modal(this)
  }

  close() {
    this.tell('close-panel')
  }

  connectedCallback() {
    super.connectedCallback()
    if (this.citation.kind === 'passage') this._load()
  }

  render() {
    const { number, title, quote, kind } = this.citation
    return html`
      <div class="veil" @click=${this.close}></div>
      <section class="panel side" role="dialog" aria-modal="true" aria-labelledby="citation-title">
        <header class="panel-head">
          <h2 id="citation-title" tabindex="-1" data-first><span class="number">${number}</span>${title}</h2>
          <button type="button" class="tool" aria-label="关闭出处" @click=${this.close}>${ICONS.close}</button>
        </header>
        <div class="panel-body source">
          <blockquote class="quote">${quote}</blockquote>
          ${kind === 'record' ? html`<p class="muted">来自业务系统的办理记录。</p>` : this._facts()}
          ${kind === 'passage' ? this._original() : nothing}
        </div>
      </section>`
  }

  updated(changed) {
    const mark = changed.has('_document') && this.querySelector('mark')
    if (!mark) return
    const box = mark.parentElement
    box.scrollTop = mark.offsetTop - (box.clientHeight - mark.offsetHeight) / 3
  }

  async _load() {
    try {
      this._document = await this.api.get(`/knowledge/documents/${this.citation.document_id}`)
    } catch (problem) {
      this._problem = problem.message
    }
  }

  _facts() {
    const { document_number, issuer, published, evidence, status, heading_path, source_url } = this.citation
    const rows = [
      ['所在章节', (heading_path ?? []).join(' › ')],
      ['文号', document_number],
      ['发布机构', issuer],
      ['发布日期', published],
      ['效力', STATUS[status] ?? status],
      ['来源', EVIDENCE[evidence] ?? evidence],
    ].filter(([, value]) => value)
    return html`<dl class="facts">
      ${rows.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
      ${source_url ? html`<div><dt>官方网页</dt><dd>${link(source_url)}</dd></div>` : nothing}
    </dl>`
  }

  _original() {
    if (this._problem) return html`<p class="hint" role="alert">原文暂时打不开。${this._problem}</p>`
    if (!this._document) return html`<p class="muted" role="status">正在打开原文…</p>`
    return html`<h3 id="original">原文（已标出引用的句子）</h3>
      <div class="original" tabindex="0" role="region" aria-labelledby="original">${inThree(this._document.text, this.citation)}</div>`
  }
}

/** The text before, the marked words, the text after. Offsets count characters, as the server does. */
function inThree(text, { start, end }) {
  const letters = Array.from(text)
  const cut = (from, to) => lined(letters.slice(from, to).join(''))
  if (start === null || start === undefined) return lined(text)
  return html`${cut(0, start)}<mark>${cut(start, end)}</mark>${cut(end, letters.length)}`
}

/** Text with its headings (lines that begin with #) shown as such. */
function lined(text) {
  return text.split(/^(#{1,6} .*)$/m).map((piece, index) =>
    index % 2 ? html`<strong>${piece.replace(/^#+ /, '')}</strong>` : piece)
}

/** An address from the outside: a link only when it is https, with its host shown. */
function link(address) {
  if (!/^https:\/\/[^\s/]+/i.test(address)) return address
  const host = address.split('/')[2]
  return html`<a href=${address} target="_blank" rel="noopener noreferrer">${host}</a>`
}

customElements.define('hanzhi-citation', CitationPanel)
