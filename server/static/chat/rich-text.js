import { cutBlocks } from './blocks.js'
import { marked, render } from './markdown.js'

/**
 * Text that grows: finished blocks are rendered once and stay; only the tail is rendered again, once per frame at most.
 * Set `text`, and at the end `citations`, which turn the citation marks on.
 */
export class RichText extends HTMLElement {
  constructor() {
    super()
    this._text = ''
    this._kept = '' // the source of the blocks that stay
    this._frame = 0
    this._citations = null
    this._tail = document.createElement('div')
  }

  connectedCallback() {
    if (!this._tail.parentNode) this.append(this._tail)
    this._show()
  }

  /** @param {string} text */
  set text(text) {
    text = text.replace(/\r\n?/g, '\n')
    if (text === this._text) return
    if (!text.startsWith(this._kept)) this._restart()
    this._text = text
    if (!this._frame) this._frame = requestAnimationFrame(() => this._show())
  }

  /** @param {import('./types.js').Citation[] | null} citations null while the text still grows */
  set citations(citations) {
    if (citations === this._citations) return
    this._citations = citations
    this._show()
  }

  _show() {
    cancelAnimationFrame(this._frame)
    this._frame = 0
    if (!this._tail.parentNode) return // set before it was connected
    const { finished, tail } = cutBlocks(marked, this._text.slice(this._kept.length))
    for (const block of finished) this._tail.before(wrapped(block))
    this._kept = this._text.slice(0, this._text.length - tail.length)
    this._tail.replaceChildren(render(tail))
    if (this._citations) this.querySelectorAll('button.cite').forEach((button) => this._turnOn(button))
  }

  _turnOn(button) {
    const citation = this._citations.find((each) => String(each.number) === button.dataset.number)
    if (!citation) return button.remove()
    button.disabled = false
    button.setAttribute('aria-label', `出处 ${citation.number}：${citation.title}`)
    button.setAttribute('aria-haspopup', 'dialog')
    return undefined
  }

  _restart() {
    this._kept = ''
    this.replaceChildren(this._tail)
  }
}

function wrapped(block) {
  const box = document.createElement('div')
  box.append(render(block))
  return box
}

customElements.define('hanzhi-text', RichText)
