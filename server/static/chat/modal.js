const STOPS = 'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select, [tabindex="0"]'

/**
 * Keeps the keyboard inside a dialog while it is there, closes it on Escape, and gives the focus back afterwards.
 * The host renders an element with `role="dialog"` and has a method `close`.
 */
export class Modal {
  /** @param {import('../vendor/lit.js').LitElement & {close(): void}} host */
  constructor(host) {
    this._host = host
    this._before = null
    this._onKey = (event) => this._key(event)
    host.addController(this)
  }

  hostConnected() {
    this._before = deepActive()
    this._host.addEventListener('keydown', this._onKey)
    this._host.updateComplete.then(() => this._first()?.focus())
  }

  hostDisconnected() {
    this._host.removeEventListener('keydown', this._onKey)
    const before = this._before
    // After the page is no longer inert.
    requestAnimationFrame(() => before instanceof HTMLElement && before.isConnected && before.focus())
  }

  _first() {
    return this._host.querySelector('[data-first]') ?? this._stops()[0]
  }

  _stops() {
    return Array.from(this._host.querySelectorAll(STOPS)).filter((each) => each.getClientRects().length > 0)
  }

  _key(event) {
    if (event.key === 'Escape') {
      event.stopPropagation()
      this._host.close()
    }
    if (event.key !== 'Tab') return
    const stops = this._stops()
    const at = stops.indexOf(deepActive())
    if (event.shiftKey ? at > 0 : at >= 0 && at < stops.length - 1) return
    event.preventDefault()
    stops[event.shiftKey ? stops.length - 1 : 0]?.focus()
  }
}

function deepActive() {
  let active = document.activeElement
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
  return active
}
