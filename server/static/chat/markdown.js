import DOMPurify from '../vendor/dompurify.js'
import { Marked } from '../vendor/marked.js'

const TAGS = 'p br strong em code pre ul ol li table thead tbody tr th td blockquote h3 h4 a hr del'.split(' ')
const STRICT = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ['href', 'title'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https:|tel:|\/(?![/\\]))/i,
  RETURN_DOM_FRAGMENT: true,
}
const MARK = /\[(\d{1,3})\]/g

/** Markdown as a model may use it: no HTML, no pictures, no link definitions, headings below the page's own. */
export const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
  renderer: {
    html: ({ text }) => escaped(text),
    image: ({ text }) => escaped(text),
    checkbox: () => '',
    heading({ tokens }) {
      return `<h3>${this.parser.parseInline(tokens)}</h3>\n`
    },
  },
  tokenizer: { def: () => undefined },
})

/**
 * Renders Markdown to a harmless fragment; citation marks become buttons.
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function render(text) {
  const fragment = DOMPurify.sanitize(marked.parse(text), STRICT)
  fragment.querySelectorAll('a').forEach(settleLink)
  fragment.querySelectorAll('table').forEach(makeScrollable)
  textNodes(fragment).forEach(markCitations)
  return fragment
}

/** The text as it is read aloud or copied: no Markdown, no citation marks. @param {string} text */
export function plain(text) {
  const fragment = DOMPurify.sanitize(marked.parse(text.replace(MARK, '')), STRICT)
  return fragment.textContent.replace(/\n{2,}/g, '\n').trim()
}

/** A link leads over https, to a telephone, or to this very server; anything else is only its words. */
function settleLink(link) {
  const href = link.getAttribute('href')
  const url = href ? new URL(href, location.href) : null
  const own = url !== null && url.origin === location.origin
  if (url === null || !(own || url.protocol === 'https:' || url.protocol === 'tel:')) {
    link.replaceWith(...link.childNodes)
  } else if (url.protocol !== 'tel:') {
    link.rel = 'noopener noreferrer'
    link.target = '_blank'
    if (!own && !link.textContent.includes(url.host)) link.append(`（${url.host}）`)
  }
}

function makeScrollable(table) {
  const box = document.createElement('div')
  box.className = 'table-box'
  box.tabIndex = 0
  box.setAttribute('role', 'region')
  box.setAttribute('aria-label', '表格')
  table.replaceWith(box)
  box.append(table)
}

function textNodes(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const found = []
  while (walker.nextNode()) found.push(walker.currentNode)
  return found.filter((node) => !node.parentElement?.closest('a, code, pre'))
}

function markCitations(node) {
  const pieces = node.data.split(MARK)
  if (pieces.length === 1) return
  const parts = []
  pieces.forEach((piece, index) => parts.push(...(index % 2 ? held(parts.pop(), piece) : [piece])))
  node.replaceWith(...parts)
}

/** A mark stays on one line with the last letter before it. */
function held(before, number) {
  const box = document.createElement('span')
  box.className = 'held'
  box.append(before.slice(-1), citeButton(number))
  return [before.slice(0, -1), box]
}

function citeButton(number) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'cite'
  button.dataset.number = number
  button.textContent = number
  button.disabled = true // until the reply is complete and names its sources
  button.setAttribute('aria-label', `出处 ${number}`)
  return button
}

function escaped(text) {
  const carrier = document.createElement('span')
  carrier.textContent = text
  return carrier.innerHTML
}
