/**
 * The settings page as an element, `<keywright-settings api="/api/api-keys">`. To import this module defines it; on a server, where there
 * are no elements, the import does nothing. It takes the attributes `api`, `options`, which is JSON, `routing`, `lang` and `dir`. One that is
 * wrong is named on the page and in the console, in place of the keys.
 */
export declare class KeywrightSettings extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    'keywright-settings': KeywrightSettings
  }
}
