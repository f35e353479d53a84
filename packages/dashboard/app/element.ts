import { h, render } from 'preact'
import { readPageOptions } from './page-options.js'
import { Root } from './root.js'
import styles from './style/page.css?inline'

/** On a server there are no elements, and importing the module must not fail there. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? class {}

/** The settings page. Its styles and its document are its own, so the host's page and this one do not disturb each other. */
export class KeywrightSettings extends Base {
  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    // A policy without inline styles allows this, and no element.
    root.adoptedStyleSheets = [sheet]
    const options = readPageOptions(this)
    if (options.accent !== null) this.style.setProperty('--keywright-accent', options.accent)
    render(h(Root, { host: this, options }), root)
  }

  disconnectedCallback(): void {
    // What is taken from the page keeps nothing, a token least of all.
    if (this.shadowRoot !== null) render(null, this.shadowRoot)
  }
}

if (globalThis.customElements !== undefined && customElements.get('keywright-settings') === undefined) {
  customElements.define('keywright-settings', KeywrightSettings)
}
