/**
 * Tells an Enter that sends from one that belongs to an input method.
 * WebKit sends the Enter that ends a composition after `compositionend`, with key code 229.
 */
export class ImeGuard {
  constructor() {
    this.composing = false
  }

  /** @param {CompositionEvent} event */
  follow(event) {
    this.composing = event.type === 'compositionstart'
  }

  /** @param {KeyboardEvent} event */
  sends(event) {
    const plain = event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey
    return plain && !event.isComposing && event.keyCode !== 229 && !this.composing
  }
}
