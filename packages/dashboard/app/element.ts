import { h, render } from 'preact'
import { type ElementOptions, readPageOptions, WrongAttribute } from './page-options.js'
import { Root } from './root.js'
import styles from './style/page.css?inline'

/** On a server there are no elements, and importing the module must not fail there. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? class {}

/** How long "3 minutes ago" is true: as often, all that is shown is put into words again. */
const minuteMs = 60_000

/** The settings page. Its styles and its document are its own, so the host's page and this one do not disturb each other. */
export class KeywrightSettings extends Base {
  static readonly observedAttributes: readonly string[] = ['api', 'options', 'routing', 'lang', 'dir']
  #hasAccent = false
  #options: ElementOptions | null = null
  #clock = 0

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    // A policy without inline styles allows this, and no element.
    root.adoptedStyleSheets = [sheet]
    this.#show(root)
    this.#clock = window.setInterval(() => this.#draw(root), minuteMs)
  }

  attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
    // The parser sets attributes before the element is in the page.
    if (this.shadowRoot !== null && this.isConnected && before !== now) this.#show(this.shadowRoot)
  }

  disconnectedCallback(): void {
    clearInterval(this.#clock)
    // What is taken from the page keeps nothing, a token least of all.
    if (this.shadowRoot !== null) render(null, this.shadowRoot)
  }

  #show(root: ShadowRoot): void {
    try {
      this.#options = readPageOptions(this)
      this.#paint(this.#options.accent)
      this.#draw(root)
    } catch (error) {
      this.#options = null
      if (!(error instanceof WrongAttribute)) throw error
      console.error(error.message)
      const notice = h('p', { class: 'notice danger', role: 'alert' }, error.message)
      render(h('div', { class: 'page', lang: 'en', dir: 'ltr' }, notice), root)
    }
  }

  #draw(root: ShadowRoot): void {
    if (this.#options !== null) render(h(Root, { host: this, options: this.#options }), root)
  }

  #paint(accent: string | null): void {
    if (accent !== null) this.style.setProperty('--keywright-accent', accent)
    // One that the host set itself is left alone.
    else if (this.#hasAccent) this.style.removeProperty('--keywright-accent')
    this.#hasAccent = accent !== null
  }
}

if (globalThis.customElements !== undefined && customElements.get('keywright-settings') === undefined) {
  customElements.define('keywright-settings', KeywrightSettings)
}
