import { LitElement } from '../vendor/lit.js'

/** An element that renders into its parent's tree: the page has one shadow root, on `<hanzhi-chat>`. */
export class ChatElement extends LitElement {
  createRenderRoot() {
    return this
  }

  /** Tells the page that something is wanted of it. @param {string} name @param {any} [detail] */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }))
  }
}
